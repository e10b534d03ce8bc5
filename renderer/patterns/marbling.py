"""Floating paint, dropped as stones, combed and curled, and lifted off with paper.

A comb moves the bath along its tines and leaves the place across them as it is, so that the way back is known in closed
form: Lu, Jaffer, Jin, Zhao, Mao, "Mathematical marbling" (2012).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.patterns.canvas import grid, to_array, to_image
from renderer.patterns.cells import scatter
from renderer.patterns.noise import clouds
from renderer.patterns.palette import Array, table

_PAINTS = table("#10192e", "#15406b", "#2a7f8e", "#f4ead2", "#c8322b", "#7a1322", "#e3a02c", "#f4ead2", "#0f3a3c")
_SPOTS = table("#f4ead2", "#e3a02c", "#c8322b", "#10192e")
#: Turning places: x, y, reach, turns at the centre.
_CURLS = (
    (0.20, 0.24, 0.13, 2.6), (0.72, 0.16, 0.11, -2.4), (0.47, 0.52, 0.15, 2.8),
    (0.86, 0.60, 0.12, 2.3), (0.17, 0.78, 0.12, -2.6), (0.63, 0.87, 0.12, -2.4),
)  # fmt: skip


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(11)
    bath = np.asarray(to_image(_stones(size, rng)))
    column, row = (_pixels(place) for place in _uncombed(*grid(size)))
    lifted = to_array(Image.fromarray(bath[row, column]).reduce(2))
    paper = 1 + 0.025 * clouds(rng, size, 250, 2) + 0.03 * clouds(rng, size, 9, 3)
    return to_image(lifted * paper[..., None])


def _stones(size: int, rng: np.random.Generator) -> Array:
    """The bath before the comb: large drops with dark veins between, and small ones thrown over them."""
    x, y = grid(size)
    large = scatter(rng, x, y, 13, 1.0)
    small = scatter(rng, x, y, 26, 1.0)
    paints = rng.integers(0, len(_PAINTS), len(large.points))
    spots, reach = rng.integers(0, len(_SPOTS), len(small.points)), 0.017 * rng.random(len(small.points)) - 0.004
    away = np.hypot(*(small.points[small.number].transpose(2, 0, 1) - (x, y)))
    spotted = away < reach[small.number]
    vein = large.border < 0.0032
    colours = np.where(vein[..., None], _PAINTS[0], _PAINTS[paints][large.number])
    spattered: Array = np.where(spotted[..., None], _SPOTS[spots][small.number], colours)
    return spattered


def _pixels(places: Array) -> NDArray[np.int32]:
    """Columns or rows of a (size, size) map of places, on a sheet of twice the size; beyond the edge mirrored."""
    size = len(places)
    finer = np.asarray(Image.fromarray(places).resize((2 * size, 2 * size), Image.Resampling.BILINEAR))
    pixels: NDArray[np.int32] = np.clip(np.abs((finer + 1) % 2 - 1) * size, 0, size - 1).astype(np.int32)
    return pixels


def _uncombed(x: Array, y: Array) -> tuple[Array, Array]:
    """Where in the bath of stones the paint at each place came from: the movements undone, the last one first."""
    for cx, cy, reach, turns in _CURLS:
        dx, dy = x - cx, y - cy
        angle = turns * np.exp(-np.hypot(dx, dy) * (2.4 / reach)) * np.pi
        cosine, sine = np.cos(angle), np.sin(angle)
        x, y = cx + dx * cosine - dy * sine, cy + dx * sine + dy * cosine
    y = y - 0.055 * _tines(x, 0.055)
    x = x - 0.16 * _tines(y + 0.02, 0.22)
    y = y - 0.30 * _tines(x + 0.013, 0.17)
    return x, y


def _tines(across: Array, gap: float) -> Array:
    """How far the tines, `gap` apart and every second one the other way, drag the bath: -1..1."""
    turn = across / gap
    way = 1 - 2 * (np.floor(turn) % 2)
    drag: Array = way * (np.exp(-5 * np.abs(turn % 1 - 0.5)) - np.float32(np.exp(-2.5)))
    return drag
