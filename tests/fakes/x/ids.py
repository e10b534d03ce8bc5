"""Identifiers that tell the time at which they were made."""

from __future__ import annotations

from collections.abc import Callable

#: Milliseconds between 1970 and the first of all snowflakes.
EPOCH_MS = 1_288_834_974_657


class Snowflakes:
    """Strictly increasing numbers, milliseconds first: many in one millisecond differ in their low bits."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        self._last = max(self._last + 1, at(self._clock()))
        return self._last


def at(time: float) -> int:
    """The lowest identifier of a moment; clocks of simulations may start before there were any."""
    return max(0, int(time * 1000) - EPOCH_MS) << 22
