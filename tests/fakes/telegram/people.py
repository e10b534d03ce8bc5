"""People and groups, as a test moves them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram.chats import Chat, Content, Message, User
from tests.fakes.telegram.entities import found
from tests.fakes.telegram.files import VIDEO, Media, Upload

if TYPE_CHECKING:
    from tests.fakes.telegram.fake import FakeTelegram

_albums = itertools.count(13_880_000_000_000_001)


@dataclass(eq=False)
class Person:
    """Somebody who talks to the bot. Where `chat` is left out, it is their private chat with the bot."""

    telegram: FakeTelegram
    user: User
    chat: Chat

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.first_name

    async def text(self, text: str, chat: Chat | None = None, **how: Any) -> Message:
        """Write; commands and mentions are marked as clients mark them."""
        return await self._say(Content(text=text, entities=tuple(found(text))), chat, **how)

    async def photo(
        self, data: bytes, caption: str = "", chat: Chat | None = None, live: bool = False, **how: Any
    ) -> Message:
        """Send a picture as a photo, which Telegram encodes anew. `how`: reply_to, forwarded, thread."""
        files = self.telegram.world.files
        return await self._show(files.live_photo(data) if live else files.photo(data), caption, chat, **how)

    async def document(
        self,
        data: bytes,
        name: str = "picture.png",
        mime: str = "image/png",
        caption: str = "",
        chat: Chat | None = None,
        size: int | None = None,
        **how: Any,
    ) -> Message:
        """Send a file as it is; `size` claims another one, in bytes, than it has."""
        media = self.telegram.world.files.other("document", Upload(name, mime, data), size=size)
        return await self._show(media, caption, chat, **how)

    async def album(
        self,
        items: Sequence[bytes | Upload],
        caption: str = "",
        chat: Chat | None = None,
        caption_at: int = 0,
        documents: bool = False,
        **how: Any,
    ) -> list[Message]:
        """Send several at once: bytes are photos, or with `documents` files; `VIDEO` is a video."""
        album = str(next(_albums))
        media = [self._item(item, documents) for item in items]
        messages = [
            self._stand(self._content(one, caption if at == caption_at else ""), chat, album=album, **how)
            for at, one in enumerate(media)
        ]
        for message in messages:
            self.telegram.world.tell(message)
        await self.telegram.told()
        return messages

    async def sticker(self, chat: Chat | None = None, **how: Any) -> Message:
        more = {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False}
        return await self._other("sticker", Upload("sticker.webp", "image/webp", b"RIFF"), "", chat, more, **how)

    async def video(self, caption: str = "", chat: Chat | None = None, **how: Any) -> Message:
        return await self._other("video", VIDEO, caption, chat, _FILM, **how)

    async def animation(self, caption: str = "", chat: Chat | None = None, **how: Any) -> Message:
        return await self._other("animation", VIDEO, caption, chat, _FILM, **how)

    async def voice(self, chat: Chat | None = None, **how: Any) -> Message:
        return await self._other("voice", Upload("voice.ogg", "audio/ogg", b"OggS"), "", chat, {"duration": 2}, **how)

    async def edit(self, message: Message, words: str) -> None:
        """Write a message of their own anew."""
        assert message.author == self.user
        said: dict[str, Any] = {"caption" if message.now.media else "text": words}
        message.history.append(replace(message.now, **said, entities=tuple(found(words)), at=time.time()))
        self.telegram.world.tell(message, "edited_message")
        await self.telegram.told()

    async def press(self, message: Message, label: str, data: str | None = None) -> str:
        """Press the button with this label, and wait for the bot's answer, whose text is returned.

        With `data` it is a button that the message had once, pressed by somebody whose screen is not up to date.
        """
        if data is None:
            button = message.button(label)
            assert button.data is not None, f"{label!r} opens {button.url}"
            data = button.data
        query = self.telegram.world.ask(self.user, message, data)
        await self.telegram.told()
        await self.telegram.until(lambda: query.answered or query.too_old)
        return query.text

    async def _other(
        self, kind: str, upload: Upload, caption: str, chat: Chat | None, more: dict[str, Any], **how: Any
    ) -> Message:
        return await self._show(self.telegram.world.files.other(kind, upload, **more), caption, chat, **how)

    async def _show(self, media: Media, caption: str, chat: Chat | None, **how: Any) -> Message:
        return await self._say(self._content(media, caption), chat, **how)

    async def _say(self, content: Content, chat: Chat | None, **how: Any) -> Message:
        message = self._stand(content, chat, **how)
        self.telegram.world.tell(message)
        await self.telegram.told()
        return message

    def _stand(self, content: Content, chat: Chat | None, **how: Any) -> Message:
        where = chat or self.chat
        assert self.id in where.members, f"{self.name} is not in {where.title}"
        assert not where.private or where.bot_status == "member", f"{self.name} has blocked the bot"
        where.started = True
        return self.telegram.world.add(where, self.user, content, **how)

    def _item(self, item: bytes | Upload, documents: bool) -> Media:
        files = self.telegram.world.files
        if isinstance(item, Upload):
            return files.other("video" if item.mime.startswith("video/") else "document", item, **_FILM)
        return files.other("document", Upload("picture.png", "image/png", item)) if documents else files.photo(item)

    @staticmethod
    def _content(media: Media, caption: str) -> Content:
        return Content(caption=caption or None, entities=tuple(found(caption)), media=media)


_FILM = {"width": 320, "height": 240, "duration": 3}


@dataclass(eq=False)
class Group(Chat):
    """A group that the bot is in."""

    def topic(self, title: str) -> int:
        """A new topic's thread id; the group is a forum from now on."""
        thread = 1000 + len(self.topics)
        self.topics[thread] = title
        return thread

    def appoint(self, person: Person) -> None:
        """Make somebody an administrator."""
        self.administrators.add(person.id)

    def appoint_bot(self) -> None:
        """Make the bot an administrator, who sees every message and may delete them."""
        self.bot_status = "administrator"
