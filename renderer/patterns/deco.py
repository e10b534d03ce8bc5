"""A tower of the 1920s between sunrays and fans, in lacquer, airbrush and gold leaf."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.patterns.canvas import blend, blur, grid, relief, seams, step, to_image
from renderer.patterns.noise import clouds
from renderer.patterns.palette import Array, Numbers, ramp, table

_BLACK, _NAVY, _TEAL, _SEA, _GOLD, _CREAM, _CORAL = range(7)
_LACQUERS = table("#0e0e14", "#142447", "#0f5a62", "#3f9c98", "#c9993f", "#f3e6c8", "#c9543c")
_LEAF = ("#5e3d10", "#a87620", "#d9ac48", "#fbeaa6", "#c8922e", "#8a5f18")
_TOP, _CROWN, _FOOT = 0.10, 0.36, 0.86  # of the tower
_FAN = 0.125  # radius of a fan
_FRAME = 0.042


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(1)
    x, y = grid(size)
    aside = np.abs(x - 0.5)
    piece, lacquer, shade = _rays(aside, y)
    for inside, *part in (_tower(aside, y), _fans(x, y), _frame(x, y)):
        piece, lacquer, shade = (np.where(inside, *both) for both in zip(part, (piece, lacquer, shade), strict=True))
    return to_image(_gilded(piece, lacquer, shade.astype(np.float32), size, rng))


#: Where a part of the picture is, and there: number of the piece, its lacquer, and light 0..1.
_Part = tuple[NDArray[np.bool_], Numbers, Numbers, Array]


def _rays(aside: Array, y: Array) -> tuple[Numbers, Numbers, Array]:
    """Piece, lacquer and light (0..1) of the sky: rays cut by rings, each shaded from one side to the other."""
    distance, turn = np.hypot(aside, y - _CROWN), np.arctan2(aside, _CROWN - y) / math.pi
    place = turn * 15
    ray, ring = np.floor(place).astype(np.int32), np.floor(np.log(distance / 0.09 + 1e-6) / 0.34).astype(np.int32)
    split = np.where(ring % 2 == 0, np.floor(place * 2).astype(np.int32) % 2, 0)
    paints = np.array((_NAVY, _GOLD, _TEAL, _CREAM, _BLACK, _SEA, _NAVY, _CORAL))
    paint = paints[(ray + 2 * ring + 4 * split) % 8]
    return 1000 + ray * 64 + ring * 2 + split, paint, 1 - 0.75 * (place % 1) + 0.1 * np.sin(30 * distance)


def _tower(aside: Array, y: Array) -> _Part:
    """A shaft that steps back as it rises, below a crown of arches."""
    up = np.clip((y - _TOP) / (_CROWN - _TOP), 0, 1)
    crown = 0.115 * up**0.75
    body = np.select([y < 0.50, y < 0.64, y < 0.75], [0.115, 0.15, 0.185], 0.215)
    spire = np.where((y < _TOP + 0.03) & (y > 0.045), 0.0045 + 0.1 * np.clip(y - _TOP, 0, 1), 0)
    inside = (aside < np.where(y < _CROWN, np.maximum(crown, spire), body)) & (y < _FOOT) & (y > 0.045)
    arch = np.hypot(aside / 0.115, (y - _CROWN - 0.01) / (_CROWN - _TOP))
    level, tooth = np.floor(arch * 4.2).astype(np.int32), np.arctan2(aside, (_CROWN + 0.01 - y) * 0.44) * 4
    point = 1 - np.abs(2 * (tooth % 1) - 1)
    up_arch = arch * 4.2 % 1
    window = (up_arch < 0.12 + 0.75 * point) & (up_arch > 0.12) & (level > 0)
    strip, floor = np.floor(aside / 0.0215).astype(np.int32), np.floor(y / 0.030).astype(np.int32)
    pane = (strip % 2 == 1) & (np.abs(y / 0.030 % 1 - 0.5) < 0.33)
    lit = (strip * 7 + floor * 5 + (strip * floor) % 3) % 5 < 2
    shaft = np.select([pane & lit, pane, strip % 2 == 1, strip % 4 == 0], [_CREAM, _NAVY, _BLACK, _TEAL], _CORAL)
    high = y < _CROWN
    crowned = 8000 + level * 40 + (np.floor(tooth).astype(np.int32) * 2 + 1) * window
    number = np.where(high, crowned, 9000 + strip * 200 + pane * (1 + floor))
    even = level % 2 == 0
    arches = np.where(window, np.where(even, _BLACK, _CREAM), np.where(even, _CREAM, _TEAL))
    paint = np.where(high, arches, shaft)
    light = np.where(high, 1 - 0.5 * aside / 0.115, 1.0 - 2.6 * aside - 0.35 * (aside / 0.035 % 1))
    return inside, number, paint, light


def _fans(x: Array, y: Array) -> _Part:
    """Rows of overlapping fans below, the lower ones in front."""
    distance, number = np.full(x.shape, 9.0, np.float32), np.zeros(x.shape, np.int32)
    turn = np.zeros_like(distance)
    for row in range(8):
        shift = _FAN * (row % 2)
        column = np.round((x - 0.5 - shift) / (2 * _FAN))
        dx, dy = x - 0.5 - shift - column * 2 * _FAN, y - (0.815 + 0.0625 * row)
        away = np.hypot(dx, dy)
        hit = (away < _FAN) & (dy < 0.06)
        distance, turn = np.where(hit, away / _FAN, distance), np.where(hit, np.arctan2(dx, -dy), turn)
        number = np.where(hit, 20000 + 400 * row + 40 * (column.astype(np.int32) + 8), number)
    band = np.searchsorted(np.array((0.22, 0.40, 0.52, 0.78, 0.90)), distance)
    rib = np.floor(turn * 4.2 + 40.5).astype(np.int32) % 2
    paints = np.array((_CORAL, _NAVY, _CREAM, _TEAL, _GOLD, _BLACK))
    paint = np.where((band == 3) & (rib == 1), _CREAM, paints[np.minimum(band, 5)])
    light = 1.2 - 0.4 * np.clip(distance, 0, 1) + 0.15 * np.cos(turn * 2)
    return distance < 1, number + band * 3 + rib * (band == 3), paint, light


def _frame(x: Array, y: Array) -> _Part:
    """A black border between gold lines, with stepped corners."""
    across, down = np.minimum(x, 1 - x), np.minimum(y, 1 - y)
    edge = np.minimum(np.minimum(across, down), np.maximum(across, down) - 0.055)
    band = np.searchsorted(np.array((0.012, 0.020, 0.034)), edge)
    key = np.floor((across + down) / 0.016).astype(np.int32) % 2
    paint = np.array((_BLACK, _GOLD, _BLACK, _GOLD))[band]
    paint = np.where((band == 2) & (key == 1), _TEAL, paint)
    return edge < _FRAME, 40000 + band * 2 + key * (band == 2), paint, np.full(x.shape, 0.9, np.float32)


def _gilded(piece: Numbers, lacquer: Numbers, shade: Array, size: int, rng: np.random.Generator) -> Array:
    """Airbrushed lacquers, leaf that glints, and raised gold lines between the pieces."""
    x, y = grid(size)
    sheen = 0.30 * np.sin(7 * x + 9 * y + 1.2 * clouds(rng, size, 5, 3))
    glint = 0.5 + sheen + 0.10 * clouds(rng, size, 60, 3, 1 / 6)
    spray = 0.05 * clouds(rng, size, 220, 1) + 0.05 * clouds(rng, size, 8, 4)
    colours = _LACQUERS[lacquer] * (0.55 + 0.62 * np.clip(shade, 0, 1.1) + spray)[..., None]
    leaf = ramp(glint + 0.5 * (shade - 0.6), _LEAF)
    colours = blend(colours, leaf, (lacquer == _GOLD).astype(np.float32))
    line = seams(piece, 0.0042)
    bevel = relief(0.004 * blur(np.minimum(line, 1), 0.0012), 0.8)
    colours = colours * (1 - 0.22 * np.clip(seams(piece, 0.012), 0, 1))[..., None]
    return blend(colours, ramp(glint * 0.7 + 0.25 + 0.35 * bevel, _LEAF), step(line, 0.42, 0.62))
