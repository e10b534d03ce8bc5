"""Whether the event loop gets on, and what holds it up."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

#: Seconds that the loop may stand.
BLOCKED_S = 2.0
_BEAT_S = 0.25
#: Frames of the stack that are logged, the innermost.
_FRAMES = 12


class LoopWatch:
    """Looks from a thread of its own, since whatever blocks the loop blocks every task. `clock` gives seconds."""

    name = "loop"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beat_at = 0.0
        self._thread = 0
        self._blocked_since: float | None = None
        self._matter: str | None = None

    async def beat(self) -> None:
        """Show that the loop gets on, until cancelled."""
        self._thread, self._beat_at = threading.get_ident(), self._clock()
        ended = threading.Event()
        threading.Thread(target=self._watch, args=(ended,), name="event loop watch", daemon=True).start()
        try:
            while True:
                self._beat_at = self._clock()
                await asyncio.sleep(_BEAT_S)
        finally:
            ended.set()

    async def look(self) -> str | None:
        """What held up the loop since the last look."""
        matter, self._matter = self._matter, None
        return matter

    async def act(self) -> None:
        """Nothing: the stack is in the log, and by now the loop goes on."""

    def check(self) -> None:
        """Log where the loop stands, once each time; called from the thread."""
        stood_s = self._clock() - self._beat_at
        if stood_s < BLOCKED_S:
            self._blocked_since = None
            return
        frame = sys._current_frames().get(self._thread)
        if self._blocked_since == self._beat_at or frame is None:
            return
        self._blocked_since = self._beat_at
        stack = traceback.extract_stack(frame)[-_FRAMES:]
        at = stack[-1]
        log.error("event loop blocked", for_s=round(stood_s, 1), stack="".join(traceback.format_list(stack)))
        self._matter = f"the event loop stood for {stood_s:.0f} s or more in {at.filename}:{at.lineno} {at.name}"

    def _watch(self, ended: threading.Event) -> None:
        before = self._clock()
        while not ended.wait(_BEAT_S):
            now = self._clock()
            # Where the thread, too, comes late, the whole process stood still.
            if now - before < BLOCKED_S / 2:
                self.check()
            before = now
