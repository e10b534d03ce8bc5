"""Answers to mentions: at most one to each, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import collections
import json
import time
from pathlib import Path

import structlog
from PIL import Image

from bot.adapters.x.api import Api
from bot.adapters.x.failures import Kind, Trouble
from bot.shrinking import jpeg_within

log = structlog.get_logger(__name__)

#: What X takes (bytes).
MAX_PICTURE = 5_000_000
#: Seconds until a post that X has taken is surely among the bot's own; before that it is not looked for.
SETTLE_S = 20.0
#: Answers without a picture in whose words X would see a duplicate.
_REMEMBERED = 100


class Posting:
    """Posts as the account `me`. With a `dry_run` folder nothing is posted, and written there instead."""

    def __init__(self, api: Api, me: str, dry_run: Path | None = None, settle_s: float = SETTLE_S) -> None:
        self._api = api
        self._me = me
        self._dry_run = dry_run
        self._settle_s = settle_s
        # An earlier run may have posted just before it was killed.
        self._born = time.monotonic()
        self._tried: dict[str, float] = {}
        self._said: collections.deque[str] = collections.deque(maxlen=_REMEMBERED)

    async def answer(self, to: str, text: str, picture: Path | None = None, alt: str = "") -> str:
        """Post an answer that was certainly not posted before; returns the post's id. Raises Trouble, OverBudget."""
        if self._dry_run:
            return await asyncio.to_thread(_write, self._dry_run, to, text, picture, alt)
        media = await self._hand_over(picture, alt) if picture else None
        self._tried[to] = time.monotonic()
        try:
            post = await self._create(to, text, media)
        except Trouble as trouble:
            if trouble.kind is not Kind.UNSURE:
                del self._tried[to]
            raise
        del self._tried[to]
        return post

    async def answer_again(self, to: str, text: str, picture: Path | None = None, alt: str = "") -> str:
        """Look whether the answer is there, and post it if not. Raises Trouble, OverBudget."""
        since_s = time.monotonic() - self._tried.get(to, self._born)
        if since_s < self._settle_s and not self._dry_run:
            raise Trouble(Kind.LATER, "what was posted may not be seen yet", self._settle_s - since_s)
        return await self.find(to) or await self.answer(to, text, picture, alt)

    async def find(self, to: str) -> str | None:
        """The bot's answer to a post, among its own posts."""
        token = None
        while not self._dry_run:
            page = await self._api.own_posts(self._me, to, token)
            found = next((post.id for post in page.posts if post.replied_to == to), None)
            token = page.next_token
            if found or not token:
                self._tried.pop(to, None)
                return found
        return None

    async def _hand_over(self, picture: Path, alt: str) -> str:
        media = await self._api.upload(await asyncio.to_thread(_small_enough, picture))
        await self._api.describe(media, alt)
        return media

    async def _create(self, to: str, text: str, media: str | None) -> str:
        if media is None and text in self._said:
            text = _worded_otherwise(text, to)
        self._said.append(text)
        try:
            return await self._api.reply(to, text, media)
        except Trouble as trouble:
            if trouble.kind is not Kind.DUPLICATE:
                raise
        # X compares words alone. Whether it is this answer that X has already, is to be seen.
        log.info("x takes an answer for a duplicate", mention=to)
        return await self.find(to) or await self._api.reply(to, _worded_otherwise(text, to), media)


def _worded_otherwise(text: str, to: str) -> str:
    """The same, so that no other answer is the same."""
    return f"{text} · {to[-6:]}"


def _small_enough(painting: Path) -> bytes:
    if painting.stat().st_size <= MAX_PICTURE:
        return painting.read_bytes()
    with Image.open(painting) as picture:
        return jpeg_within(picture.convert("RGB"), MAX_PICTURE)


def _write(folder: Path, to: str, text: str, picture: Path | None, alt: str) -> str:
    """What would be posted, as files that are called after the mention."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if picture:
        data = _small_enough(picture)
        suffix = ".jpg" if data.startswith(b"\xff\xd8") else ".png"
        (folder / f"{to}{suffix}").write_bytes(data)
    post = {"in_reply_to": to, "text": text} | ({"alt_text": alt} if picture else {})
    (folder / f"{to}.json").write_text(json.dumps(post, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return f"dry-run-{to}"
