"""A harbour town after rain: transparent washes that pool at their edges, on rough paper."""

from __future__ import annotations

import copy

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blur, step, to_image, window
from renderer.patterns.noise import clouds, sample, unsteady
from renderer.patterns.palette import Array, rgb

_QUAY = 0.60
_PAPER = "#fbf6ea"
_WALLS = ("#e8a08c", "#f0cf8a", "#a9c4d4", "#d9694f", "#f2e2c0", "#9fb88c", "#e0b04e", "#c98aa0", "#d8c4b0", "#7fa6c0")
_ROOFS = ("#8c3f2c", "#5e4a5c", "#a0522d", "#4f5f74", "#7a3b34")
_INDIGO, _SEPIA, _SKY, _SEA = "#20284a", "#3a2a22", "#5f93c8", "#2f7f93"


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(12)
    paper = _Paper(size, rng)
    _sky(paper, rng)
    _hills(paper)
    left = -0.03
    for wall in _WALLS:
        wide, high = rng.uniform(0.085, 0.125), rng.uniform(0.20, 0.36)
        _house(paper, rng, wall, left, wide, high)
        left += wide
    _water(paper, rng)
    for x, wide, colour in ((0.20, 0.13, "#b8342a"), (0.55, 0.19, "#1f4f7a"), (0.86, 0.12, "#2f6f4a")):
        _boat(paper, x, _QUAY - 0.02 + 0.95 * wide, wide, colour)
    for x, y, radius in rng.random((90, 3)):
        part = paper.part(x - 0.01, y - 0.01, x + 0.01, y + 0.01)
        drop = 0.0008 + 0.004 * radius**5 - np.hypot(part.x - x, part.y - y)
        part.wash(drop, rng.choice((_SKY, _SEPIA, "#b8342a")), 0.55, 0.001)
    return to_image(paper.colours * (1 + 0.020 * paper.tooth)[..., None])


