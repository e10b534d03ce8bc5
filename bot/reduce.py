"""Makes one picture small in a process of its own: ``python -m bot.reduce PICTURE OUTPUT EDGE``.

PICTURE is one of ours: normalised at intake, or painted. OUTPUT becomes a JPEG whose longest edge is at most EDGE
pixels, with what was transparent on white. Imports little, since a page of small pictures waits for as many processes.
"""

from __future__ import annotations

import sys

# Importing the plugins registers them; Pillow would import all its sixty to find one that is missing.
from PIL import (
    Image,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
)

_QUALITY = 85


def main() -> None:
    """Reduce the picture that the command line names."""
    picture, output, edge = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with Image.open(picture, formats=("JPEG", "PNG")) as image:
        image.draft("RGB", (edge, edge))
        small = _opaque(image)
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.save(output, "JPEG", quality=_QUALITY, optimize=True, progressive=True)


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    upper = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(upper, mask=upper)
    return white


if __name__ == "__main__":
    main()
