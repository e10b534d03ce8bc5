"""How often each operation may be called, and what was."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

WINDOW_S = 15 * 60
#: Calls of one user in a window.
LIMITS = {"me": 75, "mentions": 300, "own_posts": 900, "posts": 900, "upload": 500, "metadata": 500, "create": 100}


class Call(NamedTuple):
    """One call as the server saw it; `status` is 0 where it got no answer."""

    at: float  #: of its arrival, by the world's clock
    method: str
    name: str  #: short: mentions, create, …, or media for a file
    route: str  #: the path with its parameters unfilled
    params: dict[str, str]
    json: dict[str, Any] | None  #: the body; of a picture only how large it was
    status: int


class Windows:
    """Counts calls in windows that begin with the first one in them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.limits = dict(LIMITS)
        self.refused: Counter[str] = Counter()  #: calls beyond a limit, by operation
        self._begun: dict[str, float] = {}
        self._used: Counter[str] = Counter()

    def take(self, name: str) -> bool:
        """Count one call; whether it is still within the limit."""
        now = self._clock()
        if now >= self._begun.get(name, -math.inf) + WINDOW_S:
            self._begun[name], self._used[name] = now, 0
        self._used[name] += 1
        if self._used[name] > self.limits[name]:
            self.refused[name] += 1
            return False
        return True

    def end_in(self, name: str, seconds: float) -> None:
        """Let the window in which this is called end so soon, or have ended."""
        self._begun[name] = self._clock() + seconds - WINDOW_S

    def headers(self, name: str) -> dict[str, str]:
        """What every answer says of the limit."""
        return {
            "x-rate-limit-limit": str(self.limits[name]),
            "x-rate-limit-remaining": str(max(0, self.limits[name] - self._used[name])),
            "x-rate-limit-reset": str(math.ceil(self._begun.get(name, self._clock()) + WINDOW_S)),
        }
