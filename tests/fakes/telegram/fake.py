"""The whole of it, as a test holds it."""

from __future__ import annotations

import contextlib
import itertools
import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Literal

from tests.fakes.telegram.chats import Chat, Message, User
from tests.fakes.telegram.delivery import Delivery, Update
from tests.fakes.telegram.faults import Fault
from tests.fakes.telegram.people import Group, Person
from tests.fakes.telegram.rates import BURST, Call, check_rates
from tests.fakes.telegram.refusals import WORDS, Refusal
from tests.fakes.telegram.server import Server
from tests.fakes.telegram.transcript import Line, transcript
from tests.fakes.telegram.world import Command, Query, World
from tests.fakes.watched import Watched

_BOT = User(5_900_000_001, "Atelier", is_bot=True, username="atelier_bot")


class FakeTelegram(Watched):
    """A Bot API server of our own, with one bot, its people and its groups."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "5900000001:AAExampleOfATokenWith35Characters_x"
        self.world = World(_BOT)
        self.server = Server(self.world, self.token, self.told)
        self.expected: list[str] = []
        # Identifiers of people have long outgrown 32 bits.
        self._people = itertools.count(6_100_000_001)
        self._groups = itertools.count(1)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/file/bot"

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order in which they were answered."""
        return self.server.calls

    @property
    def queries(self) -> list[Query]:
        """Every press on a button, with the bot's answer."""
        return list(self.world.queries.values())

    @property
    def updates(self) -> list[Update]:
        """Every update there was, each once."""
        return self.world.delivery.sent

    @property
    def delivery(self) -> Delivery:
        """How updates reach the bot; `routes` leads public webhook addresses to this machine."""
        return self.world.delivery

    @property
    def violations(self) -> list[str]:
        """What Telegram would have refused and a correct client not sent, unless a test expects it."""
        return [one for one in self.world.violations if not any(words in one for words in self.expected)]

    def expect(self, words: str) -> None:
        """Violations with these words in them do not fail the test."""
        self.expected.append(words)

    def person(self, name: str, language_code: str | None = "en", started: bool = True) -> Person:
        """Somebody new; `started` is whether the bot may write to them before they have written."""
        user = User(
            next(self._people), name, username=f"{re.sub(r'[^a-z]', '', name.lower())}_x", language_code=language_code
        )
        chat = Chat(user.id, "private", name, {user.id: user}, started=started)
        self.world.chats[chat.id] = chat
        return Person(self, user, chat)

    def group(self, title: str, people: Sequence[Person], privacy: bool = True, basic: bool = False) -> Group:
        """A group with the bot in it: a supergroup, as nearly all are, or a `basic` one."""
        number = next(self._groups)
        chat_id = -(4_900_000_000 + number) if basic else -(1_002_100_000_000 + number)
        members = {person.id: person.user for person in people} | {self.bot.id: self.bot}
        group = Group(chat_id, "group" if basic else "supergroup", title, members, sees_all=not privacy)
        self.world.chats[group.id] = group
        return group

    def chat(self, whose: Person | Chat | int) -> Chat:
        """A person's private chat with the bot, or a group."""
        if isinstance(whose, int):
            return self.world.chats[whose]
        return whose.chat if isinstance(whose, Person) else whose

    def transcript(self, whose: Person | Chat) -> list[Line]:
        """The conversation in a chat, message by message."""
        return transcript(self.chat(whose))

    def menu(self, person: Person, chat: Chat | None = None) -> list[Command]:
        """The commands that somebody is shown in a chat: the narrowest menu that is set, in their language first."""
        where = chat or person.chat
        scopes: list[tuple[str, int | None, int | None]] = [("chat", where.id, None)]
        if where.private:
            scopes += [("all_private_chats", None, None)]
        else:
            administers = person.id in where.administrators
            scopes = [
                ("chat_member", where.id, person.id),
                *([("chat_administrators", where.id, None)] if administers else []),
                *scopes,
                *([("all_chat_administrators", None, None)] if administers else []),
                ("all_group_chats", None, None),
            ]
        for scope in (*scopes, ("default", None, None)):
            for language in (person.user.language_code or "", ""):
                if menu := self.world.menus.get((*scope, language)):
                    return menu
        return []

    def fail(
        self,
        method: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        description: str | None = None,
        drop: Literal["before", "during", "after"] | None = None,
        hang: bool | Literal["before", "after"] = False,
        done: bool = False,
        times: int | None = 1,
        chat: Person | Chat | None = None,
    ) -> Fault:
        """Trouble for the next `times` calls of a method (``*`` all, ``download`` files), None until `Fault.end()`.

        An error of this `status` (``done``: although the call was carried out); or the connection is cut or hangs,
        before or after the call was carried out, or is cut while the request comes in, whoever's it is.
        """
        where = None if chat is None else self.chat(chat).id
        stuck = "before" if hang is True else hang or None
        fault = Fault(method, status, retry_after, description, drop, stuck, done, times, where)
        self.server.faults.append(fault)
        return fault

    def block(self, person: Person) -> None:
        """Let somebody block the bot."""
        self._bot_becomes(person.chat, person.user, "kicked")

    def unblock(self, person: Person) -> None:
        self._bot_becomes(person.chat, person.user, "member")

    def kick_bot(self, group: Chat, by: Person) -> None:
        """Let somebody throw the bot out of a group."""
        self._bot_becomes(group, by.user, "kicked")

    def delete(self, message: Message) -> None:
        """Let somebody delete a message, of which bots are not told."""
        message.deleted = True

    def lose_files(self, message: Message) -> None:
        """Let the files of a message be no longer available."""
        assert message.now.media is not None
        self.world.files.lost.update(file.id for file in message.now.media.files)

    def redeliver(self, update: Update | Message) -> None:
        """Deliver an update, or all that told of a message, once more under the same number."""
        if isinstance(update, dict):
            self.delivery.repeat(update)
            return
        mine = (update.chat.id, update.id)
        for old in list(self.updates):
            told = old.get("message", {})
            if told and (told["chat"]["id"], told["message_id"]) == mine:
                self.delivery.repeat(old)

    def refuse_token(self, refuse: bool = True) -> None:
        """Know the bot's token no longer."""
        self.server.refuses_token = refuse
        self.delivery.stop_polls(Refusal(401, WORDS[401], blame=False))

    def outdate_queries(self) -> None:
        """Let so much time pass that open presses can no longer be answered."""
        for query in self.queries:
            query.too_old = query.too_old or not query.answered

    def upgrade(self, group: Group) -> Group:
        """Turn a basic group into a supergroup, which has another id."""
        new = Group(-(1_002_200_000_000 - group.id % 1000), "supergroup", group.title, dict(group.members))
        new.sees_all = group.sees_all
        self.world.chats[new.id] = new
        group.moved_to = new.id
        return new

    def latest(self) -> str:
        calls = "".join(f"\n  {call.method} {call.chat_id} {call.status}" for call in self.calls[-12:])
        violations = "".join(f"\n  {one}" for one in self.violations)
        return f"latest calls:{calls}\nviolations:{violations}"

    async def told(self) -> None:
        """Wake those who wait for a condition."""
        await self._tell()

    def assert_rates(self, burst: int = BURST) -> None:
        """No limit on how fast a bot may write was exceeded."""
        check_rates(self.calls, burst)

    def _bot_becomes(self, chat: Chat, by: User, status: str) -> None:
        old, chat.bot_status = chat.bot_status, status
        change = {"user": self.bot.json(), "until_date": 0}
        self.delivery.put(
            "my_chat_member",
            {
                "chat": chat.json(),
                "from": by.json(),
                "date": int(time.time()),
                "old_chat_member": change | {"status": old},
                "new_chat_member": change | {"status": status},
            },
        )


@contextlib.asynccontextmanager
async def fake_telegram() -> AsyncIterator[FakeTelegram]:
    """A server that listens until the context ends, which fails where the bot did what Telegram refuses."""
    telegram = FakeTelegram()
    await telegram.server.open()
    try:
        yield telegram
    finally:
        await telegram.server.close()
    assert not telegram.violations, "Telegram would have refused:\n" + "\n".join(telegram.violations)
