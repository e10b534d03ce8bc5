"""The real encoder, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer import weights
from renderer.features import Encoder


@pytest.fixture(scope="session")
def encoder(weights_dir: Path) -> Encoder:
    found = weights.find("vgg16", weights_dir)
    assert found
    source, file = found
    return Encoder(source, weights.load(source, file))
