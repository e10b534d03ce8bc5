"""Methods that change what was sent."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from telegram.constants import ReactionEmoji

from tests.fakes.telegram.arguments import boolean, integer, structure, text
from tests.fakes.telegram.chats import Content, Message
from tests.fakes.telegram.methods.content import caption_of, only_inline, text_of
from tests.fakes.telegram.methods.registry import Request, method
from tests.fakes.telegram.methods.sending import input_media
from tests.fakes.telegram.refusals import Refusal, mistake

_WHICH = {"chat_id": text, "message_id": integer}
_REACTIONS = {emoji.value for emoji in ReactionEmoji}
_MARKUP = {"reply_markup": structure}
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)


@method(
    "editMessageText",
    _WHICH | {"text": text},
    _MARKUP | {"parse_mode": text, "entities": structure, "link_preview_options": structure},
)
def edit_message_text(request: Request) -> Any:
    content = text_of(request.values)
    message = _editable(request)
    if message.now.media:
        raise mistake("there is no text in the message to edit")
    return _edited(request, message, content, "editMessageText")


@method(
    "editMessageCaption",
    _WHICH,
    _MARKUP | {
        "caption": text, "parse_mode": text, "caption_entities": structure, "show_caption_above_media": boolean,
    },
)  # fmt: skip
def edit_message_caption(request: Request) -> Any:
    content = caption_of(request.values)
    message = _editable(request)
    if not message.now.media:
        raise mistake("there is no caption in the message to edit")
    return _edited(request, message, replace(content, media=message.now.media), "editMessageCaption")


@method("editMessageMedia", _WHICH | {"media": structure}, _MARKUP)
def edit_message_media(request: Request) -> Any:
    item = request.values["media"]
    media = input_media(request, item)
    content = replace(caption_of(item), media=media)
    message = _editable(request)
    if message.album and message.now.media and ("document" in (media.kind, message.now.media.kind)):
        if media.kind != message.now.media.kind:
            raise mistake("can't use the media of the specified type in the album")
    return _edited(request, message, content, "editMessageMedia")


@method("editMessageReplyMarkup", _WHICH, _MARKUP)
def edit_message_reply_markup(request: Request) -> Any:
    message = _editable(request)
    return _edited(request, message, message.now, "editMessageReplyMarkup")


def _editable(request: Request) -> Message:
    world, values = request.world, request.values
    chat = world.writable(values["chat_id"])
    message = world.message(chat, values["message_id"], "message to edit")
    if message.author != world.bot:
        raise mistake("message can't be edited")
    return message


def _edited(request: Request, message: Message, content: Content, name: str) -> Any:
    content = replace(content, rows=only_inline(request.values.get("reply_markup")), method=name, at=time.time())
    if content == message.now:
        raise Refusal(400, f"Bad Request: {_SAME}", blame=not message.unsure)
    message.unsure = False
    message.history.append(content)
    return message.json()


@method("deleteMessage", _WHICH)
def delete_message(request: Request) -> Any:
    world, values = request.world, request.values
    chat = world.writable(values["chat_id"])
    message = world.message(chat, values["message_id"], "message to delete")
    if message.author != world.bot and not chat.private and chat.bot_status != "administrator":
        raise mistake("message can't be deleted")
    message.deleted = True
    return True


@method("setMessageReaction", _WHICH, {"reaction": structure, "is_big": boolean})
def set_message_reaction(request: Request) -> Any:
    world, values = request.world, request.values
    message = world.message(world.writable(values["chat_id"]), values["message_id"], "message to react")
    reactions = values.get("reaction", [])
    if not isinstance(reactions, list) or not all(isinstance(reaction, dict) for reaction in reactions):
        raise mistake("expected an Array of ReactionType")
    if len(reactions) > 1:
        raise mistake("REACTIONS_TOO_MANY")
    if any(reaction.get("emoji") not in _REACTIONS for reaction in reactions):
        raise mistake("REACTION_INVALID")
    message.reaction = reactions[0]["emoji"] if reactions else None
    return True
