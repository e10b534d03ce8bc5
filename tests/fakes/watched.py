"""What the fakes have in common: a test can wait for what happens to them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

#: Longer than anything takes on a machine whose processors others use, too.
PATIENCE_S = 60
#: How often a condition is looked at that no change may have told of.
_LOOK_S = 0.02


class Watched:
    """Tells of each change, and waits for one, `PATIENCE_S` at most."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def _until(self, predicate: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(predicate)

    async def until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Returns once the condition holds, looked at after every change, and now and then for what tells of none."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                while not condition():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_S):
                            await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"waited {timeout_s} s in vain; {self.latest()}") from None

    def latest(self) -> str:
        """What happened last, for who waited in vain."""
        return ""

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
