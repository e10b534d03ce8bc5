"""How many uploads are under way at once: counted before a body is read, so that a refused one costs little."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from bot.errors import Busy
from bot.replies import duration
from bot.texts import phrase

#: Bytes that uploads under way may bring together: half of what is free, at the default mark, when the door is closed.
MOST_BYTES = 500_000_000
#: Seconds in which a dozen pictures are looked at on a small machine.
BACK_IN_S = 15.0


class Places:
    """Places for `at_once` uploads, half of them for one network and `per_requester` for one requester."""

    def __init__(self, at_once: int, per_requester: int) -> None:
        self._at_once = at_once
        self._per_requester = per_requester
        self._taken: Counter[tuple[str, str]] = Counter()

    @contextlib.contextmanager
    def one(self, requester: str, network: str | None, weight: int) -> Iterator[None]:
        """A place, until the context ends, for an upload of at most `weight` bytes; raises Busy (busy).

        `network` is None where it does not count.
        """
        asked = {
            ("all", "uploads"): (1, self._at_once),
            ("all", "bytes"): (weight, MOST_BYTES),
            ("requester", requester): (1, self._per_requester),
        }
        if network is not None:
            asked["network", network] = (1, -(-self._at_once // 2))
        # The only one is let in, however large.
        if any(self._taken[of] and self._taken[of] + more > most for of, (more, most) in asked.items()):
            raise Busy(phrase("busy-uploads", wait=duration(BACK_IN_S)), "busy", BACK_IN_S)
        for of, (more, _) in asked.items():
            self._taken[of] += more
        try:
            yield
        finally:
            for of, (more, _) in asked.items():
                self._taken[of] -= more
            self._taken += Counter()  # forgets those that have none
