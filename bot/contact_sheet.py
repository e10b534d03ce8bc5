"""Styles on one picture: each with its title, and below that the name to type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.gallery import THUMBNAIL_EDGE, Entry

# In pixels.
_GAP = 36
_CAPTION = 58
_PAPER, _INK, _FAINT = "#faf8f4", "#23201c", "#8a8279"


def contact_sheet(entries: Sequence[Entry], thumbnails: Sequence[Path], columns: int = 6) -> Image.Image:
    """The entries' thumbnails (JPEG or PNG, in their order) in rows of so many."""
    columns = min(columns, len(entries)) or 1
    rows = -(-len(entries) // columns)
    across, down = THUMBNAIL_EDGE + _GAP, THUMBNAIL_EDGE + _CAPTION + _GAP
    sheet = Image.new("RGB", (columns * across + _GAP, rows * down + _GAP), _PAPER)
    for number, (entry, thumbnail) in enumerate(zip(entries, thumbnails, strict=True)):
        row, column = divmod(number, columns)
        _hang(sheet, entry, thumbnail, (_GAP + column * across, _GAP + row * down))
    return sheet


def _hang(sheet: Image.Image, entry: Entry, thumbnail: Path, corner: tuple[int, int]) -> None:
    """A picture, cut square, with its words."""
    x, y = corner
    with Image.open(thumbnail, formats=("JPEG", "PNG")) as image:
        sheet.paste(ImageOps.fit(image.convert("RGB"), (THUMBNAIL_EDGE, THUMBNAIL_EDGE)), corner)
    draw = ImageDraw.Draw(sheet)
    for text, size, colour, below in ((entry.title, 19, _INK, 20), (entry.name, 14, _FAINT, 44)):
        font = ImageFont.load_default(size)
        place = x + THUMBNAIL_EDGE // 2, y + THUMBNAIL_EDGE + below
        draw.text(place, _fitting(text, font), font=font, fill=colour, anchor="mm")


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """As much of the text as fits under a picture."""
    if font.getlength(text) <= THUMBNAIL_EDGE:
        return text
    while text and font.getlength(f"{text}…") > THUMBNAIL_EDGE:
        text = text[:-1]
    return f"{text}…"
