"""Thick strokes that follow a swirling field, in night blues and lamp yellows."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from renderer.patterns.canvas import grid, to_image
from renderer.patterns.palette import Array, inks, ramp

_PALETTE = ("#080c1c", "#12204a", "#1f4680", "#2f74ad", "#8fb8dc", "#f0c04a", "#f79a3e", "#fff7dd")
_BRISTLES = 7
_STEPS = 10


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(0)
    field = _Field(rng)
    image = to_image(ramp(field.tone(*grid(64)), _PALETTE)).resize((size, size), Image.Resampling.BICUBIC)
    sheet = ImageDraw.Draw(image)
    for width, count in ((0.030, 900), (0.018, 1800), (0.010, 2600)):
        _strokes(sheet, field, rng, rng.random((count, 2)) * 1.1 - 0.08, width, size)
    return image.filter(ImageFilter.GaussianBlur(size / 1200))


class _Field:
    """A smooth direction and tone for every place of the unit square: a few swirls over a drifting ground."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._swirls = rng.random((8, 3)) * (1, 1, 0.12) + (0, 0, 0.08)  # x, y and radius
        self._phases = rng.random(4) * 2 * np.pi

    def direction(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Unit vector of the stroke at each place."""
        a, b, _, _ = self._phases
        dx, dy = np.ones_like(x), 0.45 * np.sin(5 * x + a) + 0.3 * np.sin(9 * y + b)
        for cx, cy, radius in self._swirls:
            pull = 3.0 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / radius**2)
            length = np.hypot(x - cx, y - cy) + 1e-6
            dx, dy = dx - pull * (y - cy) / length, dy + pull * (x - cx) / length
        length = np.hypot(dx, dy)
        return dx / length, dy / length

    def tone(self, x: Array, y: Array) -> Array:
        """Place in the palette, 0..1: dark ground, light in the swirls."""
        _, _, c, d = self._phases
        tone: Array = 0.28 + 0.20 * np.sin(4 * x + c) + 0.17 * np.sin(6 * y + d + 2 * x)
        lights = [np.exp(-2.5 * ((x - cx) ** 2 + (y - cy) ** 2) / r**2) for cx, cy, r in self._swirls]
        tone += 0.6 * np.minimum(1.0, np.sum(lights, axis=0))
        return tone


def _strokes(
    sheet: ImageDraw.ImageDraw,
    field: _Field,
    rng: np.random.Generator,
    starts: Array,
    width: float,
    size: int,
) -> None:
    """Strokes along the field, each of several bristles with slightly different paint."""
    x, y = starts.T
    jitter = rng.standard_normal((len(starts), 1 + _BRISTLES))
    tones = field.tone(x, y) + 0.09 * jitter[:, 0]
    path = []
    for _ in range(_STEPS):
        dx, dy = field.direction(x, y)
        path.append((x, y, dx, dy))
        x, y = x + 0.6 * width * dx, y + 0.6 * width * dy
    px, py, cosine, sine = np.stack(path, axis=1).transpose(0, 2, 1)[..., None]  # each (strokes, steps, 1)
    bristles = np.linspace(-0.5, 0.5, _BRISTLES)
    aside = bristles * width
    points = size * np.stack([px - aside * sine, py + aside * cosine], axis=-1)  # (strokes, steps, bristles, 2)
    colours = ramp(tones[:, None] + 0.05 * jitter[:, 1:] - 0.1 * np.abs(bristles), _PALETTE)
    thickness = max(1, round(1.4 * width * size / _BRISTLES))
    for stroke, paints in zip(points, colours, strict=True):
        for bristle, paint in enumerate(inks(paints)):
            sheet.line(stroke[:, bristle].ravel().tolist(), fill=paint, width=thickness, joint="curve")
