"""A flowering tree with two birds, in silk on dark linen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blend, blur, grid, relief, step, to_image, window
from renderer.patterns.noise import clouds
from renderer.patterns.palette import Array, ramp

_THREAD = 0.0042  # breadth of a thread, in parts of the picture's edge
_KNOT = 0.0105  # breadth of a knot
_BIRD = (0.745, 0.835, 0.17)  # x, y and reach
_LINEN = ("#0a0d1c", "#141a34", "#222c52")
_RED = ("#5a0a1c", "#a8142c", "#e2343a", "#f9806a", "#ffd0b0")
_GOLD = ("#7a3a0a", "#c8741a", "#f2ae2a", "#ffda6a", "#fff4c0")
_BLUE = ("#10306a", "#1f5fb0", "#3f98dc", "#8fd0f0", "#e0f6ff")
_PINK = ("#7a1458", "#c42a84", "#f060a8", "#ffa8cc", "#ffe6f0")
_GREEN = ("#0a3a22", "#16683a", "#3a9a48", "#86c852", "#d8f08a")
_WHITE = ("#9a8f86", "#d0c4b4", "#efe6d4", "#fffaf0")
#: Arcs of stem: x and y of the circle's middle, radius, from angle, to angle (degrees, 0 right, 90 down), breadth.
_STEMS = (
    (0.30, 0.62, 0.20, -90, 0, 0.011), (0.70, 0.50, 0.20, 180, 262, 0.010), (0.66, 0.80, 0.17, 182, 275, 0.010),
    (0.62, 0.34, 0.12, 176, 250, 0.008), (0.335, 0.86, 0.17, -85, 0, 0.009), (0.60, 0.70, 0.10, 172, 268, 0.008),
    (0.88, 0.55, 0.10, 95, 200, 0.007), (0.97, 0.40, 0.11, 100, 175, 0.007), (0.80, 0.20, 0.11, 250, 340, 0.007),
    (0.70, 0.12, 0.10, 130, 230, 0.007),
)  # fmt: skip
#: Leaves: x and y of the base, direction (degrees), length, half breadth.
_LEAVES = (
    (0.505, 0.74, -48, 0.13, 0.032), (0.505, 0.58, -35, 0.12, 0.030), (0.52, 0.43, -12, 0.11, 0.028),
    (0.62, 0.325, 25, 0.11, 0.028), (0.70, 0.64, 28, 0.12, 0.030), (0.76, 0.645, -62, 0.09, 0.024),
    (0.58, 0.50, 12, 0.11, 0.028), (0.55, 0.24, -45, 0.09, 0.024), (0.73, 0.31, -70, 0.10, 0.024),
    (0.53, 0.90, -20, 0.15, 0.034), (0.52, 0.965, 8, 0.19, 0.034), (0.90, 0.50, 60, 0.11, 0.028),
    (0.90, 0.17, 70, 0.10, 0.026), (0.70, 0.05, 160, 0.10, 0.026), (0.93, 0.72, -110, 0.10, 0.026),
    (0.62, 0.10, -10, 0.10, 0.024), (0.60, 0.60, -8, 0.09, 0.022), (0.60, 0.60, 40, 0.08, 0.020),
    (0.79, 0.53, 100, 0.08, 0.022), (0.79, 0.20, -100, 0.08, 0.020), (0.86, 0.215, 10, 0.07, 0.019),
    (0.66, 0.03, -30, 0.08, 0.020), (0.875, 0.78, -60, 0.09, 0.022), (0.66, 0.91, 30, 0.10, 0.026),
    (0.80, 0.97, 190, 0.10, 0.026), (0.97, 0.79, -120, 0.08, 0.022), (0.945, 0.44, -60, 0.08, 0.020),
)  # fmt: skip
#: Flowers: x, y, reach, petals, colours of the petals and of the heart. The picture is mirrored about its middle.
_FLOWERS = (
    (0.50, 0.175, 0.145, 10, _RED, _GOLD), (0.70, 0.225, 0.095, 8, _BLUE, _GOLD),
    (0.82, 0.395, 0.125, 9, _PINK, _GOLD), (0.66, 0.455, 0.080, 7, _GOLD, _RED),
    (0.78, 0.655, 0.085, 8, _BLUE, _WHITE), (0.885, 0.09, 0.085, 8, _GOLD, _RED),
    (0.955, 0.235, 0.060, 6, _WHITE, _RED), (0.955, 0.59, 0.070, 7, _RED, _GOLD),
    (0.50, 0.565, 0.070, 8, _WHITE, _RED), (0.93, 0.93, 0.105, 9, _PINK, _GOLD),
    (0.50, 0.385, 0.050, 6, _PINK, _WHITE), (0.60, 0.80, 0.045, 6, _GOLD, _RED),
    (0.605, 0.600, 0.050, 6, _RED, _GOLD), (0.585, 0.045, 0.045, 6, _PINK, _GOLD),
    (0.775, 0.105, 0.042, 6, _WHITE, _RED), (0.86, 0.765, 0.045, 6, _WHITE, _RED),
    (0.685, 0.930, 0.048, 6, _BLUE, _GOLD), (0.865, 0.555, 0.036, 5, _GOLD, _RED),
    (0.965, 0.395, 0.040, 5, _BLUE, _WHITE), (0.660, 0.575, 0.024, 5, _WHITE, _GOLD),
    (0.975, 0.725, 0.034, 5, _GOLD, _RED), (0.985, 0.015, 0.030, 5, _RED, _GOLD),
    (0.635, 0.155, 0.022, 5, _GOLD, _RED),
)  # fmt: skip


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(16)
    linen, height, places = _linen(size, rng)
    seeds = rng.random((420, 3)) * (0.5, 1, math.pi) + (0.5, 0, 0)
    middle = size // 2
    for columns in (np.s_[:, middle:], np.s_[:, middle - 1 :: -1]):  # the left half is worked as the right one's mirror
        half = _Cloth(size, *(part[columns] for part in (*places, linen, height)))
        for seed in seeds:
            _seed(half, *seed)
        for stem in _STEMS:
            _stem(half, *stem)
        _trunk(half)
        for leaf in _LEAVES:
            _leaf(half, *leaf, _GREEN)
        for flower in _FLOWERS:
            _flower(half, *flower)
        _bird(half)
    return to_image(_lit(linen, height, size, rng))


def _linen(size: int, rng: np.random.Generator) -> tuple[Array, Array, tuple[Array, Array]]:
    """The bare cloth: its colours, its thickness, and the place of every pixel on the mirrored drawing."""
    x, y = grid(size)
    warp, weft = np.abs(np.sin(x * (200 * math.pi))), np.abs(np.sin(y * (200 * math.pi)))
    over = np.where((np.floor(x * 200) + np.floor(y * 200)) % 2 == 0, warp, weft)
    slubs = clouds(rng, size, 60, 2, 14) + clouds(rng, size, 60, 2, 1 / 14)
    colours = ramp(0.40 + 0.30 * (over - 0.6) + 0.10 * slubs, _LINEN)
    along = 0.5 + np.abs(x - 0.5 + 0.0016 * clouds(rng, size, 12, 2))
    down = y + 0.0030 * clouds(rng, size, 6, 2) + 0.0008 * clouds(rng, size, 50, 2)
    return colours, 0.0006 * over, (along, down)


@dataclass(frozen=True)
class _Cloth:
    """The right half of the cloth, x from 0.5: places, colours, thickness in parts of the edge."""

    size: int
    x: Array
    y: Array
    colours: Array
    height: Array

    def around(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        """The rows and columns within `reach` of a place."""
        reach += 0.01
        return window(self.size, x - 0.5 - reach, y - reach, x - 0.5 + reach, y + reach)

    def stitch(
        self, part: tuple[slice, slice], inside: Array, thread: Array, paint: Array, bulge: Array | float
    ) -> None:
        """Threads side by side, one to each whole number of `thread`, where `inside`, distance to the edge, is > 0."""
        number = np.floor(thread)
        ragged = inside + 0.0011 * np.sin(number * 12.9898) * np.cos(number * 4.1)
        cover = step(ragged, -0.5 / self.size, 1.0 / self.size)
        rounding = np.sqrt(1 - (2 * (thread - number) - 1) ** 2)
        own = 1 + 0.13 * np.sin(number * 78.233 + 1)
        self.colours[part] = blend(self.colours[part], paint * (own * (0.50 + 0.62 * rounding))[..., None], cover)
        thick = bulge + 0.0011 * rounding + 0.0012
        self.height[part] = self.height[part] * (1 - cover) + thick * cover


def _lit(colours: Array, height: Array, size: int, rng: np.random.Generator) -> Array:
    """The work under a light from the upper left, with the shadow it throws on the linen."""
    height = blur(height, 0.0006)
    aside = round(0.004 * size)
    behind = np.pad(height, ((aside, 0), (aside, 0)), mode="edge")[:size, :size]
    shadow = np.clip(blur(behind, 0.004) - height, 0, 0.01) / 0.01
    light = relief(height, 1.1)
    lint = 1 + 0.03 * clouds(rng, size, 220, 1)
    colours = colours * (lint * (1 + 0.45 * light) * (1 - 0.75 * shadow))[..., None]
    lit: Array = colours + 0.14 * np.clip(light, 0, 1)[..., None] ** 2
    return lit


def _seed(cloth: _Cloth, x: float, y: float, turn: float) -> None:
    """A small loose stitch on the bare linen."""
    part = cloth.around(x, y, 0.002)
    dx, dy = cloth.x[part] - x, cloth.y[part] - y
    along, across = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
    inside = np.minimum(0.0022 - np.abs(across), 0.0085 - np.abs(along))
    cloth.stitch(part, inside, across / 0.006 + 0.5, ramp(0.55 + 30 * along, _BLUE) * 0.7, 0.0012)


def _leaf(
    cloth: _Cloth, x: float, y: float, degrees: float, length: float, half: float, colours: tuple[str, ...]
) -> None:
    """Two rows of slanting satin stitch that meet in the middle."""
    turn = math.radians(degrees)
    part = cloth.around(x + 0.5 * length * math.cos(turn), y + 0.5 * length * math.sin(turn), 0.55 * length + half)
    dx, dy = cloth.x[part] - x, cloth.y[part] - y
    along = (dx * math.cos(turn) + dy * math.sin(turn)) / length
    across = (dy * math.cos(turn) - dx * math.sin(turn)) + 0.12 * length * along * (1 - along)
    breadth = half * np.clip(np.sin(math.pi * np.clip(along, 0, 1) ** 0.75), 0, 1) ** 0.9
    inside = np.minimum(breadth - np.abs(across), length * np.minimum(along, 1 - along))
    thread = (along * length - 0.75 * np.abs(across)) / _THREAD + 400 * (across > 0)
    tone = 0.30 + 0.35 * along + np.where(across > 0, 0.28, 0.0) + 0.14 * np.sin(np.floor(thread) * 3.7)
    bulge = 0.0032 * np.sqrt(np.clip(1 - (2 * np.abs(across) / np.maximum(breadth, 1e-4) - 1) ** 2, 0, 1))
    cloth.stitch(part, np.where(np.abs(across) < 0.0009, -1, inside), thread, ramp(tone, colours), bulge)


def _flower(
    cloth: _Cloth, x: float, y: float, reach: float, petals: int, colours: tuple[str, ...], heart: tuple[str, ...]
) -> None:
    """Two rings of petals in long and short stitch, and a heart."""
    part = cloth.around(x, y, reach)
    dx, dy = cloth.x[part] - x, cloth.y[part] - y
    radius, around = np.hypot(dx, dy) / reach, np.arctan2(dy, dx) / (2 * math.pi) + 0.5
    for size, turned, lighter in ((1.0, 0.0, 0.0), (0.66, 0.5, 0.16)):
        turn = around * petals + turned
        aside = np.abs(turn % 1 - 0.5) * 2
        tip = size * (0.70 + 0.30 * np.clip(np.cos(0.5 * math.pi * aside), 0, 1) ** 0.6)
        edge = np.minimum(tip - radius, (1 - aside) * radius * math.pi / petals - 0.012) * reach
        thread = turn * max(5, round(size * reach * 5.3 / petals / _THREAD))
        faded = radius / size + 0.16 * np.sin(np.floor(thread) * 5.3)
        tone = 1.1 - lighter - np.floor((1.12 - faded) * 5) / 4
        bulge = 0.0030 * (1 - aside**2) * (0.5 + radius / size) + 0.0012 * (size < 1)
        cloth.stitch(part, edge, thread, ramp(tone, colours), bulge)
    _knots(cloth, part, np.where(radius < 0.27, radius * reach, 1), around, heart)


def _knots(cloth: _Cloth, part: tuple[slice, slice], radius: Array, around: Array, colours: tuple[str, ...]) -> None:
    """Rings of small coils, as far as the radius is below 1; `around` is the turn, 0..1."""
    ring = np.floor(radius / _KNOT)
    place = around * np.maximum(6 * ring, 1)
    u, v = place % 1 - 0.5, (radius / _KNOT) % 1 - 0.5
    away = np.hypot(u * 1.05, v)
    dome = np.sqrt(np.clip(1 - (away / 0.5) ** 2, 0, 1))
    coil = np.arctan2(v, u) / math.pi + 3 * away
    paint = ramp(0.35 + 0.5 * dome + 0.1 * np.sin(ring * 5 + np.floor(place)), colours)
    cloth.stitch(part, np.where(radius < 1, (0.52 - away) * _KNOT, -1), coil, paint, 0.0035 + 0.004 * dome)


def _stem(cloth: _Cloth, x: float, y: float, radius: float, start: float, stop: float, breadth: float) -> None:
    """Stem stitch along an arc: short threads that overlap like a rope's."""
    part = cloth.around(x, y, radius + breadth)
    dx, dy = cloth.x[part] - x, cloth.y[part] - y
    across, angle = np.hypot(dx, dy) - radius, np.degrees(np.arctan2(dy, dx))
    angle = np.where(angle < start - 20, angle + 360, angle)
    inside = np.where((angle > start) & (angle < stop), breadth / 2 - np.abs(across), -1)
    thread = (np.radians(angle) * radius + 1.2 * across) / (1.5 * _THREAD)
    cloth.stitch(part, inside, thread, ramp(0.42 + across / breadth, _GREEN), 0.002)


