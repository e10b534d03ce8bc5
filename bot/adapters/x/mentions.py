"""Mentions: received page by page into the store's inbox, and dealt with one by one."""

from __future__ import annotations

from typing import Any

import structlog

from bot.adapters.x.api import Api, Me
from bot.adapters.x.posts import Page, Post
from bot.adapters.x.services import Services

log = structlog.get_logger(__name__)

PLATFORM = "x"
_CURSOR = "x-cursor"
#: Read so far by who has never been mentioned.
_NOTHING = "0"
#: X gives no more than the newest 800.
_MOST_PAGES = 10


class Mentions:
    """Reads what is new. How far it has read is kept, and moved on only when what was read is kept, too."""

    def __init__(self, api: Api, me: Me, services: Services) -> None:
        self._api = api
        self._me = me
        self._services = services

    async def fetch(self) -> list[dict[str, Any]]:
        """The letters of all new mentions, the oldest first, each kept in the inbox. Raises Trouble and OverBudget."""
        since = await self._since()
        if since is None:
            await self._begin()
            return []
        posts: dict[str, Post] = {}
        included: dict[str, Post] = {}
        token = None
        for _ in range(_MOST_PAGES):
            page = await self._api.mentions(self._me.id, since if since != _NOTHING else None, token)
            # What X gives again although it was read before was dealt with; only a number tells, whatever the clock.
            posts |= {post.id: post for post in page.posts if post.number > int(since)}
            included |= page.included
            if page.next_token is None or page.next_token == token:
                break
            token = page.next_token
        return await self._keep(sorted(posts.values(), key=lambda post: post.number), included)

    async def _since(self) -> str | None:
        """The newest mention that was read; None where nothing was ever read for this account."""
        cursor = await self._services.switches.get(_CURSOR)
        return cursor["since"] if cursor and cursor["account"] == self._me.id else None

    async def _begin(self) -> None:
        """Now: what was said before the bot was there is past."""
        page: Page = await self._api.mentions(self._me.id, None, most=5)
        newest = max(page.posts, key=lambda post: post.number).id if page.posts else _NOTHING
        await self._move(newest)
        log.info("x begins", since=newest)

    async def _keep(self, posts: list[Post], included: dict[str, Post]) -> list[dict[str, Any]]:
        letters = [
            (post.id, f"{PLATFORM}:{post.author}", _letter(post, included)) for post in posts if self._is_others(post)
        ]
        new = await self._services.inbox.put(PLATFORM, letters)
        if posts:
            await self._move(posts[-1].id)
        return [body for key, _, body in letters if key in new]

    def _is_others(self, post: Post) -> bool:
        return post.author not in ("", self._me.id) and not post.reposts

    async def _move(self, since: str) -> None:
        await self._services.switches.put(_CURSOR, {"account": self._me.id, "since": since})


def _letter(post: Post, included: dict[str, Post]) -> dict[str, Any]:
    others = {one: included[one].to_json() for one in (post.replied_to, post.quoted) if one in included}
    return {"mention": post.to_json(), "others": others}