class _Paper:
    """A sheet, or a part of one, with what was washed on it so far."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size = size
        x, y = unsteady(rng, size, 0.0030, 9, 3)
        self.x, self.y = x + 0.0012 * clouds(rng, size, 70, 2), y + 0.0012 * clouds(rng, size, 70, 2)
        self.tooth = clouds(rng, size, 110, 3)
        self.pools = clouds(rng, size, 7, 4)
        self.colours = np.ones((size, size, 3), np.float32) * rgb(_PAPER)

    def part(self, left: float, top: float, right: float, bottom: float) -> _Paper:
        """The paper within those edges; what is washed there is washed on the whole."""
        cut = window(self.size, left, top, right, bottom)
        piece = copy.copy(self)
        for name in ("x", "y", "tooth", "pools", "colours"):
            setattr(piece, name, getattr(self, name)[cut])
        return piece

    def wash(self, inside: Array, colour: str, density: Array | float, soft: float = 0.0022) -> None:
        """Pigment where `inside`, the distance to the edge, is above 0; it gathers along the edge and in the tooth."""
        cover = step(inside, -soft / 2, soft / 2)
        rim = np.exp(-(((inside - soft) / (1.3 * soft)) ** 2))
        load = density * cover * np.clip(0.85 + 0.34 * self.pools + 0.75 * rim + 0.13 * self.tooth, 0.15, 3)
        self.colours *= np.exp(np.log(rgb(colour)) * load[..., None])

    def clear(self, inside: Array, share: float = 1) -> None:
        """White paper again where `inside` is above 0: what was masked, or lifted with a brush."""
        self.colours += (rgb(_PAPER) - self.colours) * (share * step(inside, 0, 0.003))[..., None]

    def box(self, left: float, top: float, right: float, bottom: float) -> Array:
        """Distance to the edge of a rectangle, above 0 inside."""
        inside: Array = np.minimum.reduce([self.x - left, right - self.x, self.y - top, bottom - self.y])
        return inside


def _sky(paper: _Paper, rng: np.random.Generator) -> None:
    """Clouds and blue, wet in wet."""
    clear = step(paper.pools + 0.8 * clouds(rng, paper.size, 4, 4, 2), -1.1, 1.9)
    paper.wash(0.7 - paper.y, _SKY, 1.05 * clear * np.clip(1.05 - 1.5 * paper.y, 0, 1))
    paper.wash(0.7 - paper.y, "#e8b48c", 0.7 * (1 - clear) * step(paper.y, 0.05, 0.5))
    paper.wash(0.7 - paper.y, "#6a6a8c", 0.9 * step(clouds(rng, paper.size, 5, 4, 2.5), 0.5, 2.0) * (1 - clear))


def _hills(paper: _Paper) -> None:
    """Two far ridges that fade into mist."""
    for base, colour in ((0.36, "#8f9fc4"), (0.42, "#6f8f9c")):
        below = paper.y - base - 0.045 * np.sin(5 * paper.x + 30 * base) - 0.02 * np.sin(13 * paper.x)
        paper.wash(np.minimum(below, 0.62 - paper.y), colour, 0.8 * np.clip(1.3 - 4 * below, 0.2, 1))


def _house(paper: _Paper, rng: np.random.Generator, wall: str, left: float, wide: float, high: float) -> None:
    """A front with its windows and its roof, a little askew, left out of what was washed behind it."""
    right, top, peak = left + wide, _QUAY - high, rng.uniform(0.05, 0.10)
    part = paper.part(left - 0.03, top - 0.14, right + 0.03, _QUAY + 0.02)
    part.clear(part.box(left, top - 0.01, right, _QUAY), 0.9)
    shaded = 0.75 + 0.55 * step(part.x, left + 0.5 * wide, right) + 0.5 * step(part.y, top + 0.03, top)
    part.wash(part.box(left + 0.001, top, right - 0.001, _QUAY), wall, 0.95 * shaded)
    slope = peak - 2 * peak / (wide + 0.02) * np.abs(part.x - (left + right) / 2) - (top + 0.008 - part.y)
    roof = np.minimum(slope * 0.6, top + 0.006 - part.y)
    part.clear(roof, 0.9)
    part.wash(roof, rng.choice(_ROOFS), 1.0 + 0.25 * np.sin(part.y * 700) * step(roof, 0.002, 0.006))
    rows, columns = round(high / 0.075), round(wide / 0.035)
    for row in range(rows):
        for column in range(columns):
            x = left + wide * (column + 0.5) / columns + rng.normal(0, 0.0012)
            y = top + 0.03 + (high - 0.03) * (row + 0.45) / rows + rng.normal(0, 0.0015)
            _window(paper, rng, x, y, 0.019 if row < rows - 1 else 0.024)


def _window(paper: _Paper, rng: np.random.Generator, x: float, y: float, tall: float) -> None:
    """Dark panes over a sill; `tall` is half the height."""
    part = paper.part(x - 0.025, y - 0.04, x + 0.025, y + 0.045)
    part.wash(
        part.box(x - 0.0095, y - tall, x + 0.0095, y + tall),
        rng.choice((_INDIGO, _SEPIA, "#3f4f6a")),
        rng.uniform(0.4, 1.1),
    )
    part.wash(part.box(x - 0.0125, y + tall, x + 0.0135, y + tall + 0.006), _SEPIA, 0.5)


def _water(paper: _Paper, rng: np.random.Generator) -> None:
    """The quay, and below it the town once more, upside down and broken by ripples."""
    size = paper.size
    below = np.clip(paper.y - _QUAY - 0.02, 0, 1)
    ripple = (0.004 + 0.05 * below) * clouds(rng, size, 55, 2, 7)
    soft = np.stack([blur(channel, 0.004) for channel in paper.colours.transpose(2, 0, 1)], -1)
    mirrored = sample(soft, paper.x + 0.4 * ripple, _QUAY - 1.05 * below + ripple)
    wet = step(paper.y, _QUAY + 0.018, _QUAY + 0.022)[..., None]
    paper.colours += (0.30 + 0.70 * mirrored - paper.colours) * wet
    sparkle = step(clouds(rng, size, 48, 2, 10), 0.85, 1.25) * step(below, 0.01, 0.1)
    paper.colours += (rgb(_PAPER) - paper.colours) * (0.9 * sparkle)[..., None]
    strokes = step(clouds(rng, size, 30, 3, 9), -0.1, 0.25)
    paper.wash(below - 0.001, _SEA, 0.30 + 0.8 * below)
    paper.wash(below - 0.003, "#1f4f74", 0.48 * strokes * step(below, 0, 0.3) * (1 - sparkle))
    paper.wash(paper.box(-1, _QUAY - 0.004, 2, _QUAY + 0.021), "#5a5064", 1.15)


def _boat(paper: _Paper, x: float, y: float, wide: float, colour: str) -> None:
    """A moored boat with its mast and furled sail, and the reflection of its hull."""
    part = paper.part(x - wide, y - 2.4 * wide, x + wide, y + 1.6 * wide)
    curve = ((part.x - x) / wide) ** 2
    deck, keel = y - wide * (0.10 + 0.30 * curve), y + wide * (0.30 - 0.40 * curve)
    bows = 0.62 * wide + 0.7 * (y - part.y) - np.abs(part.x - x)
    hull = np.minimum.reduce([part.y - deck, keel - part.y, bows])
    cabin = part.box(x - 0.25 * wide, y - 0.42 * wide, x + 0.1 * wide, y - 0.18 * wide)
    furled = part.box(x + 0.13 * wide, y - 0.62 * wide, x + 0.75 * wide, y - 0.53 * wide)
    for inside, paint, density in ((hull, colour, 1.0 + 0.8 * step(part.y, y - 0.01, y + 0.02)),
                                   (cabin, "#d9b48a", 1.3), (furled, "#c9a06a", 1.2)):  # fmt: skip
        part.clear(inside)
        part.wash(inside, paint, density)
    mast = part.box(x + 0.12 * wide - 0.0016, y - 2.2 * wide, x + 0.12 * wide + 0.0016, y - 0.2 * wide)
    part.wash(mast, _SEPIA, 1.6)
    mirrored = part.box(x - 0.55 * wide, y + 0.3 * wide, x + 0.55 * wide, y + 0.65 * wide)
    part.wash(mirrored - 0.006 * (1 + np.sin(part.y * 420)), colour, 0.8)
