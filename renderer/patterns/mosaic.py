"""A fish in the sea, in small stones laid along its outline, as on a Roman floor.

The stones settle as in Hausner, "Simulating decorative mosaics" (2001): square cells, turned by a field, each moved to
the middle of what is nearest to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from renderer.patterns.canvas import blend, blur, grid, relief, step, to_array, to_image
from renderer.patterns.noise import clouds
from renderer.patterns.palette import Array, inks, ramp, rgb, table

_STONE = 1 / 60  # edge of a stone, in parts of the picture's
_FINE = 240  # pixels of the sheet on which the stones settle
_SEA = ("#0b2d5c", "#12508a", "#1f7fb0", "#3fb0bf", "#8fd6c8", "#e3efd8")
_FISH = ("#7a1414", "#b8281a", "#e0561f", "#f08c2e", "#f7c257", "#fbeccb")
_FRAME = table("#231c1a", "#efe2c4", "#a8402a", "#efe2c4", "#231c1a")
_GROUT = "#4a4038"
_OUTLINE = "#1d1716"


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(2)
    centres, turns = _settled(rng)
    x, y = centres.T
    colours = _scene(x, y) * (1 + 0.09 * rng.standard_normal((len(x), 1))) + 0.02 * rng.standard_normal((len(x), 3))
    large = 2 * size
    stones, heights = Image.new("RGB", (large, large), _GROUT), Image.new("L", (large, large), 0)
    for_colour, for_height = ImageDraw.Draw(stones), ImageDraw.Draw(heights)
    corners = _corners(centres, turns, rng) * large
    for corner, colour, height in zip(corners, inks(colours), rng.integers(170, 255, len(x)), strict=True):
        outline = corner.ravel().tolist()
        for_colour.polygon(outline, fill=colour)
        for_height.polygon(outline, fill=int(height))
    return to_image(_lit(to_array(stones.reduce(2)), to_array(heights.reduce(2)), size, rng))


def _bent(x: Array, y: Array) -> tuple[Array, Array]:
    """Place along the fish (nose at -0.36, tail at 0.38) and across it (back below 0), in parts of the edge."""
    along = (x - 0.5) * 0.99 - (y - 0.5) * 0.10
    across = (x - 0.5) * 0.10 + (y - 0.5) * 0.99
    return along, across + 0.035 * np.sin(8 * along + 0.5)


def _outside(x: Array, y: Array) -> Array:
    """Distance to the fish's outline, below 0 inside; nearly so."""
    along, across = _bent(x, y)
    part = np.clip((along + 0.36) / 0.54, 0, 1)
    half = 0.16 * np.clip(np.sin(np.pi * part**0.8), 0, 1) ** 0.9 + 0.03 * (part > 0.5)
    body = np.maximum(0.8 * (np.abs(across) - half), np.maximum(-0.36 - along, along - 0.19))
    open_tail = np.clip(along - 0.15, 0, 1)
    tail = 0.75 * (np.abs(across) - 0.02 - 0.95 * open_tail)
    notch = 0.8 * (along - 0.25 - 0.55 * np.abs(across))
    tail = np.maximum.reduce([tail, along - 0.345, 0.15 - along, notch])
    back = -across - half - 0.075 * np.sin(np.pi * np.clip((along + 0.20) / 0.34, 0, 1))
    belly = across - half - 0.06 * np.sin(np.pi * np.clip((along + 0.04) / 0.14, 0, 1))
    upper_fin = 0.7 * np.maximum.reduce([back, across, np.abs(along + 0.03) - 0.17])
    lower_fin = 0.7 * np.maximum.reduce([belly, -across, np.abs(along - 0.03) - 0.07])
    distance: Array = np.minimum.reduce([body, tail, upper_fin, lower_fin])
    return distance


def _frame(x: Array, y: Array) -> Array:
    """Distance to the picture's edge."""
    return np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))


def _turn(x: Array, y: Array) -> Array:
    """How the stones lie: along the frame in it, along the fish elsewhere; radians."""
    reach = 0.004
    right = _outside(x + reach, y) - _outside(x - reach, y)
    down = _outside(x, y + reach) - _outside(x, y - reach)
    return np.where(_frame(x, y) < 5 * _STONE, 0, np.arctan2(down, right)).astype(np.float32)


