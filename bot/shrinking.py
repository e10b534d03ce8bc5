"""Pictures made small enough for a platform."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

_QUALITIES = (92, 80)


def jpeg_within(picture: Image.Image, most_bytes: int) -> bytes:
    """A JPEG of at most so many bytes: of less quality, and then of half the size, where it must be."""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= most_bytes:
            return buffer.getvalue()
    return jpeg_within(ImageOps.scale(picture, 0.5, Image.Resampling.LANCZOS), most_bytes)
