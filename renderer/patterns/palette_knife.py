"""An avenue in autumn after rain, in thick oil laid on with a knife."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blend, blur, grid, relief, step, to_array, to_image
from renderer.patterns.noise import clouds, sample, strewn
from renderer.patterns.palette import Array, inks, ramp, rgb

_MAP = 256  # pixels of the scene that the knife follows
_TURNS = 24  # directions of the knife
_LEAVES = ("#3a0f16", "#7a1a18", "#b8301c", "#e2601c", "#f49a22", "#fcd04a", "#fff0a8")
_COOL = ("#141a3c", "#2a3a6e", "#4a6fa0", "#8fb4cc", "#e6ecdc")
_END = (0.52, 0.545)  # where the avenue ends
#: Length and breadth of the knife's marks, how far apart they lie, and how much their colour strays.
_LAYERS = ((0.105, 0.046, 0.034, 0.04), (0.070, 0.029, 0.021, 0.06), (0.042, 0.015, 0.0205, 0.08))


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(14)
    scene, turn = _scene(rng)
    paint = _Paint(size)
    for length, breadth, gap, strays in _LAYERS:
        turns = np.linspace(0, math.pi, _TURNS, endpoint=False)
        marks = [[_mark(rng, length * size, breadth * size, way) for _ in range(4)] for way in turns]
        x, y = strewn(rng, gap, 0.05)
        colours = sample(scene, x, y)
        one, other = (_strayed(colours, strays, rng) for _ in range(2))
        ways = (sample(turn, x, y) + 0.22 * rng.standard_normal(len(x))) / math.pi * _TURNS
        places = (np.stack([x, y], -1) * size).round().astype(int).tolist()
        for place, way, *pair in zip(places, ways.round().astype(int) % _TURNS, inks(one), inks(other), strict=True):
            paint.press(marks[way][rng.integers(4)], place, pair)
    return to_image(paint.dried(rng))


def _strayed(colours: Array, by: float, rng: np.random.Generator) -> Array:
    """Colours (n, 3) as they come out of hasty mixing."""
    lighter = colours * (1 + 2 * by * rng.standard_normal((len(colours), 1)))
    return lighter + by * rng.standard_normal(colours.shape)


@dataclass(frozen=True)
class _Mark:
    """What the knife leaves: where paint lies, how thick, and the streaks of two colours not quite mixed."""

    cover: Image.Image
    height: Image.Image
    streaks: Image.Image


class _Paint:
    """The canvas: two colours, their mixture and the thickness at every place."""

    def __init__(self, size: int) -> None:
        self._colours = [Image.new("RGB", (size, size), "#5a3a2a") for _ in range(2)]
        self._height, self._streaks = Image.new("L", (size, size), 60), Image.new("L", (size, size), 128)

    def press(self, mark: _Mark, place: tuple[int, int], colours: Sequence[tuple[int, int, int]]) -> None:
        """Lay a mark of two colours with its middle at that pixel."""
        side = mark.cover.width
        corner = (place[0] - side // 2, place[1] - side // 2)
        for sheet, colour in zip(self._colours, colours, strict=True):
            sheet.paste(colour, (*corner, corner[0] + side, corner[1] + side), mark.cover)
        self._height.paste(mark.height, corner, mark.cover)
        self._streaks.paste(mark.streaks, corner, mark.cover)

    def dried(self, rng: np.random.Generator) -> Array:
        """The colours under a light from the upper left."""
        one, other = map(to_array, self._colours)
        colours = blend(one, other, to_array(self._streaks))
        size = self._height.width
        height = blur(to_array(self._height), 0.0007) + 0.02 * clouds(rng, size, 180, 1)
        light = relief(0.012 * height, 0.55)
        lit: Array = colours * (1 + 0.42 * light)[..., None] + 0.16 * np.clip(light, 0, 1)[..., None] ** 2
        return lit


def _mark(rng: np.random.Generator, length: float, breadth: float, turn: float) -> _Mark:
    """One mark of the knife, in pixels, turned: ragged ends, ridges along its sides, a heap where it was lifted."""
    side = math.ceil(1.25 * length)
    x, y = (2 * part - 1 for part in grid(side))
    u = (x * math.cos(turn) + y * math.sin(turn)) * side / length
    v = (y * math.cos(turn) - x * math.sin(turn)) * side / breadth
    lattice = np.linspace(-1.3, 1.3, 16)
    ragged, sides, lines, mixing = (
        np.interp(place, lattice, rng.standard_normal(16)).astype(np.float32) for place in (v, u, v, v + 0.25 * u)
    )
    cover = step(1 - np.abs(v) + 0.10 * sides, 0, 3 / breadth)
    cover *= step(0.92 - np.abs(u) + 0.13 * ragged, 0, 6 / length)
    height = 0.34 + 0.26 * np.abs(v) ** 5 + 0.42 * step(u, 0.35, 0.95) + 0.10 * lines
    return _Mark(*(_grey(part) for part in (cover, height * rng.uniform(0.75, 1.1), 0.5 + 0.42 * mixing)))


def _grey(values: Array) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))


def _scene(rng: np.random.Generator) -> tuple[Array, Array]:
    """Colours (map, map, 3) and the direction of the knife in radians."""
    x, y = grid(_MAP)
    dx, dy = x - _END[0], y - _END[1]
    distance = np.hypot(dx, dy * 1.1)
    glow = np.exp(-((distance / 0.20) ** 2))
    colours = ramp(0.35 + 0.75 * glow + 0.14 * clouds(rng, _MAP, 6, 3), _COOL)
    colours = blend(colours, rgb("#fff2c0"), 0.85 * glow)
    turn = (0.5 + 0.8 * np.sin(6 * x + 4 * y)).astype(np.float32)
    crown = clouds(rng, _MAP, 7, 4)
    open_sky = step(np.abs(dx) * 0.9 + 0.12 * crown, 0.03, 0.16) + step(-dy, 0.34, 0.50)
    lit = 0.50 + 0.35 * glow - 0.20 * np.abs(dx) - 0.15 * step(y, 0.3, 0.55)
    leaves = ramp(lit + 0.17 * crown + 0.13 * clouds(rng, _MAP, 22, 2), _LEAVES)
    colours = blend(colours, leaves, np.clip(open_sky, 0, 1) * step(0.60 - y, -0.02, 0.05))
    colours, turn = _ground(x, y, colours, turn, rng)
    return _trunks(x, y, colours, turn)


def _ground(x: Array, y: Array, colours: Array, turn: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Fallen leaves to both sides of a wet path that mirrors the light."""
    below = np.clip(y - _END[1] - 0.015, 0, 1)
    half = 0.015 + 0.72 * below
    aside = (x - _END[0] + 0.10 * below) / half
    mirror = sample(colours, x + 0.02 * clouds(rng, _MAP, 40, 2, 8), _END[1] - 1.1 * below)
    path = blend(mirror * 0.9, rgb("#2a3a6e"), 0.30 + 0.25 * step(clouds(rng, _MAP, 22, 2, 7), 0.0, 0.9))
    gleam = np.exp(-((aside / 0.22) ** 2)) * step(clouds(rng, _MAP, 26, 2, 8), -0.4, 0.4)
    path = blend(path, rgb("#fff2c0"), 0.85 * gleam)
    heaped = 0.25 * np.exp(-((np.abs(aside) - 1) ** 2) * 2)
    litter = ramp(0.42 + heaped + 0.20 * clouds(rng, _MAP, 26, 3, 3) - 0.35 * below, _LEAVES)
    ground = blend(litter, path, step(1 - np.abs(aside), -0.04, 0.08))
    wet = step(y, _END[1] + 0.01, _END[1] + 0.03)
    return blend(colours, ground, wet), np.where(wet > 0.5, 0.10 * np.sign(aside), turn).astype(np.float32)


