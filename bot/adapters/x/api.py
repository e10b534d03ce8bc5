"""X's API as the bot uses it: paced by what X says of its limits, and each call entered in the ledger."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import functools
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import requests
import tweepy

from bot.adapters.x.failures import WINDOW_S, Kind, Trouble, seconds_to_reset, trouble_of
from bot.adapters.x.posts import Page, Post, read_page
from bot.adapters.x.transport import client
from bot.spending import Budget
from config.settings import XSettings

#: Calls at a time.
_AT_ONCE = 4
#: Posts that X gives at a time, at least and at most.
_LEAST, _MOST = 5, 100
_MEDIA_FIELDS = "url,type,width,height,alt_text"

Read = TypeVar("Read")


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
    ends_at: float = 0.0  #: Unix seconds, by our clock
    under_way: int = 0

    def wait_s(self, now: float) -> float:
        """Seconds until another call may be made."""
        left_s = self.ends_at - now
        # More than a window is no word of X's: our clock was set back meanwhile.
        return left_s if self.remaining <= self.under_way and 0 < left_s <= WINDOW_S + 1 else 0.0

    def note(self, headers: Mapping[str, str], now: float) -> None:
        """What an answer says; of several in one window the one of least counts, in whatever order they come."""
        remaining, reset = headers.get("x-rate-limit-remaining", ""), headers.get("x-rate-limit-reset", "")
        if remaining.isdecimal() and reset.isdecimal():
            ends_at = now + seconds_to_reset(int(reset), headers)
            same = abs(ends_at - self.ends_at) < WINDOW_S / 2
            self.remaining = min(self.remaining, int(remaining)) if same else int(remaining)
            self.ends_at = ends_at


class Api:
    """Asks and tells X. Raises Trouble, and OverBudget before a call that would cost too much.

    `clock` gives Unix seconds. `failed` is told the kind of each call that came to nothing; a command that asks once
    has nobody to tell.
    """

    def __init__(
        self,
        settings: XSettings,
        budget: Budget,
        clock: Callable[[], float],
        failed: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._failed = failed
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._clients: list[tweepy.Client] = []  # those that nobody uses now
        self._calls: set[asyncio.Future[requests.Response]] = set()
        self._windows: dict[str, _Window] = {}  # by kind of call
        # In the new names an author is told only so.
        self._with_authors = settings.author_names or settings.field_names == "post"

    def close(self) -> None:
        """Hang up; of calls under way nobody learns any more whether X took them."""
        for call in self._calls:
            if not call.done():
                call.set_exception(Trouble(Kind.UNSURE, "the bot is being stopped"))
        for made in self._clients:
            made.session.close()

    async def me(self) -> Me:
        """Who the bot is."""

        def read(answer: Any, headers: Mapping[str, str]) -> Me:
            level = headers.get("x-access-level")
            return Me(answer["data"]["id"], answer["data"]["username"], "write" in level if level else None)

        prices = self._budget.prices
        async with self._budget.reserved(prices["user"]):
            me = await self._call(read, "me", "GET", "/2/users/me", params={"user.fields": "username"})
            await self._budget.spend("user")
        return me

    async def mentions(
        self, me: str, since: str | None, until: str | None = None, most: int = _MOST, unanswered: int = 0
    ) -> Page:
        """The newest posts that mention the bot, newest first: those after `since` and before `until`.

        No more than can be paid for and answered, beside those that are `unanswered` yet. `next_token` tells that there
        are older ones.
        """
        prices = self._budget.prices
        price = prices["mention"] + self._with_authors * prices["user"]
        answer = self._price_of_answer(with_picture=True)
        most = await self._budget.room(price + answer, _LEAST, most, unanswered * answer)
        which = {"since_id": since, "until_id": until}
        return await self._timeline("mention", f"/2/users/{me}/mentions", most, price, self._fields() | which)

    async def own_posts(self, me: str, since: str, token: str | None = None) -> Page:
        """A page of the bot's own posts, newest first: those after `since`."""
        price = self._budget.prices["own_post"]
        most = await self._budget.room(price, _LEAST, _MOST)
        which = {"since_id": since, "pagination_token": token}
        return await self._timeline("own_post", f"/2/users/{me}/tweets", most, price, self._references() | which)

    async def post(self, post_id: str) -> Post | None:
        """One post, None where it is deleted or hidden."""
        prices = self._budget.prices
        async with self._budget.reserved(prices["post"] + self._with_authors * prices["user"]):
            try:
                page = await self._call(_page, "post", "GET", f"/2/tweets/{post_id}", params=self._fields())
            except Trouble as trouble:
                if trouble.kind is Kind.GONE:
                    return None
                raise
            await self._budget.spend("post", len(page.posts))
            await self._budget.spend("user", page.users)
        return page.posts[0] if page.posts else None

    @contextlib.asynccontextmanager
    async def affordable(self, with_picture: bool) -> AsyncIterator[None]:
        """Raises OverBudget unless an answer, and a picture with its description, can be paid for."""
        async with self._budget.reserved(self._price_of_answer(with_picture)):
            yield

    async def upload(self, picture: bytes) -> str:
        """Hand a picture over, within `affordable`; returns its media id."""
        body = {"media": base64.b64encode(picture).decode(), "media_category": "tweet_image"}
        media = await self._call(_id, "upload", "POST", "/2/media/upload", json=body)
        await self._budget.spend("media_upload")
        return media

    async def describe(self, media: str, text: str) -> None:
        """Say in words what is to be seen, within `affordable`; at most 1000 characters."""
        body = {"id": media, "metadata": {"alt_text": {"text": text}}}
        await self._call(_nothing, "metadata", "POST", "/2/media/metadata", json=body)
        await self._budget.spend("media_metadata")

    async def reply(self, to: str, text: str, media: str | None = None) -> str:
        """Answer a post that mentions the bot, within `affordable`; returns the new post's id."""
        body: dict[str, Any] = {"text": text, "reply": {"in_reply_to_tweet_id": to}}
        if media:
            body |= {"media": {"media_ids": [media]}, "made_with_ai": True}
        try:
            post = await self._call(_id, "create", "POST", "/2/tweets", json=body)
        except Trouble as trouble:
            if trouble.kind is Kind.UNSURE:
                await self._budget.spend("reply")  # it may have been taken
            raise
        await self._budget.spend("reply")
        return post

    async def _timeline(self, kind: str, route: str, most: int, price: float, params: Mapping[str, str | None]) -> Page:
        given = {"max_results": str(most)} | {name: value for name, value in params.items() if value}
        async with self._budget.reserved(most * price):
            page = await self._call(_page, kind, "GET", route, params=given)
            await self._budget.spend(kind, len(page.posts))
            await self._budget.spend("user", page.users)
        return page

    def _price_of_answer(self, with_picture: bool) -> float:
        prices = self._budget.prices
        return prices["reply"] + (prices["media_upload"] + prices["media_metadata"] if with_picture else 0)

    def _references(self) -> dict[str, str]:
        """What tells which posts the bot's own posts answer."""
        if self._settings.field_names == "tweet":
            return {"tweet.fields": "referenced_tweets"}
        return {"post.fields": "id", "expansions": "referenced_posts"}

    def _fields(self) -> dict[str, str]:
        expansions = ["attachments.media_keys", *(["author_id"] if self._with_authors else [])]
        fields = ["attachments", "conversation_id", "display_text_range", "entities", "lang"]
        if self._settings.field_names == "tweet":
            fields += ["author_id", "referenced_tweets", "note_tweet"]
            expansions += ["referenced_tweets.id", "referenced_tweets.id.attachments.media_keys"]
        else:
            fields += ["note_post"]
            expansions += ["referenced_posts"]
        return {
            f"{self._settings.field_names}.fields": ",".join(fields),
            "expansions": ",".join(expansions),
            "media.fields": _MEDIA_FIELDS,
        }

    async def _call(
        self, read: Callable[[Any, Mapping[str, str]], Read], limit: str, method: str, route: str, **options: Any
    ) -> Read:
        """What `read` makes of the answer's JSON and its headers."""
        window = self._windows.setdefault(limit, _Window())
        if (wait_s := window.wait_s(self._clock())) > 0:
            raise Trouble(Kind.LATER, "X takes no more of these calls for a while", wait_s)
        window.under_way += 1
        try:
            response = await self._answered(functools.partial(_request, method, route, options))
        except Trouble:
            raise
        except Exception as error:
            trouble = trouble_of(error)
            too_many = isinstance(error, tweepy.TooManyRequests)
            if too_many:
                window.remaining, window.ends_at = 0, self._clock() + trouble.after_s
            self._failed("429" if too_many else trouble.kind)
            raise trouble from error
        finally:
            window.under_way -= 1
        window.note(response.headers, self._clock())
        try:
            return read(response.json(), response.headers)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            self._failed(Kind.UNSURE)
            raise Trouble(Kind.UNSURE, "X's answer cannot be understood") from error

    async def _answered(self, call: Callable[[tweepy.Client], requests.Response]) -> requests.Response:
        """Call in a thread of its own, which holds up nobody who ends the process: requests cannot be interrupted."""
        loop = asyncio.get_running_loop()
        async with self._gate:
            made = self._clients.pop() if self._clients else client(self._settings)
            answered: asyncio.Future[requests.Response] = loop.create_future()
            self._calls.add(answered)

            def work() -> None:
                try:
                    result, error = call(made), None
                except Exception as broken:
                    result, error = None, broken
                with contextlib.suppress(RuntimeError):  # the loop is gone
                    loop.call_soon_threadsafe(_settle, answered, result, error)

            threading.Thread(target=work, name="x", daemon=True).start()
            try:
                return await answered
            finally:
                self._calls.discard(answered)
                if answered.done() and not answered.cancelled():
                    self._clients.append(made)
                else:
                    made.session.close()


def _settle(answered: asyncio.Future[Read], result: Read | None, error: Exception | None) -> None:
    if answered.done():
        return
    if error is not None:
        answered.set_exception(error)
    elif result is not None:
        answered.set_result(result)


def _request(method: str, route: str, options: Mapping[str, Any], made: tweepy.Client) -> requests.Response:
    response: requests.Response = made.request(method, route, user_auth=True, **options)
    return response


def _page(answer: Any, _: Mapping[str, str]) -> Page:
    return read_page(answer)


def _id(answer: Any, _: Mapping[str, str]) -> str:
    return str(answer["data"]["id"])


def _nothing(answer: Any, _: Mapping[str, str]) -> None:
    if not isinstance(answer, dict):
        raise TypeError("no object")
