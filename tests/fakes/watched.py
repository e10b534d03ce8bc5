"""What the fakes have in common: a test can wait for what happens to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Longer than anything takes on a machine whose processors others use, too.
PATIENCE_S = 60


class Watched:
    """Tells of each change, and waits for one, `PATIENCE_S` at most."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def _until(self, predicate: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(predicate)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
