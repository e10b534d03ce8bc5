"""Who is logged in: in memory alone, so that a restart logs everybody out."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import time
from collections.abc import Callable

#: Seconds after which a session ends without an act, and in any case.
IDLE_S = 30 * 60.0
WHOLE_S = 12 * 3600.0
#: Sessions at once; the oldest makes room.
MOST = 20


@dataclasses.dataclass
class Session:
    """A browser that is logged in."""

    csrf: str  #: what it sends with each act, to show that its own page asks
    began_at: float
    acted_at: float


class Sessions:
    """Sessions by the hash of their tokens, which only the browsers have. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all: dict[str, Session] = {}

    def begin(self) -> tuple[str, Session]:
        """A new session and its token, of 256 random bits."""
        now = self._clock()
        token = secrets.token_urlsafe(32)
        while len(self._all) >= MOST:
            self._all.pop(next(iter(self._all)))
        self._all[_hash(token)] = session = Session(secrets.token_urlsafe(32), now, now)
        return token, session

    def find(self, token: str, acts: bool = False) -> Session | None:
        """The session of a token, where it is in force; with `acts`, it has not been idle."""
        now = self._clock()
        session = self._all.get(_hash(token))
        if session is None:
            return None
        if now - session.began_at >= WHOLE_S or now - session.acted_at >= IDLE_S:
            self.end(token)
            return None
        if acts:
            session.acted_at = now
        return session

    def end(self, token: str) -> None:
        """Log out."""
        self._all.pop(_hash(token), None)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
