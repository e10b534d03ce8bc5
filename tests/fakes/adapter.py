"""A platform that remembers what it was told and answers as a test has written."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.jobs import Job
from bot.ports import Reply, Sent
from renderer.protocol import Progress
from tests.fakes.watched import Watched


class FakeAdapter(Watched):
    """Implements `bot.ports.Adapter`; `script` holds what the next replies raise, after which all are sent."""

    shows_progress = True

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.state = "up"
        self.script: deque[Exception] = deque()
        self.found: Sent | Exception | None = None  #: what `find_reply` comes to
        self.asked = 0  #: calls of `find_reply`
        self.replies: list[tuple[Job, Reply]] = []
        self.shown: list[tuple[Job, Progress]] = []
        self.may_answer = asyncio.Event()  #: cleared, the platform keeps everybody waiting
        self.may_answer.set()
        super().__init__()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def progress(self, job: Job, progress: Progress) -> None:
        self.shown.append((job, progress))
        await self._tell()
        await self.may_answer.wait()

    async def reply(self, job: Job, reply: Reply) -> Sent:
        self.replies.append((job, reply))
        await self._tell()
        await self.may_answer.wait()
        if self.script:
            raise self.script.popleft()
        return Sent(f"message {len(self.replies)}")

    async def find_reply(self, job: Job) -> Sent | None:
        self.asked += 1
        await self._tell()
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    async def until_replies(self, number: int) -> None:
        """Returns when so many replies were begun."""
        await self._until(lambda: len(self.replies) >= number)

    async def until_asked(self, number: int) -> None:
        """Returns when `find_reply` was called so often."""
        await self._until(lambda: self.asked >= number)

    async def until_shown(self, number: int) -> None:
        """Returns when progress was shown so often."""
        await self._until(lambda: len(self.shown) >= number)
