"""The sheet: places of the unit square, edges, light, and the way to a picture. x goes right, y down, both 0..1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.patterns.palette import Array


def grid(size: int) -> tuple[Array, Array]:
    """The x and y of every pixel's centre, each (size, size)."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = np.meshgrid(places, places)
    return x, y


def window(size: int, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
    """Rows and columns of a sheet within those edges of the unit square."""
    start = [max(0, math.floor(edge * size)) for edge in (top, left)]
    stop = [max(0, math.ceil(edge * size)) for edge in (bottom, right)]
    return slice(start[0], stop[0]), slice(start[1], stop[1])


def to_image(colours: Array) -> Image.Image:
    """The picture of (size, size, 3) colours; what leaves 0..1 is cut off."""
    return Image.fromarray((np.clip(colours, 0, 1) * 255 + 0.5).astype(np.uint8))


def to_array(image: Image.Image) -> Array:
    """Values of an 8-bit picture in 0..1: (size, size) of a grey one, (size, size, 3) of a coloured one."""
    return np.asarray(image).astype(np.float32) / 255


def step(value: Array, low: float, high: float) -> Array:
    """0 at `low` and 1 at `high`, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    smooth: Array = t * t * (3 - 2 * t)
    return smooth


def blend(below: Array, above: Array, cover: Array) -> Array:
    """`above` (a colour or colours) laid over `below` where `cover` (size, size) is 1."""
    return below + (above - below) * cover[..., None]


def blur(values: Array, radius: float) -> Array:
    """A (size, size) field softened by a Gaussian whose deviation is `radius`, in parts of the edge."""
    deviation = radius * values.shape[0]
    if deviation > 6:
        half = Image.fromarray(values).reduce(2)
        soft = Image.fromarray(blur(np.asarray(half), radius))
        return np.asarray(soft.resize(values.shape[::-1], Image.Resampling.BICUBIC))
    reach = max(1, round(3 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(deviation, 0.2)) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    for _ in range(2):
        padded, values = np.pad(values, ((reach, reach), (0, 0)), mode="edge"), np.zeros_like(values)
        for shift, weight in enumerate(weights):
            values += weight * padded[shift : shift + len(values)]
        values = values.T
    return values


def seams(pieces: NDArray[Any], width: float) -> Array:
    """Lines along the borders of numbered pieces (size, size): 1 in the middle, 0.6 half a `width` away, then 0."""
    edge = np.zeros(pieces.shape, np.float32)
    across, down = pieces[:, 1:] != pieces[:, :-1], pieces[1:] != pieces[:-1]
    for part, border in ((edge[:, 1:], across), (edge[:, :-1], across), (edge[1:], down), (edge[:-1], down)):
        part[border] = 1
    deviation = width / 2
    peak = 2 / (deviation * pieces.shape[0] * math.sqrt(2 * math.pi))  # of a line two pixels wide, blurred
    lines: Array = blur(edge, deviation) / peak
    return lines


def relief(height: Array, strength: float) -> Array:
    """Light from the upper left on a surface: about -1..1, 0 where it is level. `height` is in parts of the edge."""
    down, right = np.gradient(height * height.shape[0])
    slope: Array = -(down + right) * strength
    return slope / np.sqrt(1 + slope**2)
