"""Pictures made by code: plain ones, and those that strangers send by mistake or malice."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9"/></svg>'
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    """The bytes of a file with this picture in it."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def gradient(width: int = 64, height: int = 48) -> Image.Image:
    """An RGB picture without two equal quarters: red grows to the right, green downwards."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 90)))


def jpeg(width: int = 64, height: int = 48, **options: Any) -> bytes:
    return encoded(gradient(width, height), "JPEG", **options)


def png(width: int = 64, height: int = 48, **options: Any) -> bytes:
    return encoded(gradient(width, height), "PNG", **options)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_zeros(width: int, height: int, colour_type: int = 0) -> bytes:
    """A PNG of 8-bit zeros, however large, in a moment; colour type 0 is grey, 2 RGB and 6 RGBA."""
    row = 1 + width * {0: 1, 2: 3, 6: 4}[colour_type]
    body = bytes(row)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(body) + deflate.flush(zlib.Z_FULL_FLUSH)
    # Adler-32 of n zero bytes, in closed form.
    checksum = (row * height % 65521) << 16 | 1
    stream = b"\x78\xda" + block * height + b"\x03\x00" + struct.pack(">I", checksum)
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", stream) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def png_with(*chunks: bytes) -> bytes:
    """A small PNG with further chunks before its pixels."""
    data = png()
    return data[:33] + b"".join(chunks) + data[33:]


def png_with_wrong_checksum() -> bytes:
    data = bytearray(png())
    data[30] ^= 0xFF  # in the checksum of the header
    return bytes(data)


def png_with_damaged_pixels() -> bytes:
    data = bytearray(png())
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


def png_with_text_bomb() -> bytes:
    """64 MB of text in 64 kB."""
    return png_with(png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64 << 20), 9)))


def jpeg_announcing(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    data = bytearray(jpeg())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def gif_with_screen(width: int, height: int) -> bytes:
    """A small GIF on a logical screen of another size."""
    data = bytearray(encoded(gradient(), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def webp_announcing(width: int, height: int) -> bytes:
    """An extended WebP header with a canvas size, and no picture behind it."""
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + _u24(width - 1) + _u24(height - 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _u24(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def animation(format: str) -> bytes:
    """A red frame, then a blue one."""
    red, blue = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    return encoded(red, format, save_all=True, append_images=[blue], duration=100)


def display_p3_profile() -> bytes:
    """The ICC profile of Display P3, whose red, green and blue lie outside sRGB."""
    curve = _tone_curve()
    return _icc_profile(
        b"mntr",
        b"RGB ",
        b"XYZ ",
        {
            b"wtpt": _xyz(0.9642, 1.0, 0.8249),
            b"rXYZ": _xyz(0.51512, 0.24120, -0.00105),
            b"gXYZ": _xyz(0.29198, 0.69225, 0.04189),
            b"bXYZ": _xyz(0.15710, 0.06657, 0.78407),
            b"rTRC": curve,
            b"gTRC": curve,
            b"bTRC": curve,
        },
    )


def green_magenta_profile() -> bytes:
    """An ICC profile of a CMYK press whose magenta ink is green: whoever ignores it sees magenta."""
    white, green = bytes((255, 128, 128)), bytes((118, 76, 178))  # L*a*b* of 8 bits
    corners = b"".join(green if corner & 0b0100 else white for corner in range(16))  # cyan is the highest bit
    identity = struct.pack(">9i", *(0x10000 if i % 4 == 0 else 0 for i in range(9)))
    straight = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + straight * 4 + corners + straight * 3
    return _icc_profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def _icc_profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4s4s4s4s4s", start + len(body), b"", b"\x02\x40\0\0", device, space, connection)
    header = header.ljust(36, b"\0") + b"acsp"
    header = header.ljust(68, b"\0") + _xyz(0.9642, 1.0, 0.8249)[8:]
    return header.ljust(128, b"\0") + table + body


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(x, y, z)


def _tone_curve() -> bytes:
    return b"para\0\0\0\0\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
