"""/settings: each person's usual options and language, and what a group allows, by buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import InlineKeyboardButton
from telegram.ext import ExtBot

from bot.accounts import Account
from bot.adapters.telegram.heard import Heard
from bot.adapters.telegram.press import Press
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import Keyboard, Speaker, Voice, button, rows
from bot.texts import LANGUAGES, Said, language_for, phrase, say, verbatim
from renderer.options import QUALITIES, RenderOptions

SETTINGS, GROUP = "set", "group"

#: What there is to choose from; None is the service's own choice.
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "quality": QUALITIES,
    "strength": (0.4, 0.6, 0.7, 0.8, 0.9, 1.0),
    "colours": ("style", "keep", "match"),
    "size": (None, 384, 512, 768, 1024, 1536),
    "style_scale": (0.5, 0.75, 1.0, 1.5, 2.0),
    "protect": (0.0, 0.25, 0.5, 0.75, 1.0),
}
_WRITTEN = {"strength": "{:.0%}", "protect": "{:.0%}", "size": "{} px", "style_scale": "× {:g}"}
_DEFAULTS = RenderOptions()
_ADMINISTRATORS = {"creator", "administrator"}


class SettingsMenu:
    """One message that is edited as people press."""

    def __init__(self, bot: ExtBot[None], services: Services, voice: Voice) -> None:
        self._bot = bot
        self._services = services
        self._voice = voice

    async def open(self, heard: Heard) -> None:
        """The menu: in private the person's own, in a group the group's, for those who run it."""
        to = heard.speaker
        if to.private:
            account = await self._services.accounts.get(to.requester)
            await self._voice.say(to, phrase("telegram-settings"), _menu(account, to.language))
        elif await self._runs_group(to):
            await self._voice.say(to, phrase("telegram-settings-group"), await self._group_menu(to))
        else:
            await self._voice.say(to, phrase("telegram-settings-in-private"))

    async def press(self, press: Press) -> None:
        """``set``, ``set:NAME``, ``set:NAME:NUMBER`` or ``set:reset``."""
        match press.words:
            case ["language"]:
                await self._show_languages(press)
                return
            case [name] if name in CHOICES:
                await self._show_values(press, name)
                return
            case ["language", language] if language in LANGUAGES or language == "auto":
                await self._services.accounts.change(
                    press.speaker.requester, language=None if language == "auto" else language
                )
            case [name, number] if name in CHOICES and number.isdecimal() and int(number) < len(CHOICES[name]):
                await self._choose(press.speaker, name, CHOICES[name][int(number)])
            case ["reset"]:
                await self._services.accounts.change(press.speaker.requester, options={}, language=None)
        account = await self._services.accounts.get(press.speaker.requester)
        language = account.language or language_for(press.query.from_user.language_code)
        press.speaker = press.speaker.speaking(language)
        await press.answer()
        await press.edit(phrase("telegram-settings"), _menu(account, language))

    async def press_group(self, press: Press) -> None:
        """``group:yes`` or ``group:no``: whether others may press the buttons under a painting."""
        speaker = press.speaker
        if speaker.place is None or not await self._runs_group(speaker):
            await press.answer(phrase("telegram-settings-not-yours"))
            return
        await self._services.accounts.change_place(speaker.place, others_may_press=press.words == ["yes"])
        await press.answer()
        await press.edit(phrase("telegram-settings-group"), await self._group_menu(speaker))

    async def _choose(self, speaker: Speaker, name: str, value: Any) -> None:
        account = await self._services.accounts.get(speaker.requester)
        options = {**account.options, name: value}
        if value == getattr(_DEFAULTS, name):
            del options[name]
        await self._services.accounts.change(speaker.requester, options=options)

    async def _show_values(self, press: Press, name: str) -> None:
        account = await self._services.accounts.get(press.speaker.requester)
        now, language = _value(account, name), press.speaker.language
        values = [
            button(_marked(shown(name, value), value == now), f"{SETTINGS}:{name}:{number}", language)
            for number, value in enumerate(CHOICES[name])
        ]
        await press.answer()
        await press.edit(phrase(f"telegram-settings-{name.replace('_', '-')}"), [*rows(values, 3), _back(language)])

    async def _show_languages(self, press: Press) -> None:
        account, language = await self._services.accounts.get(press.speaker.requester), press.speaker.language
        buttons = [
            button(_marked(_name(code), code == account.language), f"{SETTINGS}:language:{code}", language)
            for code in LANGUAGES
        ]
        auto = _marked(phrase("telegram-language-auto"), account.language is None)
        await press.answer()
        await press.edit(
            phrase("telegram-settings-language"),
            [*rows(buttons, 2), [button(auto, f"{SETTINGS}:language:auto", language)], _back(language)],
        )

    async def _runs_group(self, speaker: Speaker) -> bool:
        member = await self._bot.get_chat_member(speaker.chat, speaker.person)
        return member.status in _ADMINISTRATORS

    async def _group_menu(self, to: Speaker) -> Keyboard:
        assert to.place is not None
        may = (await self._services.accounts.place(to.place)).others_may_press
        return [
            [
                button(
                    _marked(phrase(f"telegram-button-others-{answer}"), may == (answer == "yes")),
                    f"{GROUP}:{answer}",
                    to.language,
                )
                for answer in ("yes", "no")
            ]
        ]


def shown(name: str, value: Any) -> Said:
    """A value as a button says it; words that people type in captions are not translated."""
    if value is None:
        return phrase("telegram-settings-automatic")
    return verbatim(_WRITTEN.get(name, "{}").format(value))


def _menu(account: Account, language: str) -> Keyboard:
    buttons = [
        button(
            phrase(
                "telegram-setting",
                name=phrase(f"telegram-setting-{name.replace('_', '-')}"),
                value=shown(name, _value(account, name)),
            ),
            f"{SETTINGS}:{name}",
            language,
        )
        for name in CHOICES
    ]
    chosen = _name(account.language) if account.language else phrase("telegram-language-auto")
    name = phrase("telegram-setting", name=phrase("telegram-setting-language"), value=chosen)
    reset = button(phrase("telegram-button-reset"), f"{SETTINGS}:reset", language)
    return [*rows(buttons, 2), [button(name, f"{SETTINGS}:language", language)], [reset]]


def _value(account: Account, name: str) -> Any:
    return account.options.get(name, getattr(_DEFAULTS, name))


def _name(language: str) -> Said:
    """A language's name in that language."""
    return verbatim(say(phrase("telegram-language-name"), language))


def _marked(said: Said, chosen: bool) -> Said:
    return phrase("telegram-chosen", value=said) if chosen else said


def _back(language: str) -> list[InlineKeyboardButton]:
    return [button(phrase("telegram-button-back"), SETTINGS, language)]
