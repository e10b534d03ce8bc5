"""A guitar, a bottle and a glass on a table, taken apart into planes and seen from many sides."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blend, seams, step, to_image
from renderer.patterns.noise import clouds, unsteady
from renderer.patterns.palette import Array, Numbers, ramp, rgb

_WALL, _TABLE, _GUITAR, _HOLE, _NECK, _STRINGS, _BOTTLE, _GLASS, _PAPER, _LABEL, _FRUIT = range(11)
_PAINTS = (
    ("#1a2026", "#39474f", "#6c7c80", "#a9b0a4", "#ddd8c2"),  # wall
    ("#2a1710", "#5a3420", "#8f5c34", "#c08e58", "#e6c492"),  # table
    ("#4a2410", "#8f4e1c", "#cf8a36", "#ecbc6a", "#fae3ae"),  # guitar
    ("#0c0a0a", "#16110f", "#2a1f1a", "#4a382a", "#6a5240"),  # its hole
    ("#140e0c", "#2a1d18", "#4a352a", "#7a5c44", "#a88a68"),  # its neck
    ("#6a5a40", "#a8946c", "#d8c8a0", "#f4ead0", "#fffaf0"),  # its strings
    ("#06120e", "#12302a", "#245a4c", "#4f8f7c", "#b8d8c4"),  # bottle
    ("#2a3a46", "#5a7484", "#90a8b0", "#c8d4d0", "#f8f8ee"),  # glass
    ("#8a7c64", "#b8aa8c", "#dacdae", "#efe6cc", "#fbf6e4"),  # sheet of paper
    ("#3a0c0a", "#7a1f16", "#b8402a", "#d97a54", "#f0b890"),  # label
    ("#5a1a0c", "#a83a18", "#d9702a", "#f0a850", "#fbdc98"),  # fruit
)
_CUTS = 16
_CODES = 2 ** (_CUTS + 2)


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(25)
    x, y = unsteady(rng, size, 0.0016, 9, 2)
    plane = _planes(x, y, rng)
    thing, detail = _still_life(*_seen(x, y, plane, rng))
    across = _slope(x, y, plane, rng)
    light = 0.54 + 4.6 * across + 0.45 * (rng.random(_CODES)[plane] - 0.5) + detail + 0.065 * _brush(plane, size, rng)
    colours = np.zeros((size, size, 3), np.float32)
    for number, paints in enumerate(_PAINTS):
        np.copyto(colours, ramp(light, paints), where=(thing == number)[..., None])
    return to_image(_outlined(colours, plane, thing, across, size, rng))


def _planes(x: Array, y: Array, rng: np.random.Generator) -> Numbers:
    """The plane each place lies on, below `_CODES`: a bit for each cut, straight or round, tells the side."""
    code = np.zeros(x.shape, np.int32)
    for number in range(_CUTS):
        turn = math.pi * (number + 0.7 * rng.random()) / _CUTS
        offset = rng.uniform(-0.46, 0.46)
        side = (x - 0.5) * math.cos(turn) + (y - 0.5) * math.sin(turn) > offset
        reach = np.hypot(x - rng.random(), y - rng.random()) < rng.uniform(0.55, 0.95)  # no cut goes all the way
        code = 2 * code + (side & reach)
    for cx, cy, radius in ((0.36, 0.60, 0.24), (0.66, 0.30, 0.20)):
        code = 2 * code + (np.hypot(x - cx, y - cy) < radius) * (x + y > 0.5 * (cx + cy) + 0.3)
    return code


def _seen(x: Array, y: Array, plane: Numbers, rng: np.random.Generator) -> tuple[Array, Array]:
    """Where each place looks: every plane is a view turned, shifted and scaled a little of its own."""
    turn, scale = 0.22 * rng.standard_normal(_CODES), rng.uniform(0.85, 1.15, _CODES)
    shift = 0.035 * rng.standard_normal((2, _CODES))
    cosine, sine = (scale * np.cos(turn))[plane], (scale * np.sin(turn))[plane]
    dx, dy = x - 0.5, y - 0.5
    return (
        (0.5 + dx * cosine - dy * sine + shift[0][plane]).astype(np.float32),
        (0.5 + dx * sine + dy * cosine + shift[1][plane]).astype(np.float32),
    )


def _slope(x: Array, y: Array, plane: Numbers, rng: np.random.Generator) -> Array:
    """How far each place is from the middle of its plane, in a direction of the plane's own: its light falls so."""
    flat = plane.ravel()
    pixels = np.maximum(np.bincount(flat, minlength=_CODES), 1)
    middle_x, middle_y = (np.bincount(flat, place.ravel(), _CODES) / pixels for place in (x, y))
    turn = rng.random(_CODES) * 2 * math.pi
    slope: Array = (x - middle_x[plane]) * np.cos(turn)[plane] + (y - middle_y[plane]) * np.sin(turn)[plane]
    return slope.astype(np.float32)


