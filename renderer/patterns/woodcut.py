"""Firs by a mountain lake at sunrise: black ink from a block, light where the gouge went."""

from __future__ import annotations

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blend, step, to_image
from renderer.patterns.noise import clouds, unsteady
from renderer.patterns.palette import Array, rgb

_INK, _PAPER = "#16130f", "#f1e6cf"
_SUN = (0.64, 0.33)
_SHORE = 0.60
#: Firs: x of the trunk, y of the tip, y of the foot.
_FIRS = (
    (0.135, 0.10, 1.02), (0.30, 0.34, 0.98), (0.885, 0.24, 1.02), (0.40, 0.50, 0.80), (0.765, 0.47, 0.86),
    (0.025, 0.36, 0.90), (0.475, 0.535, 0.69), (0.975, 0.44, 0.86),
)  # fmt: skip
#: Of the far range and the near one: x and y of the summits.
_PEAKS = (
    ((0.10, 0.34), (0.33, 0.27), (0.56, 0.40), (0.80, 0.33), (1.02, 0.38)),
    ((-0.02, 0.42), (0.20, 0.48), (0.47, 0.47), (0.69, 0.50), (0.93, 0.43)),
)


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(4)
    x, y = unsteady(rng, size, 0.0022, 30, 2)
    light = _sky(x, y)
    for depth in (0, 1):
        light = _mountains(x, y, light, depth)
    light = _lake(x, y, light)
    light = _bank(x, y, light)
    for x0, tip, foot in sorted(_FIRS, key=lambda fir: fir[2] - fir[1]):
        columns = slice(*(int(np.clip(x0 + aside * (foot - tip), 0, 1) * size) for aside in (-0.26, 0.26)))
        light[:, columns] = _fir(x[:, columns], y[:, columns], light[:, columns], x0, tip, foot)
    return to_image(_printed(light, size, rng))


def _gouges(along: Array, across: Array, tone: Array) -> Array:
    """Cuts one unit apart and about one unit long, pointed at both ends: 1 where the wood is gone.

    A tone of 0 leaves the block as it is and one of 1 takes nearly all of it.
    """
    row = np.floor(across)
    place = (along + 0.618 * row + 0.13 * np.sin(17 * row)) % 1
    width = np.clip(tone, -0.1, 1.1) * np.clip(1.15 - np.abs(2 * place - 1) ** 3, 0, 1)
    soft = 0.8 * np.hypot(*np.gradient(across)).clip(1e-4, 0.5)
    return step(width - 0.08 - np.abs(2 * (across - row) - 1), -soft, soft)


def _over(light: Array, inside: Array, cut: Array) -> Array:
    """A part of the block before another: `inside` is the distance to its edge, above 0 within."""
    edge = 1.5 / light.shape[0]
    return light + (cut - light) * step(inside, -edge, edge)


def _sky(x: Array, y: Array) -> Array:
    """Rays from the sun, a few clouds before them, and the sun itself."""
    dx, dy = x - _SUN[0], y - _SUN[1]
    distance, turn = np.hypot(dx, dy), np.arctan2(dy, dx) / (2 * np.pi)
    fan = np.where(distance < 0.30, 60, 120)
    rays = _gouges(4.5 * distance**0.7, turn * fan, 0.98 - 0.75 * distance + 0.10 * np.sin(turn * 88))
    light = rays
    for cx, cy, wide, high in ((0.20, 0.17, 0.26, 0.05), (0.83, 0.12, 0.20, 0.038), (0.45, 0.065, 0.15, 0.028)):
        dx, dy = (x - cx) / wide, (y - cy) / high
        billow = 1 - dx**2 - (dy + 0.55 * np.abs(np.sin(7 * dx))) ** 2
        light = _over(light, 0.02 * (billow + 0.25), np.zeros_like(x))
        light = _over(light, 0.02 * billow, _gouges(6 * dx + 2 * dy, 2.2 * dy - 0.8 * np.cos(7 * dx), 0.80 - 0.45 * dy))
    light = _over(light, 0.088 - distance, np.zeros_like(x))
    return _over(light, 0.081 - distance, np.ones_like(x))


