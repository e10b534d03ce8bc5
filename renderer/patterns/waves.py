"""Breakers before a snowy mountain, printed in flat blues with a dark key line, in the manner of ukiyo-e."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from renderer.patterns.canvas import blend, grid, step, to_array, to_image
from renderer.patterns.noise import clouds
from renderer.patterns.palette import Array, ramp, rgb

_KEY = "#14213f"
_BLUES = ("#1a3565", "#2a5590", "#16305c", "#5f93b8", "#23497f", "#b9d3d6", "#1d3d70", "#e8e6d2")
_FOAM, _FOAM_SHADE = "#f4ecd8", "#a9c6cf"
#: One breaker that rolls to the right, from its foot to the tip of its crest: the back, and the hollow face.
_BACK = np.array(
    [(-1.25, 1.0), (-0.95, 0.62), (-0.66, 0.12), (-0.36, -0.36), (0.00, -0.60), (0.34, -0.52), (0.52, -0.22)]
)
_FACE = np.array([(0.95, 1.0), (0.42, 0.80), (0.06, 0.50), (-0.10, 0.16), (-0.02, -0.16), (0.20, -0.30), (0.52, -0.22)])
_SLOPE = np.array(
    [(0.46, 0.66), (0.60, 0.565), (0.685, 0.475), (0.70, 0.463), (0.73, 0.468), (0.75, 0.478), (0.83, 0.565),
     (1.0, 0.655)]
)  # fmt: skip
_SNOW_LINE = np.array(
    [(0.63, 0.535), (0.665, 0.525), (0.68, 0.545), (0.70, 0.515), (0.72, 0.55), (0.74, 0.52), (0.765, 0.545),
     (0.795, 0.532)]
)  # fmt: skip
#: Middle, size and way (1 rolls right) of every breaker, the far ones first.
_BREAKERS = (
    (0.72, 0.665, 0.10, 1), (0.93, 0.66, 0.11, -1), (0.50, 0.68, 0.10, -1), (0.60, 0.74, 0.15, 1),
    (0.86, 0.75, 0.17, 1), (0.28, 0.52, 0.50, 1), (0.95, 0.83, 0.20, -1), (0.55, 0.86, 0.20, 1),
    (0.13, 0.90, 0.24, -1), (0.80, 0.95, 0.24, 1), (0.36, 1.00, 0.24, 1), (1.04, 1.04, 0.24, -1),
    (0.02, 1.10, 0.24, 1), (0.62, 1.10, 0.22, -1),
)  # fmt: skip
#: Middle and half the length of the bars of cloud.
_CLOUDS = (
    (0.70, 0.300, 0.26), (0.93, 0.205, 0.17), (0.52, 0.095, 0.22), (0.93, 0.070, 0.18), (0.60, 0.385, 0.14),
    (0.96, 0.410, 0.17), (0.10, 0.075, 0.20), (0.05, 0.190, 0.13), (0.40, 0.030, 0.16), (0.03, 0.320, 0.10),
    (0.66, 0.150, 0.12), (0.84, 0.345, 0.12),
)  # fmt: skip


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(3)
    large = 2 * size
    image = to_image(_sky(size, rng)).resize((large, large))
    sheet = ImageDraw.Draw(image)
    for x, y, wide in _CLOUDS:
        _cloud(sheet, x, y, wide, large)
    _mountain(sheet, large)
    _swell(sheet, large)
    for x, y, scale, way in _BREAKERS:
        _breaker(sheet, np.array((x, y)), np.array((scale * way, scale)), large, rng)
    return to_image(_printed(to_array(image.reduce(2)), size, rng))


def _sky(size: int, rng: np.random.Generator) -> Array:
    """Colour wiped from the block towards the middle, and a low sun."""
    x, y = grid(size)
    wiped = y + 0.010 * clouds(rng, size, 5, 2, 12)
    colours = ramp(wiped / 0.72, ("#27406f", "#7b93a8", "#d9cfae", "#efd9a8", "#eeb98a", "#d98a6a"))
    sun = step(0.115 - np.hypot(x - 0.74, y - 0.235), 0, 1.5 / size)
    return blend(colours, rgb("#c8402e"), sun * (0.92 - 0.8 * (y - 0.2)))


def _cloud(sheet: ImageDraw.ImageDraw, x: float, y: float, wide: float, size: int) -> None:
    """A long bar of mist with round ends."""
    t = np.linspace(-1, 1, 60)
    half = 0.013 * (1 - t**2) ** 0.3 * (1 + 0.3 * np.sin(5 * t + 9 * x))
    middle = y + 0.007 * np.sin(4 * t + 40 * y)
    edges = [np.stack([x + wide * t, middle + way * half], -1) * size for way in (-1, 1)]
    outline = np.vstack([edges[0], edges[1][::-1]]).ravel().tolist()
    sheet.polygon(outline, fill="#f3e7cb")
    sheet.line(outline, fill=_KEY, width=max(1, round(0.0018 * size)))


def _swell(sheet: ImageDraw.ImageDraw, size: int) -> None:
    """The open sea, in stripes that widen towards us."""
    x = np.linspace(0, 1, 120)
    for number, share in enumerate(np.linspace(0, 1, 26)):
        y = 0.655 + 0.345 * share**1.4 + (0.002 + 0.016 * share) * np.sin((34 - 20 * share) * x + 2.1 * number)
        if number == 0:
            y[:] = 0.655
        edge = (np.stack([x, y], -1) * size).ravel().tolist()
        sheet.polygon([*edge, size, size, 0, size], fill=_BLUES[(0, 3, 1, 4, 2, 5)[number % 6]])
        sheet.line(edge, fill=_KEY, width=max(1, round(0.0015 * size)))


def _curve(points: Array, count: int) -> Array:
    """A smooth line of `count` places through the points (Catmull and Rom)."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    place = np.linspace(0, len(points) - 1.0001, count)
    at, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (ends[at + shift] for shift in range(4))
    curve: Array = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return curve


