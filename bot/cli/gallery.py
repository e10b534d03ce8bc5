"""`atelier gallery`: the styles that have a name, as a table and as a contact sheet."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.contact_sheet import contact_sheet
from bot.errors import BadRequest, OperatorError
from bot.gallery import Entry, Gallery
from bot.paint.export import FORMATS
from bot.processes import set_confined
from config.log import LogSettings, setup
from config.settings import load


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
    set_confined(settings.renderer.confined)
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
    sheet = contact_sheet(entries, thumbnails)
    try:
        sheet.save(file, format=FORMATS[file.suffix.lower()], quality=92)
    except OSError as exc:
        raise OperatorError(f"{file} cannot be written: {exc.strerror or exc}") from exc
