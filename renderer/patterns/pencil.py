"""Fruit, a vase and a bottle on a cloth: graphite on toothed paper, with the lines that found the shapes left in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from renderer.patterns.canvas import blur, grid, step, to_array, to_image
from renderer.patterns.noise import clouds
from renderer.patterns.palette import Array, ramp
from renderer.patterns.strokes import Hatch, hatch

_MAP = 512  # pixels of the maps that guide the pencil
_TABLE = 0.56  # height of the table's far edge
_GRAPHITE = ("#1c1c20", "#55555a", "#96948f", "#cdc9c0", "#f4f0e6")
#: Layers of a hard, a middle and a soft pencil, and how dark each draws.
_LAYERS = (
    (Hatch(118, 0.08, 0.0050, 0.09, 0.0022, 0.05), 0.34),
    (Hatch(100, 0.22, 0.0046, 0.07, 0.0024, 0.06), 0.50),
    (Hatch(62, 0.38, 0.0046, 0.06, 0.0026, 0.06), 0.50),
    (Hatch(135, 0.52, 0.0044, 0.05, 0.0028, 0.07), 0.60),
    (Hatch(85, 0.68, 0.0042, 0.04, 0.0030, 0.08), 0.72),
    (Hatch(20, 0.80, 0.0040, 0.03, 0.0034, 0.10), 0.80),
)


@dataclass(frozen=True)
class _Thing:
    """A turned shape: where its axis and foot are, how high it is, how far it leans, and how dark it is itself."""

    x: float
    foot: float
    high: float
    lean: float
    dark: float
    widths: tuple[float, ...]  #: half widths from foot to top, in parts of the height

    @property
    def reach(self) -> float:
        """Half the width where it is widest."""
        return self.high * max(self.widths)

    def half(self, up: Array) -> Array:
        """Half the width at a height of 0..1."""
        return self.high * np.interp(up, np.linspace(0, 1, len(self.widths)), self.widths).astype(np.float32)

    def place(self, aside: Array | float, up: Array | float) -> Array:
        """Places (n, 2) at a distance from the axis, at a height of 0..1."""
        return np.stack(
            np.broadcast_arrays(self.x + self.lean * self.high * up + aside, self.foot - self.high * up), -1
        )


_BOTTLE = (0.17, 0.175, 0.175, 0.175, 0.175, 0.165, 0.12, 0.07, 0.058, 0.056, 0.056, 0.066, 0.05)
_VASE = (0.20, 0.26, 0.32, 0.36, 0.37, 0.35, 0.30, 0.235, 0.19, 0.18, 0.19, 0.215, 0.24)
_PEAR = (0.13, 0.32, 0.40, 0.42, 0.40, 0.345, 0.27, 0.21, 0.185, 0.17, 0.145, 0.095, 0.0)
_APPLE = (0.15, 0.36, 0.47, 0.53, 0.56, 0.57, 0.56, 0.53, 0.48, 0.42, 0.34, 0.22, 0.10)
_THINGS = (
    _Thing(0.70, 0.66, 0.50, 0.0, 0.42, _BOTTLE),
    _Thing(0.33, 0.72, 0.42, 0.0, 0.16, _VASE),
    _Thing(0.54, 0.79, 0.25, 0.12, 0.22, _PEAR),
    _Thing(0.80, 0.84, 0.21, -0.25, 0.30, _PEAR),
    _Thing(0.21, 0.86, 0.15, 0.1, 0.34, _APPLE),
    _Thing(0.40, 0.905, 0.145, -0.1, 0.20, _APPLE),
)


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(9)
    darkness, bend = _scene(rng)
    tooth = clouds(rng, size, 260, 2)
    grip = 0.45 + 0.55 * step(tooth, -1.6, 0.9)
    light = np.ones((size, size), np.float32)
    for layer, strength in _LAYERS:
        lines = blur(hatch(size, rng, darkness, bend, layer), 0.0006)
        light *= 1 - strength * lines * grip
    rubbed = Image.fromarray(blur(darkness, 0.008)).resize((size, size), Image.Resampling.BICUBIC)
    light *= 1 - 0.36 * np.clip(np.asarray(rubbed), 0, 1) * (1 + 0.12 * tooth)
    light *= 1 - 0.85 * _contours(size, rng) * grip
    paper = 1 + 0.016 * tooth + 0.02 * clouds(rng, size, 4, 3)
    return to_image(ramp(light, _GRAPHITE) * paper[..., None])


def _scene(rng: np.random.Generator) -> tuple[Array, Array]:
    """Darkness 0..1, and how the strokes turn with the forms."""
    x, y = grid(_MAP)
    wall = 0.50 - 0.34 * x + 0.10 * np.sin(7 * x + 3 * y) + 0.25 * step(y, 0.25, _TABLE)
    bend: Array = 0.25 * np.sin(5 * x + 2 * y)
    folds = np.sin(26 * (x - 0.5) / (0.55 + y) + 2.2 * np.sin(5 * y + 3 * x)) * step(y, _TABLE, 0.9)
    cloth = 0.16 + 0.22 * np.clip(folds, -0.4, 1) + 0.10 * step(y, 0.9, 1.0)
    darkness = np.where(y > _TABLE + 0.012 * np.sin(9 * x), cloth, wall).astype(np.float32)
    bend = np.where(y > _TABLE, 0.35 * np.cos(26 * (x - 0.5) / (0.55 + y)) - 0.5, bend).astype(np.float32)
    for thing in _THINGS:
        dx, dy = (x - thing.x) / thing.reach, (y - thing.foot) / thing.reach
        darkness += 0.62 * (1 - step(np.hypot((dx - 1.15) / 1.9, (dy + 0.10) / 0.42), 0.45, 1.0)) * (y > _TABLE - 0.02)
    for thing in _THINGS:
        darkness, bend = _turned(x, y, darkness, bend, thing)
    return darkness + 0.05 * clouds(rng, _MAP, 12, 3), bend


def _turned(x: Array, y: Array, darkness: Array, bend: Array, thing: _Thing) -> tuple[Array, Array]:
    """One thing, lit from the upper left, with the light that the cloth throws back."""
    top = thing.x + thing.lean * thing.high, thing.foot - thing.high
    bulge = np.sqrt(np.clip(1 - ((x - thing.x - 0.5 * thing.lean * thing.high) / thing.reach) ** 2, 0, 1))
    # Seen from a little above: what is nearer lies lower, most so at the foot.
    up = (thing.foot - y + 0.20 * thing.reach * bulge * np.clip((y - top[1]) / thing.high, 0, 1)) / thing.high
    half = np.where((up >= 0) & (up <= 1), thing.half(up), -1)
    aside = (x - thing.x - thing.lean * (thing.foot - y)) / np.maximum(half, 1e-4)
    opening = np.where(half > 0, np.gradient(half, axis=0) * _MAP, 0).clip(-3, 3)
    light = -0.62 * aside + 0.52 * np.sqrt(np.clip(1 - aside**2, 0, 1)) + 0.45 * opening
    light /= np.sqrt(1 + opening**2)
    tone = np.clip(0.62 - 0.72 * light + 0.6 * thing.dark - 0.22 * step(aside, 0.72, 1.0), 0.02, 1.0)
    tone *= 1 - step(light, 0.80, 0.92)
    mouth = thing.high * thing.widths[-1] + 1e-6
    hollow = np.hypot((x - top[0]) / mouth, (y - top[1]) / (0.22 * mouth)) < 1
    inside = (np.abs(aside) < 1) & (half > 0) | hollow
    tone = np.where(hollow, 0.55 + 0.3 * (x < thing.x), tone)
    turn = np.clip(0.9 * aside, -0.9, 0.9) - 0.25
    return np.where(inside, tone, darkness).astype(np.float32), np.where(inside, turn, bend).astype(np.float32)


class _Pencil:
    """Single lines, drawn on a sheet of twice the size."""

    def __init__(self, size: int) -> None:
        self._scale = 2 * size
        self._sheet = Image.new("L", (2 * size, 2 * size), 0)
        self._pen = ImageDraw.Draw(self._sheet)

    def line(self, points: Array, dark: int, width: float) -> None:
        """A line through the points, as dark as 0..255."""
        places = (points * self._scale).ravel().tolist()
        self._pen.line(places, fill=dark, width=max(1, round(width * self._scale)), joint="curve")

    def lines(self) -> Array:
        """All that was drawn, (size, size), 0..1."""
        return blur(to_array(self._sheet.reduce(2)), 0.0006)


def _contours(size: int, rng: np.random.Generator) -> Array:
    """Outlines drawn more than once, with axes and ellipses left standing."""
    pencil = _Pencil(size)
    for thing in _THINGS:
        _outline(pencil, thing, rng)
        _construction(pencil, thing, rng)
    for shift in (0, 0.004):
        pencil.line(np.array([(-0.05, _TABLE + shift), (1.05, _TABLE - 0.006 + shift)]), 80, 0.0015)
    return pencil.lines()


def _outline(pencil: _Pencil, thing: _Thing, rng: np.random.Generator) -> None:
    """Both sides, twice in full and twice in part, heavier on the side of the shadow."""
    up = np.linspace(0, 1, 60)
    for repeat in range(4):
        half = thing.half(up) * (1 + rng.normal(0, 0.012)) + 0.0016 * np.sin(
            up * rng.uniform(4, 14) + rng.uniform(0, 6)
        )
        for side in (-1, 1):
            edge = thing.place(side * half, up)
            edge[:, 1] += 0.03 * thing.high * (1 - up)
            if repeat < 2:
                pencil.line(edge, 255, 0.0036 if side > 0 else 0.0020)
            else:
                start, stop = sorted(rng.integers(0, 60, 2))
                pencil.line(edge[start : stop + 2], 150, 0.0020)


def _construction(pencil: _Pencil, thing: _Thing, rng: np.random.Generator) -> None:
    """The axis, rings around it, the mouth or the stalk."""
    turn = np.linspace(0, 2 * math.pi, 60)
    mouth = thing.high * thing.widths[-1]
    for level in (0.0, 0.33, 1.0):
        radius = thing.half(np.array(level))
        ring = thing.place(radius * np.cos(turn), level) + np.stack([0 * turn, 0.22 * radius * np.sin(turn)], -1)
        pencil.line(ring + rng.normal(0, 0.001, 2), 230 if level == 1.0 and mouth > 0.02 else 90, 0.0018)
    pencil.line(thing.place(np.zeros(2), np.array((-0.2, 1.25))), 70, 0.0012)
    if mouth < 0.02:
        stalk = np.linspace(0, 1, 12)
        pencil.line(thing.place(0.035 * stalk**2, 1 + (0.045 * stalk - 0.004) / thing.high), 230, 0.0045)
