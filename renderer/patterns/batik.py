"""A medallion of blossoms in wax and dye: indigo and brown on cotton, with the cracks of the wax."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blend, seams, step, to_image, window
from renderer.patterns.cells import scatter
from renderer.patterns.noise import clouds, unsteady
from renderer.patterns.palette import Array, Numbers, rgb, table

_INDIGO, _BLUE, _SKY, _BROWN, _RUST, _HONEY, _CREAM = range(7)
_DYES = table("#131c3f", "#27498c", "#7fa3c4", "#4a2417", "#9c4a22", "#d59a4a", "#f2e4c4")
_HEARTS = (_SKY, _INDIGO, _BLUE, _RUST, _HONEY, _BROWN, _RUST)  # by the petal's dye
_WAX = "#f4e8cc"
#: Rings of a medallion: outer radius, petals, how pointed they are, dye of the petal, dye between petals.
_Ring = tuple[float, int, float, int, int]
_RINGS: tuple[_Ring, ...] = (
    (1.00, 20, 0.9, _BROWN, _INDIGO),
    (0.84, 20, 0.5, _HONEY, _BROWN),
    (0.70, 12, 0.7, _BLUE, _RUST),
    (0.50, 12, 0.6, _SKY, _INDIGO),
    (0.36, 8, 0.7, _RUST, _BLUE),
    (0.19, 8, 0.5, _HONEY, _BROWN),
)
#: Middle and radius of every medallion.
_PLACES = (
    (0.50, 0.50, 0.375), (0.09, 0.09, 0.215), (0.91, 0.09, 0.215), (0.09, 0.91, 0.215), (0.91, 0.91, 0.215),
    (0.50, 0.08, 0.105), (0.50, 0.92, 0.105), (0.08, 0.50, 0.105), (0.92, 0.50, 0.105),
)  # fmt: skip
_PEARL = 0.030  # gap between the dots along a petal, in parts of the medallion
_BAND = 0.062  # breadth of the border


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(15)
    x, y = unsteady(rng, size, 0.0018, 22, 3)
    dye, piece, dots = _ground(x, y)
    for number, (cx, cy, reach) in enumerate(_PLACES):
        part = window(size, cx - reach - 0.01, cy - reach - 0.01, cx + reach + 0.01, cy + reach + 0.01)
        rings = _RINGS if reach > 0.3 else _RINGS[2:] if reach > 0.15 else _RINGS[4:]
        cloth = dye[part], piece[part], dots[part]
        dye[part], piece[part], dots[part] = _medallion(
            (x[part] - cx) / reach, (y[part] - cy) / reach, rings, 1000 * (number + 2), 1 / (size * reach), cloth
        )
    dye, piece, dots = _border(x, y, (dye, piece, dots))
    return to_image(_dyed(dye, piece, dots, size, rng))


#: Dye, number of the piece, and where dots of wax lie, of each place.
_Cloth = tuple[Numbers, Numbers, Array]


def _dots(u: Array, v: Array, radius: float, pixel: float) -> Array:
    """Dots of wax at the whole places of a lattice; `pixel` is a pixel's size in its cells."""
    away = np.hypot((u + 0.5) % 1 - 0.5, (v + 0.5) % 1 - 0.5)
    return step(radius - away, -pixel, pixel)


def _ground(x: Array, y: Array) -> _Cloth:
    """Dotted waves in two blues."""
    flow = y + 0.02 * np.sin(16 * x) + 0.012 * np.sin(31 * x + 9 * y)
    rows = flow / 0.022
    wave = np.floor(rows / 3).astype(np.int32)
    dots = _dots(rows, x / 0.022 + 0.5 * (np.floor(rows + 0.5) % 2), 0.24, 1 / (0.022 * x.shape[0]))
    return np.where(wave % 2 == 0, _INDIGO, _BLUE), wave % 2 + 10, dots


