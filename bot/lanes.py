"""Work in lanes: in order for each person, a bounded number of people at once."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Awaitable, Callable, Hashable

import structlog

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[None]]


class Lanes:
    """Runs pieces of work: those of one key in their order, `at_once` of them together.

    `room` is for how many may wait, and `room_of_one` for how many of the same key; who puts work in asks for both.
    """

    def __init__(self, name: str, at_once: int, room: int, room_of_one: int = 30) -> None:
        self._name = name
        self._gate = asyncio.Semaphore(at_once)
        self._most = room
        self._most_of_one = room_of_one
        self._waiting = 0
        self._moved = asyncio.Event()
        self._lanes: dict[Hashable, collections.deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def room(self) -> None:
        """Wait until fewer than `room` pieces are waiting."""
        while self._waiting >= self._most:
            self._moved.clear()
            await self._moved.wait()

    def is_full(self, key: Hashable) -> bool:
        """Whether so many pieces of this key wait that another one is too much."""
        return len(self._lanes.get(key, ())) >= self._most_of_one

    def put(self, key: Hashable, work: Work) -> None:
        """Queue a piece of work behind the others of its key."""
        self._waiting += 1
        if key in self._lanes:
            self._lanes[key].append(work)
            return
        self._lanes[key] = collections.deque([work])
        task = asyncio.create_task(self._serve(key), name=f"{self._name} {key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, grace_s: float) -> int:
        """Give what waits so much time, then stop; returns how many pieces were not finished."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        unfinished = self._waiting
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return unfinished

    async def _serve(self, key: Hashable) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                async with self._gate:
                    await _done(lane[0])
                lane.popleft()
                self._waiting -= 1
                self._moved.set()
        finally:
            del self._lanes[key]


async def _done(work: Work) -> None:
    try:
        await work()
    except Exception:
        # What comes after it in the lane is somebody's, too.
        log.exception("work failed")
