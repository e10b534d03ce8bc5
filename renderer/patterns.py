"""Style pictures drawn by code: nobody's painting, so that anybody may use them."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

#: Night blues to lamp yellows, dark to light.
_PALETTE = ("#14213d", "#1f3c6e", "#2f6690", "#3a7ca5", "#81a4cd", "#e9c46a", "#f4a261", "#f6efd9")
_BRISTLES = 7


def brushwork(size: int = 768, seed: int = 0) -> Image.Image:
    """Thick strokes that follow a swirling field, in night blues and lamp yellows; `size` × `size` pixels."""
    rng = np.random.default_rng(seed)
    field = _Field(rng)
    image = _ground(field).resize((size, size), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for width, count in ((0.030, 900), (0.018, 1800), (0.010, 2600)):
        for x, y in rng.random((count, 2)) * 1.1 - 0.08:
            _stroke(draw, field, rng, (x, y), width, size)
    return image.filter(ImageFilter.GaussianBlur(size / 1200))


class _Field:
    """A smooth direction and tone for every place of the unit square: a few swirls over a drifting ground."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._swirls = [(x, y, radius) for x, y, radius in rng.random((5, 3)) * (1, 1, 0.12) + (0, 0, 0.10)]
        self._phases = rng.random(4) * 2 * math.pi

    def angle(self, x: float, y: float) -> float:
        """Direction of the stroke in radians."""
        a, b, _, _ = self._phases
        dx, dy = 1.0, 0.45 * math.sin(5 * x + a) + 0.3 * math.sin(9 * y + b)
        for cx, cy, radius in self._swirls:
            pull = 3.0 * math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / radius**2)
            length = math.hypot(x - cx, y - cy) + 1e-6
            dx, dy = dx - pull * (y - cy) / length, dy + pull * (x - cx) / length
        return math.atan2(dy, dx)

    def tone(self, x: float, y: float) -> float:
        """Place in the palette, 0..1: dark ground, light in the swirls."""
        _, _, c, d = self._phases
        tone = 0.32 + 0.16 * math.sin(4 * x + c) + 0.14 * math.sin(6 * y + d + 2 * x)
        light = sum(math.exp(-2.5 * ((x - cx) ** 2 + (y - cy) ** 2) / r**2) for cx, cy, r in self._swirls)
        return tone + 0.6 * min(1.0, light)


def _ground(field: _Field) -> Image.Image:
    """What shows between the strokes: the tones alone, coarsely."""
    ground = Image.new("RGB", (64, 64))
    ground.putdata([_mix(field.tone(x / 64, y / 64)) for y in range(64) for x in range(64)])
    return ground


def _stroke(
    draw: ImageDraw.ImageDraw,
    field: _Field,
    rng: np.random.Generator,
    start: tuple[float, float],
    width: float,
    size: int,
) -> None:
    """One stroke along the field, of several bristles with slightly different paint."""
    tone = field.tone(*start) + rng.normal(0, 0.07)
    path, (x, y) = [], start
    for _ in range(10):
        angle = field.angle(x, y)
        path.append((x, y, math.cos(angle), math.sin(angle)))
        x, y = x + 0.6 * width * math.cos(angle), y + 0.6 * width * math.sin(angle)
    for bristle in np.linspace(-0.5, 0.5, _BRISTLES):
        aside = bristle * width
        points = [(size * (x - aside * sine), size * (y + aside * cosine)) for x, y, cosine, sine in path]
        colour = _mix(tone + rng.normal(0, 0.035) - 0.1 * abs(bristle))
        draw.line(points, fill=colour, width=max(1, round(1.4 * width * size / _BRISTLES)), joint="curve")


def _mix(tone: float) -> tuple[int, int, int]:
    """The palette's colour at a tone of 0..1, between its neighbours."""
    place = min(max(tone, 0.0), 1.0) * (len(_PALETTE) - 1)
    low = min(int(place), len(_PALETTE) - 2)
    pair = np.array([tuple(bytes.fromhex(_PALETTE[low + step][1:])) for step in (0, 1)])
    red, green, blue = (pair[0] + (pair[1] - pair[0]) * (place - low)).round().astype(int)
    return int(red), int(green), int(blue)
