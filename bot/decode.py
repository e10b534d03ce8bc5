"""Decodes one stranger's picture in a process of its own: ``python -m bot.decode RAW OUTPUT LIMITS [alone]``.

RAW is the file as it came, LIMITS the JSON of a `LimitsSettings`. The picture is written upright, in sRGB, without any
metadata, to OUTPUT: a JPEG where the source was lossy, else a PNG. The verdict is one JSON object on stdout:
``{"suffix", "width", "height"}``; or ``{"code", "phrase", "args", "cause"}``, code and phrase (its id and arguments)
those of a `BadPicture`; or ``{"errno"}`` where the picture was good and the disk was not; or ``{"alone": true}`` where
nothing was decoded, since the picture may need more than `LIGHT_MB` and no ``alone`` said that there is so much. The
process may crash or be killed on the way.

Imports nothing but the standard library and Pillow, since every picture waits for this process to start.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import math
import os
import re
import resource
import signal
import struct
import sys
import warnings
from collections.abc import Callable
from typing import IO, Any

# Importing the plugins registers them; Pillow would import all its sixty to find one that is missing.
from PIL import (
    BmpImagePlugin,  # noqa: F401
    ExifTags,
    GifImagePlugin,  # noqa: F401
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # MPO is opened as JPEG
LOSSY = frozenset({"JPEG", "MPO", "WEBP"})
MEGA = 1_000_000

#: Megabytes that a picture may need which is decoded beside others: 20 megapixels of most kinds.
LIGHT_MB = 170
#: Megabytes that the process needs by itself, and to reduce a picture to the largest edge and write it.
BARE_MB, REDUCING_MB = 20, 70
#: Bytes for a pixel: Pillow's own, and those of its WebP decoder, which has two canvases more and gives a copy.
PIXEL, WEBP_PIXEL = 4, 16

#: Pixels of a band (`_reduced`), and the reach of Pillow's Lanczos filter in pixels of the reduced picture.
BAND_PIXELS = 2 * MEGA
REACH = 3

PR_SET_PDEATHSIG = 1

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

#: Pillow's mode for the pixels that a profile of each ICC colour space describes.
PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}

Change = Callable[[Image.Image], Image.Image]


class Refusal(Exception):
    """A picture that is not taken: code and phrase of the `BadPicture` to be, and the cause for the log."""

    def __init__(self, code: str, phrase: str, cause: str = "", **args: float) -> None:
        super().__init__(phrase)
        self.verdict: dict[str, Any] = {"code": code, "phrase": phrase, "args": args, "cause": cause}


class Heavy(Exception):
    """A picture that may need more than `LIGHT_MB`."""


def main() -> None:
    """Decode the picture that the command line names and write the verdict to stdout."""
    raw, output, limits, alone = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), "alone" in sys.argv[4:]
    _confine(limits)
    _silence()
    sys.stdout.write(json.dumps(_verdict(raw, output, limits, alone)) + "\n")


def _confine(limits: dict[str, Any]) -> None:
    seconds, memory = math.ceil(limits["decode_timeout_s"]) + 1, limits["decode_memory_mb"] * MEGA
    for kind, most in (
        # Not RLIMIT_AS, which counts what is mapped of libraries and locales, too: on some systems 200 MB.
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),  # a dump would hold the picture
    ):
        # Not every system knows every limit, and a lower one may be in force already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _silence() -> None:
    """Close stderr, which the bot logs: from here on, what a library writes there may quote a stranger's file."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _verdict(raw: str, output: str, limits: dict[str, Any], alone: bool) -> dict[str, Any]:
    try:
        with open(raw, "rb") as file:
            suffix, size, encoded = _normalise(file, limits, alone)
    except Refusal as refusal:
        return refusal.verdict
    except Heavy:
        return {"alone": True}
    try:
        _write(encoded, output)
    except OSError as exc:
        return {"errno": exc.errno}
    return {"suffix": suffix, "width": size[0], "height": size[1]}


def _normalise(file: IO[bytes], limits: dict[str, Any], alone: bool) -> tuple[str, tuple[int, int], bytes]:
    """Suffix, (width, height) and bytes of the normalised picture; raises Refusal, and Heavy unless it is `alone`."""
    try:
        picture, lossy = _paintable(file, limits, alone)
        suffix, encoded = _encode(picture, lossy)
        return suffix, picture.size, encoded
    except (Refusal, Heavy):
        raise
    except MemoryError as exc:
        raise Refusal("picture_too_large", "error-picture-memory", megabytes=limits["decode_memory_mb"]) from exc
    except Exception as exc:  # Pillow's plugins raise nearly every kind there is over a damaged file.
        raise Refusal("picture_broken", "error-picture-damaged", type(exc).__name__) from exc


