"""Files that are no pictures, several at once, or pictures of a format that is not taken."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, NO_PICTURE, TAKEN, TOO_HEAVY, TOO_LARGE, add, hostile
from tests.hostile.pngs import deflated_zeros, noise

add("0 bytes", lambda: b"", NO_PICTURE)
add("1 byte", lambda: b"\xff", NO_PICTURE)
add("a line feed", lambda: b"\n", NO_PICTURE)
add("21 megabytes of zeros", lambda: bytes(21_000_000), TOO_HEAVY)
add("20 megabytes of zeros", lambda: bytes(20_000_000), NO_PICTURE)
add("20 megabytes of noise", lambda: noise(20_000_000), NO_PICTURE)
add("text", lambda: b"Dear bot, paint me.\n" * 9, NO_PICTURE)
add("a path for contents", lambda: b"../../../../etc/passwd\0", NO_PICTURE)
add("svg", lambda: pictures.SVG, NO_PICTURE)
add("pdf", lambda: pictures.PDF, NO_PICTURE)
add("heic", lambda: pictures.HEIC, NO_PICTURE)
add("avif", lambda: pictures.HEIC.replace(b"heic", b"avif"), NO_PICTURE)
add("eps", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(/bin/sh) run\n", NO_PICTURE)
add("xbm", lambda: b"#define a_width 64\n#define a_height 48\nstatic char a_bits[] = {0};\n", NO_PICTURE)
add("psd", lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 48, 64, 8, 3) + bytes(9999), NO_PICTURE)
add("ico", lambda: pictures.encoded(pictures.gradient(), "ICO"), NO_PICTURE)
add("tga", lambda: pictures.encoded(pictures.gradient(), "TGA"), NO_PICTURE)
add("ppm of 900 megapixels", lambda: b"P6 30000 30000 255\n" + bytes(99), NO_PICTURE)
add("jpeg 2000", lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99), NO_PICTURE)
add("fits", lambda: b"SIMPLE  =                    T".ljust(2880), NO_PICTURE)
add("an executable", lambda: b"\x7fELF\x02\x01\x01" + bytes(200), NO_PICTURE)
add("a program", lambda: b"#!/bin/sh\nrm -rf /\n", NO_PICTURE)
add("html", lambda: b"<html><script>alert(1)</script></html>", NO_PICTURE)
add("a film", lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + noise(999), NO_PICTURE)
add("gzip of zeros", lambda: gzip.compress(bytes(50_000_000)), NO_PICTURE)


@hostile(NO_PICTURE)
def svg_with_entities_that_grow() -> bytes:
    """A billion laughs."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE svg [<!ENTITY l0 "ha">{levels}]><svg><text>&l9;</text></svg>'.encode()


@hostile(NO_PICTURE)
def svg_that_reads_a_file() -> bytes:
    return b'<!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/passwd">]><svg><text>&f;</text></svg>'


@hostile(NO_PICTURE)
def imagemagick_script() -> bytes:
    return b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://127.0.0.1/x.jpg\"|touch \"/tmp/x)'\n"


@hostile(NO_PICTURE)
def zip_of_names_with_paths() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../tmp/escaped.png", pictures.png())
        archive.writestr("/etc/escaped.png", pictures.png())
    return buffer.getvalue()


@hostile(NO_PICTURE)
def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    return buffer.getvalue()


# ---- two things at once


@hostile(TAKEN)
def jpeg_and_zip() -> bytes:
    return pictures.jpeg() + zip_of_names_with_paths()


@hostile(TAKEN)
def png_and_html() -> bytes:
    return (
        pictures.png_with(pictures.png_chunk(b"tEXt", b"k\0<script>alert(1)</script>")) + b"<script>alert(1)</script>"
    )


@hostile(TAKEN)
def gif_and_javascript() -> bytes:
    """Its size is read as the beginning of a comment."""
    return pictures.encoded(pictures.gradient(), "GIF") + b"*/=1;alert(1)"


@hostile(TAKEN)
def jpeg_and_pdf() -> bytes:
    data = pictures.jpeg()
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(pictures.PDF) + 2) + pictures.PDF + data[2:]


@hostile(TAKEN)
def bmp_and_executable() -> bytes:
    return pictures.encoded(pictures.gradient(), "BMP") + b"MZ" + noise(5000)


@hostile(NO_PICTURE)
def pdf_with_a_jpeg_inside() -> bytes:
    return pictures.PDF + pictures.jpeg()


@hostile(BROKEN)
def jpeg_that_begins_as_a_png() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + pictures.jpeg()


@hostile(BROKEN)
def png_that_begins_as_a_jpeg() -> bytes:
    return b"\xff\xd8\xff" + pictures.png()


# ---- BMP


def bmp(width: int, height: int, bits: int = 24, compression: int = 0, body: bytes = b"", colours: int = 0) -> bytes:
    """A BMP whose header says this."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 0, 0, colours, 0)
    offset = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + header + body


add("bmp of 4 gigapixels in its header", lambda: bmp(65_535, 65_535), TOO_LARGE)
add("bmp of the largest sides there are", lambda: bmp(2**31 - 1, 2**31 - 1), TOO_LARGE)
add("bmp with the most negative height", lambda: bmp(64, -(2**31)), TOO_LARGE)
add("bmp with a negative width", lambda: bmp(-64, 48, body=bytes(64 * 48 * 3)), TOO_LARGE)
add("bmp with fewer bytes than pixels", lambda: bmp(640, 480, body=bytes(99)), BROKEN)
add("bmp of 7 bits", lambda: bmp(64, 48, bits=7, body=bytes(9999)), BROKEN)
add("bmp of an unknown compression", lambda: bmp(64, 48, compression=77, body=bytes(9999)), BROKEN)
add("bmp with 4 billion colours", lambda: bmp(64, 48, bits=8, colours=2**32 - 1, body=bytes(9999)), BROKEN)
add("bmp of 49 megapixels in runs that end at once", lambda: bmp(7000, 7000, 8, 1, bytes(1024) + b"\0\1"), BROKEN)


@hostile(TOO_LARGE)
def bmp_in_runs_that_jump() -> bytes:
    """Each jump of a run-length coded BMP moves on by at most 255 × 255 pixels."""
    return bmp(7000, 7000, 8, 1, bytes(1024) + b"\0\2\xff\xff" * 1_000_000)


@hostile(TOO_LARGE)
def bmp_in_runs_of_no_pixels() -> bytes:
    return bmp(7000, 7000, 8, 1, bytes(1024) + b"\0\0" * 9_000_000)


@hostile(TOO_LARGE)
def bmp_in_runs_of_one_pixel() -> bytes:
    return bmp(6900, 6900, 8, 1, bytes(1024) + b"\1\7" * 9_000_000)


@hostile(TAKEN)
def bmp_of_6_megapixels_without_runs() -> bytes:
    return pictures.encoded(Image.new("RGB", (3000, 2000), "red"), "BMP")


@hostile(NO_PICTURE)
def zlib_stream() -> bytes:
    return deflated_zeros(1 << 30)
