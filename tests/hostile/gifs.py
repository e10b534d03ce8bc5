"""GIF files that strangers send by malice."""

from __future__ import annotations

import struct

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, TAKEN, TOO_LARGE, TOO_SMALL, add, hostile
from tests.hostile.pngs import noise

#: One red pixel, compressed.
_DOT = b"\x02\x02\x44\x01\0"


def screen(width: int, height: int) -> bytes:
    """A header with a palette of two colours."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes((255, 0, 0, 0, 0, 255))


def frame(left: int = 0, top: int = 0, width: int = 1, height: int = 1, data: bytes = _DOT) -> bytes:
    """A frame, of a pixel unless more is said."""
    return b"," + struct.pack("<HHHHB", left, top, width, height, 0) + data


add("gif on a screen of 4 gigapixels", lambda: pictures.gif_with_screen(65_535, 65_535), TOO_LARGE)
add("gif on a screen of 49 megapixels", lambda: pictures.gif_with_screen(7000, 7000), TAKEN)
add("gif on a screen of no pixels", lambda: screen(0, 0) + frame() + b";", TOO_SMALL)
add("gif with 10,000 frames", lambda: screen(64, 48) + frame() * 10_000 + b";", TAKEN)
add("gif with a million frames", lambda: screen(64, 48) + frame() * 1_000_000 + b";", TAKEN)
add("gif with a frame larger than its screen", lambda: screen(64, 48) + frame(0, 0, 65_535, 65_535) + b";", TOO_LARGE)
add("gif with a frame outside its screen", lambda: screen(64, 48) + frame(60_000, 60_000) + b";", TOO_LARGE)
add("gif without frames", lambda: screen(64, 48) + b";", BROKEN)
add("gif with noise for pixels", lambda: screen(64, 48) + frame(0, 0, 64, 48, b"\x08\xff" + noise(255)) + b";", BROKEN)
add("gif with codes of 200 bits", lambda: screen(64, 48) + frame(0, 0, 64, 48, b"\xc8\x05abcde\0") + b";", BROKEN)
add("gif that is its header", lambda: b"GIF89a", BROKEN)


@hostile(TAKEN)
def gif_with_19_megabytes_of_comments() -> bytes:
    comment = b"!\xfe" + (b"\xff" + b"c" * 255) * 74_000 + b"\0"
    return screen(64, 48) + comment + frame() + b";"


@hostile(TAKEN)
def gif_with_a_million_comments() -> bytes:
    return screen(64, 48) + b"!\xfe\x01c\0" * 1_000_000 + frame() + b";"


@hostile(TAKEN)
def gif_with_a_comment_of_a_byte_a_block() -> bytes:
    return screen(64, 48) + b"!\xfe" + b"\x01c" * 2_000_000 + b"\0" + frame() + b";"


@hostile(BROKEN)
def gif_with_a_million_unknown_extensions() -> bytes:
    return screen(64, 48) + b"!\x42\0" * 1_000_000 + frame() + b";"


@hostile(BROKEN)
def gif_of_zeros_behind_its_header() -> bytes:
    return screen(64, 48) + bytes(10_000_000)


@hostile(BROKEN)
def gif_with_an_extension_that_never_ends() -> bytes:
    return screen(64, 48) + b"!\xff\x0bNETSCAPE2.0" + b"\xff" * 5_000_000


@hostile(TAKEN)
def gif_of_large_frames() -> bytes:
    """Each would be 12 megapixels, were they looked at."""
    one = pictures.encoded(Image.new("P", (4000, 3000), 1), "GIF")
    body = one[one.index(b",") : -1]
    return one[:-1] + body * 40 + b";"


@hostile(TAKEN)
def gif_whose_transparent_colour_is_beyond_its_palette() -> bytes:
    return screen(64, 48) + b"!\xf9\x04\x01\0\0\xff\0" + frame() + b";"