def _trunks(x: Array, y: Array, colours: Array, turn: Array) -> tuple[Array, Array]:
    """Dark trunks that stand closer the farther they are, with boughs above the path."""
    for depth in (5, 4, 3, 2, 1, 0):
        scale = 0.62**depth
        for way in (-1, 1):
            foot_x, foot_y = _END[0] + way * 0.50 * scale * (1 + 0.06 * way), _END[1] + 0.36 * scale
            up = np.clip((foot_y - y) / (0.95 * scale), 0, 1.4)
            lean = foot_x - way * 0.16 * scale * up**2 + 0.02 * scale * np.sin(6 * up + depth)
            half = 0.036 * scale * (1.25 - 0.7 * up) + 0.05 * scale * np.exp(-14 * up)
            trunk = step(half - np.abs(x - lean), 0, 0.006) * step(foot_y - y, -0.002, 0.01)
            trunk *= step(y, foot_y - 1.1 * scale, foot_y - 0.8 * scale)
            fork = lean + way * 0.30 * scale * np.clip(up - 0.45, 0, 1)
            trunk = np.maximum(trunk, step(0.45 * half - np.abs(x - fork), 0, 0.006) * (up > 0.45) * (up < 1.1))
            light = -way * (x - lean) / np.maximum(half, 1e-3)
            bark = ramp(0.30 + 0.26 * light + 0.13 * depth, ("#120c1a", "#2a1a2c", "#5a3340", "#a8644a", "#e8b07a"))
            colours = blend(colours, bark, trunk)
            turn = np.where(trunk > 0.4, math.pi / 2 + 0.25 * way * up, turn)
    return colours, turn.astype(np.float32)
