"""Whose a painting is, written into its first pixels."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def signed(pixels: np.ndarray, number: int) -> np.ndarray:
    """The picture (H, W, 3) with a number below 2²⁴ in its first pixel."""
    pixels[0, 0] = (number >> 16 & 255, number >> 8 & 255, number & 255)
    return pixels


def signature(painting: bytes) -> int:
    """The number in a painting that came as a PNG."""
    with Image.open(io.BytesIO(painting)) as picture:
        red, green, blue = np.asarray(picture.convert("RGB"))[0, 0]
    return int(red) << 16 | int(green) << 8 | int(blue)