def _mountains(x: Array, y: Array, light: Array, depth: int) -> Array:
    """A range with a lit and a dark side to each peak."""
    peaks = np.array(_PEAKS[depth])
    slopes = [py + (0.62 - 0.1 * depth) * np.abs(x - px) + 0.012 * np.sin(40 * x + 9 * px) for px, py in peaks]
    below, peak = y - np.min(slopes, 0), peaks[np.argmin(slopes, 0), 0]
    side = x - peak - 0.30 * below * (np.sin(23 * y + 20 * peak) + 0.2)
    lit = side * np.sign(_SUN[0] - peak) > 0
    slant = 60 * x * np.where(side > 0, 1, -1) + 42 * y
    tone = np.where(lit, 0.95 - 1.3 * below, 0.28 - 0.5 * below)
    return _over(light, below, np.where(below < 0.006, 0, _gouges(9 * y + 3 * x, slant, tone)))


def _lake(x: Array, y: Array, light: Array) -> Array:
    """Ripples, and the sun's path across them."""
    below = y - _SHORE
    depth = np.log1p(np.clip(below, 0, 1) * 9)
    path = np.exp(-((np.abs(x - _SUN[0]) / (0.05 + 0.30 * np.clip(below, 0, 1))) ** 2))
    swell = 0.012 * np.sin(14 * x + 20 * depth)
    tone = 0.32 + 0.66 * path + 0.18 * np.sin(9 * depth + 3 * x)
    return _over(light, below, _gouges((x - 0.5) * (9 - 3 * depth), 26 * depth + 60 * swell, tone))


def _bank(x: Array, y: Array, light: Array) -> Array:
    """The near shore, with its grass."""
    below = y - (0.90 - 0.12 * np.abs(2 * x - 1) ** 1.5 + 0.012 * np.sin(11 * x) - 0.012 * np.abs((60 * x) % 1 - 0.5))
    fan = 84 * x + 3.0 * np.sin(9 * x) + 26 * (x - 0.5) * y
    blades = _gouges(14 * y + np.sin(31 * x), fan, 0.62 + 0.25 * np.sin(17 * x + 20 * y) - below)
    return _over(light, below, np.where(below < 0.008, 0, blades))


def _fir(x: Array, y: Array, light: Array, x0: float, tip: float, foot: float) -> Array:
    """One tree: boughs that hang in tiers, lit from the side of the sun."""
    part = np.clip((y - tip) / (foot - tip), 0, 1)
    tiers = 6 + 12 * (foot - tip)
    bough = (part**0.85 * tiers) % 1
    half = (0.20 * (foot - tip)) * part**0.8 * (0.50 + 0.50 * bough) + 0.003
    aside = (x - x0) * np.sign(_SUN[0] - x0)
    inside = np.where((part > 0) & (part < 1), half - np.abs(x - x0), -0.01)
    light = _over(light, inside + 0.006, np.ones_like(x))
    lit = (0.16 + 0.62 * step(aside / half, -0.35, 0.9)) * (1.1 - bough)
    return _over(light, inside, _gouges(22 * y, 54 * np.abs(x - x0) + 76 * y, lit))


def _printed(light: Array, size: int, rng: np.random.Generator) -> Array:
    """Ink that shows the grain of the block, on paper that shows its fibres."""
    fibres = clouds(rng, size, 120, 2) + clouds(rng, size, 60, 2, 8)
    grain = clouds(rng, size, 60, 2, 12)
    thin = step(grain + 0.7 * clouds(rng, size, 7, 3), 1.4, 4.0) * 0.35
    paper = rgb(_PAPER) * (1 + 0.018 * fibres)[..., None]
    ink = rgb(_INK) * (1 + 0.15 * clouds(rng, size, 200, 1))[..., None]
    return blend(paper, ink, (1 - light) * (1 - thin))