def _trunk(cloth: _Cloth) -> None:
    """The straight stem in the middle."""
    part = cloth.around(0.5, 0.64, 0.40)
    aside, y = cloth.x[part] - 0.5, cloth.y[part]
    half = 0.006 + 0.016 * np.clip(y - 0.3, 0, 1) ** 2 + 0.03 * np.clip(y - 0.93, 0, 1)
    thread = (y - 0.9 * aside) / (1.5 * _THREAD)
    cloth.stitch(part, np.where(y > 0.25, half - aside, -1), thread, ramp(0.55 - 18 * aside, _GREEN), 0.0025)


def _bird(cloth: _Cloth) -> None:
    """A bird that looks up to the tree: tail, body and head, wing, beak, crest and eye."""
    x, y, reach = _BIRD
    part = cloth.around(x, y, reach)
    dx, dy = (cloth.x[part] - x) / reach, (cloth.y[part] - y) / reach
    along, across = 0.86 * dx + 0.5 * dy, 0.86 * dy - 0.5 * dx
    body, head = 1 - np.hypot(along / 0.52, across / 0.30), 1 - np.hypot(dx + 0.42, dy + 0.42) / 0.19
    for number, colours in enumerate((_BLUE, _RED, _GOLD, _BLUE)):
        _feather(cloth, 0.28, 0.10, 2 + 15 * number, 0.85, 0.075, colours)
    thread = (across + 0.5 * along**2 + 0.06 * np.sin(9 * along)) * reach / _THREAD
    tone = 0.62 + 1.1 * across - 0.25 * dx + 0.10 * np.sin(np.floor(thread) * 5.3)
    bulge = 0.004 * np.sqrt(np.clip(np.maximum(body, head), 0, 1))
    cloth.stitch(part, np.maximum(body * 0.30, head * 0.19) * reach, thread, ramp(tone, _GOLD), bulge)
    for number, colours in enumerate((_RED, _BLUE, _RED)):
        _feather(cloth, 0.10 * number - 0.12, 0.05 * number - 0.10, 18 + 9 * number, 0.55, 0.085, colours)
    _feather(cloth, -0.55, -0.46, -160, 0.17, 0.035, _RED)
    for number in range(3):
        _feather(cloth, -0.40, -0.56, 28 * number - 115, 0.20, 0.030, _PINK)
    eye = np.hypot(dx + 0.46, dy + 0.45)
    cloth.stitch(part, (0.052 - eye) * reach, eye * reach / _THREAD, ramp(0 * eye, _LINEN), 0.006)


def _feather(
    cloth: _Cloth, dx: float, dy: float, degrees: float, length: float, half: float, colours: tuple[str, ...]
) -> None:
    """A leaf, in parts of the bird."""
    x, y, reach = _BIRD
    _leaf(cloth, x + dx * reach, y + dy * reach, degrees, length * reach, half * reach, colours)
