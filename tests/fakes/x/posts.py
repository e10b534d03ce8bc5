"""Users and posts."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.x.media import Media
from tests.fakes.x.text import Layout


@dataclass(eq=False)
class User:
    """Somebody with an account."""

    id: str
    name: str
    username: str
    at: float  #: when they came
    protected: bool = False

    def json(self, fields: Collection[str] = ()) -> dict[str, Any]:
        more = {
            "created_at": moment(self.at),
            "description": "",
            "protected": self.protected,
            "verified": False,
            "verified_type": "none",
        }
        said = {"id": self.id, "name": self.name, "username": self.username}
        return said | {name: value for name, value in more.items() if name in fields}


@dataclass(eq=False)
class Post:
    """One post: what was `said`, and what X makes of it."""

    id: str
    author: User
    said: str
    at: float
    layout: Layout  #: as it is given out, cut where it is long
    shown: tuple[int, int]  #: from where to where the layout's text is what people see
    note: Layout | None  #: the whole of a long text
    mentioned: tuple[User, ...]
    media: tuple[Media, ...] = ()
    reply_to: Post | None = None
    quote: Post | None = None
    lang: str = "en"
    made_with_ai: bool = False
    deleted: bool = False
    conversation: str = field(init=False)  #: the id of the post that it began with

    def __post_init__(self) -> None:
        self.conversation = self.reply_to.conversation if self.reply_to else self.id

    @property
    def number(self) -> int:
        return int(self.id)

    @property
    def text(self) -> str:
        return self.layout.text

    @property
    def references(self) -> list[tuple[str, Post]]:
        """What it replies to and quotes."""
        found = (("replied_to", self.reply_to), ("quoted", self.quote))
        return [(how, post) for how, post in found if post]

    def concerns(self, user: User) -> bool:
        """Whether it summons somebody, who may then reply."""
        return user in self.mentioned or (self.quote is not None and self.quote.author is user)


def moment(at: float) -> str:
    """A time as X writes it."""
    when = datetime.datetime.fromtimestamp(at, datetime.UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
