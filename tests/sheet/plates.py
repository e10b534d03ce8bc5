"""The layout of a contact sheet: a title over a table of captioned pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PIL import Image, ImageDraw, ImageFont

_PAPER, _INK, _FAINT = "#f6f4ee", "#24211d", "#857e73"
_TITLE, _LABEL, _NOTE = 30, 17, 13  # type sizes, px
_MARGIN, _GUTTER, _UNDER = 36, 18, 6


@dataclass(frozen=True)
class Tile:
    """A picture with a label and a line of small type under it; without a picture, an empty place."""

    image: Image.Image | None = None
    label: str = ""
    note: str = ""

    @property
    def width(self) -> int:
        """Of the picture, or of the caption where that is longer."""
        words = (_font(_LABEL).getlength(self.label), _font(_NOTE).getlength(self.note))
        return max(self.image.width if self.image else 0, *(round(length) for length in words))

    @property
    def height(self) -> int:
        """Of the picture, without its caption."""
        return self.image.height if self.image else 0


def plate(title: str, subtitle: str, rows: Sequence[Sequence[Tile]]) -> Image.Image:
    """The rows of equally many tiles as a table; pictures of a row stand on one line, and are shown pixel by pixel."""
    widths = [max(tile.width for tile in column) for column in zip(*rows, strict=True)]
    heights = [max(tile.height for tile in row) + _caption_height(row) for row in rows]
    lefts = [0, *accumulate(width + _GUTTER for width in widths)]
    tops = [0, *accumulate(height + _GUTTER for height in heights)]
    head = _MARGIN + _TITLE + 2 * _UNDER + _LABEL + _GUTTER
    titles = max(_font(_TITLE).getlength(title), _font(_LABEL).getlength(subtitle))
    width = max(lefts[-1] - _GUTTER, round(titles)) + 2 * _MARGIN
    sheet = Image.new("RGB", (width, head + tops[-1] - _GUTTER + _MARGIN), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, _INK, _font(_TITLE))
    draw.text((_MARGIN, _MARGIN + _TITLE + 2 * _UNDER), subtitle, _FAINT, _font(_LABEL))
    for row, top in zip(rows, tops, strict=False):
        ground = head + top + max(tile.height for tile in row)
        for tile, left in zip(row, lefts, strict=False):
            _set(sheet, draw, tile, _MARGIN + left, ground)
    return sheet


def _set(sheet: Image.Image, draw: ImageDraw.ImageDraw, tile: Tile, left: int, ground: int) -> None:
    if tile.image:
        sheet.paste(tile.image, (left, ground - tile.height))
    draw.text((left, ground + _UNDER), tile.label, _INK, _font(_LABEL))
    under = _LABEL + _UNDER if tile.label else 0
    draw.text((left, ground + _UNDER + under), tile.note, _FAINT, _font(_NOTE))


def _caption_height(row: Sequence[Tile]) -> int:
    label = _UNDER + _LABEL if any(tile.label for tile in row) else 0
    return label + (_UNDER + _NOTE if any(tile.note for tile in row) else 0)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)  # the one that Pillow brings along
