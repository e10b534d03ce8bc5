"""Arches behind arches, hatched and cross-hatched with a pen."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.patterns.canvas import blend, seams, step, to_image
from renderer.patterns.noise import clouds, unsteady
from renderer.patterns.palette import Array, Numbers, rgb
from renderer.patterns.strokes import Hatch, hatch

_INK, _PAPER = "#1b1a26", "#f3ead6"
_FAR = (0.545, 0.60)  # where all lines meet
_SHRINK = 0.70  # from one arch to the next
_MAP = 512  # pixels of the maps that guide the pen
_LAYERS = (
    Hatch(52, 0.11, 0.0070, 0.060, 0.0014),
    Hatch(128, 0.27, 0.0062, 0.050, 0.0014),
    Hatch(8, 0.42, 0.0056, 0.045, 0.0015),
    Hatch(88, 0.55, 0.0050, 0.045, 0.0016),
    Hatch(30, 0.68, 0.0042, 0.040, 0.0018),
)


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(7)
    darkness, piece, bend = _scene(*unsteady(rng, _MAP, 0.0012, 24, 2), rng)
    ink = np.zeros((size, size), np.float32)
    for layer in _LAYERS:
        ink = np.maximum(ink, hatch(size, rng, darkness, bend, layer))
    outline = Image.fromarray(np.clip(seams(piece, 0.0030), 0, 1.2)).resize((size, size), Image.Resampling.BICUBIC)
    broken = np.asarray(outline) * (1 + 0.14 * clouds(rng, size, 60, 2))
    ink = np.maximum(ink, step(broken, 0.40, 0.62))
    paper = rgb(_PAPER) * (1 + 0.018 * clouds(rng, size, 140, 3) - 0.02 * clouds(rng, size, 3, 3))[..., None]
    return to_image(blend(paper, rgb(_INK), ink * (0.93 + 0.05 * clouds(rng, size, 30, 2)).clip(0, 1)))


def _scene(x: Array, y: Array, rng: np.random.Generator) -> tuple[Array, Numbers, Array]:
    """Darkness 0..1, the pieces that get outlines, and how the strokes bend."""
    darkness, piece, bend = _garden(x, y)
    for depth in reversed(range(6)):
        scale = 1.06 * _SHRINK**depth
        for thick, reveal in ((0.86, True), (1.0, False)):
            outside, u, v = _opening(x, y, scale * thick)
            hazy = 1 - 0.13 * depth
            tone, number, turn = _reveal(u, v) if reveal else _wall(u, v, depth)
            darkness = np.where(outside, 0.06 + hazy * tone, darkness)
            piece = np.where(outside, 1000 * (depth + 1) + number + 500 * reveal, piece)
            bend = np.where(outside, turn, bend)
        darkness, piece, bend = _floor(x, y, depth, scale, darkness, piece, bend)
    return (darkness + 0.05 * clouds(rng, _MAP, 9, 3)).astype(np.float32), piece, bend.astype(np.float32)


def _opening(x: Array, y: Array, scale: float) -> tuple[NDArray[np.bool_], Array, Array]:
    """Whether a place is outside an arch, and where: the arch's half width is 0.46, its springing at v = -0.20."""
    u, v = (x - _FAR[0]) / scale, (y - _FAR[1]) / scale
    above = np.hypot(u, v + 0.20) > 0.46
    return np.where(v < -0.20, above, np.abs(u) > 0.46), u, v


def _wall(u: Array, v: Array, depth: int) -> tuple[Array, Numbers, Array]:
    """The front of an arch: a ring of wedge stones, and courses of ashlar around it."""
    radius, turn = np.hypot(u, v + 0.20), np.arctan2(u, -(v + 0.20))
    ring = np.where(v < -0.20, radius < 0.56, np.abs(u) < 0.56)
    wedge = np.where(v < -0.20, np.floor(turn * 5.2 + 0.5), np.floor(v * 9) + 40 * np.sign(u)).astype(np.int32)
    course = np.floor(v * 11).astype(np.int32)
    block = np.floor(u * 5.5 + 0.5 * (course % 2)).astype(np.int32)
    number = np.where(ring, 100 + wedge % 61, (course * 17 + block) % 97)
    stone = np.random.default_rng(depth).random(200)[number]
    tone = np.where(ring, 0.14, 0.36) + 0.26 * stone + 0.30 * np.clip(-v - 0.25, 0, 1) + 0.18 * np.clip(u, -1, 1)
    return tone, number, np.where(ring, 0.5 * np.sin(turn), 0)


def _reveal(u: Array, v: Array) -> tuple[Array, Numbers, Array]:
    """The arch's thickness: dark on the left and above, lit on the right."""
    turn = np.arctan2(u, -(v + 0.20))
    tone = np.where(v < -0.20, 0.98 - 0.70 * step(turn, -0.4, 1.7), np.where(u < 0, 1.0, 0.26))
    course = np.where(v < -0.20, np.floor(turn * 5.2 + 0.5), np.floor(v * 9)).astype(np.int32)
    return tone, course % 41, np.where(v < -0.20, turn, 0.0) * 0.6


def _floor(
    x: Array, y: Array, depth: int, scale: float, darkness: Array, piece: Numbers, bend: Array
) -> tuple[Array, Numbers, Array]:
    """The flags before an arch, with the light that falls in from the left between the pillars."""
    foot = _FAR[1] + 0.34 * scale * 0.86
    below = (y > foot) & (y > _FAR[1] + 0.02)
    away = 1 / np.maximum(y - _FAR[1], 0.02)
    across, along = (x - _FAR[0]) * away, np.log(np.maximum(y - _FAR[1], 0.02)) / math.log(_SHRINK)
    row = np.floor(along * 2.5).astype(np.int32)
    column = np.floor(across * 3.2 + 0.5 * (row % 2)).astype(np.int32)
    lit = step(np.sin((along - 0.16 * across) * 2 * math.pi), -0.35, 0.25)
    flag = np.where((row + column) % 2 == 0, 0.10, 0.0)
    tone = 0.62 - 0.46 * lit + flag + 0.12 * np.clip(across, -1, 1)
    number = 9000 + (row * 31 + column) % 500
    return np.where(below, tone, darkness), np.where(below, number, piece), np.where(below, -0.35, bend)


def _garden(x: Array, y: Array) -> tuple[Array, Numbers, Array]:
    """What shines in at the far end: sky, a hill and a cypress."""
    hill = y > _FAR[1] + 0.005 - 0.02 * np.sin(40 * x)
    tree = np.abs(x - _FAR[0] - 0.02) < 0.010 * np.clip((y - _FAR[1] + 0.07) / 0.05, 0, 1)
    return np.where(tree, 0.7, np.where(hill, 0.25, 0.02)), (hill + 2 * tree).astype(np.int32), np.zeros_like(x)
