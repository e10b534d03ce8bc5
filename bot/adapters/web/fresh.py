"""Answers that are asked for once a second at most, however many want them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

#: Seconds for which an answer serves all that ask.
FRESH_S = 1.0

_Known = TypeVar("_Known")


class Fresh(Generic[_Known]):
    """What `ask` answers, as it was `FRESH_S` ago at most."""

    def __init__(self, ask: Callable[[], Awaitable[_Known]]) -> None:
        self._ask = ask
        self._asking = asyncio.Lock()
        self._known: tuple[float, _Known] | None = None  # when it was asked for, and the answer

    async def get(self) -> _Known:
        """The answer; whoever comes while it is asked for waits for the same."""
        async with self._asking:
            if self._known is None or time.monotonic() - self._known[0] >= FRESH_S:
                now = time.monotonic()
                self._known = now, await self._ask()
            return self._known[1]

    def forget(self) -> None:
        """Something has changed: whoever asks next is told anew."""
        self._known = None