def _settled(rng: np.random.Generator) -> tuple[Array, Array]:
    """Centres (stones, 2) and turns (stones,) of the stones."""
    side = round(1 / _STONE)
    count = side**2
    centres = np.stack(grid(side), -1).reshape(-1, 2)
    loose = np.where(_frame(*centres.T) < 5 * _STONE, 0.05, 0.75)[:, None] * _STONE
    centres = np.clip(centres + loose * rng.standard_normal((count, 2)), 0, 0.999).astype(np.float32)
    x, y = grid(_FINE)
    # No stone lies across the fish's outline or the frame's.
    free = ((np.abs(_outside(x, y)) > 0.0025) & (np.abs(_frame(x, y) - 5 * _STONE) > 0.0025)).ravel()
    for _ in range(10):
        owner = np.where(free, _owners(centres), count)
        shares = np.maximum(np.bincount(owner, minlength=count + 1), 1)
        means = [np.bincount(owner, place.ravel(), count + 1) / shares for place in (x, y)]
        moved = np.stack(means, -1)[:count].astype(np.float32)
        centres = np.where((moved > 0).all(-1, keepdims=True), moved, centres)
    return centres, _turn(*centres.T)


def _owners(centres: Array) -> NDArray[np.int64]:
    """The stone whose turned square is nearest to each pixel of the fine sheet; their number where none is near."""
    reach = np.arange(-5, 6)
    near = np.stack(np.meshgrid(reach, reach), -1).reshape(-1, 2)
    turns = _turn(*centres.T)
    pixels = np.floor(centres * _FINE).astype(np.int32)[:, None] + near  # (stones, near, 2)
    away = (pixels + 0.5) / _FINE - centres[:, None]
    cosine, sine = np.cos(turns)[:, None], np.sin(turns)[:, None]
    u, v = away[..., 0] * cosine + away[..., 1] * sine, away[..., 1] * cosine - away[..., 0] * sine
    number = np.broadcast_to(np.arange(len(centres))[:, None], u.shape)
    inside = ((pixels >= 0) & (pixels < _FINE)).all(-1)
    order = np.argsort(-np.maximum(np.abs(u), np.abs(v))[inside])
    owner = np.full(_FINE**2, len(centres))
    owner[(pixels[..., 1] * _FINE + pixels[..., 0])[inside][order]] = number[inside][order]  # the nearest comes last
    return owner


def _scene(x: Array, y: Array) -> Array:
    """Colour of each stone."""
    outside, edge = _outside(x, y), _frame(x, y)
    along, across = _bent(x, y)
    swell = 0.5 + 0.28 * np.sin(46 * outside + 3 * y) + 0.30 * np.sin(5 * x - 7 * y) * np.sin(9 * x + 4 * y)
    colours = ramp(swell - 0.25 * (y - 0.4), _SEA)
    scales = 0.52 + 2.9 * across + 0.24 * np.cos(75 * along + 14 * np.abs(across))
    colours = blend(colours, ramp(scales, _FISH), (outside < 0).astype(np.float32))
    gill = (np.abs(along + 0.215 + 1.8 * across**2) < 0.009) & (np.abs(across) < 0.12) & (outside < 0)
    eye = np.hypot(along + 0.265, across + 0.025)
    line = (outside > -0.012) & (outside < 0.008)
    for cover, colour in ((line | gill, _OUTLINE), (eye < 0.034, "#f6ead0"), (eye < 0.017, _OUTLINE)):
        colours = blend(colours, rgb(colour), cover.astype(np.float32))
    rows = np.clip((edge / _STONE).astype(int), 0, 4)
    teeth = np.floor((x + y) / (2 * _STONE)).astype(int) % 2
    framed = _FRAME[np.where(rows == 2, 2 - teeth, rows)]
    return blend(colours, framed, (edge < 5 * _STONE).astype(np.float32))


def _corners(centres: Array, turns: Array, rng: np.random.Generator) -> Array:
    """Uneven squares, (stones, 4, 2)."""
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 0.44 * _STONE
    turns = turns + 0.07 * rng.standard_normal(len(turns))
    turning = np.stack([np.cos(turns), np.sin(turns), -np.sin(turns), np.cos(turns)], -1).reshape(-1, 2, 2)
    shapes = (square + 0.05 * _STONE * rng.standard_normal((len(turns), 4, 2))) @ turning
    corners: Array = centres[:, None] + shapes
    return corners


def _lit(stones: Array, heights: Array, size: int, rng: np.random.Generator) -> Array:
    """Light on the stones' edges, and the stone's own grain."""
    rounded = blur(heights, 0.0014)
    shine = relief(0.004 * rounded + 0.00025 * clouds(rng, size, 200, 2), 0.9)
    grain = 1 + 0.06 * clouds(rng, size, 150, 3)
    shadow = 1 - 0.35 * (1 - step(rounded, 0.2, 0.7))
    lit: Array = stones * (grain * shadow * (1 + 0.35 * shine))[..., None] + 0.10 * np.clip(shine, 0, 1)[..., None]
    return lit
