"""Where a job's message is, and how it is edited: edits may be repeated, and find the message as they would have it."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import InlineKeyboardMarkup, ReplyParameters
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.adapters.telegram.failures import is_of_other_kind, is_unchanged
from bot.adapters.telegram.results import Media

#: ``{"chat", "thread", "request", "live", "photo", "notified", "private", "swappable"}``, and where they are so:
#: ``styles``, the gallery's names of the job's styles; ``passed_on``, another job goes on in the message; ``unsure``,
#: a new message was begun in place of the one that had gone, and may be there.
Address = dict[str, Any]

#: For large uploads: seconds that writing a part of one may take, and that Telegram may think about it.
UPLOAD: dict[str, Any] = {"write_timeout": 30, "read_timeout": 30}


def destination(address: Address) -> dict[str, Any]:
    """Where a message goes, and what it answers."""
    request = address.get("request")
    return {
        "chat_id": address["chat"],
        "message_thread_id": address.get("thread"),
        "reply_parameters": ReplyParameters(request, allow_sending_without_reply=True) if request else None,
    }


class Editor:
    """Edits the message that an address has as ``live``. `patience_s` is how long the limits may hold an edit back."""

    def __init__(self, bot: ExtBot[Any]) -> None:
        self._bot = bot

    async def put_words(
        self, address: Address, words: str, buttons: InlineKeyboardMarkup | None, patience_s: float | None = None
    ) -> None:
        """New words, whether they are the message's text or its picture's caption."""
        methods = [
            functools.partial(self._bot.edit_message_text, text=words),
            functools.partial(self._bot.edit_message_caption, caption=words),
        ]
        likely, other = reversed(methods) if address.get("photo") else methods
        try:
            await self._edit(likely, address, patience_s, reply_markup=buttons)
        except TelegramError as error:
            if not is_of_other_kind(error):
                raise
            await self._edit(other, address, patience_s, reply_markup=buttons)

    async def put_picture(
        self, address: Address, media: Media, buttons: InlineKeyboardMarkup, patience_s: float, **timeouts: float
    ) -> None:
        """A picture with its caption, in place of a text, too."""
        changes = {"media": media, "reply_markup": buttons, **timeouts}
        await self._edit(self._bot.edit_message_media, address, patience_s, **changes)

    async def _edit(
        self, method: Callable[..., Awaitable[Any]], address: Address, patience_s: float | None, **changes: Any
    ) -> None:
        try:
            await method(chat_id=address["chat"], message_id=address["live"], rate_limit_args=patience_s, **changes)
        except TelegramError as error:
            if not is_unchanged(error):
                raise
