"""How often a password may be tried: after some wrong ones there is a wait, and it grows."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

#: Failures without a wait, and the longest wait (seconds); of one network, and in all.
FREE, LONGEST_S = 3, 900.0
FREE_IN_ALL, LONGEST_IN_ALL_S = 20, 30.0
#: Seconds without a failure after which those before are forgotten.
FORGET_S = 3600.0


@dataclasses.dataclass
class _Failures:
    number: int = 0
    last_at: float = 0.0

    def add(self, now: float) -> None:
        self.number = self.number + 1 if now - self.last_at < FORGET_S else 1
        self.last_at = now

    def wait_s(self, free: int, longest_s: float, now: float) -> float:
        """Seconds until the next try: none after the first failures, then one, and each time twice as many."""
        if self.number < free or now - self.last_at >= FORGET_S:
            return 0.0
        # The exponent is bounded, lest the power grow without end.
        wait_s = min(2.0 ** min(self.number - free, 30), longest_s)
        return max(0.0, self.last_at + wait_s - now)


class Attempts:
    """Counts failures by network and in all, in memory: a restart begins anew. `clock` gives seconds.

    The wait in all is short, lest a stranger with many addresses lock everybody out for long.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._of: dict[str, _Failures] = {}
        self._in_all = _Failures()

    def wait_s(self, network: str) -> float:
        """Seconds until this network may try again; 0 where it may now."""
        now = self._clock()
        own = self._of.get(network, _Failures()).wait_s(FREE, LONGEST_S, now)
        return max(own, self._in_all.wait_s(FREE_IN_ALL, LONGEST_IN_ALL_S, now))

    def failed(self, network: str) -> None:
        """Count a failure."""
        now = self._clock()
        # There are few: the wait in all bounds how many are counted within an hour.
        self._of = {one: failures for one, failures in self._of.items() if now - failures.last_at < FORGET_S}
        self._of.setdefault(network, _Failures()).add(now)
        self._in_all.add(now)

    def succeeded(self, network: str) -> None:
        """Forget this network's failures."""
        self._of.pop(network, None)
