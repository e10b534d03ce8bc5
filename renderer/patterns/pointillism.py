"""An afternoon at a river, in dots of unmixed paint that the eye mixes."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from renderer.patterns.canvas import blend, blur, relief, step, to_array, to_image
from renderer.patterns.noise import clouds, strewn
from renderer.patterns.palette import Array, inks, ramp, rgb, table

#: What is on the painter's board; no dot has another colour.
_PAINTS = table(
    "#fff6dc", "#ffe27a", "#ffc02e", "#f58a2c", "#e0482c", "#f2a4a0", "#c43a6a", "#7a3a8c", "#3f2f7a", "#1c2a6e",
    "#2a5cb8", "#6aa5e0", "#b4daf0", "#2f8f8a", "#1d6a3e", "#4fa03a", "#a8cc3e", "#123a34", "#6e3a22", "#c9b8e0",
)  # fmt: skip
_SKY = ("#7fb2e8", "#a9cdf0", "#d8dcf0", "#fbe3c8", "#ffe9a8")
_WATER = ("#f6e6b0", "#9cc9e8", "#5a97d0", "#3a6fb4", "#2f5a9c")
_GRASS = ("#d8d24a", "#a4c43e", "#6fae3a", "#4c8f38")
#: Each x, foot and height, but of the tree's crowns x and y of the middle, half the width and half the height.
_POPLARS = ((0.70, 0.425, 0.20), (0.76, 0.43, 0.26), (0.825, 0.44, 0.23), (0.90, 0.45, 0.30), (0.97, 0.46, 0.26))
_SAILS = ((0.41, 0.53, 0.30), (0.57, 0.455, 0.15), (0.245, 0.47, 0.17))
_STROLLERS = ((0.62, 0.83, 0.20), (0.735, 0.80, 0.165), (0.36, 0.90, 0.235))
_CROWNS = ((0.10, 0.16, 0.20, 0.20), (0.27, 0.08, 0.17, 0.14), (-0.02, 0.36, 0.13, 0.13))


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(8)
    large = 2 * size
    image = Image.new("RGB", (large, large), "#e9dcc0")
    sheet = ImageDraw.Draw(image)
    for gap, radius, strays in ((0.0105, 0.0078, 0.13), (0.0085, 0.0052, 0.17), (0.0075, 0.0037, 0.16)):
        x, y = strewn(rng, gap, 0.02)
        wanted = _scene(x, y) + strays * rng.standard_normal((len(x), 3))
        nearest = ((wanted[:, None] - _PAINTS) ** 2 @ np.array([0.30, 0.45, 0.25])).argmin(1)
        paints = _PAINTS[nearest] * (1 + 0.05 * rng.standard_normal((len(x), 1)))
        radii = radius * (1 + 0.22 * rng.standard_normal(len(x)))
        boxes = np.stack([x - radii, y - 0.9 * radii, x + radii, y + 0.9 * radii], -1) * large
        for box, paint in zip(boxes.tolist(), inks(paints), strict=True):
            sheet.ellipse(box, fill=paint)
    dots = to_array(image.reduce(2))
    thickness = blur(dots.mean(-1), 0.0008) * 0.006 + 0.0004 * clouds(rng, size, 200, 2)
    return to_image(dots * (1 + 0.16 * relief(thickness, 0.8))[..., None])


def _scene(x: Array, y: Array) -> Array:
    """The colour to be seen at each place, from far to near."""
    colours = ramp(y / 0.42 + 0.06 * np.sin(9 * x + 20 * y), _SKY)
    cloud = step(np.sin(5 * x + 1.5) * np.sin(17 * y + 2 * np.sin(4 * x)) + 0.3 * np.sin(13 * x), 0.45, 0.9)
    colours = blend(colours, rgb("#fff0e4"), 0.85 * cloud * step(0.30 - y, 0, 0.1))
    far = 0.350 - 0.040 * np.sin(4.4 * x + 0.6) - 0.012 * np.sin(13 * x)
    colours = blend(colours, ramp((y - far) * 11, ("#8f7fc4", "#6f8fb8", "#7fae8a")), step(y, far, far + 0.004))
    colours = _river(x, y, colours)
    for x0, foot, high in _POPLARS:
        colours = _leaves(x, y, colours, x0, foot - high / 2, 0.022 + 0.05 * high, high / 2)
    for sail in _SAILS:
        colours = _sail(x, y, colours, *sail)
    colours = _bank(x, y, colours)
    for crown in _CROWNS:
        colours = _leaves(x, y, colours, *crown)
    for stroller in _STROLLERS:
        colours = _stroller(x, y, colours, *stroller)
    return colours


def _river(x: Array, y: Array, colours: Array) -> Array:
    """Bands of ripples, and the light on them."""
    depth = (y - 0.42) / 0.3
    ripples = 0.22 * np.sin(90 * np.sqrt(np.clip(y - 0.40, 0, 1)) + 3 * np.sin(7 * x))
    glitter = np.exp(-(((x - 0.52) / 0.10) ** 2)) * 0.55
    return blend(colours, ramp(0.15 + 0.75 * depth + ripples - glitter, _WATER), step(y, 0.418, 0.424))


def _bank(x: Array, y: Array, colours: Array) -> Array:
    """Sunlit grass with the long shadows of the trees."""
    rise = 0.16 * (x - 0.35) * np.abs(x - 0.35) - 0.10 * np.exp(-(((x - 0.05) / 0.22) ** 2))
    below = y - 0.66 - rise - 0.008 * np.sin(30 * x)
    shadow = step(np.sin(6.5 * x - 15 * y + 1.3 * np.sin(9 * x)) + 2.7 * (y - 0.8), 0.25, 0.55)
    grass = ramp(0.12 + 1.6 * below + 0.10 * np.sin(40 * x + 25 * y), _GRASS)
    grass = blend(grass, ramp(below * 3, ("#2f6f5a", "#1f4f6a", "#2a3a7a")), 0.92 * shadow)
    half = 0.020 + 0.02 * step(y, 0.55, 0.80)
    trunk = step(half - np.abs(x - 0.115 - 0.02 * np.sin(6 * y)), 0, 0.006) * step(0.76 - y, 0, 0.02)
    colours = blend(colours, grass, step(below, 0, 0.004))
    return blend(colours, ramp((x - 0.09) * 18, ("#3a2352", "#5a2f3a", "#a8643a")), trunk)


def _leaves(x: Array, y: Array, colours: Array, x0: float, y0: float, wide: float, high: float) -> Array:
    """A crown, gold where the sun from the right meets it and blue in its depth."""
    dx, dy = (x - x0) / wide, (y - y0) / high
    lumps = 0.16 * np.sin(7 * dx + 5 * dy) * np.sin(6 * dy - 3 * dx + 2)
    inside = 1 - dx**2 - dy**2 + 2 * lumps
    tone = 0.48 + 0.34 * dx - 0.34 * dy + 2.2 * lumps
    crown = ramp(tone, ("#1c2458", "#123f46", "#1d6a3e", "#4fa03a", "#b4c83e", "#f4d850"))
    return blend(colours, crown, step(inside, 0, 0.12))


def _sail(x: Array, y: Array, colours: Array, x0: float, foot: float, high: float) -> Array:
    up = (foot - y) / high
    half = 0.34 * high * (1 - up) * (up > 0.05)
    sail = step(half - np.abs(x - x0 - 0.10 * high * (1 - up)), 0, 0.004) * step(up, 0.08, 0.1)
    hull = step(0.36 * high - np.abs(x - x0), 0, 0.01) * step(0.05 - np.abs(up), 0, 0.02)
    mirrored = step(0.24 * high * (1 + up) - np.abs(x - x0 + 0.006 * np.sin(120 * y)), 0, 0.01) * step(-up, 0.06, 0.1)
    colours = blend(colours, rgb("#f4e4d0"), 0.75 * mirrored)
    colours = blend(colours, ramp((x - x0) / high * 2 + 0.5, ("#fffdf0", "#fff6dc", "#ffc98a", "#e88a6a")), sail)
    return blend(colours, rgb("#5a2340"), hull)


def _stroller(x: Array, y: Array, colours: Array, x0: float, foot: float, high: float) -> Array:
    """Somebody with a parasol, and the shadow to the left."""
    up, aside = (foot - y) / high, (x - x0) / high
    shadow = step(0.10 - np.abs((y - foot) / high - 0.10 * (aside + 0.5)), 0, 0.06) * step(
        0.75 - np.abs(aside + 0.65), 0, 0.05
    )
    colours = blend(colours, rgb("#232a6a"), 0.9 * shadow)
    skirt = step(0.075 + 0.21 * np.clip(0.5 - up, 0, 1) ** 0.6 - np.abs(aside), 0, 0.02) * step(
        0.25 - np.abs(up - 0.25), 0, 0.01
    )
    coat = step(0.085 - np.abs(aside) + 0.03 * np.sin(9 * up), 0, 0.02) * step(0.15 - np.abs(up - 0.60), 0, 0.02)
    head = step(0.062 - np.hypot(aside, up - 0.80), 0, 0.01)
    dome = step(0.26 - np.hypot(aside - 0.05, (up - 0.84) * 1.25), 0, 0.015) * step(up, 0.84, 0.87)
    colours = blend(colours, ramp(aside * 4 + 0.6, ("#3f2f7a", "#c43a6a", "#f2a4a0")), skirt)
    colours = blend(colours, ramp(aside * 6 + 0.5, ("#1c1f5a", "#7a3a8c")), coat)
    colours = blend(colours, rgb("#f2b89a"), head)
    return blend(colours, ramp(aside * 2 + 0.5, ("#8c2a4a", "#e0482c", "#f58a2c", "#ffc02e")), dome)
