"""Smooth randomness of the unit square: at every size the same, finer where there are more pixels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from renderer.patterns.canvas import grid
from renderer.patterns.palette import Array


def clouds(rng: np.random.Generator, size: int, cells: float, octaves: int = 3, stretch: float = 1.0) -> Array:
    """Noise of mean 0 and deviation 1, (size, size): `cells` bumps from edge to edge, twice as many at half height, ….

    With a `stretch` above 1 the bumps are that many times longer than high.
    """
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        high, wide = (max(2, round(cells * 2**octave * factor)) for factor in (stretch**0.5, stretch**-0.5))
        lattice = Image.fromarray(rng.standard_normal((high + 2, wide + 2)).astype(np.float32))
        inner = (1, 1, wide + 1, high + 1)  # beyond the lattice's edge there is nothing to interpolate with
        total += 0.5**octave * np.asarray(lattice.resize((size, size), Image.Resampling.BICUBIC, inner))
    noise: Array = (total - total.mean()) / (total.std() + np.float32(1e-6))
    return noise


def unsteady(rng: np.random.Generator, size: int, by: float, cells: float, octaves: int) -> tuple[Array, Array]:
    """The x and y of every pixel, shaken by about `by`: whatever is drawn with them looks drawn by hand."""
    x, y = grid(size)
    return x + by * clouds(rng, size, cells, octaves), y + by * clouds(rng, size, cells, octaves)


def strewn(rng: np.random.Generator, gap: float, margin: float) -> tuple[Array, Array]:
    """The x and y of places about `gap` apart all over the square and the `margin` around it, in no order."""
    side = round((1 + 2 * margin) / gap)
    lattice = np.stack(grid(side), -1).reshape(-1, 2) * (1 + 2 * margin) - margin
    places = rng.permutation(lattice + 0.4 * gap * rng.standard_normal((side**2, 2)))
    return places[:, 0].astype(np.float32), places[:, 1].astype(np.float32)


def sample(field: Array, x: Array, y: Array) -> Array:
    """Values of a (size, size) or (size, size, 3) field at any places, bilinear; beyond its edges it is mirrored."""
    size = field.shape[0]
    column, row = (np.abs((place + 1) % 2 - 1) * size - 0.5 for place in (x, y))
    left, above = (np.clip(np.floor(place).astype(np.int32), 0, size - 2) for place in (column, row))
    right, below = (np.clip(part, 0, 1).astype(np.float32) for part in (column - left, row - above))
    if field.ndim == 3:
        right, below = right[..., None], below[..., None]
    flat, corner = field.reshape(size * size, *field.shape[2:]), above * size + left
    upper = flat[corner] * (1 - right) + flat[corner + 1] * right
    lower = flat[corner + size] * (1 - right) + flat[corner + size + 1] * right
    values: Array = upper * (1 - below) + lower * below
    return values.astype(np.float32)
