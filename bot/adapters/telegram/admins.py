"""What those who run the bot may say besides; nobody else learns that there is such a thing."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from telegram.error import TelegramError

from bot.adapters.telegram.heard import Heard
from bot.adapters.telegram.own_jobs import OwnJobs
from bot.adapters.telegram.services import Admin
from bot.adapters.telegram.speech import Speaker, Voice
from bot.errors import UnknownJob
from bot.texts import verbatim

log = structlog.get_logger(__name__)


class Admins:
    """Passes verbs on to `bot.admin`, for people of these numeric ids, in their private chats."""

    def __init__(self, ids: Sequence[str], admin: Admin, own_jobs: OwnJobs, voice: Voice) -> None:
        self.ids = frozenset(map(int, ids))
        self._admin = admin
        self._own_jobs = own_jobs
        self._voice = voice

    async def obey(self, heard: Heard) -> bool:
        """Do what the command says; False where it is none of an admin's. Raises UserError."""
        verb, speaker = heard.command or "", heard.speaker
        if not self._may(speaker) or verb not in self._admin.verbs:
            return False
        if verb == "cancel" and await self._cancelled_own(heard):
            return True
        await self._voice.say(speaker, verbatim(await self._admin.do(verb, heard.words, speaker.requester)))
        return True

    async def tell(self, text: str) -> None:
        """Tell every admin, so far as they have begun a chat with the bot."""
        for admin in self.ids:
            try:
                await self._voice.tell(admin, verbatim(text))
            except TelegramError as error:
                log.info("admin not told", admin=f"telegram:{admin}", why=error)

    def _may(self, speaker: Speaker) -> bool:
        # In a group everybody would read the answer.
        return speaker.private and speaker.person in self.ids

    async def _cancelled_own(self, heard: Heard) -> bool:
        """An admin, too, may have pictures painted; only what is not theirs is an admin's matter."""
        try:
            await self._own_jobs.cancel(heard)
        except UnknownJob:
            return False
        return True
