"""JPEG files that strangers send by malice: wrong sizes, endless scans, junk in the segments."""

from __future__ import annotations

import struct

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, TAKEN, TOO_LARGE, TOO_SMALL, add, hostile
from tests.hostile.pngs import noise

SOI, EOI, SOS = b"\xff\xd8", b"\xff\xd9", b"\xff\xda"


def segment(marker: int, body: bytes) -> bytes:
    """A segment of at most 65,533 bytes."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg_with(*segments: bytes) -> bytes:
    """A small JPEG with further segments at its beginning."""
    return SOI + b"".join(segments) + pictures.jpeg()[2:]


def exif(*tiff: bytes) -> bytes:
    """An EXIF segment of a TIFF's bytes."""
    return segment(0xE1, b"Exif\0\0" + b"".join(tiff))


def ifd(entries: int, body: bytes, following: int = 0) -> bytes:
    """A TIFF, little-endian, whose directory says that it has so many entries."""
    return b"II*\0\x08\0\0\0" + struct.pack("<H", entries) + body + struct.pack("<I", following)


# ---- wrong sizes

add("jpeg that says 48 megapixels", lambda: pictures.jpeg_announcing(8000, 6000), BROKEN)
add("jpeg that says 4 gigapixels", lambda: pictures.jpeg_announcing(65_500, 65_500), TOO_LARGE)
add("jpeg that says it has no rows", lambda: pictures.jpeg_announcing(64, 0), BROKEN)
add("jpeg that says it has no columns", lambda: pictures.jpeg_announcing(0, 48), BROKEN)
add("jpeg that says one pixel", lambda: pictures.jpeg_announcing(1, 1), TOO_SMALL)
add("jpeg that says twice its height", lambda: pictures.jpeg_announcing(64, 96), TAKEN)
add("jpeg that says a tenth of its size", lambda: _announcing_of(640, 480, 64, 48), TAKEN)


def _announcing_of(width: int, height: int, said_width: int, said_height: int) -> bytes:
    data = bytearray(pictures.jpeg(width, height))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", said_height, said_width)
    return bytes(data)


@hostile(TOO_LARGE)
def jpeg_with_two_frames() -> bytes:
    data = pictures.jpeg()
    second = segment(0xC0, struct.pack(">BHHB", 8, 9000, 9000, 1) + bytes((1, 0x11, 0)))
    scan = data.index(SOS)
    return data[:scan] + second + data[scan:]


@hostile(BROKEN)
def jpeg_of_12_bits() -> bytes:
    data = bytearray(pictures.jpeg())
    data[data.index(b"\xff\xc0") + 4] = 12
    return bytes(data)


@hostile(BROKEN)
def jpeg_of_255_colours() -> bytes:
    data = bytearray(pictures.jpeg())
    data[data.index(b"\xff\xc0") + 9] = 255
    return bytes(data)


@hostile(BROKEN)
def jpeg_with_sampling_of_zero() -> bytes:
    data = bytearray(pictures.jpeg())
    data[data.index(b"\xff\xc0") + 11] = 0
    return bytes(data)


@hostile(BROKEN)
def jpeg_that_says_lossless() -> bytes:
    return pictures.jpeg().replace(b"\xff\xc0", b"\xff\xc3", 1)


@hostile(TAKEN)
def jpeg_that_says_arithmetic_coding() -> bytes:
    return pictures.jpeg().replace(b"\xff\xc0", b"\xff\xc9", 1)


@hostile(BROKEN)
def jpeg_without_tables() -> bytes:
    data = pictures.jpeg()
    return data[: data.index(b"\xff\xdb")] + data[data.index(b"\xff\xc0") :].replace(b"\xff\xc4", b"\xff\xec")


# ---- endless scans


def _progressive(width: int, height: int) -> tuple[bytes, bytes]:
    """A progressive JPEG of grey, up to its first scan; and its last scan, to be repeated."""
    data = pictures.encoded(Image.new("L", (width, height), 90), "JPEG", progressive=True, quality=50)
    scans = [at for at in range(len(data) - 1) if data[at : at + 2] == SOS]
    return data[: len(data) - 2], data[scans[-1] : len(data) - 2]


@hostile(BROKEN)
def jpeg_progressive_with_thousands_of_scans() -> bytes:
    """Each goes through all coefficients once more."""
    data, scan = _progressive(4000, 3000)
    return data + scan * 3000 + EOI


@hostile(BROKEN)
def jpeg_progressive_small_with_100_000_scans() -> bytes:
    data, scan = _progressive(200, 100)
    return data + scan * 100_000 + EOI


@hostile(TAKEN)
def jpeg_progressive_of_20_megapixels() -> bytes:
    image = Image.effect_noise((550, 400), 60).convert("RGB").resize((5500, 4000), Image.Resampling.NEAREST)
    return pictures.encoded(image, "JPEG", quality=30, progressive=True)


@hostile(TAKEN)
def jpeg_with_a_restart_every_block() -> bytes:
    return pictures.encoded(pictures.gradient(1000, 800), "JPEG", restart_marker_blocks=1)


@hostile(TAKEN)
def jpeg_of_restart_markers() -> bytes:
    data = pictures.jpeg(640, 480)
    at = data.index(SOS)
    return data[: at + 14] + b"\xff\xd0" * 2_000_000 + EOI


@hostile(TAKEN)
def jpeg_with_noise_for_pixels() -> bytes:
    """libjpeg makes something of nearly anything; that is its sender's to look at."""
    data = pictures.jpeg()
    at = data.index(SOS)
    return data[: at + 14] + noise(9000).replace(b"\xff", b"\xfe") + EOI


# ---- junk in the segments


