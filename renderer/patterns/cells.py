"""Cells around scattered points, as in leather, stone and cracked wax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renderer.patterns.palette import Array, Numbers


@dataclass(frozen=True)
class Cells:
    """Which cell each place belongs to, and how far its border is."""

    number: Numbers  #: (...), 0 … points - 1
    points: Array  #: (points, 2), x and y of each cell's centre, in the coordinates that were asked with
    border: Array  #: (...), distance to the nearest border


def scatter(rng: np.random.Generator, x: Array, y: Array, count: int, jitter: float = 0.8) -> Cells:
    """Cells of about `count` from edge to edge around the points of a shaken lattice, for places about 0..1."""
    side = count + 4  # two rows beyond each edge
    shaken = np.indices((side, side)).transpose(1, 2, 0)[..., ::-1] - 1.5 + jitter * (rng.random((side, side, 2)) - 0.5)
    points = (shaken.reshape(-1, 2) / count).astype(np.float32)
    column = np.clip(np.floor(x * count).astype(np.int32) + 2, 1, side - 2)
    row = np.clip(np.floor(y * count).astype(np.int32) + 2, 1, side - 2)
    home = row * side + column
    first, second = (np.full(x.shape, np.inf, np.float32) for _ in range(2))
    nearest, next_nearest = np.zeros_like(home), np.zeros_like(home)
    for shift in (down * side + right for down in (-1, 0, 1) for right in (-1, 0, 1)):
        number = home + shift
        squared = (points[number, 0] - x) ** 2 + (points[number, 1] - y) ** 2
        nearer, between = squared < first, (squared >= first) & (squared < second)
        second = np.where(nearer, first, np.where(between, squared, second))
        next_nearest = np.where(nearer, nearest, np.where(between, number, next_nearest))
        first = np.where(nearer, squared, first)
        nearest = np.where(nearer, number, nearest)
    apart = np.hypot(*(points[nearest] - points[next_nearest]).transpose(-1, *range(x.ndim)))
    return Cells(nearest, points, (second - first) / (2 * np.maximum(apart, 1e-6)))
