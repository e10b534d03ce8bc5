"""A conversation as it reads, for pages that show one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from tests.fakes.telegram.chats import Chat, Content, Message


@dataclass(frozen=True)
class Line:
    """One message of a conversation as it reads now, for a page that shows it."""

    author: str
    from_bot: bool
    words: str  #: text or caption
    picture: bytes | None  #: a photo, or a picture sent as a file
    file: str | None  #: the name of a file or animation
    buttons: tuple[tuple[str, ...], ...]
    reply_to: int | None  #: the place in the conversation of the message replied to
    at: float  #: seconds since 1970
    edits: tuple[Line, ...]  #: what it was before, oldest first
    deleted: bool


def transcript(chat: Chat) -> list[Line]:
    """A chat's messages in order."""
    lines = []
    for message in chat.messages:
        *before, now = [_stage(message, content) for content in message.history]
        replied = chat.messages.index(message.reply_to) if message.reply_to else None
        lines.append(dataclasses.replace(now, edits=tuple(before), reply_to=replied))
    return lines


def _stage(message: Message, content: Content) -> Line:
    media = content.media
    pictured = media is not None and (media.kind == "photo" or media.mime.startswith("image/"))
    return Line(
        author=message.author.first_name,
        from_bot=message.author.is_bot,
        words=content.words,
        picture=media.data if media and pictured else None,
        file=None if media is None else media.name or None,
        buttons=tuple(tuple(button.text for button in row) for row in content.rows),
        reply_to=None,
        at=content.at,
        edits=(),
        deleted=message.deleted,
    )
