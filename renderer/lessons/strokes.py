"""Painted pictures out of photographs, in any number: strokes from coarse to fine, each of several bristles.

Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes" (1998). This differs from it: strokes also
follow a drifting field instead of the edges alone, colours may be others than the photograph's, and the paint may cast
shadows.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Array = NDArray[np.floating[Any]]

_EDGE = 640  # px
_BRIGHTNESS = (0.3, 0.59, 0.11)
_WIDTHS = (4, 6, 8, 10, 14, 20, 28)  # of brushes, px


@dataclasses.dataclass(frozen=True)
class Brush:
    """How one picture is painted."""

    follows: int  #: 0 edges, 1 a drifting field, 2 both
    widths: tuple[int, ...]  #: px, falling
    length: float  #: of a stroke, in parts of its width
    bristles: int
    mixed: float  #: how much the colour varies from stroke to stroke
    streaked: float  #: and from bristle to bristle


def painted(photograph: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A painting of the photograph, long edge 640 px, in a manner drawn from the generator."""
    factor = _EDGE / max(photograph.size)
    size = (round(photograph.width * factor), round(photograph.height * factor))
    subject = recoloured(_to_array(photograph.resize(size, Image.Resampling.LANCZOS)), rng)
    brush = _brush(rng)
    field = _drift(rng, subject.shape[:2])
    ground = blurred(subject, 1.5 * brush.widths[0]) * rng.uniform(0.7, 1.1) + rng.uniform(-0.08, 0.08, 3)
    canvas = _to_image(ground)
    for number, width in enumerate(brush.widths):
        _lay(canvas, subject, field, brush, width, number == 0, rng)
    return _finished(canvas, rng)


def recoloured(picture: Array, rng: np.random.Generator) -> Array:
    """A picture (H, W, 3) as it is, in a palette by its brightness, with channels exchanged, or more saturated."""
    brightness = (picture * _BRIGHTNESS).sum(-1)
    match int(rng.integers(0, 4)):
        case 1:
            count = int(rng.integers(3, 7))
            palette = rng.random((count, 3)) ** rng.uniform(0.6, 1.6)
            palette = palette[np.argsort(palette @ _BRIGHTNESS)]
            places = np.linspace(0, 1, count)
            return np.stack([np.interp(brightness, places, palette[:, c]) for c in range(3)], -1) * 0.8 + picture * 0.2
        case 2:
            exchanged = picture[..., rng.permutation(3)]
            bent: Array = np.clip(exchanged, 0, 1) ** rng.uniform(0.6, 1.6, 3)
            return bent
        case 3:
            grey = brightness[..., None]
            streaked: Array = np.clip(grey + (picture - grey) * rng.uniform(1.2, 2.2), 0, 1)
            return streaked
        case _:
            return picture


def blurred(values: Array, radius: float) -> Array:
    """(H, W) or (H, W, 3) values in 0..1, softened."""
    return _to_array(_to_image(values).filter(ImageFilter.GaussianBlur(radius)))


def _brush(rng: np.random.Generator) -> Brush:
    follows = int(rng.integers(0, 3))
    widths = rng.choice(_WIDTHS, size=int(rng.integers(2, 4)), replace=False)
    return Brush(
        follows=follows,
        widths=tuple(sorted(widths.tolist(), reverse=True)),
        length=rng.uniform(2.5, 9),
        bristles=int(rng.integers(3, 8)),
        mixed=rng.uniform(0.02, 0.10),
        streaked=rng.uniform(0.02, 0.09),
    )