def _medallion(dx: Array, dy: Array, rings: tuple[_Ring, ...], number: int, pixel: float, cloth: _Cloth) -> _Cloth:
    """Rings of petals, one within the other, each petal with its vein and its row of dots."""
    dye, piece, dots = cloth
    distance, around = np.hypot(dx, dy), np.arctan2(dy, dx) / (2 * math.pi) + 0.5
    radii = [ring[0] / rings[0][0] for ring in rings] + [0.20 / len(rings) ** 0.5]
    for ring, (_, petals, point, paint, between) in enumerate(rings):
        radius, inner = radii[ring], radii[ring + 1]
        turn = around * petals + 0.5 * (ring % 2)
        aside = np.abs(turn % 1 - 0.5) * 2
        up = (distance - inner) / (radius - inner)
        within = distance < radius * (1 - 0.05 * point)
        petal = within & (up < (1 - aside ** (1.2 + 2 * (1 - point))) ** point)
        heart = petal & (up < 0.72 * (1 - (aside / 0.62) ** 2)) & (aside < 0.62)
        vein = heart & (aside < 0.16) & (up < 0.5)
        layer = np.select([vein, heart, petal], [3, 2, 1], 0)
        paints = np.array((between, paint, _HEARTS[paint], _CREAM))
        dye = np.where(within, paints[layer], dye)
        piece = np.where(within, number + 130 * ring + layer + 5 * (np.floor(turn).astype(np.int32) % petals), piece)
        edge = 0.86 * (1 - aside**2)
        rim = (up - edge) * (radius - inner) / _PEARL
        pearls = _dots(turn * 6, rim, 0.34, pixel / _PEARL) * (np.abs(rim) < 0.5)
        dots = np.where(within, np.where(petal & ~heart, pearls, 0), dots)
    core = distance < 0.94 * radii[-1]
    seeds = _dots(dx / 0.042, dy / 0.042, 0.28, pixel / 0.042)
    return np.where(core, _INDIGO, dye), np.where(core, number + 999, piece), np.where(core, seeds, dots)


def _border(x: Array, y: Array, cloth: _Cloth) -> _Cloth:
    """Slanting blades along the edges, between lines of dots."""
    dye, piece, dots = cloth
    across, down = np.minimum(x, 1 - x), np.minimum(y, 1 - y)
    edge, along = np.minimum(across, down), np.where(across < down, y, x)
    blade = along / 0.05 + 0.45 * np.sin(edge / _BAND * 2 * math.pi) + edge / 0.05
    band = np.where(edge < 0.78 * _BAND, 0, 1)
    blades = np.array((_BROWN, _HONEY, _RUST, _INDIGO))[np.floor(blade).astype(np.int32) % 4]
    paint = np.where(band == 1, _INDIGO, blades)
    pearls = _dots(along / 0.0125, (edge - 0.89 * _BAND) / 0.0125, 0.30, 1 / (0.0125 * x.shape[0])) * band
    inside = edge < _BAND
    numbers = np.where(band == 1, 90000, 80000 + np.floor(blade).astype(np.int32))
    return np.where(inside, paint, dye), np.where(inside, numbers, piece), np.where(inside, pearls, dots)


def _dyed(dye: Numbers, piece: Numbers, dots: Array, size: int, rng: np.random.Generator) -> Array:
    """Uneven dye, lines and dots that the wax kept light, cracks that let the dye through, and the weave."""
    uneven = 0.10 * clouds(rng, size, 7, 4) + 0.05 * clouds(rng, size, 60, 2)
    colours = _DYES[dye] * (1 + uneven)[..., None] + 0.02 * clouds(rng, size, 5, 3)[..., None]
    line = seams(piece, 0.0032) * (1 + 0.12 * clouds(rng, size, 50, 2))
    waxed = np.maximum(step(line, 0.42, 0.66), dots)
    colours = blend(colours, rgb(_WAX) * (1 + 0.5 * uneven)[..., None], 0.95 * waxed)
    x, y = unsteady(rng, size, 0.010, 9, 4)
    for count, breadth, strength in ((8, 0.0016, 0.75), (21, 0.0009, 0.5)):
        border = scatter(rng, x, y, count, 1.0).border
        torn = step(clouds(rng, size, 6, 3), -0.6, 0.9)
        crack = np.exp(-((border / breadth) ** 2)) * torn * strength
        colours = blend(colours, rgb("#1a2450"), crack * step(colours.mean(-1), 0.15, 0.6))
    weave = clouds(rng, size, 130, 1, 6) + clouds(rng, size, 130, 1, 1 / 6)
    woven: Array = colours * (1 + 0.035 * weave)[..., None]
    return woven
