"""Telegram's messages, read: what a person has sent, and whether they meant the bot."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import telegram

from bot.adapters.telegram.speech import Speaker

#: Kinds of files that are pictures though Telegram does not say so.
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"})
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+|$)")


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture that lies at Telegram's."""

    file: str  #: Telegram's file id
    message: int  #: the message that it came in
    size: int | None = None  #: bytes, where Telegram says so

    def to_json(self) -> dict[str, Any]:
        """As `bot.pairing` keeps it."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Heard:
    """What a person has sent: one message, or an album as one."""

    speaker: Speaker
    pictures: tuple[Picture, ...] = ()
    words: str = ""  #: text or caption, without the command and the bot's name
    command: str | None = None
    quoted: Picture | None = None  #: the picture that this is a reply to
    quotes_bot: bool = False  #: whether it was the bot that sent the message replied to
    other: str | None = None  #: what came with or in place of pictures: video, sticker, file
    alone: bool = False  #: whether it is the one item of an album that has come

    @property
    def source(self) -> str:
        """Id of the message, as jobs name it."""
        return f"{self.speaker.chat}:{self.speaker.message}"


class Reader:
    """Reads messages as the bot of that id and name."""

    def __init__(self, bot: telegram.User) -> None:
        self._id = bot.id
        self._name = (bot.username or "").lower()
        self._mention = re.compile(rf"@{re.escape(self._name)}\b", re.IGNORECASE)

    def is_for_us(self, message: telegram.Message) -> bool:
        """Whether the bot is spoken to: in private, by a command, by its name, or by a reply to it."""
        if message.chat.type == telegram.Chat.PRIVATE:
            return True
        text = _text(message)
        if command := _COMMAND.match(text):
            return command[2] is None or command[2].lower() == self._name
        return self._mention.search(text) is not None or self._is_own(message.reply_to_message)

    def read(self, messages: Sequence[telegram.Message], language: str) -> Heard:
        """One message, or those of an album, as what a person has sent."""
        messages = sorted(messages, key=lambda message: message.message_id)
        first = messages[0]
        text = next(filter(None, map(_text, messages)), "")
        command = _COMMAND.match(text)
        words = self._mention.sub(" ", text[command.end() :] if command else text).strip()
        original = next((m.reply_to_message for m in messages if m.reply_to_message), None)
        return Heard(
            speaker=speaker(first, language),
            pictures=tuple(filter(None, map(picture_of, messages))),
            words=words,
            command=command[1].lower() if command else None,
            quoted=picture_of(original) if original else _from_elsewhere(first),
            quotes_bot=self._is_own(original),
            other=next(filter(None, map(_other, messages)), None),
            alone=len(messages) == 1 and first.media_group_id is not None,
        )

    def is_addressed_by_name(self, message: telegram.Message) -> bool:
        """Whether a command says that it is this bot's: in a group, a bare one may be another's."""
        command = _COMMAND.match(_text(message))
        return command is not None and command[2] is not None

    def _is_own(self, message: telegram.Message | None) -> bool:
        # What opens a topic is replied to by everything that is written in it.
        if message is None or message.forum_topic_created:
            return False
        return message.from_user is not None and message.from_user.id == self._id


def speaker(message: telegram.Message, language: str) -> Speaker:
    """Who wrote the message, and where."""
    assert message.from_user is not None
    private = message.chat.type == telegram.Chat.PRIVATE
    thread = message.message_thread_id if message.is_topic_message else None
    return Speaker(message.from_user.id, message.chat.id, private, message.message_id, language, thread)


def picture_of(message: telegram.Message) -> Picture | None:
    """The picture in a message: a photo, the still of a live one, or a file that is a picture."""
    return _picture(message, message.message_id)


def says_nothing(message: telegram.Message) -> bool:
    """Whether it is Telegram that speaks: somebody has joined, a title has changed."""
    return message.text is None and message.effective_attachment is None


def _from_elsewhere(message: telegram.Message) -> Picture | None:
    """The picture replied to, where it lies in another chat."""
    return _picture(message.external_reply, message.message_id) if message.external_reply else None


def _picture(holder: telegram.Message | telegram.ExternalReplyInfo, message: int) -> Picture | None:
    # A live photo's own file is a video, and an animation comes as a document, too.
    still = holder.live_photo.photo if holder.live_photo else holder.photo
    if still:
        return Picture(still[-1].file_id, message, still[-1].file_size)
    document = holder.document
    if document is None or holder.animation is not None or not _is_picture(document):
        return None
    return Picture(document.file_id, message, document.file_size)


def _is_picture(document: telegram.Document) -> bool:
    if (document.mime_type or "").startswith("image/"):
        return document.mime_type != "image/svg+xml"
    return PurePath(document.file_name or "").suffix.lower() in _SUFFIXES


def _other(message: telegram.Message) -> str | None:
    if picture_of(message) or message.effective_attachment is None:
        return None
    if message.video or message.animation or message.video_note:
        return "video"
    return "sticker" if message.sticker else "file"


def _text(message: telegram.Message) -> str:
    """What the person wrote; words that were forwarded are somebody else's, and meant for others."""
    return "" if message.forward_origin else message.text or message.caption or ""
