"""Chats and what stands in them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.entities import Entity
from tests.fakes.telegram.files import Media


@dataclass(frozen=True)
class User:
    """Who writes."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str | None = None

    def json(self) -> dict[str, Any]:
        said = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        more = {"username": self.username, "language_code": self.language_code}
        return said | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True)
class Button:
    """One button under a message."""

    text: str
    data: str | None = None
    url: str | None = None

    def json(self) -> dict[str, Any]:
        return {"text": self.text} | ({"url": self.url} if self.data is None else {"callback_data": self.data})


@dataclass(frozen=True)
class Content:
    """What a message says and shows at one time; two are equal where nobody could tell them apart."""

    text: str | None = None
    caption: str | None = None
    entities: tuple[Entity, ...] = ()
    media: Media | None = None
    rows: tuple[tuple[Button, ...], ...] = ()
    method: str = field(default="", compare=False)  #: the call that made it so; empty for what people send
    at: float = field(default_factory=time.time, compare=False)  #: seconds since 1970

    @property
    def photo(self) -> bytes | None:
        """The photo as it was sent, before it was encoded anew."""
        return self.media.data if self.media and self.media.kind == "photo" else None

    @property
    def document(self) -> Media | None:
        return self.media if self.media and self.media.kind == "document" else None

    @property
    def animation(self) -> Media | None:
        return self.media if self.media and self.media.kind == "animation" else None

    @property
    def words(self) -> str:
        """Text or caption."""
        return self.text or self.caption or ""

    @property
    def buttons(self) -> list[str]:
        """The labels of all buttons, row after row."""
        return [button.text for row in self.rows for button in row]

    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = {} if self.media is None else self.media.json()
        for name, marks, value in (("text", "entities", self.text), ("caption", "caption_entities", self.caption)):
            if value:
                said |= {name: value} | ({marks: list(self.entities)} if self.entities else {})
        if self.rows:
            said["reply_markup"] = {"inline_keyboard": [[button.json() for button in row] for row in self.rows]}
        return said


@dataclass(eq=False)
class Message:
    """A message with all that it has ever said; `text`, `photo`, `buttons` … are as it stands now."""

    id: int
    chat: Chat
    author: User
    history: list[Content]
    reply_to: Message | None = None
    thread: int | None = None
    album: str | None = None
    forwarded: bool = False
    deleted: bool = False
    reaction: str | None = None
    unsure: bool = False  #: the bot was not told of the last change, so that repeating it is no mistake

    @property
    def now(self) -> Content:
        return self.history[-1]

    @property
    def edits(self) -> list[Content]:
        """What it has become, edit after edit."""
        return self.history[1:]

    @property
    def text(self) -> str | None:
        return self.now.text

    @property
    def caption(self) -> str | None:
        return self.now.caption

    @property
    def words(self) -> str:
        return self.now.words

    @property
    def photo(self) -> bytes | None:
        return self.now.photo

    @property
    def document(self) -> Media | None:
        return self.now.document

    @property
    def animation(self) -> Media | None:
        return self.now.animation

    @property
    def buttons(self) -> list[str]:
        return self.now.buttons

    @property
    def chain(self) -> Message:
        """The first message of the replies that lead here."""
        return self.reply_to.chain if self.reply_to else self

    def button(self, label: str) -> Button:
        """The button with this label, as the message is now."""
        for row in self.now.rows:
            for button in row:
                if button.text == label:
                    return button
        raise AssertionError(f"no button {label!r} under {self.words!r}, which has {self.buttons}")

    def json(self, nested: bool = False) -> dict[str, Any]:
        said: dict[str, Any] = {
            "message_id": self.id,
            "date": int(self.history[0].at),
            "chat": self.chat.json(),
            "from": self.author.json(),
        }
        if len(self.history) > 1:
            said["edit_date"] = int(self.now.at)
        if self.thread is not None:
            said |= {"message_thread_id": self.thread, "is_topic_message": True}
        elif self.reply_to and self.chat.type == "supergroup":
            # Every chain of replies is a thread, by its first message; it is no topic.
            said["message_thread_id"] = self.chain.id
        if self.album:
            said["media_group_id"] = self.album
        if self.forwarded:
            said["forward_origin"] = {
                "type": "hidden_user",
                "sender_user_name": "Somebody else",
                "date": said["date"] - 60,
            }
        if self.reply_to and not self.reply_to.deleted and not nested:
            said["reply_to_message"] = self.reply_to.json(nested=True)
        return said | self.now.json()


@dataclass(eq=False)
class Chat:
    """A private chat with the bot, or a group."""

    id: int
    type: str
    title: str
    members: dict[int, User]
    messages: list[Message] = field(default_factory=list, repr=False)  #: in order; deleted ones are marked so
    bot_status: str = "member"  #: in groups also ``administrator``, ``left`` and ``kicked``; ``kicked`` is blocked
    started: bool = True  #: whether the bot may write at all
    administrators: set[int] = field(default_factory=set)
    topics: dict[int, str] = field(default_factory=dict)
    sees_all: bool = True  #: whether the bot gets every message: in private, and in groups without privacy mode
    moved_to: int | None = None

    @property
    def private(self) -> bool:
        return self.type == "private"

    @property
    def last(self) -> Message:
        """The newest message that is not deleted."""
        return list(self.standing())[-1]

    @property
    def from_bot(self) -> list[Message]:
        """The bot's messages that are not deleted."""
        return [message for message in self.standing() if message.author.is_bot]

    def standing(self) -> Iterator[Message]:
        return (message for message in self.messages if not message.deleted)

    def find(self, message_id: int) -> Message | None:
        """The message, deleted or not."""
        return next((message for message in self.messages if message.id == message_id), None)

    def json(self) -> dict[str, Any]:
        if self.private:
            user = self.members[self.id].json()
            return {"id": self.id, "type": "private"} | {
                name: user[name] for name in ("first_name", "username") if name in user
            }
        said: dict[str, Any] = {"id": self.id, "type": self.type, "title": self.title}
        return said | ({"is_forum": True} if self.topics else {})
