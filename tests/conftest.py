"""Pictures, weights and folders that tests of every package use."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer import weights
from renderer.supervisor import WAITING
from tests.together import mark_of

REPOSITORY = Path(__file__).resolve().parent.parent

# For what paints in the tests' own process; before torch is loaded.
os.environ |= WAITING
# Renderers that only pretend are modules of the tests, which are not installed.
os.environ["PYTHONPATH"] = str(REPOSITORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the kinds of tests that run side by side."""
    for item in items:
        if mark := mark_of(item.path.relative_to(REPOSITORY / "tests").as_posix()):
            item.add_marker(mark)


@pytest.fixture(scope="session")
def weights_dir() -> Path:
    """The folder of the real VGG weights, which `make setup` has filled."""
    found = weights.find("vgg16", REPOSITORY / "data" / "weights")
    assert found, "the encoder's weights are missing; run `make setup` first"
    return found[1].parent


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Public-domain photographs of scikit-image by name, as PNG files, long edge 320 px."""
    from skimage import data

    folder = tmp_path_factory.mktemp("photographs")
    files = {}
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        image = Image.fromarray(np.asarray(getattr(data, name)()))
        image.thumbnail((320, 320))
        files[name] = folder / f"{name}.png"
        image.save(files[name])
    return files


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A style picture drawn by code: bold diagonal waves in a few colours."""
    y, x = np.mgrid[0:256, 0:256] / 256
    phase = 9 * (x + y) + 1.6 * np.sin(7 * x) + 1.6 * np.sin(5 * y + 1)
    palette = np.array([(18, 44, 92), (236, 186, 60), (196, 60, 40), (240, 232, 208)], dtype=np.uint8)
    file = tmp_path_factory.mktemp("pattern") / "waves.png"
    Image.fromarray(palette[(phase.astype(int)) % 4]).save(file)
    return file
