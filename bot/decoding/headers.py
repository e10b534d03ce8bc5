"""What a picture's header says, before anything is decoded: whether it is taken, and what it would need."""

from __future__ import annotations

import math
import os
import re
import warnings
from typing import IO, Any

# Importing the plugins registers them; Pillow would import all its sixty to find one that is missing.
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,  # noqa: F401
    Image,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from bot.decoding.refusal import Refusal
from bot.decoding.structure import structure_of

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # MPO is opened as JPEG
MEGA = 1_000_000
#: Where `opened` leaves the number of a JPEG's scans among the picture's `info`.
SCANS = "atelier_scans"

#: Pillow reads runs (RLE) in Python, a byte or two at a time; so few are read in two seconds.
_MOST_RUN_BYTES = 4_000_000
_RUNS = (BmpImagePlugin.BmpImageFile.COMPRESSIONS["RLE8"], BmpImagePlugin.BmpImageFile.COMPRESSIONS["RLE4"])

#: Megabytes that the process needs by itself, and to reduce a picture to the largest edge and write it.
BARE_MB, REDUCING_MB = 20, 70
#: Bytes for a pixel: Pillow's own, and those of its WebP decoder, which has two canvases more and gives a copy.
PIXEL, WEBP_PIXEL = 4, 16


def opened(file: IO[bytes], limits: dict[str, Any]) -> Image.Image:
    """The picture, with its header read and nothing decoded; raises Refusal where the header is reason enough.

    Raises whatever Pillow does over a damaged file.
    """
    structure = structure_of(file)
    most = _most_megapixels(file, limits)
    Image.MAX_IMAGE_PIXELS = int(most * MEGA)
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as exc:
        # Pillow checks before a plugin allocates anything, and so before there is an image to ask for its size.
        pixels = re.search(r"(\d+) pixels", str(exc))
        assert pixels
        raise Refusal(
            "picture_too_large",
            "error-picture-megapixels",
            megapixels=_at_least(int(pixels[1]) / MEGA),
            most=most,
        ) from exc
    except UnidentifiedImageError as exc:
        file.seek(0)
        head = file.read(16)
        if any(accept and accept(head) is True for _, accept in map(Image.OPEN.__getitem__, FORMATS)):
            raise  # one of these, but damaged
        raise Refusal("not_a_picture", "error-not-a-picture") from exc
    _check_shape(image.size, limits)
    _check_weight(image, os.fstat(file.fileno()).st_size)
    structure.check_scans(image.width * image.height)
    image.info[SCANS] = structure.scans
    return image


def _check_shape(size: tuple[int, int], limits: dict[str, Any]) -> None:
    short, long = sorted(size)
    if short < (least := limits["picture_min_side"]):
        raise Refusal("picture_too_small", "error-picture-small", width=size[0], height=size[1], least=least)
    if long > short * (most := limits["picture_max_ratio"]):
        raise Refusal("picture_too_long", "error-picture-long", times=_at_least(long / short), most=most)


def _check_weight(image: Image.Image, weight: int) -> None:
    """Refuse a JPEG of `weight` bytes that cannot hold its pixels: libjpeg would silently make up the rest in grey.

    A whole one spends at least a bit on the brightness of each block of 8 × 8. Refuse, too, a BMP of too many runs.
    """
    if weight > _MOST_RUN_BYTES and image.format == "BMP" and image.info["compression"] in _RUNS:
        raise Refusal("picture_too_large", "error-picture-laborious")
    if image.format == "JPEG" and weight * 8 < image.width * image.height / 64:
        raise ValueError("too few bytes for so many pixels")


def _most_megapixels(file: IO[bytes], limits: dict[str, Any]) -> float:
    """How many are taken; of WebP no more than fit the memory, since it is taken before there is an image to ask."""
    most: float = limits["picture_mp"]
    head = file.read(12)
    file.seek(0)
    if head[8:] != b"WEBP":
        return most
    fitting: float = (limits["decode_memory_mb"] - BARE_MB) / WEBP_PIXEL
    return min(most, math.floor(fitting * 10) / 10)


def need_mb(image: Image.Image) -> float:
    """Megabytes that decoding and reducing a picture takes at most, as measured."""
    loading: float = WEBP_PIXEL if image.format == "WEBP" else PIXEL
    if isinstance(image, JpegImagePlugin.JpegImageFile) and (image.info.get("progressive") or image.info[SCANS] > 1):
        # All coefficients, of two bytes, come before the first pixel; `layer` has each colour's sampling.
        samples: list[int] = [across * down for _, across, down, _ in image.layer]
        loading += 2 * sum(samples) / max(samples)
    pixels = image.width * image.height / MEGA
    return BARE_MB + max(loading * pixels, PIXEL * pixels + REDUCING_MB)


def _at_least(amount: float) -> float:
    """An amount that is over a limit, rounded up, so that it is not over the limit by looking equal to it."""
    return math.ceil(amount * 10) / 10
