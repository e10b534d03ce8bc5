"""The gallery as people choose from it: one picture of all styles, and a button for each."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import telegram
from telegram import InlineKeyboardButton

from bot.adapters.telegram.keyboards import key_of
from bot.adapters.telegram.speech import rows
from bot.contact_sheet import contact_sheet
from bot.errors import BadPicture, OperatorError
from bot.gallery import Entry, Gallery

#: Styles on one page; as many as a phone shows without their names growing too small.
PAGE = 20
_COLUMNS = 4
_BUTTONS = 3


def find(gallery: Gallery, key: str) -> Entry | None:
    """The style of that `key_of`; None where there is none any more."""
    return next((entry for entry in gallery.entries() if key_of(entry) == key), None)


def pages(gallery: Gallery) -> list[tuple[Entry, ...]]:
    """All styles in pages; an empty one where there are none."""
    entries = gallery.entries()
    return [entries[first : first + PAGE] for first in range(0, len(entries), PAGE)] or [()]


def buttons(entries: Sequence[Entry], data: Callable[[str], str]) -> list[Sequence[InlineKeyboardButton]]:
    """A button for each style, by its title; `data` makes what it sends of the style's `key_of`."""
    return rows([InlineKeyboardButton(entry.title, callback_data=data(key_of(entry))) for entry in entries], _BUTTONS)


def turning(page: int, of: int, data: Callable[[int], str]) -> list[list[InlineKeyboardButton]]:
    """Buttons to the pages before and after, where there are such."""
    row = [
        InlineKeyboardButton(f"{sign} {to + 1}/{of}", callback_data=data(to))
        for sign, to in (("◀", page - 1), ("▶", page + 1))
        if 0 <= to < of
    ]
    return [row] if row else []


class Sheets:
    """Pictures of pages. One that Telegram has seen before is sent by its file id."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._seen: dict[str, str] = {}
        self._drawing = asyncio.Lock()

    async def send(
        self, entries: Sequence[Entry], send: Callable[[str | bytes], Awaitable[telegram.Message]]
    ) -> telegram.Message:
        """Let `send` send the picture of these styles, a file id or a JPEG, and return the message.

        Styles whose thumbnail cannot be made are missing on it.
        """
        hung: list[Entry] = []
        thumbnails: list[Path] = []
        for entry in entries:
            with contextlib.suppress(BadPicture, OperatorError, OSError):
                thumbnails.append(await self._gallery.thumbnail(entry))
                hung.append(entry)
        # A thumbnail's name changes with the picture.
        name = "\n".join(f"{entry.title} {file}" for entry, file in zip(hung, thumbnails, strict=True))
        if name in self._seen:
            return await send(self._seen[name])
        async with self._drawing:
            sheet = await asyncio.to_thread(_jpeg, hung, thumbnails)
        message = await send(sheet)
        if message.photo:
            self._seen[name] = message.photo[-1].file_id
        return message


def _jpeg(entries: Sequence[Entry], thumbnails: Sequence[Path]) -> bytes:
    buffer = io.BytesIO()
    contact_sheet(entries, thumbnails, _COLUMNS).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
