"""A sunrise over hills and a river, in leaded glass."""

from __future__ import annotations

import numpy as np
from PIL import Image

from renderer.patterns.canvas import blend, grid, relief, seams, step, to_image
from renderer.patterns.cells import scatter
from renderer.patterns.noise import clouds, unsteady
from renderer.patterns.palette import Array, Numbers, ramp, rgb

_SUN = (0.60, 0.36)
_RAYS = 36
_SKY = ("#fff3b0", "#ffc93c", "#ff8c2b", "#e8456b", "#a23a9c", "#5b3bb0", "#2c4fc4", "#1f7fd1", "#123a8c")
_HILLS = (
    ("#3c2a78", "#6a3fa0", "#8a4fb0", "#4a3a9a"),
    ("#0e5a5e", "#138a72", "#2bb38a", "#0b6f6a"),
    ("#1f7a2e", "#5aa832", "#a8cf3a", "#2f8f3a"),
    ("#0d4a26", "#1a6b2c", "#3f9a34", "#116035"),
)
_RIVER = ("#ffd76a", "#9fe8f0", "#49c3e8", "#1b86d0", "#134fa8")
_LEAD = "#121116"


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(5)
    x, y = unsteady(rng, size, 0.004, 6, 3)
    region, piece, tone = _sky(x, y, rng)
    for depth in range(4):
        region, piece, tone = _hill(x, y, rng, depth, region, piece, tone)
    region, piece, tone = _river(x, y, rng, region, piece, tone)
    number = region * 4096 + piece
    chance = rng.random(8 * 4096).astype(np.float32)
    tone = tone + 0.20 * (chance[number] - 0.5)
    colours = np.zeros((size, size, 3), np.float32)
    for place, palette in enumerate((_SKY, *_HILLS, _RIVER)):
        colours = np.where((region == place)[..., None], ramp(tone, palette), colours)
    return to_image(_leaded(_glass(colours, number, size, rng), number, region, size, rng))


def _sky(x: Array, y: Array, rng: np.random.Generator) -> tuple[Numbers, Numbers, Array]:
    """Rays around a sun: sectors, cut across at uneven distances."""
    dx, dy = x - _SUN[0], y - _SUN[1]
    distance, turn = np.hypot(dx, dy), np.arctan2(dy, dx) / (2 * np.pi) + 0.5
    edges = np.sort((np.arange(_RAYS) + 0.4 * rng.random(_RAYS)) / _RAYS)
    near = np.searchsorted(edges[::2], turn) % (_RAYS // 2)
    sector = np.where(distance < 0.26, near, _RAYS + np.searchsorted(edges, turn) % _RAYS)
    stretch = 1 + 0.5 * (rng.random(2 * _RAYS) - 0.5)[sector]
    ring = np.searchsorted(0.155 * 1.36 ** np.arange(9), distance * stretch) + 9 * (distance < 0.26)
    petals = np.floor(turn * 14).astype(int)
    piece = np.select([distance < 0.062, distance < 0.112], [0, 1 + petals], 64 + sector * 32 + ring)
    tone = np.select([distance < 0.062, distance < 0.112], [0, 0.06 + 0.1 * (petals % 2)], 0.14 + 0.95 * distance)
    return np.zeros(x.shape, int), piece, tone.astype(np.float32)


def _hill(
    x: Array, y: Array, rng: np.random.Generator, depth: int, region: Numbers, piece: Numbers, tone: Array
) -> tuple[Numbers, Numbers, Array]:
    """A hill before what is there already: long pieces that follow its back."""
    phase, waves = rng.random() * 6, 3.2 - 0.4 * depth
    crest = (0.50, 0.585, 0.70, 0.85)[depth] + 0.05 * np.sin(2 * waves * x + phase)
    crest = crest + (0.03 * np.abs(np.sin(9 * x + 1)) if depth == 0 else 0.012 * np.sin(13 * x + phase))
    below = y - crest
    band = np.searchsorted(np.array((0.05, 0.115, 0.19, 0.28)) * (0.8 + 0.15 * depth), below)
    slant = x * (9 - depth) + 16 * below * (0.5 - band % 2) + rng.random(8)[band]
    inside = below > 0
    return (
        np.where(inside, depth + 1, region),
        np.where(inside, band * 64 + np.floor(slant).astype(int) + 16, piece),
        np.where(inside, (0.25 + 2.6 * below + 0.25 * np.sin(7 * x + depth)).astype(np.float32), tone),
    )


def _river(
    x: Array, y: Array, rng: np.random.Generator, region: Numbers, piece: Numbers, tone: Array
) -> tuple[Numbers, Numbers, Array]:
    """Water that winds from under the sun to the lower edge, wider the nearer."""
    near = np.clip((y - 0.56) / 0.44, 0, 1)
    middle = _SUN[0] - 0.03 - 0.20 * np.sin(4.6 * near) * near**0.6
    half = 0.018 + 0.21 * near**1.4
    inside = (np.abs(x - middle) < half) & (y > 0.56) & (region > 1)
    cells = scatter(rng, x * 0.55, near**0.6, 12, 0.9)
    flow = (0.9 * near + 0.35 * np.abs(x - middle) / half).astype(np.float32)
    return np.where(inside, 5, region), np.where(inside, cells.number, piece), np.where(inside, flow, tone)


def _glass(colours: Array, number: Numbers, size: int, rng: np.random.Generator) -> Array:
    """Streaks that run differently in every piece, and the light behind."""
    streaks = np.stack([clouds(rng, size, 14, 4, stretch) for stretch in (12, 1 / 12, 1)])
    streak = np.take_along_axis(streaks, (number % 3)[None], axis=0)[0]
    x, y = grid(size)
    glow = 1.38 - 0.5 * np.hypot(x - _SUN[0], y - _SUN[1])
    seeds = step(clouds(rng, size, 90, 1), 2.1, 2.5)
    shining: Array = colours * (glow + 0.10 * streak)[..., None] + 0.25 * seeds[..., None]
    return shining


def _leaded(colours: Array, number: Numbers, region: Numbers, size: int, rng: np.random.Generator) -> Array:
    """Lead between the pieces, heavier between the parts of the picture, with the dirt of years beside it."""
    uneven = 1 + 0.08 * clouds(rng, size, 24, 2)
    lead = np.maximum(seams(number, 0.0075), seams(region, 0.013)) * uneven
    dirt = np.clip(seams(number, 0.020), 0, 1)
    colours = colours * (1 - 0.35 * dirt)[..., None]
    shine = np.clip(relief(np.minimum(lead, 1.3) * 0.006, 1.5), 0, 1)
    metal = rgb(_LEAD) + (0.05 + 0.30 * shine**2 + 0.02 * clouds(rng, size, 120, 1))[..., None]
    return blend(colours, metal, step(lead, 0.52, 0.68))
