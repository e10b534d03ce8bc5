"""WebP files that strangers send by malice."""

from __future__ import annotations

import struct

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, NO_PICTURE, TAKEN, TOO_LARGE, add, hostile
from tests.hostile.pngs import noise


def riff(*chunks: bytes) -> bytes:
    """A WebP of these chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a RIFF file."""
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def chunks_of(data: bytes) -> list[bytes]:
    """The chunks of a WebP."""
    found, at = [], 12
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        found.append(data[at : at + 8 + size + size % 2])
        at += 8 + size + size % 2
    return found


def u24(number: int) -> bytes:
    """A number in three bytes, as WebP has them."""
    return struct.pack("<I", number)[:3]


def extended(width: int, height: int, flags: int) -> bytes:
    """The header of an extended WebP; flag 2 is animation, 4 XMP, 8 EXIF, 16 alpha, 32 a profile."""
    return chunk(b"VP8X", bytes((flags, 0, 0, 0)) + u24(width - 1) + u24(height - 1))


def plain(**options: object) -> bytes:
    """The chunk of a small picture."""
    return chunks_of(pictures.encoded(pictures.gradient(), "WEBP", **options))[0]


def animated(frames: int) -> bytes:
    """So many frames of 64 × 48, of which each is one chunk."""
    image = plain(lossless=True)
    placed = chunk(b"ANMF", u24(0) + u24(0) + u24(63) + u24(47) + u24(10) + b"\0" + image)
    return riff(extended(64, 48, 2), chunk(b"ANIM", bytes(6)), placed * frames)


add("webp of 268 megapixels in its header", lambda: pictures.webp_announcing(16_384, 16_384), TOO_LARGE)
add("webp of the largest canvas", lambda: pictures.webp_announcing(1 << 24, 1 << 24), TOO_LARGE)
add("webp of a canvas without a picture", lambda: pictures.webp_announcing(64, 48), BROKEN)
add("webp animated with 10,000 frames", lambda: animated(10_000), TAKEN)
add("webp that is its header", lambda: riff(), NO_PICTURE)
add("webp with noise for pixels", lambda: riff(chunk(b"VP8L", b"\x2f" + noise(9000))), BROKEN)
add("webp with noise for lossy pixels", lambda: riff(chunk(b"VP8 ", noise(9000))), BROKEN)


@hostile(TAKEN)
def webp_of_21_megapixels() -> bytes:
    return pictures.encoded(Image.new("RGB", (5250, 4000), "red"), "WEBP", lossless=True, method=0)


@hostile(TOO_LARGE)
def webp_of_24_megapixels() -> bytes:
    return pictures.encoded(Image.new("RGB", (6000, 4000), "red"), "WEBP", lossless=True, method=0)


@hostile(TAKEN)
def webp_animated_of_large_frames() -> bytes:
    """A hundred, each of 20 megapixels were it looked at."""
    image = chunks_of(pictures.encoded(Image.new("RGB", (5000, 4000), "red"), "WEBP", lossless=True, method=0))[0]
    placed = chunk(b"ANMF", u24(0) + u24(0) + u24(4999) + u24(3999) + u24(10) + b"\0" + image)
    return riff(extended(5000, 4000, 2), chunk(b"ANIM", bytes(6)), placed * 100)


@hostile(BROKEN)
def webp_with_a_frame_outside_its_canvas() -> bytes:
    placed = chunk(b"ANMF", u24(9000) + u24(9000) + u24(63) + u24(47) + u24(10) + b"\0" + plain())
    return riff(extended(64, 48, 2), chunk(b"ANIM", bytes(6)), placed)


@hostile(BROKEN)
def webp_with_a_canvas_that_its_picture_does_not_fill() -> bytes:
    return riff(extended(640, 480, 0), plain())


@hostile(TAKEN)
def webp_with_a_million_unknown_chunks() -> bytes:
    return riff(extended(64, 48, 0), plain(), chunk(b"JUNK", b"") * 1_000_000)


@hostile(TAKEN)
def webp_with_19_megabytes_of_exif() -> bytes:
    return riff(extended(64, 48, 8), plain(), chunk(b"EXIF", b"II*\0\x08\0\0\0" + noise(19_000_000)))


@hostile(TAKEN)
def webp_with_noise_for_a_profile() -> bytes:
    return riff(extended(64, 48, 32), chunk(b"ICCP", noise(1_000_000)), plain())


@hostile(BROKEN)
def webp_with_noise_for_alpha() -> bytes:
    return riff(extended(64, 48, 16), chunk(b"ALPH", noise(3000)), plain())


@hostile(BROKEN)
def webp_with_a_chunk_of_4_gigabytes() -> bytes:
    return b"RIFF" + struct.pack("<I", 400) + b"WEBPVP8 " + struct.pack("<I", 2**32 - 1) + noise(400)


@hostile(NO_PICTURE)
def wave_file() -> bytes:
    return b"RIFF" + struct.pack("<I", 400) + b"WAVEfmt " + struct.pack("<I", 16) + noise(400)
