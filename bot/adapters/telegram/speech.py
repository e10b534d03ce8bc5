"""Who speaks to the bot, where, and how they are answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ExtBot

from bot.texts import Said, say

PLATFORM = "telegram"
#: Characters of a message, and of a picture's caption.
LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024

Keyboard = Sequence[Sequence[InlineKeyboardButton]]


@dataclasses.dataclass(frozen=True)
class Speaker:
    """A person in a chat, who has just written or pressed."""

    person: int
    chat: int
    private: bool
    message: int  #: what answers refer to in a group
    language: str
    thread: int | None = None  #: topic of a group that has such

    @property
    def requester(self) -> str:
        """The person, as jobs and accounts name them."""
        return f"{PLATFORM}:{self.person}"

    @property
    def here(self) -> str:
        """The chat, private or not: what somebody has begun here is not mixed with what they do elsewhere."""
        return f"{PLATFORM}:{self.chat}"

    @property
    def place(self) -> str | None:
        """The group; None in a private chat."""
        return None if self.private else self.here

    def at(self, message: int) -> Speaker:
        """The same person, with another message to refer to."""
        return dataclasses.replace(self, message=message)

    def speaking(self, language: str) -> Speaker:
        """The same person, to be answered in another language."""
        return dataclasses.replace(self, language=language)


class Voice:
    """Answers speakers in their language: in groups as a reply, so that everybody sees who is meant."""

    def __init__(self, bot: ExtBot[None]) -> None:
        self._bot = bot

    async def say(self, to: Speaker, said: Said, keyboard: Keyboard = ()) -> int:
        """Send a message and return its id."""
        text = _cut(say(said, to.language), LONGEST_TEXT)
        quiet = telegram.LinkPreviewOptions(is_disabled=True)
        sent = await self._bot.send_message(
            to.chat, text, link_preview_options=quiet, reply_markup=markup(keyboard), **whereabouts(to)
        )
        return sent.message_id

    async def tell(self, person: int, said: Said) -> None:
        """Say something in English to somebody who has not asked, in their private chat."""
        await self._bot.send_message(person, _cut(say(said), LONGEST_TEXT))

    async def show(self, to: Speaker, photo: str | bytes, said: Said, keyboard: Keyboard = ()) -> telegram.Message:
        """Send a picture, by its file id or as a JPEG, with words below."""
        caption = _cut(say(said, to.language), LONGEST_CAPTION)
        return await self._bot.send_photo(
            to.chat, photo, caption=caption, reply_markup=markup(keyboard), **whereabouts(to)
        )


def button(said: Said, data: str, language: str) -> InlineKeyboardButton:
    """A button that sends `data` (1 to 64 bytes) when it is pressed."""
    return InlineKeyboardButton(say(said, language), callback_data=data)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Rows of buttons as Telegram takes them."""
    return InlineKeyboardMarkup(keyboard) if keyboard else None


def whereabouts(to: Speaker) -> dict[str, Any]:
    """Where an answer goes, for the bot's methods that send: in groups it is a reply."""
    reply = None
    if not to.private:
        reply = telegram.ReplyParameters(to.message, allow_sending_without_reply=True)
    return {"message_thread_id": to.thread, "reply_parameters": reply}


def rows(buttons: Sequence[InlineKeyboardButton], columns: int) -> list[Sequence[InlineKeyboardButton]]:
    """Buttons side by side, so many in a row."""
    return [buttons[first : first + columns] for first in range(0, len(buttons), columns)]


def _cut(text: str, most: int) -> str:
    """Telegram counts UTF-16 code units, of which an emoji has two."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    return units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"
