"""/delete: everything that is kept of a person, gone at their word."""

from __future__ import annotations

from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.heard import Heard
from bot.adapters.telegram.live import Live
from bot.adapters.telegram.press import Press
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import Voice, button
from bot.texts import phrase

ERASE = "erase"


class Erasing:
    """Asks first, and then erases at once."""

    def __init__(self, services: Services, conversation: Conversation, live: Live, voice: Voice) -> None:
        self._services = services
        self._conversation = conversation
        self._live = live
        self._voice = voice

    async def ask(self, heard: Heard) -> None:
        """Say what will be gone, and ask whether it shall be."""
        to = heard.speaker
        row = [
            button(phrase(f"telegram-button-erase-{answer}"), f"{ERASE}:{to.person}:{answer}", to.language)
            for answer in ("yes", "no")
        ]
        await self._voice.say(to, phrase("telegram-erase"), [row])

    async def press(self, press: Press) -> None:
        """The answer, which only the one who was asked may give."""
        person, answer = press.words
        speaker = press.speaker
        if person != str(speaker.person):
            await press.answer(phrase("telegram-not-for-you"))
            return
        await press.answer()
        if answer != "yes":
            await press.edit(phrase("telegram-erase-not"))
            return
        await self._conversation.forget(speaker)
        async with self._live.erasing(speaker.requester):
            number = await self._services.erasure.erase(speaker.requester)
        await press.edit(phrase("telegram-erased", count=number))
