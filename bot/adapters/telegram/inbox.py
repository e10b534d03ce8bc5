"""Updates written down before Telegram may forget them, until they are dealt with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import telegram

from bot.adapters.stored import Letter, Letters
from bot.adapters.telegram.speech import PLATFORM

#: What Telegram is asked for.
KINDS = ("message", "callback_query")


class Inbox:
    """What has come in. Telegram delivers some updates twice; each is dealt with once."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._new: set[str] = set()
        self._old: set[str] = set()  # of those that an earlier run has left, what is not taken in hand yet

    async def keep(self, updates: Sequence[dict[str, Any]]) -> None:
        """Write down those that were not yet, in one commit; afterwards Telegram need not keep them."""
        letters = [letter for letter in map(_letter, updates) if letter and letter[0] not in self._new]
        self._new |= await self._letters.put(PLATFORM, letters)

    async def left(self) -> list[dict[str, Any]]:
        """What an earlier run has not dealt with, the oldest first."""
        updates = await self._letters.left(PLATFORM)
        self._old = {str(update["update_id"]) for update in updates}
        self._new |= self._old
        return updates

    async def suspects(self) -> list[dict[str, Any]]:
        """What has probably killed the bot each time, and is dealt with no more."""
        return await self._letters.suspects(PLATFORM)

    async def begin(self, *update_ids: int) -> None:
        """Note that updates are taken in hand, where an earlier run was killed before it had dealt with them."""
        if old := self._old & {str(id) for id in update_ids}:
            await self._letters.take(PLATFORM, sorted(old))
            self._old -= old

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
