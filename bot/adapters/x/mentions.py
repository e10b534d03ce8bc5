"""Mentions: received page by page into the store's inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import structlog

from bot.adapters.x.api import Api, Me
from bot.adapters.x.posts import PLATFORM, Page, Post
from bot.adapters.x.services import Services

log = structlog.get_logger(__name__)

_CURSOR = "x-cursor"
#: Read so far by who has never been mentioned.
_NOTHING = "0"
#: X gives no more than the newest 800.
_MOST_PAGES = 200


class Mentions:
    """Reads what is new, the newest first, as X gives it; a page that was paid for is kept, whatever comes after it.

    The cursor has ``since``, the newest mention of which all older ones were read too, and while somebody is still
    reading back to it ``until``, the oldest read so far, and ``newest``.
    """

    def __init__(self, api: Api, me: Me, services: Services) -> None:
        self._api = api
        self._me = me
        self._services = services

    async def fetch(self) -> AsyncIterator[dict[str, Any]]:
        """The letters of new mentions, each kept in the inbox before it is told. Raises Trouble and OverBudget."""
        cursor = await self._services.switches.get(_CURSOR)
        if cursor is None or cursor["account"] != self._me.id:
            await self._begin()
            return
        for _ in range(_MOST_PAGES):
            since, until = cursor["since"], cursor.get("until")
            unanswered = await self._services.inbox.waiting(PLATFORM) + await self._services.open_jobs(PLATFORM)
            after = since if since != _NOTHING else None
            page = await self._api.mentions(self._me.id, after, until, unanswered=unanswered)
            # What X gives again although it was read before was dealt with; only a number tells, whatever the clock.
            new = [post for post in page.posts if post.number > int(since) and (not until or post.number < int(until))]
            for letter in await self._keep(sorted(new, key=lambda post: post.number), page):
                yield letter
            newest = cursor.get("newest") or (_newest(new) if new else since)
            if page.next_token is None or not new:
                if newest != since or until:
                    await self._services.switches.put(_CURSOR, {"account": self._me.id, "since": newest})
                return
            oldest = min(new, key=lambda post: post.number).id
            cursor = {"account": self._me.id, "since": since, "until": oldest, "newest": newest}
            await self._services.switches.put(_CURSOR, cursor)

    async def _begin(self) -> None:
        """Now: what was said before the bot was there is past."""
        page = await self._api.mentions(self._me.id, None, most=5)
        newest = _newest(page.posts) if page.posts else _NOTHING
        await self._services.switches.put(_CURSOR, {"account": self._me.id, "since": newest})
        log.info("x begins", since=newest)

    async def _keep(self, posts: list[Post], page: Page) -> list[dict[str, Any]]:
        letters = [(post.id, post.requester, _letter(post, page)) for post in posts if self._counts(post)]
        new = await self._services.inbox.put(PLATFORM, letters)
        return [body for key, _, body in letters if key in new]

    def _counts(self, post: Post) -> bool:
        """Whether it is a post of its author's own words, who is not the bot."""
        return post.author not in ("", self._me.id) and not post.reposts


def _newest(posts: list[Post] | tuple[Post, ...]) -> str:
    return max(posts, key=lambda post: post.number).id


def _letter(post: Post, page: Page) -> dict[str, Any]:
    refers = [one for one in (post.replied_to, post.quoted) if one and one in page.included]
    others = {one: page.included[one].to_json() for one in refers}
    return {"mention": post.to_json(), "others": others}
