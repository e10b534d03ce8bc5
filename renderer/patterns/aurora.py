"""Northern lights over a frozen lake, in soft pastels on dark paper."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from renderer.patterns.canvas import blend, grid, step, to_array, to_image, window
from renderer.patterns.noise import clouds, sample, strewn
from renderer.patterns.palette import Array, inks, ramp, rgb

_MAP = 512  # pixels of the scene that the pastels follow
_SHORE = 0.70
_NIGHT = ("#050a1e", "#0a1638", "#12265a", "#1d3f74", "#2a6a84")
_LIGHT = ("#eaffb8", "#8dff86", "#2fe890", "#1fbfae", "#4a6fe0", "#a04ae0", "#e04aa8", "#5a1f6a")
#: Curtains: height of the hem at the left, its sway, its phase, how high they reach, how bright they are.
_CURTAINS = ((0.30, 0.10, 0.4, 0.30, 0.62), (0.47, 0.09, 2.3, 0.42, 0.95), (0.56, 0.045, 4.2, 0.26, 0.75))
#: Firs before us: x, foot, height.
_FIRS = (
    (0.04, 1.04, 0.62), (0.17, 1.06, 0.44), (0.95, 1.04, 0.56), (0.83, 1.06, 0.36), (0.28, 1.07, 0.24),
    (0.73, 1.07, 0.20),
)  # fmt: skip
#: Layers of strokes: length, breadth, how far apart they lie, and how much their colour strays.
_LAYERS = ((0.060, 0.0060, 0.0115, 0.06), (0.036, 0.0036, 0.0075, 0.07), (0.020, 0.0022, 0.0060, 0.08))


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(10)
    scene, turn = _scene(rng)
    image = to_image(scene * 0.7).resize((2 * size, 2 * size), Image.Resampling.BICUBIC)
    pastel = ImageDraw.Draw(image)
    for layer in _LAYERS:
        _strokes(pastel, scene, turn, rng, layer, 2 * size)
    _stars(pastel, rng, 2 * size)
    chalk = to_array(image.reduce(2))
    tooth = clouds(rng, size, 230, 2) + 0.5 * clouds(rng, size, 90, 2)
    bare = step(tooth, 0.4, 2.4) * 0.6
    return to_image(blend(chalk, rgb("#0b0f22"), bare * (1 - 0.75 * chalk.max(-1))) * (1 - 0.04 * tooth)[..., None])


def _scene(rng: np.random.Generator) -> tuple[Array, Array]:
    """Colours (map, map, 3) and the direction of the strokes in radians."""
    x, y = grid(_MAP)
    colours = _sky(x, y, rng)
    turn = (math.pi / 2 + 0.30 * np.sin(4 * x + 1) - 0.25 * (x - 0.5)).astype(np.float32)
    for base, phase, snow in ((0.56, 0.5, 0.55), (0.625, 2.8, 0.9)):
        colours, turn = _mountains(x, y, colours, turn, base, phase, snow, rng)
    colours, turn = _lake(x, y, colours, turn, rng)
    return _firs(x, y, colours, turn, rng)


def _sky(x: Array, y: Array, rng: np.random.Generator) -> Array:
    """Night, and curtains of light that shine through one another: bright at the hem, fading upwards."""
    colours = ramp(0.10 + 0.85 * y**1.3 + 0.05 * clouds(rng, _MAP, 5, 3), _NIGHT)
    rays = 0.6 * clouds(rng, _MAP, 60, 2, 1 / 60) + 0.8 * clouds(rng, _MAP, 16, 2, 1 / 16)
    for hem, sway, phase, high, bright in _CURTAINS:
        lower = hem + sway * np.sin(5.2 * x + phase) + 0.4 * sway * np.sin(11 * x + 2 * phase) - 0.10 * x + 0.008 * rays
        up = (lower - y) / (high * (1 + 0.22 * np.sin(7 * x + 3 * phase) + 0.16 * rays))
        glow = np.where(up > 0, np.exp(-1.9 * up), np.exp(22 * np.minimum(up, 0))) * step(up, 1.25, 0.55)
        folds = 0.62 + 0.38 * np.sin(17 * x + 4 * phase + 2.5 * np.sin(6 * x)) + 0.26 * rays
        strength = bright * glow * np.clip(folds, 0.08, 1.5)
        hue = ramp(np.clip(up, 0, 1) * 0.95 + 0.05, _LIGHT)
        colours = 1 - (1 - colours) * (1 - np.clip(strength, 0, 1)[..., None] * hue)
    return colours


def _mountains(
    x: Array, y: Array, colours: Array, turn: Array, base: float, phase: float, snow: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """A range in snow that takes the light of the sky, its lee sides blue."""
    jag = np.abs((3.1 * x + phase) % 1 - 0.5) * 0.20 + np.abs((7.3 * x + phase) % 1 - 0.5) * 0.07
    crest = base + jag - 0.10 + 0.006 * clouds(rng, _MAP, 60, 2)
    below = y - crest
    facing = 0.5 * (np.sign((3.1 * x + phase) % 1 - 0.5) + np.sign((7.3 * x + phase + 2.7 * below) % 1 - 0.5))
    tone = snow * (0.62 - 0.30 * facing - 1.2 * below) + 0.10 * clouds(rng, _MAP, 40, 2)
    paint = ramp(tone, ("#07122e", "#12305e", "#2a6a8c", "#7fc9b8", "#e8ffe8"))
    inside = step(below, 0, 0.004)
    return blend(colours, paint, inside), np.where(below > 0, 0.9 * np.sign(facing + 0.01), turn).astype(np.float32)


def _lake(x: Array, y: Array, colours: Array, turn: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    below = np.clip(y - _SHORE, 0, 1)
    ripple = (0.006 + 0.06 * below) * clouds(rng, _MAP, 50, 2, 9)
    mirrored = sample(colours, x + 0.25 * ripple, _SHORE - 1.7 * below + ripple)
    water = 0.82 * mirrored * (1 - 0.4 * below)[..., None] + rgb("#06142e") * 0.35
    cracks = step(np.abs(clouds(rng, _MAP, 7, 3, 5)), 0.06, 0.0) * 0.45
    water = blend(water, rgb("#bff0e0"), cracks * step(below, 0.01, 0.1))
    wet = step(y, _SHORE, _SHORE + 0.004)
    return blend(colours, water, wet), np.where(y > _SHORE, 0.06 * np.sin(9 * x), turn).astype(np.float32)


def _firs(x: Array, y: Array, colours: Array, turn: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Black firs with snow on their boughs, on the far shore and before us on both sides."""
    places = (*np.arange(-0.02, 0.42, 0.021), *np.arange(0.63, 1.02, 0.021))
    far = [(place, _SHORE + 0.008, rng.uniform(0.04, 0.10)) for place in places]
    for x0, foot, high in (*far, *_FIRS):
        part = window(_MAP, x0 - 0.26 * high, foot - high, x0 + 0.26 * high, foot)
        up, aside = np.clip((foot - y[part]) / high, 0, 1), x[part] - x0
        bough = (up**0.9 * (5 + 16 * high)) % 1
        half = 0.20 * high * (1 - up) * (1.15 - 0.75 * bough) + 0.0012
        inside = step(half - np.abs(aside), 0, 0.003)
        snowy = step(bough, 0.55, 0.8) * step(0.3 * half - aside, -half, half) * (high > 0.15)
        paint = ramp(0.85 * snowy, ("#030612", "#0b2036", "#2f7f8c", "#bff5dc"))
        colours[part] = blend(colours[part], paint, inside)
        turn[part] = np.where(inside > 0.5, np.where(aside < 0, -0.7, 0.7), turn[part])
    return colours, turn


