from __future__ import annotations

import itertools
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from renderer import patterns

ROOT = Path(__file__).resolve().parent.parent.parent
GALLERY = ROOT / "config" / "gallery"
SIZE = 256


@pytest.fixture(scope="module")
def drawn() -> dict[str, Image.Image]:
    return {name: patterns.draw(name, SIZE) for name in patterns.NAMES}


def coarse(image: Image.Image, edge: int) -> NDArray[np.float64]:
    """The picture's colours in 0..1 at a size where details no longer count, (edge, edge, 3)."""
    return np.asarray(image.convert("RGB").resize((edge, edge), Image.Resampling.BOX)) / 255


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "renderer.patterns", *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_there_are_at_least_fourteen_pictures_in_alphabetical_order() -> None:
    assert len(patterns.NAMES) >= 14
    assert list(patterns.NAMES) == sorted(set(patterns.NAMES))


@pytest.mark.parametrize("name", patterns.NAMES)
def test_a_picture_is_a_square_of_the_size_that_was_asked_for(name: str, drawn: dict[str, Image.Image]) -> None:
    assert (drawn[name].mode, drawn[name].size) == ("RGB", (SIZE, SIZE))


@pytest.mark.parametrize("name", patterns.NAMES)
def test_a_picture_has_real_darks_and_real_lights(name: str, drawn: dict[str, Image.Image]) -> None:
    luminance = np.asarray(drawn[name]) / 255 @ (0.2126, 0.7152, 0.0722)
    dark, light = np.percentile(luminance, (5, 95))
    assert dark < 0.3
    assert light > 0.6


def test_no_picture_looks_like_another(drawn: dict[str, Image.Image]) -> None:
    looks = {name: coarse(image, 16) for name, image in drawn.items()}
    for one, other in itertools.combinations(patterns.NAMES, 2):
        assert np.abs(looks[one] - looks[other]).mean() > 0.1, f"{one} looks like {other}"


@pytest.mark.parametrize("name", ["deco", "pencil", "waves"])
def test_the_same_picture_is_drawn_every_time(name: str, drawn: dict[str, Image.Image]) -> None:
    assert patterns.draw(name, SIZE).tobytes() == drawn[name].tobytes()


@pytest.mark.parametrize("name", ["cubism", "marbling", "woodcut"])
def test_a_larger_picture_shows_the_same(name: str, drawn: dict[str, Image.Image]) -> None:
    assert np.abs(coarse(patterns.draw(name, 700), 32) - coarse(drawn[name], 32)).mean() < 0.03


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"'woodcat'.*woodcut"):
        patterns.draw("woodcat")


def test_the_gallery_holds_every_picture_and_nothing_else() -> None:
    assert sorted(file.stem for file in GALLERY.glob("*.toml")) == list(patterns.NAMES)
    assert sorted(file.stem for file in GALLERY.glob("*.jpg")) == list(patterns.NAMES)


@pytest.mark.parametrize("name", patterns.NAMES)
def test_a_picture_has_a_title_a_line_and_tags_with_its_own_technique(name: str) -> None:
    told = tomllib.loads((GALLERY / f"{name}.toml").read_text())
    assert set(told) == {"title", "description", "tags"}
    assert told["title"] and told["description"].endswith(".")
    assert name in told["tags"]
    assert 4 <= len(set(told["tags"])) == len(told["tags"]) <= 8
    assert all(tag.replace("_", "").isalpha() and tag.islower() for tag in told["tags"])


@pytest.mark.parametrize("tag", ["sketch", "watercolour", "oil"])
def test_a_sketch_a_watercolour_and_an_oil_painting_can_be_found(tag: str) -> None:
    assert any(tag in tomllib.loads(file.read_text())["tags"] for file in GALLERY.glob("*.toml"))


@pytest.mark.parametrize("name", patterns.NAMES)
def test_a_thumbnail_is_small_and_shows_what_is_drawn_today(name: str, drawn: dict[str, Image.Image]) -> None:
    file = GALLERY / f"{name}.jpg"
    assert file.stat().st_size <= 25_000
    with Image.open(file) as thumbnail:
        assert thumbnail.size == (SIZE, SIZE)
        assert np.abs(coarse(thumbnail, 64) - coarse(drawn[name], 64)).mean() < 0.03


def test_the_command_line_writes_a_png_and_nothing_beside_it(tmp_path: Path, drawn: dict[str, Image.Image]) -> None:
    done = command("waves", str(SIZE), str(tmp_path / "waves.png"))
    assert done.returncode == 0, done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["waves.png"]
    with Image.open(tmp_path / "waves.png", formats=("PNG",)) as image:
        assert image.tobytes() == drawn["waves"].tobytes()


@pytest.mark.parametrize(
    "arguments,answer",
    [
        (["woodcat", "256", "out.png"], "woodcut"),
        (["woodcut", "5", "out.png"], "SIZE is 5"),
        (["woodcut", "256"], "a file to write"),
    ],
)
def test_the_command_line_says_what_was_wrong(arguments: list[str], answer: str) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert answer in done.stderr