def _still_life(x: Array, y: Array) -> tuple[Numbers, Array]:
    """Which thing is at each place, and how much lighter or darker its details make it."""
    thing = np.where(y > 0.60 + 0.10 * (x - 0.5), _TABLE, _WALL)
    panel = np.floor(x * 5).astype(np.int32) % 2
    detail = np.where(thing == _TABLE, 0.12 * np.sin(90 * y + 9 * np.sin(7 * x)), 0.20 * panel - 0.10)
    along, down = (x - 0.24) * 0.94 + (y - 0.74) * 0.34, (y - 0.74) * 0.94 - (x - 0.24) * 0.34
    paper, lines = (np.abs(along) < 0.17) & (np.abs(down) < 0.12), np.floor(down / 0.010) % 2
    thing, detail = np.where(paper, _PAPER, thing), np.where(paper, 0.10 - 0.40 * lines, detail)
    thing, detail = _bottle(x, 0.82 - y, thing, detail)
    for cx, cy, radius in ((0.60, 0.86, 0.062), (0.70, 0.90, 0.055), (0.50, 0.90, 0.052)):
        ball = np.hypot(x - cx, y - cy) < radius
        thing, detail = np.where(ball, _FRUIT, thing), np.where(ball, -4 * (x - cx) - 4 * (y - cy), detail)
    thing, detail = _guitar(x, y, thing, detail)
    glass = (np.abs(x - 0.175) < 0.052 + 0.16 * np.clip(0.50 - y, 0, 1)) & (y > 0.30) & (y < 0.53)
    rim = np.where(np.floor((y - 0.30) / 0.045) % 2 == 0, 0.2, -0.1) + 3 * (0.175 - x)
    return np.where(glass, _GLASS, thing), np.where(glass, rim, detail).astype(np.float32)


def _bottle(x: Array, up: Array, thing: Numbers, detail: Array) -> tuple[Numbers, Array]:
    """With a label round it."""
    half = np.where(up < 0.34, 0.082, np.clip(0.082 - 0.9 * (up - 0.34), 0.027, 0.1))
    bottle = (np.abs(x - 0.77) < half) & (up > 0) & (up < 0.60)
    thing, detail = np.where(bottle, _BOTTLE, thing), np.where(bottle, 0.35 - 6 * np.abs(x - 0.745), detail)
    label = bottle & (np.abs(up - 0.18) < 0.075)
    thing, detail = np.where(label, _LABEL, thing), np.where(label, 0.12 * np.sin(up * 260), detail)
    return thing, detail


def _guitar(x: Array, y: Array, thing: Numbers, detail: Array) -> tuple[Numbers, Array]:
    """It leans to the right: two rounds and a waist, a hole with a ring, a neck with frets, six strings."""
    along = (x - 0.42) * 0.53 - (y - 0.60) * 0.85  # from the lower round towards the head
    across = (x - 0.42) * 0.85 + (y - 0.60) * 0.53
    lower, upper = np.hypot(along + 0.04, across) < 0.205, np.hypot(along - 0.21, across) < 0.150
    waist = (np.abs(across) < 0.118) & (along > 0) & (along < 0.2)
    body, neck = lower | upper | waist, (np.abs(across) < 0.028) & (along > 0.20) & (along < 0.62)
    head = (np.abs(across) < 0.045) & (along > 0.60) & (along < 0.72)
    hole = np.hypot(along - 0.11, across)
    bridge = (np.abs(along + 0.10) < 0.014) & (np.abs(across) < 0.075)
    grain = 0.06 * np.sin(across * 260) + 0.12 * np.sin(along * 9)
    detail = np.where(body, grain + np.where((hole > 0.062) & (hole < 0.076), -0.5, 0.0), detail)
    thing = np.where(body, _GUITAR, thing)
    frets = np.where(along % 0.035 < 0.006, 0.45, 0)
    for inside, number, shade in ((neck | head | bridge, _NECK, frets), (hole < 0.058, _HOLE, 0 * hole)):
        thing, detail = np.where(inside, number, thing), np.where(inside, shade, detail)
    string = (
        (np.abs((across / 0.0085 + 0.5) % 1 - 0.5) < 0.16) & (np.abs(across) < 0.0255) & (np.abs(along - 0.28) < 0.38)
    )
    return np.where(string, _STRINGS, thing), np.where(string, 0.3, detail)


def _brush(plane: Numbers, size: int, rng: np.random.Generator) -> Array:
    """Short touches of the brush, in another direction on each plane."""
    touches = np.stack([clouds(rng, size, 60, 2, stretch) for stretch in (6, 1 / 6, 1.5)])
    brush: Array = np.take_along_axis(touches, (plane % 3)[None], axis=0)[0]
    return brush


def _outlined(
    colours: Array, plane: Numbers, thing: Numbers, across: Array, size: int, rng: np.random.Generator
) -> Array:
    """Charcoal lines along planes and things, darker paint beside the planes' edges, and the canvas."""
    uneven = 1 + 0.22 * clouds(rng, size, 12, 3)
    beside = np.clip(seams(plane, 0.055), 0, 1) * step(across, -0.02, 0.06)
    colours = colours * (1 - 0.66 * beside)[..., None]
    light = np.clip(seams(plane, 0.030), 0, 1) * step(-across, -0.01, 0.05)
    colours = colours + (1 - colours) * (0.42 * light)[..., None]
    colours = 0.44 + 1.35 * (colours - 0.42)
    line = np.maximum(seams(plane, 0.0036), 0.92 * seams(thing, 0.0030)) * uneven
    colours = blend(colours, rgb("#120f0f"), 0.9 * step(line, 0.40, 0.75))
    weave = clouds(rng, size, 150, 1, 5) + clouds(rng, size, 150, 1, 1 / 5)
    woven: Array = colours * (1 + 0.035 * weave)[..., None]
    return woven
