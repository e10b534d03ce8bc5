"""Tells admins what they should know: kept in the store, and passed on to whoever can reach them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import Unwritable
from bot.store import Store
from bot.store.notices import Notice as Notice  # what is asked for here

log = structlog.get_logger(__name__)

#: Passes a line of text on to admins.
Listener = Callable[[str], Awaitable[None]]


class Notices:
    """What has happened. `listeners` are told, and not waited for."""

    def __init__(self, store: Store) -> None:
        self._rows = store.notices
        self.listeners: list[Listener] = []
        self._telling: set[asyncio.Task[None]] = set()

    async def add(self, kind: str, text: str) -> None:
        """Keep a notice, in English, and pass it on.

        Its kind is ``moderation``, ``spend``, ``x``, ``disk`` or the name of a watchdog.
        """
        log.warning("notice", kind=kind)  # its text may name people; `atelier admin notices` has it
        try:
            await self._rows.add(kind, text)
        except Unwritable as why:
            log.warning("notice not kept", why=str(why))
        for listener in self.listeners:
            telling = asyncio.create_task(_tell(listener, f"{kind}: {text}"), name="notice to admins")
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def latest(self, limit: int) -> list[Notice]:
        """The last ones, the newest first."""
        return await self._rows.latest(limit)


async def _tell(listener: Listener, text: str) -> None:
    try:
        await listener(text)
    except Exception:
        # A platform's trouble is no trouble of what the notice is about.
        log.exception("notice not passed on")
