"""Presses on the buttons of the conversation, each led to who asked."""

from __future__ import annotations

import telegram

from bot.adapters.telegram import prompt, styles
from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.erasing import ERASE, Erasing
from bot.adapters.telegram.press import Press
from bot.adapters.telegram.prompt import Prompt
from bot.adapters.telegram.settings_menu import GROUP, SETTINGS, SettingsMenu
from bot.gallery import Gallery
from bot.texts import phrase


class Presses:
    """What a press does; one of a message that is too old to be understood is only answered."""

    #: Those that must not overtake what their person has written.
    IN_TURN = frozenset({prompt.PICK, prompt.SURPRISE, prompt.GO, prompt.MEND, ERASE})

    def __init__(
        self,
        gallery: Gallery,
        conversation: Conversation,
        question: Prompt,
        settings: SettingsMenu,
        erasing: Erasing,
    ) -> None:
        self._gallery = gallery
        self._conversation = conversation
        self._question = question
        self._settings = settings
        self._erasing = erasing

    async def obey(self, press: Press) -> None:
        """Do what the button says. Raises UserError."""
        match press.verb, press.words:
            case prompt.PICK, [request, key] if request.isdecimal():
                await self._pick(press, int(request), key)
            case prompt.SURPRISE, [request] if request.isdecimal():
                await self._choose(press, int(request), "surprise")
            case prompt.MEND, [request, number] if request.isdecimal() and number.isdecimal():
                await self._mend(press, int(request), int(number))
            case prompt.GO, [request] if request.isdecimal():
                await self._choose(press, int(request), "")
            case prompt.DROP, [request] if request.isdecimal():
                forgotten = await self._conversation.forget(press.speaker, int(request))
                await press.answer(phrase("telegram-forgotten" if forgotten else "telegram-no-longer-waiting"))
            case prompt.TURN, [request, page] if request.isdecimal() and page.isdecimal():
                await press.answer()
                if isinstance(press.query.message, telegram.Message):
                    message, language = press.query.message, press.speaker.language
                    await self._question.turn(message, int(page), int(request), language)
            case (verb, _) if verb == SETTINGS:
                await self._settings.press(press)
            case (verb, _) if verb == GROUP:
                await self._settings.press_group(press)
            case (verb, [_, _]) if verb == ERASE:
                await self._erasing.press(press)

    async def _pick(self, press: Press, request: int, key: str) -> None:
        entry = styles.find(self._gallery, key)
        if entry is None:
            await press.answer(phrase("telegram-style-gone"))
            return
        await self._choose(press, request, f"#{entry.name}", entry.title)

    async def _mend(self, press: Press, request: int, number: int) -> None:
        words = await self._conversation.mended(press.speaker, request, number)
        if words is None:
            await press.answer(phrase("telegram-no-longer-waiting"))
            return
        await self._choose(press, request, words)

    async def _choose(self, press: Press, request: int, words: str, title: str = "") -> None:
        if not await self._conversation.is_about(press.speaker, request):
            await press.answer(phrase("telegram-no-longer-waiting"))
            return
        # Fetching and reading the pictures takes longer than a button should look pressed.
        await press.answer(phrase("telegram-style-chosen", style=title) if title else None)
        await self._conversation.choose(press.speaker, request, words, press.source)