def _drift(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A smooth direction for every place (H, W), radians."""
    cells = int(rng.integers(3, 7))
    noise = Image.fromarray((rng.random((cells, cells)) * 255).astype(np.uint8))
    drift = _to_array(noise.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    return drift * 2 * math.pi * rng.uniform(0.6, 1.6) + rng.uniform(0, 2 * math.pi)


def _directions(subject: Array, drift: Array, follows: int, width: int) -> Array:
    """Of strokes of that width at every place (H, W), radians."""
    down, right = np.gradient(blurred((subject * _BRIGHTNESS).sum(-1), 0.7 * width))
    steepness = np.hypot(right, down) + 1e-6
    along = np.arctan2(right, -down)
    if follows == 1:
        return drift
    if follows == 0:
        return np.where(steepness > 0.004, along, drift)
    same_way = np.sign(np.cos(along - drift))
    directions: Array = np.angle(0.012 * np.exp(1j * drift) + steepness * np.exp(1j * along) * same_way)
    return directions


def _lay(
    canvas: Image.Image, subject: Array, drift: Array, brush: Brush, width: int, first: bool, rng: np.random.Generator
) -> None:
    """One layer of strokes; all but the first only where the canvas is not yet like the subject."""
    height, across = subject.shape[:2]
    wanted = blurred(subject, 0.5 * width)
    directions = _directions(subject, drift, brush.follows, width)
    gap = max(2, 0.75 * width)
    rows, columns = np.mgrid[0:height:gap, 0:across:gap]
    starts = np.stack([columns.ravel(), rows.ravel()], 1) + rng.normal(0, gap * 0.5, (columns.size, 2))
    if not first:
        there = _at(_to_array(canvas), *starts.T)
        starts = starts[np.abs(there - _at(wanted, *starts.T)).sum(-1) > rng.uniform(0.06, 0.2)]
    starts = starts[rng.permutation(len(starts))]
    colours = _at(wanted, *starts.T)
    colours = colours + rng.normal(0, brush.mixed, (len(starts), 3)) * rng.choice([1.0, 0.5], 3)
    colours = colours + rng.normal(0, brush.mixed, (len(starts), 1))
    steps = int(max(3, round(brush.length * rng.uniform(0.7, 1.3))))
    courses = _courses(starts, directions, steps, 0.7 * width)
    places = np.linspace(-0.5, 0.5, brush.bristles) * width
    thickness = max(1, round(1.5 * width / brush.bristles))
    pen = ImageDraw.Draw(canvas)
    for course, colour in zip(courses, colours, strict=True):
        x, y, cosine, sine = course
        for place in places:
            paint = np.clip((colour + rng.normal(0, brush.streaked)) * 255, 0, 255).astype(int).tolist()
            line = np.stack([x - sine * place, y + cosine * place], 1)
            pen.line(line.ravel().tolist(), fill=tuple(paint), width=thickness)


def _courses(starts: Array, directions: Array, steps: int, pace: float) -> Array:
    """Where strokes go: (strokes, 4, steps) with x, y and the unit vector of the direction."""
    x, y = starts.T
    heading: tuple[Array, Array] | None = None
    course = []
    for _ in range(steps):
        angle = _at(directions, x, y)
        right, down = np.cos(angle), np.sin(angle)
        if heading is not None:
            turned = np.where(right * heading[0] + down * heading[1] < 0, -1.0, 1.0)
            right, down = 0.6 * turned * right + 0.4 * heading[0], 0.6 * turned * down + 0.4 * heading[1]
            length = np.hypot(right, down) + 1e-6
            right, down = right / length, down / length
        heading = (right, down)
        course.append((x, y, right, down))
        x, y = x + pace * right, y + pace * down
    return np.stack([np.stack(place) for place in course]).transpose(2, 1, 0)


def _finished(canvas: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Perhaps with light on the relief of the paint, perhaps with grain."""
    picture = _to_array(canvas)
    if rng.random() < 0.6:
        brightness = (picture * _BRIGHTNESS).sum(-1)
        down, right = np.gradient(brightness - blurred(brightness, 3))
        picture = picture * (1 - rng.uniform(0.5, 2.0) * (down + right))[..., None]
    if rng.random() < 0.4:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.04), picture.shape[:2])[..., None]
    return _to_image(picture).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))


def _at(plane: Array, x: Array, y: Array) -> Array:
    """The values of a plane (H, W, …) at places."""
    height, width = plane.shape[:2]
    values: Array = plane[np.clip(y.astype(int), 0, height - 1), np.clip(x.astype(int), 0, width - 1)]
    return values


def _to_array(image: Image.Image) -> Array:
    return np.asarray(image).astype(np.float32) / 255


def _to_image(values: Array) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))
