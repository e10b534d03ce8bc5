"""A bunch of comic-book flowers: few inks, screens of dots, heavy black outlines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.patterns.canvas import blend, seams, step, to_image, window
from renderer.patterns.noise import clouds, unsteady
from renderer.patterns.palette import Array, Numbers, rgb

_BLACK, _WHITE, _RED, _YELLOW, _BLUE, _CYAN, _GREEN = (
    "#15131a", "#fbf3e0", "#e0263a", "#ffd021", "#1f3fa8", "#2aa9e0", "#1f9a4a"
)  # fmt: skip


@dataclass(frozen=True)
class _Flower:
    x: float
    y: float
    reach: float
    petals: int
    ground: str  #: of the petals
    dots: str  #: printed over it
    heart: str


_FLOWERS = (
    _Flower(0.10, 0.13, 0.17, 9, _YELLOW, _RED, _BLUE),
    _Flower(0.90, 0.16, 0.19, 8, _WHITE, _RED, _YELLOW),
    _Flower(0.06, 0.56, 0.15, 7, _CYAN, _BLUE, _YELLOW),
    _Flower(0.95, 0.60, 0.16, 9, _YELLOW, _RED, _RED),
    _Flower(0.20, 0.90, 0.19, 8, _WHITE, _RED, _YELLOW),
    _Flower(0.84, 0.92, 0.18, 7, _RED, _BLACK, _YELLOW),
    _Flower(0.56, 0.11, 0.12, 7, _CYAN, _BLUE, _WHITE),
    _Flower(0.53, 0.93, 0.13, 8, _YELLOW, _RED, _BLUE),
    _Flower(0.47, 0.50, 0.31, 11, _RED, _BLACK, _YELLOW),
)
#: Leaves: x and y of the stalk, direction in radians, length.
_LEAVES = (
    (0.30, 0.27, -2.3, 0.24), (0.70, 0.28, -0.7, 0.26), (0.74, 0.66, 0.55, 0.25), (0.22, 0.70, 2.9, 0.22),
    (0.40, 0.78, 1.9, 0.22), (0.66, 0.78, 1.2, 0.24), (0.30, 0.15, -1.2, 0.20), (0.76, 0.42, -0.1, 0.22),
    (0.24, 0.36, 3.5, 0.22), (0.36, 0.97, 0.4, 0.16), (0.70, 0.05, 0.2, 0.16), (0.93, 0.38, -1.2, 0.14),
)  # fmt: skip


def draw(size: int) -> Image.Image:
    """The picture, `size` × `size` pixels."""
    rng = np.random.default_rng(6)
    x, y = unsteady(rng, size, 0.0016, 14, 2)
    sheet = _Sheet(x, y, np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.int32), 1 / size)
    _rays(sheet)
    for number, (x0, y0, turn, length) in enumerate(_LEAVES):
        middle = x0 + 0.5 * length * math.cos(turn), y0 + 0.5 * length * math.sin(turn)
        _leaf(sheet.around(*middle, 0.62 * length), 1000 + 10 * number, x0, y0, turn, length)
    for number, flower in enumerate(_FLOWERS):
        _flower(sheet.around(flower.x, flower.y, 1.14 * flower.reach), 2000 + 100 * number, flower)
    line = seams(sheet.pieces, 0.007) * (1 + 0.10 * clouds(rng, size, 9, 2))
    aside = round(0.0018 * size)  # the plates never quite meet
    shifted = np.pad(sheet.colours, ((aside, 0), (0, aside), (0, 0)), mode="edge")[:size, aside:]
    inked = blend(shifted, rgb(_BLACK), step(line, 0.45, 0.65))
    paper = 1 + 0.020 * clouds(rng, size, 160, 2) - 0.05 * step(clouds(rng, size, 90, 2), 1.6, 2.6)
    return to_image(inked * paper[..., None])


@dataclass(frozen=True)
class _Sheet:
    """Places, the colours on them and the number of the piece each belongs to; or a part of such a sheet."""

    x: Array
    y: Array
    colours: Array
    pieces: Numbers
    pixel: float

    def around(self, x: float, y: float, reach: float) -> _Sheet:
        """The square within `reach` of a place; what is laid there lies on the whole."""
        part = window(round(1 / self.pixel), x - reach, y - reach, x + reach, y + reach)
        return _Sheet(self.x[part], self.y[part], self.colours[part], self.pieces[part], self.pixel)

    def lay(self, inside: NDArray[np.bool_], paint: Array, number: Array | Numbers | int) -> None:
        """Paint what is inside, and give it its number."""
        np.copyto(self.colours, paint, where=inside[..., None])
        np.copyto(self.pieces, number, where=inside, casting="unsafe")

    def screen(self, tone: Array, gap: float, degrees: float) -> Array:
        """Dots in rows, `gap` apart, that cover a share `tone` of the paper; 1 where there is ink."""
        cosine, sine = math.cos(math.radians(degrees)) / gap, math.sin(math.radians(degrees)) / gap
        u, v = self.x * cosine + self.y * sine, self.y * cosine - self.x * sine
        away = np.hypot(u % 1 - 0.5, v % 1 - 0.5)
        soft = 0.8 * self.pixel / gap
        return step(np.sqrt(np.clip(tone, 0, 1.2) / np.float32(np.pi)) - away, -soft, soft)


def _rays(sheet: _Sheet) -> None:
    """The ground: two kinds of rays from the middle."""
    dx, dy = sheet.x - 0.47, sheet.y - 0.5
    distance, turn = np.hypot(dx, dy), np.arctan2(dy, dx) / (2 * math.pi)
    ray = np.floor(turn * 28 + 14).astype(np.int32)
    blue = blend(rgb(_WHITE), rgb(_CYAN), sheet.screen(1.5 * distance - 0.28, 0.0165, 15))
    gold = blend(rgb(_YELLOW), rgb(_RED), sheet.screen(1.1 * distance - 0.30, 0.0165, 45))
    sheet.lay(ray >= 0, np.where((ray % 2 == 0)[..., None], blue, gold), ray)


def _leaf(sheet: _Sheet, number: int, x0: float, y0: float, turn: float, length: float) -> None:
    """A leaf with its veins, one half in the shade."""
    dx, dy, cosine, sine = (sheet.x - x0) / length, (sheet.y - y0) / length, math.cos(turn), math.sin(turn)
    along = dx * cosine + dy * sine
    across = dy * cosine - dx * sine - 0.12 * np.sin(3 * along)
    inside = (np.abs(across) < 0.27 * np.sin(np.pi * np.clip(along, 0, 1) ** 0.8)) & (along > 0) & (along < 1)
    lower = across > 0
    light = blend(rgb(_YELLOW), rgb(_GREEN), sheet.screen(0.9 - 0.7 * along, 0.0125, 75))
    shade = blend(rgb(_GREEN), rgb(_BLACK), sheet.screen(0.50 - 0.5 * along, 0.0125, 45))
    rib = np.floor(along * 7 - np.abs(across) * 6).astype(np.int32) % 2
    sheet.lay(inside, np.where(lower[..., None], shade, light), number + 2 * lower + rib * lower)


def _flower(sheet: _Sheet, number: int, flower: _Flower) -> None:
    """Two rings of petals about a dotted heart, and the shadow that the whole throws to the lower right."""
    sheet.lay(_petals(sheet, flower, 0.07, 1, 0)[0], rgb(_BLACK), number + 90)
    gap = 0.0125 if flower.reach < 0.25 else 0.016
    for ring, reach in enumerate((1, 0.68)):
        inside, distance, turn = _petals(sheet, flower, 0, reach, ring / 2)
        place = turn % 1
        shade = np.clip(1.15 - 1.25 * distance, 0, 0.85) + 0.25 * np.clip(place - 0.6, 0, 1)
        paint = blend(rgb(flower.ground), rgb(flower.dots), sheet.screen(shade, gap, 45))
        shine = ((place - 0.32) / 0.075) ** 2 + ((distance - 0.78) / 0.11) ** 2 < 1
        sheet.lay(inside, paint, number + 30 * ring + np.floor(turn) % flower.petals)
        np.copyto(sheet.colours, rgb(_WHITE), where=(inside & shine)[..., None])
    dx, dy = (sheet.x - flower.x) / flower.reach, (sheet.y - flower.y) / flower.reach
    seeds = blend(rgb(flower.heart), rgb(_BLACK), sheet.screen(0.25 + 1.2 * (dx + dy), 0.0115, 20))
    sheet.lay(np.hypot(dx, dy) < 0.24, seeds, number + 80)


def _petals(
    sheet: _Sheet, flower: _Flower, shift: float, reach: float, turned: float
) -> tuple[NDArray[np.bool_], Array, Array]:
    """Whether a place is on a ring of petals; its distance from the heart (1 at the tips); its turn, in petals."""
    dx, dy = (sheet.x - flower.x) / flower.reach - shift, (sheet.y - flower.y) / flower.reach - 1.2 * shift
    distance = np.hypot(dx, dy) / reach
    turn = (np.arctan2(dy, dx) / (2 * math.pi) + 0.5) * flower.petals + turned
    bulge = np.abs(np.cos(np.pi * (turn % 1 - 0.5))) ** 0.55
    return distance < 0.66 + 0.34 * bulge, distance, turn
