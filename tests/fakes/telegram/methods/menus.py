"""Command menus by scope and language, and what the bot says of itself."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.telegram.arguments import structure, text
from tests.fakes.telegram.methods.registry import Request, method
from tests.fakes.telegram.refusals import misfortune, mistake
from tests.fakes.telegram.world import Command

Scope = tuple[str, int | None, int | None, str]
_WHOSE = {"scope": structure, "language_code": text}
_EVERYWHERE = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")


@method("setMyCommands", {"commands": structure}, _WHOSE)
def set_my_commands(request: Request) -> Any:
    given = request.values["commands"]
    if not isinstance(given, list):
        raise mistake("expected an Array of BotCommand")
    for command in given:
        if not isinstance(command, dict) or set(command) != {"command", "description"}:
            raise mistake("can't parse BotCommand: expected an Object")
    commands = [Command(command["command"], command["description"]) for command in given]
    _check(commands)
    request.world.menus[_scope(request)] = commands
    return True


def _check(commands: list[Command]) -> None:
    if len(commands) > 100:
        raise mistake("too many commands")
    for name, description in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise mistake("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise mistake("BOT_COMMAND_DESCRIPTION_INVALID")


@method("getMyCommands", optional=_WHOSE)
def get_my_commands(request: Request) -> Any:
    commands = request.world.menus.get(_scope(request), [])
    return [command._asdict() for command in commands]


@method("deleteMyCommands", optional=_WHOSE)
def delete_my_commands(request: Request) -> Any:
    request.world.menus.pop(_scope(request), None)
    return True


def _scope(request: Request) -> Scope:
    scope = request.values.get("scope", {"type": "default"})
    language = _language(request)
    if not isinstance(scope, dict):
        raise mistake("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in _EVERYWHERE:
        return str(kind), None, None, language
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise mistake("can't parse BotCommandScope: Unsupported type specified")
    chat = request.world.chats.get(_number(scope.get("chat_id")))
    if chat is None or not chat.started:
        # Whoever sets a menu for somebody by number cannot know whether they have ever written.
        raise misfortune("chat not found")
    if kind == "chat":
        return kind, chat.id, None, language
    if chat.private:
        raise mistake("can't use specified scope in private chats")
    if kind == "chat_administrators":
        return kind, chat.id, None, language
    if scope.get("user_id") not in chat.members:
        raise mistake("user not found")
    return kind, chat.id, scope["user_id"], language


def _number(raw: Any) -> int:
    try:
        return int(raw)
    except (TypeError, ValueError):
        raise mistake("chat not found") from None


def _language(request: Request) -> str:
    language = str(request.values.get("language_code", ""))
    if language and not re.fullmatch("[a-z]{2}", language):
        raise mistake("invalid language code specified")
    return language


@method("setMyDescription", optional={"description": text, "language_code": text})
def set_my_description(request: Request) -> Any:
    return _described(request, "description", 512)


@method("setMyShortDescription", optional={"short_description": text, "language_code": text})
def set_my_short_description(request: Request) -> Any:
    return _described(request, "short_description", 120)


def _described(request: Request, name: str, longest: int) -> bool:
    said = request.values.get(name, "")
    if len(said) > longest:
        raise mistake("BOT_DESCRIPTION_TOO_LONG" if name == "description" else "BOT_SHORT_DESCRIPTION_TOO_LONG")
    request.world.descriptions[name, _language(request)] = said
    return True
