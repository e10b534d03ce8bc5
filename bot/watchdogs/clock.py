"""Whether the clock is set while the service runs, or the machine slept."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.store import Store

#: Seconds; less is a clock that is kept right.
JUMP_S = 5.0


class ClockWatch:
    """Compares the time of day with a clock that nobody sets.

    What is due at a time of day would wait for as long as the clock was set back: its times are moved along. Where it
    was set forward, or the machine slept, all is due the sooner, which does no harm. `woken` lets the loops look anew.
    """

    name = "clock"

    def __init__(
        self,
        store: Store,
        woken: Callable[[], None],
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._woken = woken
        self._wall = wall
        self._steady = steady
        self._ahead_s = wall() - steady()
        self._jump_s = 0.0

    async def look(self) -> str | None:
        """By how much the clock has jumped since the last look."""
        ahead_s = self._wall() - self._steady()
        self._jump_s, self._ahead_s = ahead_s - self._ahead_s, ahead_s
        if abs(self._jump_s) < JUMP_S:
            return None
        if self._jump_s < 0:
            return f"the clock was set back by {-self._jump_s:.0f} s; what is due has been moved along"
        return f"the clock went forward by {self._jump_s:.0f} s, or the machine slept"

    async def act(self) -> None:
        """Move along what is due, and let everybody look."""
        if self._jump_s < 0:
            await self._store.due.move(self._jump_s, self._wall())
        self._woken()