def _mountain(sheet: ImageDraw.ImageDraw, size: int) -> None:
    """Its slopes, and snow down to a ragged edge."""
    outline = _curve(_SLOPE, 80)
    sheet.polygon((outline * size).ravel().tolist(), fill="#3a4f78")
    snow = np.vstack([outline[outline[:, 1] < 0.533], _SNOW_LINE[::-1]])
    sheet.polygon((snow * size).ravel().tolist(), fill=_FOAM)
    sheet.line((outline * size).ravel().tolist(), fill=_KEY, width=round(0.003 * size), joint="curve")


def _breaker(sheet: ImageDraw.ImageDraw, middle: Array, scale: Array, size: int, rng: np.random.Generator) -> None:
    """Stripes from back to face, the foam along the crest, and spray before it."""
    back, face = (_curve(line + 0.03 * rng.standard_normal(line.shape), 90) * scale + middle for line in (_BACK, _FACE))
    face[-1] = back[-1]
    key = max(1, round(0.0030 * size))
    edges = [back + (face - back) * share**1.15 for share in np.linspace(0, 1, 2 * len(_BLUES) - 2)]
    for number, (left, right) in enumerate(pairwise(edges)):
        stripe = np.vstack([left, right[::-1]]) * size
        sheet.polygon(stripe.ravel().tolist(), fill=_BLUES[number % len(_BLUES)])
        sheet.line((right * size).ravel().tolist(), fill=_KEY, width=max(1, key // 2), joint="curve")
    for edge in (back, face):
        sheet.line((edge * size).ravel().tolist(), fill=_KEY, width=key, joint="curve")
    _foam(sheet, back, face, scale, size, rng)


def _foam(
    sheet: ImageDraw.ImageDraw, back: Array, face: Array, scale: Array, size: int, rng: np.random.Generator
) -> None:
    """Balls along the crest and fingers that reach from its lip; first all key lines, then shade, then white."""
    along = rng.uniform(0.42, 1, 90) ** 0.8 * 89
    crest = back[along.astype(int)] + 0.03 * scale * rng.standard_normal((90, 2)) + (0, 0.02 * scale[1])
    balls, reach = [crest], [rng.uniform(0.025, 0.055, 90)]
    for root in (*face[58:88:3], *back[76:90:4]):
        length, turn = rng.uniform(0.12, 0.26), rng.uniform(0.3, 1.2)
        t = np.linspace(0, 1, 14)
        finger = np.stack([0.3 * t + 0.5 * np.sin(turn * t * 2), t - 0.25 * t**2 * turn], -1) * length
        balls.append(root + finger * scale)
        reach.append(0.042 * (1 - 0.75 * t) * rng.uniform(0.8, 1.2))
    spray = rng.uniform(0, 1, (34, 2)) ** (1.6, 1) * (0.55, 0.95) + (0.10, -0.30)
    balls.append(back[70] + 0.8 * spray * scale)
    reach.append(rng.uniform(0.006, 0.018, 34))
    places, wide = np.vstack(balls) * size, np.hstack(reach)[:, None] * abs(scale[1]) * size
    lit = places - wide * (0.22, 0.28)
    for middles, radii, colour in (
        (places, wide + 0.003 * size, _KEY), (places, wide, _FOAM_SHADE), (lit, 0.78 * wide, _FOAM)
    ):  # fmt: skip
        for box in np.hstack([middles - radii, middles + radii]).tolist():
            sheet.ellipse(box, fill=colour)


def _printed(colours: Array, size: int, rng: np.random.Generator) -> Array:
    """The block's grain in the colour, and the paper's fibres in all."""
    grain = clouds(rng, size, 50, 3, 25)
    fibres = clouds(rng, size, 110, 2) + 0.7 * clouds(rng, size, 40, 3, 1 / 4)
    dark = 1 - colours.mean(-1)
    printed: Array = colours + (0.030 * grain * dark + 0.016 * fibres)[..., None]
    return printed
