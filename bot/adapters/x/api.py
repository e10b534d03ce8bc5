"""X's API as the bot uses it: paced by what X says of its limits, and each call entered in the ledger."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import functools
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
import tweepy

from bot.adapters.x.failures import WINDOW_S, Kind, Trouble, trouble_of
from bot.adapters.x.posts import Page, Post, read_page
from bot.adapters.x.transport import client
from bot.spending import Budget
from config.settings import XSettings

#: Calls at a time.
_AT_ONCE = 4
MOST_PER_PAGE = 100
_MEDIA_FIELDS = "url,type,width,height,alt_text"


@dataclasses.dataclass(frozen=True)
class Me:
    """The bot's own account."""

    id: str
    name: str
    may_write: bool | None  #: None where X does not say


@dataclasses.dataclass
class _Window:
    """How many calls of a kind X still takes, by its own word, and until when."""

    remaining: int = 1
    ends_at: float = 0.0  #: Unix seconds
    under_way: int = 0

    def wait_s(self, now: float) -> float:
        """Seconds until another call may be made."""
        if self.remaining > self.under_way:
            return 0.0
        return min(max(0.0, self.ends_at - now), WINDOW_S + 1)

    def note(self, headers: Mapping[str, str]) -> None:
        """What an answer says; of two that come out of order, the one of the later window counts, or that of less."""
        remaining, reset = headers.get("x-rate-limit-remaining", ""), headers.get("x-rate-limit-reset", "")
        if remaining.isdecimal() and reset.isdecimal():
            ends_at = float(reset) + 1
            self.remaining = min(self.remaining, int(remaining)) if ends_at == self.ends_at else int(remaining)
            self.ends_at = ends_at


class Api:
    """Asks and tells X. Raises Trouble, and OverBudget before a call that would cost too much.

    `clock` gives Unix seconds.
    """

    def __init__(self, settings: XSettings, budget: Budget, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="x")
        self._own = threading.local()
        self._clients: list[tweepy.Client] = []
        self._windows: dict[str, _Window] = {}  # by kind of call

    async def close(self) -> None:
        """Hang up."""
        await asyncio.to_thread(self._threads.shutdown)
        for made in self._clients:
            made.session.close()

    async def me(self) -> Me:
        """Who the bot is."""
        answer, headers = await self._call("user", "me", "GET", "/2/users/me", params={"user.fields": "username"})
        await self._budget.spend("user")
        level = headers.get("x-access-level")
        return Me(answer["data"]["id"], answer["data"]["username"], "write" in level if level else None)

    async def mentions(self, me: str, since: str | None, token: str | None = None, most: int = MOST_PER_PAGE) -> Page:
        """A page of the posts that mention the bot, newest first: those after `since`."""
        page = await self._timeline("mention", f"/2/users/{me}/mentions", since, token, most)
        await self._budget.spend("user", page.users)
        return page

    async def own_posts(self, me: str, since: str, token: str | None = None) -> Page:
        """A page of the bot's own posts, newest first: those after `since`."""
        return await self._timeline("own_post", f"/2/users/{me}/tweets", since, token, MOST_PER_PAGE, bare=True)

    async def post(self, post_id: str) -> Post | None:
        """One post, None where it is deleted or hidden."""
        params = self._fields()
        try:
            answer, _ = await self._call("post", "post", "GET", f"/2/tweets/{post_id}", params=params)
        except Trouble as trouble:
            if trouble.kind is Kind.GONE:
                return None
            raise
        page = read_page(answer)
        await self._budget.spend("post", len(page.posts))
        await self._budget.spend("user", page.users)
        return page.posts[0] if page.posts else None

    async def upload(self, picture: bytes) -> str:
        """Hand a picture over; returns its media id."""
        body = {"media": base64.b64encode(picture).decode(), "media_category": "tweet_image"}
        answer, _ = await self._call("media_upload", "upload", "POST", "/2/media/upload", json=body)
        await self._budget.spend("media_upload")
        return str(answer["data"]["id"])

    async def describe(self, media: str, text: str) -> None:
        """Say in words what is to be seen; at most 1000 characters."""
        body = {"id": media, "metadata": {"alt_text": {"text": text}}}
        await self._call("media_metadata", "metadata", "POST", "/2/media/metadata", json=body)
        await self._budget.spend("media_metadata")

    async def reply(self, to: str, text: str, media: str | None = None) -> str:
        """Answer a post that mentions the bot; returns the new post's id."""
        body: dict[str, Any] = {"text": text, "reply": {"in_reply_to_tweet_id": to}}
        if media:
            body |= {"media": {"media_ids": [media]}, "made_with_ai": True}
        try:
            answer, _ = await self._call("reply", "create", "POST", "/2/tweets", json=body)
        except Trouble as trouble:
            if trouble.kind is Kind.UNSURE:
                await self._budget.spend("reply")  # it may have been taken
            raise
        await self._budget.spend("reply")
        return str(answer["data"]["id"])

    async def _timeline(
        self, kind: str, route: str, since: str | None, token: str | None, most: int, bare: bool = False
    ) -> Page:
        params = {"max_results": str(most)} | ({} if bare else self._fields())
        if bare:
            params |= self._references()
        if since:
            params["since_id"] = since
        if token:
            params["pagination_token"] = token
        answer, _ = await self._call(kind, kind, "GET", route, params=params)
        page = read_page(answer)
        await self._budget.spend(kind, len(page.posts))
        return page

    def _references(self) -> dict[str, str]:
        """What tells which posts the bot's own posts answer."""
        if self._settings.field_names == "tweet":
            return {"tweet.fields": "referenced_tweets"}
        return {"post.fields": "id", "expansions": "referenced_posts"}

    def _fields(self) -> dict[str, str]:
        expansions = ["attachments.media_keys"]
        fields = ["attachments", "conversation_id", "display_text_range", "entities", "lang"]
        if self._settings.field_names == "tweet":
            fields += ["author_id", "referenced_tweets", "note_tweet"]
            expansions += ["referenced_tweets.id", "referenced_tweets.id.attachments.media_keys"]
            expansions += ["author_id"] if self._settings.author_names else []
        else:
            fields += ["note_post"]
            # Only so an author is told at all.
            expansions += ["referenced_posts", "author_id"]
        return {
            f"{self._settings.field_names}.fields": ",".join(fields),
            "expansions": ",".join(expansions),
            "media.fields": _MEDIA_FIELDS,
        }

    async def _call(
        self, price: str, limit: str, method: str, route: str, **options: Any
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """The answer and its headers."""
        await self._budget.check(price)
        window = self._windows.setdefault(limit, _Window())
        if (wait_s := window.wait_s(self._clock())) > 0:
            raise Trouble(Kind.LATER, "X takes no more of these calls for a while", wait_s)
        call = functools.partial(self._request, method, route, **options)
        window.under_way += 1
        try:
            response = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except (tweepy.TweepyException, requests.RequestException) as error:
            trouble = trouble_of(error)
            if isinstance(error, tweepy.TooManyRequests):
                window.remaining, window.ends_at = 0, self._clock() + trouble.after_s
            raise trouble from error
        finally:
            window.under_way -= 1
        window.note(response.headers)
        try:
            return response.json(), response.headers
        except ValueError as error:
            raise Trouble(Kind.UNSURE, "X has answered what is no JSON") from error

    def _request(self, method: str, route: str, **options: Any) -> requests.Response:
        made: tweepy.Client | None = getattr(self._own, "client", None)
        if made is None:
            made = self._own.client = client(self._settings)
            self._clients.append(made)
        response: requests.Response = made.request(method, route, user_auth=True, **options)
        return response
