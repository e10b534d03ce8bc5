"""`python -m renderer.lessons FOLDER` fetches and draws the pictures that the instant painter learns from."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from renderer import patterns
from renderer.files import whole
from renderer.lessons import packages, strokes

#: Painted pictures, and sizes in pixels at which each picture of the gallery is drawn.
_PAINTED = 320
_DRAWN = (640, 768, 900, 1024)
#: Of the pictures out of packages, px: more is not looked at.
_SHORT_EDGE = 620


def main() -> None:
    """Make folders of photographs and of styles."""
    parser = argparse.ArgumentParser(prog="python -m renderer.lessons", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    sources, contents, styles = (folder / name for name in ("packages", "contents", "styles"))
    for place in (sources, contents, styles):
        place.mkdir(parents=True, exist_ok=True)
    # Wallpapers are larger than what Pillow takes for a mistake.
    Image.MAX_IMAGE_PIXELS = None
    packages.fetch(sources)
    for name, image in packages.photographs(sources):
        _keep(image, contents / f"{name}.jpg", 82)
    for name, image in packages.styles(sources):
        _keep(image, styles / f"{name}.jpg", 88)
    photographs = sorted(contents.glob("*.jpg"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        done: Iterator[None] = pool.map(_paint, range(_PAINTED), [photographs] * _PAINTED, [styles] * _PAINTED)
        drawn = [(name, size) for name in patterns.NAMES for size in _DRAWN]
        drawn_too = pool.map(_draw, *zip(*drawn, strict=True), [styles] * len(drawn))
        list(done)
        list(drawn_too)


def _paint(number: int, photographs: list[Path], styles: Path) -> None:
    rng = np.random.default_rng(1000 + number)
    with Image.open(photographs[int(rng.integers(len(photographs)))]) as opened:
        image = opened.convert("RGB")
    share = rng.uniform(0.6, 1)
    width, height = (int(length * share) for length in image.size)
    left, top = int(rng.integers(image.width - width + 1)), int(rng.integers(image.height - height + 1))
    picture = strokes.painted(image.crop((left, top, left + width, top + height)), rng)
    picture.save(styles / f"painted_{number:03d}.png")


def _draw(name: str, size: int, styles: Path) -> None:
    patterns.draw(name, size).save(styles / f"{name}_{size}.png")


def _keep(image: Image.Image, path: Path, quality: int) -> None:
    factor = min(1.0, _SHORT_EDGE / min(image.size))
    size = (round(image.width * factor), round(image.height * factor))
    with whole(path) as part:
        image.resize(size, Image.Resampling.LANCZOS).save(part, "JPEG", quality=quality)


if __name__ == "__main__":
    main()
