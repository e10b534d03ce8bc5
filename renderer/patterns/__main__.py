"""`python -m renderer.patterns NAME SIZE OUT` draws a picture; `--thumbnails FOLDER` renews the small ones there."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

from PIL import Image

from renderer.files import whole
from renderer.patterns import NAMES, draw

THUMBNAIL = 256
"""Edge of a thumbnail, px."""

_MOST = 25_000  # bytes of a thumbnail
_SIZES = range(16, 4097)


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m renderer.patterns", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("size", nargs="?", type=int, metavar="SIZE", help="edge of the square picture, px")
    parser.add_argument("out", nargs="?", type=Path, metavar="OUT", help="the PNG file to write")
    parser.add_argument("--thumbnails", type=Path, metavar="FOLDER", help="write a small JPEG of every picture there")
    given = parser.parse_args()
    if given.thumbnails:
        for name in NAMES:
            _write(given.thumbnails / f"{name}.jpg", _thumbnail(draw(name, THUMBNAIL)))
    elif given.out is None:
        parser.error("a NAME, a SIZE and a file to write are needed, or --thumbnails and a folder")
    elif given.size not in _SIZES:
        parser.error(f"SIZE is {given.size}; it must be from {_SIZES[0]} to {_SIZES[-1]} pixels")
    else:
        _write(given.out, _encoded(draw(given.name, given.size), format="PNG"))


def _thumbnail(image: Image.Image) -> bytes:
    """The picture as a JPEG of quality 85, or of the best that is small enough."""
    for quality in range(85, 0, -5):
        data = _encoded(image, format="JPEG", quality=quality, optimize=True, progressive=True)
        if len(data) <= _MOST:
            break
    return data


def _encoded(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    with whole(path) as part:
        part.write_bytes(data)


if __name__ == "__main__":
    main()
