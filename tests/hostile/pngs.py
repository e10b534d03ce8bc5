"""PNG files that strangers send by malice: bombs, junk between the chunks, and lies in the header."""

from __future__ import annotations

import random
import struct
import zlib

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, TAKEN, TOO_LARGE, TOO_LONG, TOO_SMALL, add, hostile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
chunk = pictures.png_chunk


def ihdr(width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    """A header chunk; colour type 0 is grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def png(*chunks: bytes) -> bytes:
    """A PNG of these chunks and the end."""
    return SIGNATURE + b"".join(chunks) + chunk(b"IEND", b"")


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress, the same every time."""
    return random.Random(seed).randbytes(size)


def deflated_zeros(size: int) -> bytes:
    """A zlib stream of so many zeros, made in a moment: the same compressed megabyte again and again."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    mega = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    rest = deflate.compress(bytes(size % (1 << 20))) + deflate.flush()
    # Adler-32 of n zero bytes, in closed form.
    return b"\x78\xda" + mega * (size >> 20) + rest + struct.pack(">I", (size % 65521) << 16 | 1)


# ---- bombs

add("png of 900 megapixels in 1 MB", lambda: pictures.png_of_zeros(30_000, 30_000), TOO_LARGE)
add("png of 50 megapixels and alpha", lambda: pictures.png_of_zeros(8000, 6250, colour_type=6), TAKEN)
add("png of 4 gigapixels in its header", lambda: png(ihdr(65_535, 65_535), chunk(b"IDAT", b"")), TOO_LARGE)
add("png of the largest sides there are", lambda: png(ihdr(2**31 - 1, 2**31 - 1), chunk(b"IDAT", b"")), TOO_LARGE)
add("png with sides that look negative", lambda: png(ihdr(2**32 - 1, 2**32 - 1), chunk(b"IDAT", b"")), TOO_LARGE)
add("png of no pixels", lambda: png(ihdr(0, 0), chunk(b"IDAT", zlib.compress(b""))), BROKEN)
add("png of one row", lambda: pictures.png_of_zeros(40_000, 1), TOO_SMALL)
add("png of one pixel", lambda: pictures.png(1, 1), TOO_SMALL)
add("png 100 times as long as high", lambda: pictures.png_of_zeros(4000, 40), TOO_LONG)


@hostile(TAKEN)
def png_with_a_gigabyte_behind_its_pixels() -> bytes:
    """The zlib stream goes on long after the last row."""
    return png(ihdr(64, 48), chunk(b"IDAT", deflated_zeros(1 << 30)))


@hostile(BROKEN)
def png_with_a_text_bomb() -> bytes:
    return pictures.png_with(chunk(b"zTXt", b"Comment\0\0" + deflated_zeros(64 << 20)))


@hostile(BROKEN)
def png_with_a_bomb_for_a_profile() -> bytes:
    return pictures.png_with(chunk(b"iCCP", b"bomb\0\0" + deflated_zeros(64 << 20)))


@hostile(BROKEN)
def png_with_international_text_bombs() -> bytes:
    """Forty, each below the limit of one."""
    text = b"k\0\1\0\0\0" + zlib.compress(bytes(1_000_000), 9)
    return pictures.png_with(*[chunk(b"iTXt", text)] * 100)


@hostile(TAKEN)
def png_with_99_000_text_chunks() -> bytes:
    return pictures.png_with(chunk(b"tEXt", b"k\0v") * 99_000)


@hostile(BROKEN)
def png_with_500_000_empty_chunks_between_its_pixels() -> bytes:
    stream = zlib.compress(bytes((1 + 64 * 3) * 48))
    return png(ihdr(64, 48), chunk(b"IDAT", b"") * 500_000, chunk(b"IDAT", stream))


@hostile(BROKEN)
def png_with_a_million_unknown_chunks() -> bytes:
    return pictures.png_with(chunk(b"abCd", b"") * 1_000_000)


@hostile(TAKEN)
def png_whose_pixels_come_a_byte_a_chunk() -> bytes:
    rows = b"".join(b"\0" + noise(64 * 3, row) for row in range(48))
    stream = zlib.compress(rows)
    return png(ihdr(64, 48), *[chunk(b"IDAT", stream[at : at + 1]) for at in range(len(stream))])


@hostile(TAKEN)
def png_interlaced_of_50_megapixels() -> bytes:
    """Adam7: seven pictures, each of zeros."""
    width, height = 8000, 6250
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    deflate = zlib.compressobj(9)
    stream = b""
    for left, top, across, down in passes:
        row = bytes(1 + (width - left + across - 1) // across)
        for _ in range((height - top + down - 1) // down):
            stream += deflate.compress(row)
    return png(ihdr(width, height, colour=0, interlace=1), chunk(b"IDAT", stream + deflate.flush()))


# ---- lies and junk

add("png with a wrong checksum", pictures.png_with_wrong_checksum, BROKEN)
add("png with damaged pixels", pictures.png_with_damaged_pixels, BROKEN)
add("png with noise for pixels", lambda: png(ihdr(64, 48), chunk(b"IDAT", noise(9000))), BROKEN)
add("png without pixels", lambda: png(ihdr(64, 48)), BROKEN)
add("png with 3 bits a sample", lambda: png(ihdr(64, 48, depth=3), chunk(b"IDAT", b"")), BROKEN)
add("png of an unknown colour type", lambda: png(ihdr(64, 48, colour=5), chunk(b"IDAT", b"")), BROKEN)
add("png with an unknown interlace", lambda: png(ihdr(64, 48, interlace=9), chunk(b"IDAT", b"")), BROKEN)
add("png with two headers", lambda: png(ihdr(64, 48), ihdr(5000, 5000), chunk(b"IDAT", b"")), BROKEN)
add("png that begins with its pixels", lambda: png(chunk(b"IDAT", zlib.compress(bytes(9999)))), BROKEN)
add("png that is its signature", lambda: SIGNATURE, BROKEN)
add("png that ends at once", lambda: png(), BROKEN)


@hostile(TAKEN)
def png_with_fewer_rows_than_it_says() -> bytes:
    return png(ihdr(640, 480), chunk(b"IDAT", zlib.compress(bytes((1 + 640 * 3) * 100))))


@hostile(BROKEN)
def png_with_a_chunk_of_4_gigabytes() -> bytes:
    return SIGNATURE + ihdr(64, 48) + struct.pack(">I", 2**32 - 1) + b"IDAT" + bytes(500)


@hostile(BROKEN)
def png_with_a_short_header() -> bytes:
    return png(chunk(b"IHDR", struct.pack(">II", 64, 48)), chunk(b"IDAT", b""))


@hostile(BROKEN)
def png_with_an_unknown_filter() -> bytes:
    return png(ihdr(64, 48), chunk(b"IDAT", zlib.compress(b"".join(b"\x09" + bytes(64 * 3) for _ in range(48)))))


@hostile(TAKEN)
def png_with_indices_beyond_its_palette() -> bytes:
    rows = b"".join(b"\0" + bytes(range(64)) for _ in range(48))
    return png(ihdr(64, 48, colour=3), chunk(b"PLTE", bytes((255, 0, 0))), chunk(b"IDAT", zlib.compress(rows)))


@hostile(BROKEN)
def png_without_its_palette() -> bytes:
    rows = b"".join(b"\0" + bytes(range(64)) for _ in range(48))
    return png(ihdr(64, 48, colour=3), chunk(b"IDAT", zlib.compress(rows)))


@hostile(BROKEN)
def png_with_a_palette_of_2000_colours() -> bytes:
    rows = b"".join(b"\0" + bytes(range(64)) for _ in range(48))
    return png(ihdr(64, 48, colour=3), chunk(b"PLTE", noise(6000)), chunk(b"IDAT", zlib.compress(rows)))


@hostile(BROKEN)
def png_with_transparency_of_a_megabyte() -> bytes:
    rows = b"".join(b"\0" + bytes(range(64)) for _ in range(48))
    palette, alpha = chunk(b"PLTE", noise(768)), chunk(b"tRNS", noise(1 << 20))
    return png(ihdr(64, 48, colour=3), palette, alpha, chunk(b"IDAT", zlib.compress(rows)))


@hostile(TAKEN)
def png_of_16_bits() -> bytes:
    rows = b"".join(b"\0" + noise(64 * 6, row) for row in range(48))
    return png(ihdr(64, 48, depth=16), chunk(b"IDAT", zlib.compress(rows)))


@hostile(TAKEN)
def png_of_16_bits_of_grey_and_20_megapixels() -> bytes:
    width, height = 5000, 4000
    deflate = zlib.compressobj(1)
    row = b"\0" + noise(64) * (width * 2 // 64 + 1)
    stream = b"".join(deflate.compress(row[: 1 + width * 2]) for _ in range(height)) + deflate.flush()
    return png(ihdr(width, height, depth=16, colour=0), chunk(b"IDAT", stream))


@hostile(TAKEN)
def png_of_one_bit() -> bytes:
    return pictures.encoded(Image.effect_noise((200, 150), 90).convert("1"), "PNG")


@hostile(TAKEN)
def png_with_junk_for_a_profile() -> bytes:
    return pictures.png(icc_profile=noise(100_000))


@hostile(TAKEN)
def png_with_a_profile_of_a_million_tags() -> bytes:
    profile = bytearray(pictures.display_p3_profile())
    profile[128:132] = struct.pack(">I", 1_000_000)
    return pictures.png(icc_profile=bytes(profile))


@hostile(TAKEN)
def png_with_junk_for_exif() -> bytes:
    return pictures.png_with(chunk(b"eXIf", noise(60_000)))


@hostile(TAKEN)
def png_with_a_gamma_of_zero_and_no_white() -> bytes:
    return pictures.png_with(chunk(b"gAMA", bytes(4)), chunk(b"cHRM", bytes(32)), chunk(b"pHYs", b"\xff" * 9))


# ---- animated


def animated_png(frames: int, announced: int) -> bytes:
    """An APNG of so many frames of one pixel each, on a picture of 64 × 48."""
    first = zlib.compress(bytes((1 + 64 * 3) * 48))
    dot = zlib.compress(bytes(4))
    body = [ihdr(64, 48), chunk(b"acTL", struct.pack(">II", announced, 0)), chunk(b"IDAT", first)]
    for number in range(frames):
        body.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * number, 1, 1, 0, 0, 1, 100, 0, 0)))
        body.append(chunk(b"fdAT", struct.pack(">I", 2 * number + 1) + dot))
    return png(*body)


add("png animated with 10,000 frames", lambda: animated_png(10_000, 10_000), TAKEN)
add("png that says it has 4 billion frames", lambda: animated_png(1, 2**32 - 1), TAKEN)
add("png that says it has no frames", lambda: animated_png(1, 0), TAKEN)


@hostile(BROKEN)
def png_with_a_frame_outside_its_canvas() -> bytes:
    control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9000, 9000, 2**31, 2**31, 1, 100, 9, 9))
    pixels = chunk(b"IDAT", zlib.compress(bytes((1 + 64 * 3) * 48)))
    return png(ihdr(64, 48), chunk(b"acTL", struct.pack(">II", 2, 0)), control, pixels)


@hostile(TAKEN)
def png_that_goes_on_after_its_end() -> bytes:
    return pictures.png() + noise(1_000_000)
