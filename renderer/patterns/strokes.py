"""Hatching: many short lines side by side, drawn where the subject is dark enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from renderer.patterns.canvas import to_array
from renderer.patterns.noise import sample
from renderer.patterns.palette import Array

_STEPS = 14
_LEAST = 2048  # px; on a smaller sheet the widths of lines would be rounded too far


@dataclass(frozen=True)
class Hatch:
    """One layer of lines; lengths are parts of the picture's edge."""

    degrees: float  #: direction, 0 to the right, 90 down
    threshold: float  #: of darkness, from which on there are lines
    gap: float
    length: float
    width: float
    unsteady: float = 0.06  #: how much direction and bend vary from line to line, radians


def hatch(size: int, rng: np.random.Generator, darkness: Array, bend: Array, layer: Hatch) -> Array:
    """Where the layer's lines lie, 0..1, (size, size).

    `darkness` is 0..1 and `bend` is added to the direction in radians; both are square maps of any size.
    """
    scale = max(2 * size, _LEAST)
    sheet = Image.new("L", (scale, scale), 0)
    pen = ImageDraw.Draw(sheet)
    width = round(layer.width * scale)
    paths = _paths(rng, bend, layer)
    reached = sample(darkness, paths[..., 0], paths[..., 1])
    drawn = reached > layer.threshold + 0.05 * rng.standard_normal((len(paths), 1))
    places = paths * scale
    for number, start, stop in _runs(drawn):
        pen.line(places[number, start:stop].ravel().tolist(), fill=255, width=width)
    return to_array(sheet.resize((size, size), Image.Resampling.BOX))


def _paths(rng: np.random.Generator, bend: Array, layer: Hatch) -> Array:
    """Every line's course, (lines, steps, 2), whether it is to be seen or not."""
    turn = math.radians(layer.degrees)
    along, across = np.array((math.cos(turn), math.sin(turn))), np.array((-math.sin(turn), math.cos(turn)))
    rows = np.arange(-0.75, 0.75, layer.gap)
    places = np.arange(-0.8, 0.75, 0.92 * layer.length)
    u = places + layer.length * (rng.random((len(rows), 1)) + 0.25 * rng.standard_normal((len(rows), len(places))))
    v = rows[:, None] + 0.16 * layer.gap * rng.standard_normal(u.shape)
    x, y = ((u[..., None] * along + v[..., None] * across) + 0.5).reshape(-1, 2).T
    near = (x > -0.1) & (x < 1.1) & (y > -0.1) & (y < 1.1)
    x, y = x[near], y[near]
    heading = turn + layer.unsteady * rng.standard_normal(len(x))
    curve = layer.unsteady * rng.standard_normal(len(x)) / _STEPS
    pace = layer.length / _STEPS * rng.uniform(0.7, 1.3, len(x))
    path = []
    for number in range(_STEPS):
        path.append((x, y))
        angle = heading + curve * number + sample(bend, x.astype(np.float32), y.astype(np.float32))
        x, y = x + pace * np.cos(angle), y + pace * np.sin(angle)
    return np.stack(path, axis=1).transpose(2, 1, 0).astype(np.float32)


def _runs(drawn: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Line, start and end of every stretch of at least two places, of (lines, steps)."""
    edges = np.diff(drawn.astype(np.int8), axis=1, prepend=0, append=0)
    starts, stops = np.argwhere(edges > 0), np.argwhere(edges < 0)  # in the same order
    runs = np.column_stack([starts, stops[:, 1]])
    return [(line, start, stop) for line, start, stop in runs.tolist() if stop - start > 1]
