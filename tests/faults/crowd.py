"""Those who order on each platform, and what they get to see."""

from __future__ import annotations

import asyncio
import contextlib
import io
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import numpy as np
from PIL import Image

from bot.texts import phrase, say
from tests.fakes.telegram import FakeTelegram, Message
from tests.fakes.telegram import Fault as TelegramFault
from tests.fakes.telegram import Person as TelegramPerson
from tests.fakes.x import FakeX, Post
from tests.faults.books import Books, Row, until
from tests.faults.keeper import Keeper
from tests.faults.ledger import Fault, Kind, Order, Way

#: What somebody is told who may ask again with a word, and who has to send everything again.
_KEPT = tuple(say(phrase(one)) for one in ("telegram-apology", "telegram-kept"))
_AGAIN = (*_KEPT, *(say(phrase(one)) for one in ("telegram-not-fetched", "telegram-how-to-paint", "telegram-given-up")))
#: Seconds between two tries of a page's that cannot be reached.
_PAUSE_S = 0.2


@dataclass(frozen=True)
class Seen:
    """What somebody has got."""

    paintings: tuple[bytes, ...]
    words: tuple[str, ...]  #: of all that stands there from the bot


class Struck(Protocol):
    """Trouble that a platform will have or has had."""

    hits: int  #: calls that it was had with

    def end(self) -> None:
        """Let there be no more of it."""


class Platform(Protocol):
    """Where people order."""

    async def order(self, order: Order) -> None:
        """Ask for it, and once more where one is told to."""

    async def seen(self, order: Order, row: Row) -> Seen:
        """What they see in the end."""

    def trouble(self, order: Order, fault: Fault) -> Struck:
        """Let the platform fail for this order."""

    def reached(self, order: Order, point: str) -> None:
        """Look at what an order has come to."""