@hostile(TAKEN)
def jpeg_with_exif_of_64_kilobytes() -> bytes:
    return jpeg_with(exif(ifd(1, struct.pack("<HHII", 0x010E, 2, 65_000, 26)), b"x" * 65_000))


@hostile(TAKEN)
def jpeg_with_19_megabytes_of_exif() -> bytes:
    part = exif(ifd(1, struct.pack("<HHII", 0x010E, 2, 65_000, 26)), b"x" * 65_000)
    return jpeg_with(part * 290)


@hostile(TAKEN)
def jpeg_with_exif_of_5_000_entries() -> bytes:
    entries = b"".join(struct.pack("<HHII", tag % 65536, 3, 1, 1) for tag in range(5000))
    return jpeg_with(exif(ifd(5000, entries)))


@hostile(TAKEN)
def jpeg_with_exif_that_points_at_itself() -> bytes:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    return jpeg_with(exif(ifd(1, entry, following=8)))


@hostile(TAKEN)
def jpeg_with_exif_of_4_billion_values() -> bytes:
    return jpeg_with(exif(ifd(1, struct.pack("<HHII", 0x0112, 3, 2**32 - 1, 2**32 - 1))))


@hostile(TAKEN)
def jpeg_with_noise_for_exif() -> bytes:
    return jpeg_with(exif(noise(60_000)))


@hostile(TAKEN)
def jpeg_with_an_orientation_of_noise() -> bytes:
    return jpeg_with(exif(ifd(1, struct.pack("<HHII", 0x0112, 5, 9, 3))))


@hostile(TAKEN)
def jpeg_with_noise_for_a_profile() -> bytes:
    return pictures.jpeg(icc_profile=noise(500_000))


@hostile(TAKEN)
def jpeg_with_255_parts_of_a_profile_in_the_wrong_order() -> bytes:
    parts = [segment(0xE2, b"ICC_PROFILE\0" + bytes((255 - part, 255)) + noise(60_000, part)) for part in range(255)]
    return jpeg_with(*parts)


@hostile(TAKEN)
def jpeg_with_a_profile_whose_tags_overlap() -> bytes:
    profile = bytearray(pictures.display_p3_profile())
    for tag in range(7):
        profile[132 + 12 * tag + 4 : 132 + 12 * tag + 12] = struct.pack(">II", 128, 2**31 - 1)
    return pictures.jpeg(icc_profile=bytes(profile))


@hostile(TAKEN)
def jpeg_with_a_profile_with_an_endless_curve() -> bytes:
    profile = pictures.display_p3_profile().replace(b"para\0\0\0\0", b"curv\0\0\0\0", 1)
    at = profile.index(b"curv")
    return pictures.jpeg(icc_profile=profile[: at + 8] + b"\xff\xff\xff\xff" + profile[at + 12 :])


@hostile(TAKEN)
def jpeg_with_19_megabytes_of_comments() -> bytes:
    return jpeg_with(segment(0xFE, b"c" * 65_000) * 290)


@hostile(BROKEN)
def jpeg_with_a_million_empty_segments() -> bytes:
    return jpeg_with(segment(0xEB, b"") * 1_000_000)


@hostile(BROKEN)
def jpeg_with_a_million_comments() -> bytes:
    return jpeg_with(segment(0xFE, b"c") * 1_000_000)


@hostile(BROKEN)
def jpeg_with_200_000_exif_segments() -> bytes:
    return jpeg_with(exif(b"II*\0\x08\0\0\0\0\0") * 200_000)


@hostile(TAKEN)
def jpeg_with_photoshop_resources_of_noise() -> bytes:
    return jpeg_with(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\0\0\0\x10" + noise(500)))


@hostile(TAKEN)
def jpeg_with_an_adobe_transform_of_9() -> bytes:
    return jpeg_with(segment(0xEE, b"Adobe" + bytes((0, 100, 0, 0, 0, 0, 9))))


@hostile(TAKEN)
def jpeg_with_a_segment_of_length_zero() -> bytes:
    return SOI + b"\xff\xe5\0\0" + pictures.jpeg()[2:]


@hostile(BROKEN)
def jpeg_with_fill_bytes() -> bytes:
    """A marker may be preceded by any number of 0xFF."""
    return SOI + b"\xff" * 5_000_000 + pictures.jpeg()[2:]


@hostile(BROKEN)
def jpeg_with_zeros_before_a_marker() -> bytes:
    return SOI + pictures.jpeg()[2:20] + bytes(5_000_000) + pictures.jpeg()[20:]


# ---- other kinds of it


@hostile(TAKEN)
def jpeg_for_print() -> bytes:
    return pictures.encoded(Image.new("CMYK", (300, 200), (9, 80, 200, 30)), "JPEG")


@hostile(TAKEN)
def jpeg_for_print_of_20_megapixels() -> bytes:
    return pictures.encoded(Image.new("CMYK", (5500, 3700), (9, 80, 200, 30)), "JPEG")


@hostile(TAKEN)
def jpeg_for_print_with_a_profile_for_screens() -> bytes:
    return pictures.encoded(
        Image.new("CMYK", (300, 200), (9, 80, 200, 30)), "JPEG", icc_profile=pictures.display_p3_profile()
    )


@hostile(TAKEN)
def mpo_with_an_index_that_points_outside() -> bytes:
    image = pictures.gradient(300, 200)
    data = bytearray(pictures.encoded(image, "MPO", save_all=True, append_images=[image]))
    at = data.index(b"MPF\0")
    data[at + 50 : at + 90] = b"\xff" * 40
    return bytes(data)


@hostile(TAKEN)
def mpo_of_a_thousand_pictures() -> bytes:
    small = Image.new("RGB", (64, 48), "red")
    return pictures.encoded(small, "MPO", save_all=True, append_images=[small] * 500)