def _paintable(file: IO[bytes], limits: dict[str, Any], alone: bool) -> tuple[Image.Image, bool]:
    """The picture upright, in sRGB, within the edge limit, mode RGB; and whether its file was lossy.

    Reduces first and converts then, and holds no step longer than the next needs it, since at 50 megapixels each
    takes 200 MB.
    """
    picture, edge = _open(file, limits), limits["picture_edge"]
    lossy = picture.format in LOSSY
    picture.draft(None, (2 * edge, 2 * edge))
    need_mb = _need_mb(picture)
    if need_mb > limits["decode_memory_mb"]:
        raise MemoryError
    if need_mb > LIGHT_MB and not alone:
        raise Heavy
    picture.load()
    profile, upright = picture.info.get("icc_profile"), _upright(picture)
    if picture.mode.startswith(("I", "F")):
        picture = _reduced_grey(picture, edge)
    else:
        picture = _reduced(picture, edge, _opaque)
    picture = _in_srgb(picture, profile)
    return (picture if upright is None else picture.transpose(upright)), lossy


def _open(file: IO[bytes], limits: dict[str, Any]) -> Image.Image:
    """The picture, with its header read and nothing decoded; raises Refusal where the header is reason enough."""
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
    return image


def _check_shape(size: tuple[int, int], limits: dict[str, Any]) -> None:
    short, long = sorted(size)
    if short < (least := limits["picture_min_side"]):
        raise Refusal("picture_too_small", "error-picture-small", width=size[0], height=size[1], least=least)
    if long > short * (most := limits["picture_max_ratio"]):
        raise Refusal("picture_too_long", "error-picture-long", times=_at_least(long / short), most=most)


def _check_weight(image: Image.Image, weight: int) -> None:
    """Refuse a JPEG of `weight` bytes that cannot hold its pixels: libjpeg would silently make up the rest in grey.

    A whole one spends at least a bit on the brightness of each block of 8 × 8.
    """
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


def _need_mb(image: Image.Image) -> float:
    """Megabytes that decoding and reducing a picture takes at most, as measured."""
    loading: float = WEBP_PIXEL if image.format == "WEBP" else PIXEL
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.info.get("progressive"):
        # All coefficients, of two bytes, come before the first pixel; `layer` has each colour's sampling.
        samples: list[int] = [across * down for _, across, down, _ in image.layer]
        loading += 2 * sum(samples) / max(samples)
    pixels = image.width * image.height / MEGA
    return BARE_MB + max(loading * pixels, PIXEL * pixels + REDUCING_MB)


def _at_least(amount: float) -> float:
    """An amount that is over a limit, rounded up, so that it is not over the limit by looking equal to it."""
    return math.ceil(amount * 10) / 10


def _upright(image: Image.Image) -> Image.Transpose | None:
    try:
        return UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation))
    except (SyntaxError, struct.error, ValueError, TypeError, LookupError, EOFError):
        return None  # Broken EXIF is common and no reason to refuse a picture whose pixels are whole.


def _reduced(image: Image.Image, edge: int, before: Change, after: Change | None = None) -> Image.Image:
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
    reduced = None
    for top in range(0, height, step):
        bottom = min(top + step, height)
        first, last = max(0, int(top * scale) - beyond), min(image.height, math.ceil(bottom * scale) + beyond)
        band = before(image.crop((0, first, image.width, last)))
        if scale > 1:
            part = (0, top * scale - first, image.width, min(bottom * scale, image.height) - first)
            band = band.resize((width, bottom - top), Image.Resampling.LANCZOS, part)
        band = after(band) if after else band
        reduced = reduced or Image.new(band.mode, (width, height))
        reduced.paste(band, (0, top))
    assert reduced
    return reduced


def _reduced_grey(image: Image.Image, edge: int) -> Image.Image:
    """Grey values of more than 8 bits (integers or floats) as mode L; a plain convert would clip them to white.

    White is the least usual full scale that no pixel exceeds, for many 16-bit files hold 12-bit data; where there is
    none, the brightest pixel. Black is 0, or the darkest pixel below it.
    """
    full_scales = (1.0,) if image.mode == "F" else (255.0, 4095.0, 65535.0)
    low, high = _extrema(image)
    black, white = min(low, 0.0), next((scale for scale in full_scales if high <= scale), high)
    scale = 255 / (white - black)
    return _reduced(
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


def _opaque(image: Image.Image) -> Image.Image:
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


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Mode RGB; through the embedded ICC profile where it is sound and describes these pixels."""
    if profile is None and image.mode != "LAB":
        return _in_rgb(image)
    try:
        source = ImageCms.ImageCmsProfile(
            ImageCms.createProfile("LAB") if image.mode == "LAB" else io.BytesIO(profile or b"")
        )
        described = PROFILE_MODES.get(source.profile.xcolor_space)
        if described == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if described == image.mode:
            return _through(source, image)
    except (ImageCms.PyCMSError, OSError, ValueError):
        pass  # Broken profiles are common too.
    return _in_rgb(image)


def _in_rgb(image: Image.Image) -> Image.Image:
    # Pillow would copy it.
    return image if image.mode == "RGB" else image.convert("RGB")


def _through(source: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None
    return converted


def _encode(picture: Image.Image, lossy: bool) -> tuple[str, bytes]:
    picture.info.clear()  # Pillow would write comments, profile and more from it
    encoded = io.BytesIO()
    if lossy:
        picture.save(encoded, "JPEG", quality=95, subsampling=0)
        return ".jpg", encoded.getvalue()
    picture.save(encoded, "PNG", compress_level=1)
    return ".png", encoded.getvalue()


def _write(encoded: bytes, output: str) -> None:
    with open(output, "xb") as file:
        file.write(encoded)
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    main()
