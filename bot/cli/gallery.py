"""`atelier gallery`: the styles that have a name, as a table and as a contact sheet."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image, ImageDraw, ImageFont, ImageOps
from rich.console import Console
from rich.table import Table

from bot.errors import BadRequest, OperatorError
from bot.gallery import THUMBNAIL_EDGE, Entry, Gallery
from bot.paint.export import FORMATS
from config.log import LogSettings, setup
from config.settings import load

# Of the contact sheet, in pixels.
_COLUMNS = 6
_GAP = 36
_CAPTION = 58
_PAPER, _INK, _FAINT = "#faf8f4", "#23201c", "#8a8279"


def gallery_command(
    sheet: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="SHEET", help="Draw a contact sheet too (.png, .jpg, .webp)."),
    ] = None,
) -> None:
    """List the styles that have a name, as in --style woodcut.

    Pictures that you put into DATA_DIR/gallery/ are among them; NAME.toml beside a picture may hold its title,
    description and tags.
    """
    if sheet and sheet.suffix.lower() not in FORMATS:
        raise BadRequest(f"-o {sheet}: the name must end in {', '.join(FORMATS)}")
    settings = load()
    setup(LogSettings(level="error"), settings.secret_values())
    asyncio.run(_show(Gallery(settings), sheet))


async def _show(gallery: Gallery, sheet: Path | None) -> None:
    complaints = Console(stderr=True)
    await gallery.examine()
    entries = gallery.entries()
    table = Table("name", "title", "tags", "", box=None, pad_edge=False)
    for entry in entries:
        table.add_row(entry.name, entry.title, " ".join(sorted(entry.tags)), "own" if entry.own else "")
    Console(soft_wrap=not sys.stdout.isatty(), markup=False, highlight=False).print(table)
    for file, reason in gallery.left_out.items():
        complaints.print(f"{file} is left out: {reason}", style="yellow", markup=False, highlight=False)
    if sheet:
        await _draw_sheet(gallery, entries, sheet)


async def _draw_sheet(gallery: Gallery, entries: Sequence[Entry], file: Path) -> None:
    thumbnails = [await gallery.thumbnail(entry) for entry in entries]
    sheet = _contact_sheet(entries, thumbnails)
    try:
        sheet.save(file, format=FORMATS[file.suffix.lower()], quality=92)
    except OSError as exc:
        raise OperatorError(f"{file} cannot be written: {exc.strerror or exc}") from exc


def _contact_sheet(entries: Sequence[Entry], thumbnails: Sequence[Path]) -> Image.Image:
    columns = min(_COLUMNS, len(entries)) or 1
    rows = -(-len(entries) // columns)
    across, down = THUMBNAIL_EDGE + _GAP, THUMBNAIL_EDGE + _CAPTION + _GAP
    sheet = Image.new("RGB", (columns * across + _GAP, rows * down + _GAP), _PAPER)
    for number, (entry, thumbnail) in enumerate(zip(entries, thumbnails, strict=True)):
        row, column = divmod(number, columns)
        _hang(sheet, entry, thumbnail, (_GAP + column * across, _GAP + row * down))
    return sheet


def _hang(sheet: Image.Image, entry: Entry, thumbnail: Path, corner: tuple[int, int]) -> None:
    """A picture, cut square, with its title and below that the name to type."""
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
