"""Everything that Telegram knows: chats, files, questions that buttons ask, menus."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.fakes.telegram.chats import Chat, Content, Message, User
from tests.fakes.telegram.delivery import Delivery, Update
from tests.fakes.telegram.entities import cut
from tests.fakes.telegram.files import Files
from tests.fakes.telegram.refusals import Refusal, forbidden, misfortune, mistake


class Command(NamedTuple):
    """One line of a menu."""

    command: str
    description: str


@dataclass(eq=False)
class Query:
    """One press on a button."""

    id: str
    presser: User
    message: Message
    data: str
    too_old: bool = False
    answered: bool = False
    text: str = ""
    alert: bool = False


@dataclass(eq=False)
class World:
    """The state behind the server; the rules of who may do what."""

    bot: User
    chats: dict[int, Chat] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    delivery: Delivery = field(default_factory=Delivery)
    queries: dict[str, Query] = field(default_factory=dict)
    menus: dict[tuple[str, int | None, int | None, str], list[Command]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _numbers_of: dict[int, itertools.count[int]] = field(default_factory=dict)
    _queries_so_far: itertools.count[int] = field(default_factory=lambda: itertools.count(4_382_910_447_120_003_001))

    def chat(self, chat_id: int | str) -> Chat:
        """A chat that the bot may know of."""
        try:
            chat = self.chats.get(int(chat_id))
        except ValueError:
            chat = None
        if chat is None or not chat.started:
            raise mistake("chat not found")
        if chat.moved_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                blame=False,
                migrate_to_chat_id=chat.moved_to,
            )
        return chat

    def writable(self, chat_id: int | str) -> Chat:
        """A chat that the bot may write to."""
        chat = self.chat(chat_id)
        if chat.bot_status == "kicked":
            raise forbidden(
                "bot was blocked by the user" if chat.private else f"bot was kicked from the {_kind(chat)} chat"
            )
        if chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {_kind(chat)} chat")
        return chat

    def message(self, chat: Chat, message_id: int, what: str) -> Message:
        """A message that still stands; whose identifier never was one is a mistake."""
        message = chat.find(message_id)
        if message is None:
            raise mistake(f"{what} not found")
        if message.deleted:
            raise misfortune(f"{what} not found")
        return message

    def add(self, chat: Chat, author: User, content: Content, **more: Any) -> Message:
        """A new message at the end of a chat."""
        # In supergroups identifiers count by chat; everywhere else by account.
        numbers = self._numbers
        if chat.type == "supergroup":
            numbers = self._numbers_of.setdefault(chat.id, itertools.count(1))
        message = Message(next(numbers), chat, author, [content], **more)
        chat.messages.append(message)
        return message

    def tell(self, message: Message, kind: str = "message") -> Update | None:
        """Let the bot know of a message that somebody wrote, if privacy mode lets it."""
        return self.delivery.put(kind, message.json()) if self.concerns_bot(message) else None

    def concerns_bot(self, message: Message) -> bool:
        """Whether the bot gets to see a message."""
        chat = message.chat
        if chat.bot_status in ("left", "kicked"):
            return False
        if chat.sees_all or chat.bot_status == "administrator":
            return True
        if message.reply_to and message.reply_to.author == self.bot:
            return True
        return any(self._addressed(message.words, entity) for entity in message.now.entities)

    def _addressed(self, words: str, entity: dict[str, Any]) -> bool:
        marked = cut(words, entity)
        mine = f"@{self.bot.username}".lower()
        if entity["type"] == "bot_command":
            return "@" not in marked or marked.lower().endswith(mine)
        return entity["type"] == "mention" and marked.lower() == mine

    def ask(self, presser: User, message: Message, data: str) -> Query:
        """A press on a button, which the bot has to answer."""
        query = Query(str(next(self._queries_so_far)), presser, message, data)
        self.queries[query.id] = query
        said = {
            "id": query.id,
            "from": presser.json(),
            "message": message.json(),
            "chat_instance": str(abs(message.chat.id) * 7919),
            "data": data,
        }
        self.delivery.put("callback_query", said)
        return query

    def blame(self, what: str) -> None:
        """Note what a correct client would not have done."""
        self.violations.append(what)


def _kind(chat: Chat) -> str:
    return "supergroup" if chat.type == "supergroup" else "group"
