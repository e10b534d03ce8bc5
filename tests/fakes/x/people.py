"""People, as a test moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.x.media import Media, photo
from tests.fakes.x.posts import Post, User

if TYPE_CHECKING:
    from tests.fakes.x.fake import FakeX


@dataclass(eq=False)
class Person:
    """Somebody who posts."""

    x: FakeX
    user: User

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def username(self) -> str:
        return self.user.username

    async def post(
        self,
        text: str,
        pictures: Sequence[bytes | Media] = (),
        reply_to: Post | None = None,
        quote: Post | None = None,
        lang: str = "en",
        alt: Sequence[str | None] = (),
        auto_mentions: bool = True,
    ) -> Post:
        """Post; a reply names those it replies to at its beginning, unless they were taken out.

        `alt` describes the pictures, in their order.
        """
        world = self.x.world
        assert reply_to is None or not reply_to.deleted, "nobody can reply to a post that is deleted"
        media = [one if isinstance(one, Media) else photo(one) for one in pictures]
        for one, described in zip(media, alt, strict=False):
            one.alt = described
        to = world.addressed(self.user, reply_to) if reply_to and auto_mentions else ()
        post = world.add(self.user, text, media, reply_to, quote, lang, to)
        await self.x.told()
        return post
