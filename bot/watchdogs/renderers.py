"""Whether renderers are lost again and again; each loss itself is their supervisor's to mend."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from bot.ports import RenderPool

#: So many losses within so many seconds are told.
LOSSES, WITHIN_S = 3, 900.0


class RenderersWatch:
    """Tells of renderers that die, hang or do not start. `clock` gives seconds."""

    name = "renderers"

    def __init__(self, pool: RenderPool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    async def look(self) -> str | None:
        """How many were lost of late, and why the last."""
        workers = (await self._pool.status()).workers
        now, restarts = self._clock(), sum(worker.restarts for worker in workers)
        self._seen.append((now, restarts))
        while self._seen[0][0] < now - WITHIN_S:
            self._seen.popleft()
        lost = restarts - self._seen[0][1]
        if lost < LOSSES:
            return None
        reasons = [f"{worker.name}: {worker.reason}" for worker in workers if worker.reason]
        return f"renderers were lost {lost} times within a quarter of an hour ({'; '.join(reasons) or 'see the log'})"

    async def act(self) -> None:
        """Nothing: their supervisor starts them anew, less and less often."""
