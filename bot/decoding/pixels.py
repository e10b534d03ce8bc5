"""A decoded picture made smaller, grey of 8 bits and opaque, a band at a time."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from PIL import ExifTags, Image

#: Pixels of a band (`reduced`), and the reach of Pillow's Lanczos filter in pixels of the reduced picture.
BAND_PIXELS = 2_000_000
REACH = 3

#: What undoes each EXIF orientation.
UPRIGHT: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Change = Callable[[Image.Image], Image.Image]


def upright(image: Image.Image) -> Image.Transpose | None:
    """What turns the image as its EXIF says; None where nothing has to."""
    try:
        return UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation))
    except (SyntaxError, struct.error, ValueError, TypeError, LookupError, EOFError):
        return None  # Broken EXIF is common and no reason to refuse a picture whose pixels are whole.


def reduced(image: Image.Image, edge: int, before: Change, after: Change | None = None) -> Image.Image:
    """The image with its longest edge at most `edge`; a band after another is changed, reduced and changed again.

    So there is but one image of that size, and no filter of a band misses the rows beyond it.
    """
    scale = max(1.0, max(image.size) / edge)
    if scale == 1 and after is None:
        return before(image)
    width, height = (max(1, round(side / scale)) for side in image.size)
    scale = image.height / height
    beyond = math.ceil(REACH * scale) + 1 if scale > 1 else 0  # rows
    step = max(1, int(BAND_PIXELS / image.width / scale))
    whole = None
    for top in range(0, height, step):
        bottom = min(top + step, height)
        first, last = max(0, int(top * scale) - beyond), min(image.height, math.ceil(bottom * scale) + beyond)
        band = before(image.crop((0, first, image.width, last)))
        if scale > 1:
            part = (0, top * scale - first, image.width, min(bottom * scale, image.height) - first)
            band = band.resize((width, bottom - top), Image.Resampling.LANCZOS, part)
        band = after(band) if after else band
        whole = whole or Image.new(band.mode, (width, height))
        whole.paste(band, (0, top))
    assert whole
    return whole


def reduced_grey(image: Image.Image, edge: int) -> Image.Image:
    """Grey values of more than 8 bits (integers or floats) as mode L; a plain convert would clip them to white.

    White is the least usual full scale that no pixel exceeds, for many 16-bit files hold 12-bit data; where there is
    none, the brightest pixel. Black is 0, or the darkest pixel below it.
    """
    full_scales = (1.0,) if image.mode == "F" else (255.0, 4095.0, 65535.0)
    low, high = _extrema(image)
    black, white = min(low, 0.0), next((scale for scale in full_scales if high <= scale), high)
    scale = 255 / (white - black)
    return reduced(
        image,
        edge,
        lambda band: band.convert("F"),
        lambda band: band.point(lambda value: value * scale + (0.5 - black * scale)).convert("L"),
    )


def _extrema(image: Image.Image) -> tuple[float, float]:
    """The least and the greatest value of a grey image."""
    extrema = []
    step = max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, step):
        low, high = image.crop((0, top, image.width, min(top + step, image.height))).convert("F").getextrema()
        assert isinstance(low, float) and isinstance(high, float)
        if not math.isfinite(high - low):
            raise ValueError("the grey values have no finite range")
        extrema += [low, high]
    return min(extrema), max(extrema)


def opaque(image: Image.Image) -> Image.Image:
    """Mode L, RGB, CMYK or LAB, with what was transparent on white."""
    if image.has_transparency_data:
        if image.mode not in ("LA", "RGBA"):
            image = image.convert("RGBA")
        white = Image.new("L" if image.mode == "LA" else "RGB", image.size, "white")
        white.paste(image, mask=image)
        return white
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK", "LAB") else image.convert("RGB")
