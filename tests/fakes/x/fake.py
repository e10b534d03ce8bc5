"""The whole of it, as a test holds it."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any, Literal

from tests.fakes.watched import Watched
from tests.fakes.x.bill import dollars
from tests.fakes.x.faults import Fault, When, limit_headers
from tests.fakes.x.media import SIZES, Kind, Media, Upload, photo, plain
from tests.fakes.x.people import Person
from tests.fakes.x.posts import Post, User
from tests.fakes.x.rates import Call
from tests.fakes.x.server import Server
from tests.fakes.x.signatures import Keys, Signatures
from tests.fakes.x.vocabulary import VOCABULARIES
from tests.fakes.x.world import World


class FakeX(Watched):
    """A server of X's API of our own, with one bot and the people who summon it."""

    def __init__(self, signed_for: str = "https://api.twitter.com") -> None:
        super().__init__()
        self.keys = Keys()
        self.world = World()
        self.server = Server(self.world, Signatures(self.keys, signed_for), self.told)
        self.expected: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://{self.media_host}"

    @property
    def media_host(self) -> str:
        """Host and port of the files of pictures."""
        return f"127.0.0.1:{self.server.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What lets a service of ours speak to it, as environment variables."""
        return {
            "ATELIER_X__CONSUMER_KEY": self.keys.consumer_key,
            "ATELIER_X__CONSUMER_SECRET": self.keys.consumer_secret,
            "ATELIER_X__ACCESS_TOKEN": self.keys.access_token,
            "ATELIER_X__ACCESS_TOKEN_SECRET": self.keys.access_token_secret,
            "ATELIER_X__API_BASE_URL": self.base_url,
            "ATELIER_X__MEDIA_HOSTS": self.media_host,
            "ATELIER_X__POLL_INTERVAL_S": "1",
        }

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def clock(self) -> Callable[[], float]:
        """Tells identifiers, limits and times of posts how late it is, in seconds since 1970."""
        return self.world.clock

    @clock.setter
    def clock(self, clock: Callable[[], float]) -> None:
        self.world.clock = clock

    @property
    def field_names(self) -> str:
        """Which set of names it speaks: "tweet" or "post"."""
        return self.world.words.noun

    @field_names.setter
    def field_names(self, noun: Literal["tweet", "post"]) -> None:
        self.world.words = VOCABULARIES[noun]

    @property
    def access_level(self) -> str:
        """What the operator has let the app do: "read-write", or "read" alone."""
        return self.world.access_level

    @access_level.setter
    def access_level(self, level: Literal["read", "read-write"]) -> None:
        self.world.access_level = level

    @property
    def strict_duplicates(self) -> bool:
        """Whether the same text is refused with another picture, too."""
        return self.world.strict_duplicates

    @strict_duplicates.setter
    def strict_duplicates(self, strict: bool) -> None:
        self.world.strict_duplicates = strict

    @property
    def lost_since_id(self) -> bool:
        """Whether `since_id` is ignored, so that all mentions come again."""
        return self.world.lost_since_id

    @lost_since_id.setter
    def lost_since_id(self, lost: bool) -> None:
        self.world.lost_since_id = lost

    @property
    def posts(self) -> list[Post]:
        """All of them, the oldest first."""
        return list(self.world.posts.values())

    @property
    def uploads(self) -> list[Upload]:
        """Every picture that the bot brought."""
        return list(self.world.uploads.values())

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order in which they were answered."""
        return self.server.calls

    @property
    def limits(self) -> dict[str, int]:
        """How many calls of each operation a quarter of an hour takes; a test may change them."""
        return self.server.windows.limits

    @property
    def refused_for_rate(self) -> Counter[str]:
        """Calls beyond a limit, by operation."""
        return self.server.windows.refused

    @property
    def bill(self) -> Counter[str]:
        """What was charged for, by kind."""
        return self.world.bill

    @property
    def dollars(self) -> float:
        return dollars(self.world.bill)

    @property
    def violations(self) -> list[str]:
        """What a correct client would not have sent, unless a test expects it."""
        return [one for one in self.world.violations if not any(words in one for words in self.expected)]

    def expect(self, words: str) -> None:
        """Violations with these words in them do not fail the test."""
        self.expected.append(words)

    def person(self, name: str) -> Person:
        """Somebody new."""
        letters = re.sub(r"[^a-z0-9]", "", name.lower())[:13]
        return Person(self, self.world.enter(name, f"{letters}_x"))

    def replies_to(self, post: Post) -> list[Post]:
        """What the bot has replied to a post."""
        return list(self.world.replies.get(post.id, ()))

    def delete(self, post: Post) -> None:
        """Let somebody delete a post, of which nobody is told."""
        post.deleted = True

    def protect(self, person: Person, protected: bool = True) -> None:
        """Let somebody hide their posts from all but their followers, of whom the bot is none."""
        person.user.protected = protected

    def media(self, kind: Kind = "photo", data: bytes | None = None, alt: str | None = None) -> Media:
        """Something to post; films have a picture in place of what they show."""
        made = photo(plain() if data is None else data, alt)
        made.kind = kind
        return made

    def media_missing(self, media: Media, names: Collection[str] | None = None) -> None:
        """Let there be no files of these sizes, or of none at all."""
        media.missing = set(SIZES if names is None else names)

    def media_redirect(self, media: Media, to: str) -> None:
        """Let the file be said to lie elsewhere."""
        media.leads_to = to

    def media_slow(self, media: Media, pause_s: float = 0.2) -> None:
        """Let the file come in small pieces with a pause after each."""
        media.pause_s = pause_s

    def media_endless(self, media: Media, pause_s: float = 0.0) -> None:
        """Let the file never end, and not say how long it is."""
        media.endless, media.pause_s = True, pause_s

    def media_size(self, media: Media, size: int) -> None:
        """Let the file be as heavy as this, zeros after its picture."""
        media.size = size

    def repeat_page(self, times: int = 1) -> None:
        """Let the next pages of mentions have one among them that an earlier page had."""
        self.world.repeats += times

    def fail(
        self,
        route: str,
        *,
        status: int | None = None,
        body: str | dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        reset_in: float | None = None,
        drop: When | Literal["during"] | None = None,
        hang: When | None = None,
        done: bool = False,
        times: int | None = 1,
    ) -> Fault:
        """Trouble for the next `times` calls of an operation (``*`` all, ``media`` files), None until `Fault.end()`.

        An answer of this `status` (``done``: although the call was carried out), a page where it is 500 or more; or the
        connection is cut or hangs, before or after the call was carried out; or is cut while the request comes in. A
        file is cut in its middle.
        """
        assert route in ("*", "media", *self.limits), f"there is no operation {route}"
        assert status or drop or hang, "nothing would go wrong"
        said = limit_headers(self.world.now(), retry_after, reset_in) | dict(headers or {})
        fault = Fault(route, status, body, said, drop, hang, done, times)
        self.server.faults.append(fault)
        return fault

    async def go_down(self) -> None:
        """Refuse every connection until `come_back`."""
        await self.server.close()

    async def come_back(self) -> None:
        """Listen again, at the same address."""
        await self.server.open()

    def latest(self) -> str:
        calls = "".join(f"\n  {call.name} {call.params or call.json} {call.status}" for call in self.calls[-12:])
        violations = "".join(f"\n  {one}" for one in self.violations)
        return f"latest calls:{calls}\nviolations:{violations}"

    async def told(self) -> None:
        """Wake those who wait for a condition."""
        await self._tell()


@contextlib.asynccontextmanager
async def fake_x(signed_for: str = "https://api.twitter.com") -> AsyncIterator[FakeX]:
    """A server that listens until the context ends, which fails where the bot did what X refuses or charges dearly."""
    x = FakeX(signed_for)
    await x.server.open()
    try:
        yield x
    finally:
        await x.server.close()
    assert not x.violations, "X would have refused:\n" + "\n".join(x.violations)
