"""The round that all watchdogs make together, and what they have in common."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

#: Seconds between two rounds.
EVERY_S = 10.0
#: A round that comes so much later than it should: this process itself stood still (SIGSTOP, a suspended machine).
_STOOD_STILL = 3
#: What is to be noted elsewhere may hang itself; the others are looked at all the same.
_PATIENCE_S = 10.0
#: Seconds between two notices of one watchdog; the log and the metric have every time.
_NOTICE_EVERY_S = 3600.0


class Watchdog(Protocol):
    """Looks at one thing."""

    name: str  #: as the metric's label and the notice's kind have it

    async def look(self) -> str | None:
        """What is the matter now, in words for operators; None where all is well."""

    async def act(self) -> None:
        """Do something about it; called at every look while it lasts."""


class Watchdogs:
    """Goes round, until cancelled. `bark` counts, by name; `tell` takes notices to admins; `clock` gives seconds."""

    def __init__(
        self,
        watchdogs: Sequence[Watchdog],
        bark: Callable[[str], None],
        tell: Callable[[str, str], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._watchdogs = watchdogs
        self._bark = bark
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._barking: set[str] = set()
        self._told_at: dict[str, float] = {}

    async def run(self) -> None:
        """Look at everything again and again."""
        while True:
            before = self._clock()
            await self._sleep(EVERY_S)
            late_s = self._clock() - before - EVERY_S
            if late_s > _STOOD_STILL * EVERY_S:
                # Whatever seems to hang has stood still with us.
                log.warning("this process stood still", for_s=round(late_s))
                continue
            await self.round()

    async def round(self) -> None:
        """Look at everything once."""
        for watchdog in self._watchdogs:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    matter = await watchdog.look()
            except TimeoutError:
                log.error("watchdog cannot look", watchdog=watchdog.name)
                continue
            if matter is None:
                self._rest(watchdog.name)
                continue
            await self._begin(watchdog.name, matter)
            await watchdog.act()

    async def _begin(self, name: str, matter: str) -> None:
        if name in self._barking:
            return
        self._barking.add(name)
        log.error("watchdog", watchdog=name, matter=matter)
        self._bark(name)
        now = self._clock()
        if name in self._told_at and now - self._told_at[name] < _NOTICE_EVERY_S:
            return
        self._told_at[name] = now
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._tell(name, matter)
        except TimeoutError:
            log.error("notice not kept", watchdog=name)

    def _rest(self, name: str) -> None:
        if name in self._barking:
            self._barking.discard(name)
            log.info("watchdog at rest", watchdog=name)