def picture(number: int, part: int = 0) -> bytes:
    """A small photograph, another one for each order."""
    pixels = np.random.default_rng([number, part]).integers(0, 256, (6, 8, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).resize((96, 72)).save(stream, "JPEG")
    return stream.getvalue()


def words_of(order: Order, style: str = "#waves") -> str:
    """What is said with the picture; its painting is large where the connection is cut in the middle of it."""
    size = 512 if any(fault.kind is Kind.CUT for fault in order.faults) else 128
    return f"{style} size={size} draft seed={order.number}".strip()


class Telegram:
    """A person for each order."""

    def __init__(self, telegram: FakeTelegram, books: Books) -> None:
        self._telegram = telegram
        self._books = books
        self._people: dict[int, TelegramPerson] = {}
        self._mute: dict[int, TelegramFault] = {}

    async def order(self, order: Order) -> None:
        person = self._people[order.number] = self._telegram.person(f"Person {order.number}")
        content, words = picture(order.number), words_of(order)
        if order.way is Way.ALBUM:
            words = words_of(order, style="")
            await person.album([content, picture(order.number, 1)], words)
        elif order.way is Way.PARTS:
            await person.photo(content)
            await self._heard(order, "Which style?")
            await person.text(words)
        else:
            await person.photo(content, words)
        await self._see_to_it(order, person, words)

    async def _see_to_it(self, order: Order, person: TelegramPerson, words: str) -> None:
        """Do what the bot says to who has got no painting begun, or has changed their mind."""
        answered = 0
        while not (row := self._row(order)) or not row.is_over:
            refused = [one for one in self._said(person) if any(words in one.words for words in _AGAIN)]
            if len(refused) > answered:
                answered = len(refused)
                order.refusals.append(refused[-1].words)
                order.note(f"told: {refused[-1].words[:60]}")
                if row is None:
                    await self._again(order, person, words, refused[-1])
            elif row and order.way is Way.CANCELLED and not row.asked_to_cancel:
                await self._cancel(person)
            await asyncio.sleep(_PAUSE_S)

    async def _again(self, order: Order, person: TelegramPerson, words: str, told: Message) -> None:
        order.note("asks again")
        if any(words in told.words for words in _KEPT):
            await person.text("/paint")
        elif order.way is Way.ALBUM:
            await person.album([picture(order.number), picture(order.number, 1)], words)
        else:
            await person.photo(picture(order.number), words)

    async def _cancel(self, person: TelegramPerson) -> None:
        for message in self._said(person):
            if "Cancel" in message.buttons:
                with contextlib.suppress(AssertionError):  # it is another button by now
                    await person.press(message, "Cancel")

    async def _heard(self, order: Order, words: str) -> None:
        await until(lambda: any(words in one.words for one in self._said(self._people[order.number])))

    def _said(self, person: TelegramPerson) -> list[Message]:
        return [one for one in self._telegram.chat(person).from_bot if not one.deleted]

    def _row(self, order: Order) -> Row | None:
        return next(iter(self._books.of(order.number)), None)

    async def seen(self, order: Order, row: Row) -> Seen:
        said = self._said(self._people[order.number])
        paintings = [one.photo for one in said if one.photo and "Breakdown" in one.buttons]
        return Seen(tuple(filter(None, paintings)), tuple(one.words for one in said))

    def trouble(self, order: Order, fault: Fault) -> Struck:
        person = self._people[order.number]
        if fault.target == "during":
            return self._telegram.fail("editMessageMedia", drop="during")
        if fault.point == "asking":
            return self._telegram.fail("getFile", **_telegram_fault(fault))
        if fault.point == "accepted":
            return self._telegram.fail("sendMessage", chat=person, **_telegram_fault(fault))
        if order.way is not Way.MUTE:
            return self._telegram.fail("editMessageMedia", chat=person, **_telegram_fault(fault))
        order.uncertain = f"{fault}, and there is no message that could be edited"
        return self._telegram.fail("sendPhoto", chat=person, **_telegram_fault(fault))

    def reached(self, order: Order, point: str) -> None:
        if order.way is Way.MUTE and point == "accepted":
            # Else the bot would have a message to edit, which it may do as often as it likes.
            person = self._people[order.number]
            self._mute[order.number] = self._telegram.fail("sendMessage", status=500, times=None, chat=person)
        elif point == "sending" and (mute := self._mute.pop(order.number, None)):
            mute.end()

    def died(self) -> None:
        """The bot was killed: it knows of no answer, and repeating what it did is no mistake."""
        for chat in self._telegram.world.chats.values():
            for message in chat.from_bot:
                message.unsure = True


def _telegram_fault(fault: Fault) -> dict[str, Any]:
    match fault.kind:
        case Kind.TOO_MANY:
            return {"status": 429, "retry_after": 1}
        case Kind.BROKEN:
            return {"status": 502, "done": fault.target == "after"}
        case Kind.SILENCE:
            return {"hang": fault.target}
    return {"drop": fault.target}


class X:
    """A person and a mention for each order."""

    def __init__(self, x: FakeX, books: Books) -> None:
        self._x = x
        self._books = books
        self._posts: dict[int, Post] = {}

    async def order(self, order: Order) -> None:
        album = order.way is Way.ALBUM
        pictures = [picture(order.number, part) for part in range(1 + album)]
        words = words_of(order, style="" if album else "#waves")
        person = self._x.person(f"Person {order.number}")
        self._posts[order.number] = await person.post(f"@{self._x.bot.username} {words}", pictures)
        await until(lambda: any(row.is_over for row in self._books.of(order.number)))

    async def seen(self, order: Order, row: Row) -> Seen:
        replies = self._x.replies_to(self._posts[order.number])
        paintings = tuple(media.data for one in replies for media in one.media)
        return Seen(paintings, tuple(one.said for one in replies))

    def trouble(self, order: Order, fault: Fault) -> Struck:
        route = {"asking": "media", "accepted": "mentions"}.get(fault.point, "create")
        when: Any = fault.target
        match fault.kind:
            case Kind.TOO_MANY:
                if route != "media":
                    # Else the bot would be told two ends of one window, and believe the later one.
                    self._x.server.windows.end_in(route, 1)
                return self._x.fail(route, status=429, reset_in=1)
            case Kind.BROKEN:
                return self._x.fail(route, status=503, done=when == "after" and route != "media")
            case Kind.SILENCE:
                return self._x.fail(route, hang=when)
        if when == "during":
            return self._x.fail("upload", drop="during")
        return self._x.fail(route, drop=when)

    def reached(self, order: Order, point: str) -> None:
        """Nothing to be done."""


class Page:
    """Somebody with a program for each order: what it has not been answered it asks again, with the same key."""

    def __init__(self, keeper: Keeper, books: Books) -> None:
        self._keeper = keeper
        self._books = books
        self._sessions: dict[int, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def order(self, order: Order) -> None:
        self._sessions[order.number] = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        # Somebody new has a cookie first, by which they are known again.
        await self._ask(order, "GET", "/api/v1/me")
        job = (await self._ask(order, "POST", "/api/v1/jobs"))["id"]
        while (row := self._row(order)) is None or not row.is_over:
            if order.way is Way.CANCELLED and row and row.status == "rendering" and not row.asked_to_cancel:
                await self._ask(order, "DELETE", f"/api/v1/jobs/{job}")
            await asyncio.sleep(_PAUSE_S)

    async def seen(self, order: Order, row: Row) -> Seen:
        view = await self._ask(order, "GET", f"/api/v1/jobs/{row.id}")
        words = (str(view.get("error") or ""),)
        if view["status"] != "delivered":
            return Seen((), words)
        async with self._sessions[order.number].get(f"{self._keeper.url}/api/v1/jobs/{row.id}/result") as answer:
            return Seen((await answer.read(),) if answer.ok else (), words)

    def trouble(self, order: Order, fault: Fault) -> Struck:
        raise AssertionError("the web is no platform that could fail")

    def reached(self, order: Order, point: str) -> None:
        """Nothing to be done."""

    def _row(self, order: Order) -> Row | None:
        return next(iter(self._books.of(order.number)), None)

    async def _ask(self, order: Order, method: str, path: str) -> dict[str, object]:
        """The answer, asked for until there is one that is not an error of the service's."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await self._keeper.open.wait()
                form = _form(order) if method == "POST" else None
                headers = {"Idempotency-Key": f"order {order.number}"} if method == "POST" else {}
                session = self._sessions[order.number]
                async with session.request(method, self._keeper.url + path, data=form, headers=headers) as answer:
                    if answer.status < 500 and answer.status != 429:
                        found: dict[str, object] = await answer.json()
                        assert answer.ok or method == "DELETE", f"{method} {path}: {found}"
                        return found
                    order.note(f"told: {answer.status}")
            await asyncio.sleep(_PAUSE_S)


def _form(order: Order) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("content", picture(order.number), filename="content.jpg")
    if order.way is Way.ALBUM:
        form.add_field("style", picture(order.number, 1), filename="style.jpg")
    form.add_field("words", words_of(order, style="" if order.way is Way.ALBUM else "#waves"))
    return form
