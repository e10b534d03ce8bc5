"""TIFF files that strangers send by malice, mostly under another name; the format has the most ways to lie."""

from __future__ import annotations

import struct

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, TAKEN, TOO_LARGE, add, hostile
from tests.hostile.pngs import deflated_zeros, noise

SHORT, LONG = 3, 4


def tiff(tags: dict[int, tuple[int, int, int]], data: bytes = b"", following: int = 0) -> bytes:
    """A little-endian TIFF: tag → type, count and value (or offset); the data begin at `start(tags)`."""
    body = struct.pack("<H", len(tags))
    for tag, (kind, count, value) in sorted(tags.items()):
        body += struct.pack("<HHII", tag, kind, count, value)
    return b"II*\0\x08\0\0\0" + body + struct.pack("<I", following) + data


def start(tags: dict[int, tuple[int, int, int]]) -> int:
    """Where the data of such a TIFF begin."""
    return 8 + 2 + 12 * len(tags) + 4


def grey(width: int, height: int, size: int, compression: int = 1, **others: tuple[int, int, int]) -> bytes:
    """Tags of a grey picture in one strip of `size` bytes, which are zeros."""
    tags = {
        256: (LONG, 1, width), 257: (LONG, 1, height), 258: (SHORT, 1, 8), 259: (SHORT, 1, compression),
        262: (SHORT, 1, 1), 273: (LONG, 1, 0), 277: (SHORT, 1, 1), 278: (LONG, 1, height), 279: (LONG, 1, size),
    }  # fmt: skip
    tags |= {int(tag[1:]): value for tag, value in others.items()}
    tags[273] = (LONG, 1, start(tags))
    return tiff(tags, bytes(size))


def deflated(width: int, height: int) -> bytes:
    """A picture of zeros, however large, in few bytes."""
    stream = deflated_zeros(width * height)
    tags = {
        256: (LONG, 1, width), 257: (LONG, 1, height), 258: (SHORT, 1, 8), 259: (SHORT, 1, 8),
        262: (SHORT, 1, 1), 273: (LONG, 1, 0), 277: (SHORT, 1, 1), 278: (LONG, 1, height), 279: (LONG, 1, len(stream)),
    }  # fmt: skip
    tags[273] = (LONG, 1, start(tags))
    return tiff(tags, stream)


add("tiff of 4 gigapixels in its header", lambda: grey(65_535, 65_535, 100), TOO_LARGE)
add("tiff of 49 megapixels deflated", lambda: deflated(7000, 7000), TAKEN)
add("tiff of 900 megapixels deflated", lambda: deflated(30_000, 30_000), TOO_LARGE)
add("tiff with fewer bytes than pixels", lambda: grey(6000, 6000, 100), BROKEN)
add("tiff of no pixels", lambda: grey(0, 0, 10), BROKEN)
add("tiff of an unknown compression", lambda: grey(64, 48, 64 * 48, compression=31_337), BROKEN)
add("tiff that says JPEG and is not", lambda: grey(64, 48, 64 * 48, compression=7), BROKEN)
add("tiff that says fax", lambda: grey(64, 48, 400, compression=4), BROKEN)
add("tiff that says LZW and is not", lambda: grey(64, 48, 400, compression=5), BROKEN)
add("tiff with strips far behind its end", lambda: grey(64, 48, 64 * 48, _273=(LONG, 1, 2**32 - 9)), TAKEN)
add("tiff without tags", lambda: tiff({}), BROKEN)
add("tiff whose next directory is itself", lambda: _looping(), TAKEN)
add("tiff that points behind its end", lambda: b"II*\0\xff\xff\xff\xff" + bytes(100), BROKEN)
add("tiff that is its header", lambda: b"II*\0\x08\0\0\0", BROKEN)
add("bigtiff with offsets of 64 bits", lambda: b"II+\0\x08\0\0\0" + b"\xff" * 16, BROKEN)


def _looping() -> bytes:
    data = bytearray(grey(64, 48, 64 * 48))
    entries = struct.unpack_from("<H", data, 8)[0]
    struct.pack_into("<I", data, 10 + 12 * entries, 8)
    return bytes(data)


@hostile(BROKEN)
def tiff_with_noise_for_a_directory() -> bytes:
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 4000) + noise(12 * 4000 + 4)


@hostile(BROKEN)
def tiff_with_60_000_entries() -> bytes:
    entries = b"".join(struct.pack("<HHII", tag, 2, 1000, 8) for tag in range(1000, 61_000))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 60_000) + entries + bytes(4)


@hostile(BROKEN)
def tiff_whose_tags_all_say_16_megabytes() -> bytes:
    """Each of 500 tags is the whole file once more."""
    entries = b"".join(struct.pack("<HHII", tag, 7, 16_000_000, 8) for tag in range(1000, 1500))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 500) + entries + bytes(4) + bytes(16_000_000)


@hostile(TAKEN)
def tiff_of_300_pages() -> bytes:
    page = Image.new("L", (64, 48), 9)
    return pictures.encoded(page, "TIFF", save_all=True, append_images=[page] * 300)


@hostile(TAKEN)
def tiff_with_a_strip_for_every_row() -> bytes:
    return pictures.encoded(pictures.gradient(400, 4000), "TIFF", strip_size=1, compression="tiff_deflate")


@hostile(BROKEN)
def tiff_with_300_samples_a_pixel() -> bytes:
    return grey(64, 48, 64 * 48, _277=(SHORT, 1, 300))


@hostile(TAKEN)
def tiff_for_print() -> bytes:
    return pictures.encoded(Image.new("CMYK", (300, 200), (9, 80, 200, 30)), "TIFF", compression="tiff_lzw")


@hostile(TAKEN)
def tiff_of_16_bits() -> bytes:
    return pictures.encoded(Image.new("I;16", (300, 200), 40_000), "TIFF")


@hostile(BROKEN)
def tiff_of_floats_that_are_no_numbers() -> bytes:
    return pictures.encoded(Image.new("F", (64, 48), float("nan")), "TIFF")


@hostile(BROKEN)
def tiff_of_infinite_floats() -> bytes:
    return pictures.encoded(Image.new("F", (64, 48), float("inf")), "TIFF")


@hostile(TAKEN)
def tiff_of_the_least_and_the_greatest_integers() -> bytes:
    image = Image.new("I", (64, 48), 2**31 - 1)
    image.paste(-(2**31), (0, 0, 32, 48))
    return pictures.encoded(image, "TIFF")


@hostile(TAKEN)
def tiff_of_lab() -> bytes:
    return pictures.encoded(Image.new("LAB", (300, 200), (138, 200, 10)), "TIFF")


@hostile(BROKEN)
def tiff_with_a_jpeg_bomb_inside() -> bytes:
    """The directory says 64 × 48, the JPEG in its strip 65,500 × 65,500."""
    inside = pictures.jpeg_announcing(65_500, 65_500)
    data = grey(64, 48, len(inside), compression=7)
    return data[: -len(inside)] + inside
