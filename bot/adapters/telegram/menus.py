"""The menus of commands that Telegram shows: in private, in groups, and to admins, in each language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.adapters.telegram.commands import GROUP, PRIVATE
from bot.adapters.telegram.services import Admin
from bot.texts import LANGUAGES, in_passing, phrase, say

log = structlog.get_logger(__name__)

_DESCRIPTIONS = ("telegram-description", "telegram-short-description")
_LONGEST_DESCRIPTION = 256


async def show_menus(bot: ExtBot[None], admins: Iterable[int], admin: Admin) -> None:
    """Set every menu. They are a convenience: what cannot be set is logged."""
    for language in LANGUAGES:
        with in_passing(language):
            private, group = _commands(PRIVATE, language), _commands(GROUP, language)
            description, short_description = [say(phrase(name), language) for name in _DESCRIPTIONS]
        await _set(bot, private, BotCommandScopeAllPrivateChats(), language)
        await _set(bot, group, BotCommandScopeAllGroupChats(), language)
        for person in admins:
            theirs = [*private, *_verbs(admin)]
            await _set(bot, theirs, BotCommandScopeChat(person), language)
        await _describe(bot, description, short_description, language)


def _commands(names: Sequence[str], language: str) -> list[BotCommand]:
    return [BotCommand(name, say(phrase(f"telegram-command-{name}"), language)) for name in names]


def _verbs(admin: Admin) -> list[BotCommand]:
    """The admins' own; a command of everybody's keeps its description."""
    return [
        BotCommand(name, verb.help[:_LONGEST_DESCRIPTION]) for name, verb in admin.verbs.items() if name not in PRIVATE
    ]


async def _set(bot: ExtBot[None], commands: Sequence[BotCommand], scope: BotCommandScope, language: str) -> None:
    try:
        # Without a code it is the menu of all languages that have none of their own.
        await bot.set_my_commands(commands, scope, language_code=None if language == "en" else language)
    except TelegramError as error:
        # An admin who has not written to the bot yet has no chat with it.
        log.info("menu not set", scope=scope.type, language=language, why=error)


async def _describe(bot: ExtBot[None], description: str, short_description: str, language: str) -> None:
    """What somebody reads who opens the bot for the first time."""
    code = None if language == "en" else language
    try:
        await bot.set_my_description(description, language_code=code)
        await bot.set_my_short_description(short_description, language_code=code)
    except TelegramError as error:
        log.info("description not set", language=language, why=error)
