"""Updates written down before Telegram may forget them, until they are dealt with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import telegram

from bot.adapters.stored import Letter, Letters
from bot.adapters.telegram.speech import PLATFORM
from bot.patience import patiently

#: What Telegram is asked for.
KINDS = ("message", "callback_query")


class Inbox:
    """What has come in. Telegram delivers some updates twice; each is dealt with once."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._new: set[str] = set()
        self._old: set[str] = set()  # of those that an earlier run has left, what is not taken in hand yet
        self._in_hand: frozenset[str] = frozenset()  # of those, what may have killed it
        self._alone = asyncio.Lock()

    async def keep(self, updates: Sequence[dict[str, Any]]) -> None:
        """Write down those that were not yet, in one commit; afterwards Telegram need not keep them."""
        letters = [letter for letter in map(_letter, updates) if letter and letter[0] not in self._new]
        self._new |= await self._letters.put(PLATFORM, letters)

    async def left(self) -> list[dict[str, Any]]:
        """What an earlier run has not dealt with, the oldest first."""
        updates = await self._letters.left(PLATFORM)
        self._in_hand = await self._letters.in_hand(PLATFORM)
        self._old = {str(update["update_id"]) for update in updates}
        self._new |= self._old
        return updates

    async def suspects(self) -> list[dict[str, Any]]:
        """What has probably killed the bot each time, and is dealt with no more."""
        return await self._letters.suspects(PLATFORM)

    @contextlib.asynccontextmanager
    async def in_hand(self, *update_ids: int) -> AsyncIterator[None]:
        """While this lasts updates are dealt with; what may have killed an earlier run alone, one after another."""
        keys = {str(id) for id in update_ids}
        async with self._alone if keys & self._in_hand else contextlib.nullcontext():
            if old := sorted(self._old & keys):
                await patiently(lambda: self._letters.take(PLATFORM, old))
                self._old -= keys
            yield

    def take(self, update_id: int) -> bool:
        """Whether this update is to be dealt with now: True once for each."""
        key = str(update_id)
        is_new = key in self._new
        self._new.discard(key)
        return is_new

    async def done(self, *update_ids: int) -> None:
        """Forget updates that are dealt with."""
        await self._letters.done(PLATFORM, [str(id) for id in update_ids])


class KeepingQueue(asyncio.Queue[object]):
    """Takes nothing in that is not kept: a webhook's request is answered once its update is in the queue."""

    def __init__(self, inbox: Inbox, most: int) -> None:
        super().__init__(most)
        self._inbox = inbox

    async def put(self, item: object) -> None:
        """As its parent's."""
        if isinstance(item, telegram.Update):
            await self._inbox.keep([item.to_dict()])
        await super().put(item)


def _letter(update: dict[str, Any]) -> Letter | None:
    what = next((update[kind] for kind in KINDS if kind in update), None)
    if what is None:
        return None
    sender = what.get("from")
    return str(update["update_id"]), f"{PLATFORM}:{sender['id']}" if sender else None, update