def _strokes(
    pastel: ImageDraw.ImageDraw,
    scene: Array,
    turn: Array,
    rng: np.random.Generator,
    layer: tuple[float, float, float, float],
    size: int,
) -> None:
    """One layer of strokes over the whole sheet, each in the colour of its middle."""
    length, width, gap, strays = layer
    x, y = strewn(rng, gap, 0.03)
    colours = sample(scene, x, y) * (1 + 1.6 * strays * rng.standard_normal((len(x), 1)))
    colours = colours + 0.35 * strays * rng.standard_normal(colours.shape)
    angle = sample(turn, x, y) + 0.10 * rng.standard_normal(len(x))
    half = 0.5 * length * rng.uniform(0.6, 1.2, len(x))
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    ends = np.stack([x - dx, y - dy, x + dx, y + dy], -1) * size
    for line, colour in zip(ends.tolist(), inks(colours), strict=True):
        pastel.line(line, fill=colour, width=max(1, round(width * size)))


def _stars(pastel: ImageDraw.ImageDraw, rng: np.random.Generator, size: int) -> None:
    for x, y, radius in rng.random((130, 3)) * (1, 0.5, 1):
        reach = (0.0008 + 0.0022 * radius**4) * size
        pastel.ellipse((x * size - reach, y * size - reach, x * size + reach, y * size + reach), fill="#f4f8ff")
