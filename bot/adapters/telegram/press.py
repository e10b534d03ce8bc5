"""A press on a button of the conversation's; those under a painting are in `buttons`."""

from __future__ import annotations

import structlog
import telegram
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.failures import is_unchanged
from bot.adapters.telegram.speech import Keyboard, Speaker, markup
from bot.texts import Said, say

log = structlog.get_logger(__name__)

_LONGEST_ANSWER = 200


class Press:
    """One press: who, on what, and the answer that Telegram shows at the button."""

    def __init__(self, query: telegram.CallbackQuery, speaker: Speaker) -> None:
        self.query = query
        self.speaker = speaker
        self.verb, *self.words = (query.data or "").split(":")
        self._answered = False

    @property
    def source(self) -> str:
        """Id of the press, as jobs name it."""
        return f"press:{self.query.id}"

    async def answer(self, said: Said | None = None) -> None:
        """Answer, once; further answers are none."""
        if self._answered:
            return
        self._answered = True
        text = say(said, self.speaker.language)[:_LONGEST_ANSWER] if said else None
        try:
            await self.query.answer(text)
        except TelegramError as error:
            # Mostly: the press is too old to be answered, which makes it no less meant.
            log.info("press not answered", why=error)

    async def edit(self, said: Said, keyboard: Keyboard = ()) -> None:
        """Put other words and buttons into the message that was pressed."""
        try:
            await self.query.edit_message_text(say(said, self.speaker.language), reply_markup=markup(keyboard))
        except BadRequest as error:
            if not is_unchanged(error):
                raise
