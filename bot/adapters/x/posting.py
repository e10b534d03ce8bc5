"""Answers to mentions: at most one to each, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from PIL import Image

from bot.adapters.x.api import Api
from bot.adapters.x.failures import Kind, Trouble
from bot.adapters.x.posts import posted_at
from bot.adapters.x.rehearsal import Rehearsal
from bot.adapters.x.speech import worded_otherwise
from bot.shrinking import jpeg_within

log = structlog.get_logger(__name__)

#: What X takes (bytes).
MAX_PICTURE = 5_000_000
#: Seconds until a post that X has taken is surely among the bot's own; before that it is not looked for.
SETTLE_S = 20.0
#: Answers without a picture in whose words X would see a duplicate.
_REMEMBERED = 100
_MOST_PAGES = 40


@dataclasses.dataclass(frozen=True)
class Answer:
    """What is said to a mention."""

    to: str  #: its id
    author: str  #: the id of who wrote it
    text: str
    picture: Path | None = None
    alt: str = ""
    #: Asked right before it is posted: the person may have opted out, or had everything erased.
    is_wanted: Callable[[], Awaitable[bool]] | None = None


class Posting:
    """Posts as the account `me`; with a `rehearsal` nothing is posted, and written there instead.

    `restored_at` is when the store was put back from a backup, in Unix seconds: of what is older than that it does not
    know whether it was answered.
    """

    def __init__(
        self,
        api: Api,
        me: str,
        rehearsal: Rehearsal | None = None,
        settle_s: float = SETTLE_S,
        restored_at: float = 0.0,
    ) -> None:
        self._api = api
        self._me = me
        self._rehearsal = rehearsal
        self._settle_s = settle_s
        self._restored_at = restored_at
        # An earlier run may have posted just before it was killed.
        self._born = time.monotonic()
        self._unsure: dict[str, float] = {}  # answers that X may have, by mention, and since when
        self._said: collections.deque[str] = collections.deque(maxlen=_REMEMBERED)

    async def post(self, answer: Answer) -> str:
        """Post an answer that no earlier try can have posted; returns its id. Raises Trouble and OverBudget."""
        if posted_at(answer.to) < self._restored_at:
            return await self.post_unless_there(answer)
        return await self._post(answer)

    async def _post(self, answer: Answer) -> str:
        if self._rehearsal:
            data = await asyncio.to_thread(_small_enough, answer.picture) if answer.picture else None
            return await asyncio.to_thread(
                self._rehearsal.write, answer.to, answer.author, answer.text, data, answer.alt
            )
        async with self._api.affordable(with_picture=answer.picture is not None):
            media = await self._hand_over(answer.picture, answer.alt) if answer.picture else None
            return await self._create(answer, media)

    async def post_unless_there(self, answer: Answer) -> str:
        """Look whether the answer is there already, and post it if not. Raises Trouble and OverBudget."""
        if self._rehearsal:
            return await self._post(answer)
        since_s = time.monotonic() - self._unsure.get(answer.to, self._born)
        if since_s < self._settle_s:
            raise Trouble(Kind.LATER, "what was posted may not be seen yet", self._settle_s - since_s)
        found = await self.find(answer.to)
        self._unsure.pop(answer.to, None)
        return found or await self._post(answer)

    async def find(self, to: str) -> str | None:
        """The bot's answer to a post, among its own posts."""
        token = None
        for _ in range(_MOST_PAGES):
            page = await self._api.own_posts(self._me, to, token)
            found = next((post.id for post in page.posts if post.replied_to == to), None)
            if found or page.next_token is None or page.next_token == token:
                return found
            token = page.next_token
        raise Trouble(Kind.REFUSED, "X does not end listing the bot's own posts")

    async def _hand_over(self, picture: Path, alt: str) -> str:
        media = await self._api.upload(await asyncio.to_thread(_small_enough, picture))
        await self._api.describe(media, alt)
        return media

    async def _create(self, answer: Answer, media: str | None) -> str:
        text = answer.text
        if media is None and text in self._said:
            text = worded_otherwise(text, answer.to)
        try:
            return await self._reply(answer, text, media)
        except Trouble as trouble:
            if trouble.kind is not Kind.DUPLICATE:
                raise
        # X compares words alone. Whether it is this answer that X has already, is to be seen.
        log.info("x takes an answer for a duplicate", mention=answer.to)
        found = await self.find(answer.to)
        return found or await self._reply(answer, worded_otherwise(answer.text, answer.to), media)

    async def _reply(self, answer: Answer, text: str, media: str | None) -> str:
        if answer.is_wanted and not await answer.is_wanted():
            raise Trouble(Kind.REFUSED, "it is wanted no more")
        if media is None:
            self._said.append(text)  # before it is: several are under way at a time
        try:
            return await self._api.reply(answer.to, text, media)
        except BaseException as error:
            if text in self._said:
                self._said.remove(text)
            # Also where the bot is stopped meanwhile. X may take a while yet, from now on.
            if not isinstance(error, Trouble) or error.kind is Kind.UNSURE:
                self._unsure[answer.to] = time.monotonic()
            raise


def _small_enough(painting: Path) -> bytes:
    if painting.stat().st_size <= MAX_PICTURE:
        return painting.read_bytes()
    with Image.open(painting) as picture:
        return jpeg_within(picture.convert("RGB"), MAX_PICTURE)
