"""Methods that send."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from tests.fakes.telegram.arguments import boolean, file, integer, structure, text
from tests.fakes.telegram.chats import Chat, Content, Message
from tests.fakes.telegram.files import Media
from tests.fakes.telegram.methods.content import caption_of, inline_rows, media_of, text_of
from tests.fakes.telegram.methods.registry import Request, method
from tests.fakes.telegram.refusals import misfortune, mistake
from tests.fakes.telegram.world import World

_SENDING = {
    "message_thread_id": integer, "disable_notification": boolean, "protect_content": boolean,
    "reply_parameters": structure,
}  # fmt: skip
_ONE = _SENDING | {"reply_markup": structure}
_CAPTION = {"caption": text, "parse_mode": text, "caption_entities": structure}
_ABOVE = {"show_caption_above_media": boolean, "has_spoiler": boolean}
_SIZE = {"duration": integer, "width": integer, "height": integer}
_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
_albums = itertools.count(13_890_470_000_000_001)


@method(
    "sendMessage",
    {"chat_id": text, "text": text},
    _ONE | {"parse_mode": text, "entities": structure, "link_preview_options": structure},
)
def send_message(request: Request) -> Any:
    return _sent(request, text_of(request.values), "sendMessage")


@method("sendPhoto", {"chat_id": text, "photo": file}, _ONE | _CAPTION | _ABOVE)
def send_photo(request: Request) -> Any:
    return _sent_media(request, "photo", "sendPhoto")


@method(
    "sendDocument",
    {"chat_id": text, "document": file},
    _ONE | _CAPTION | {"thumbnail": file, "disable_content_type_detection": boolean},
)
def send_document(request: Request) -> Any:
    return _sent_media(request, "document", "sendDocument")


@method("sendAnimation", {"chat_id": text, "animation": file}, _ONE | _CAPTION | _ABOVE | _SIZE | {"thumbnail": file})
def send_animation(request: Request) -> Any:
    return _sent_media(request, "animation", "sendAnimation")


def _sent_media(request: Request, kind: str, name: str) -> Any:
    media = media_of(request, kind, request.values[kind], request.values)
    return _sent(request, replace(caption_of(request.values), media=media), name)


def _sent(request: Request, content: Content, name: str) -> Any:
    world, values = request.world, request.values
    content = replace(content, rows=inline_rows(values.get("reply_markup")), method=name)
    chat, where = _where(request)
    return world.add(chat, world.bot, content, **where).json()


def _where(request: Request) -> tuple[Chat, dict[str, Any]]:
    """The chat, the topic and the message replied to."""
    world, values = request.world, request.values
    chat = world.writable(values["chat_id"])
    thread = values.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        if chat.topics or chat.private:
            raise mistake("message thread not found")
        thread = None  # a group without topics does not mind
    return chat, {"thread": thread, "reply_to": _replied_to(world, chat, values.get("reply_parameters"))}


def _replied_to(world: World, chat: Chat, reply: Any) -> Message | None:
    if reply is None:
        return None
    if not isinstance(reply, dict) or not isinstance(reply.get("message_id"), int):
        raise mistake("object expected as reply parameters")
    if unknown := set(reply) - {"message_id", "chat_id", "allow_sending_without_reply"}:
        raise mistake(f"this server knows no reply with {', '.join(sorted(unknown))}")
    if str(reply.get("chat_id", chat.id)) != str(chat.id):
        raise mistake("message to be replied not found")
    message = chat.find(reply["message_id"])
    if message is not None and not message.deleted:
        return message
    if reply.get("allow_sending_without_reply"):
        return None
    raise (mistake if message is None else misfortune)("message to be replied not found")


@method("sendMediaGroup", {"chat_id": text, "media": structure}, _SENDING)
def send_media_group(request: Request) -> Any:
    items = request.values["media"]
    if not isinstance(items, list):
        raise mistake("expected an Array of InputMedia")
    if not 2 <= len(items) <= 10:
        raise mistake(f"too {'few' if len(items) < 2 else 'many'} messages to send as an album")
    contents = [_album_item(request, item) for item in items]
    kinds = {content.media.kind for content in contents if content.media}
    if "document" in kinds and len(kinds) > 1:
        raise mistake("document can't be mixed with other media types")
    chat, where = _where(request)
    album = str(next(_albums))
    world = request.world
    return [world.add(chat, world.bot, content, album=album, **where).json() for content in contents]


def _album_item(request: Request, item: Any) -> Content:
    media = input_media(request, item)
    if media.kind == "animation":
        raise mistake("can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup")
    return replace(caption_of(item), media=media, method="sendMediaGroup")


def input_media(request: Request, item: Any) -> Media:
    """The picture or file of an ``InputMedia``."""
    if not isinstance(item, dict):
        raise mistake("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in ("photo", "document", "animation", "video"):
        raise mistake(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    known = {"type", "media", *_CAPTION, *_ABOVE, *_SIZE, "thumbnail", "disable_content_type_detection"}
    if unknown := set(item) - known:
        request.world.blame(f"InputMedia: unknown {', '.join(sorted(unknown))}")
    if not isinstance(item.get("media"), str) or not item["media"]:
        raise mistake("can't parse InputMedia: media not found")
    return media_of(request, kind, item["media"], item)


@method("sendChatAction", {"chat_id": text, "action": text}, {"message_thread_id": integer})
def send_chat_action(request: Request) -> Any:
    if request.values["action"] not in _ACTIONS:
        raise mistake("wrong parameter action in request")
    request.world.writable(request.values["chat_id"])
    return True
