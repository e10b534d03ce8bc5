"""What there is to tell of the jobs that somebody follows: found out and encoded once, however many listen."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import hashlib
import itertools
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator

from bot.adapters.web.api.views import shown
from bot.desk import Desk, JobView
from bot.jobs import ENDED, Job

#: Positions and estimates move without anybody saying so.
POLL_S = 1.0
#: A fast renderer reports more often than an eye can follow.
PAUSE_S = 0.1

#: Erasures that are remembered; whatever was painted at the time of an older one has stopped.
_ERASURES = 1000


class News:
    """Something to tell, as an event's data, with a digest by which it is known again."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.digest = hashlib.sha256(data).hexdigest()[:12]


class State:
    """How a job stands."""

    def __init__(self, view: JobView) -> None:
        self.job = view.job
        self._view = view
        self._told: dict[str, News] = {}

    @property
    def has_ended(self) -> bool:
        """Whether there will be nothing more to tell."""
        return self.job.status in ENDED

    def status(self, language: str) -> News:
        """The job's view as JSON, in a language."""
        if language not in self._told:
            self._told[language] = News(shown(self._view, language).model_dump_json().encode())
        return self._told[language]


class Preview:
    """A picture of a painting so far, a JPEG."""

    def __init__(self, requester: str, jpeg: bytes) -> None:
        self.requester = requester
        self.jpeg = jpeg

    @functools.cached_property
    def told(self) -> News:
        """The picture in base64."""
        return News(base64.b64encode(self.jpeg))


class Followed:
    """A job that somebody follows."""

    def __init__(self) -> None:
        self.state: State | None = None  #: as it was last seen
        self.gone = False  #: whether there is no such job any more
        self.failure: Exception | None = None  #: why it could not be looked at
        self.doorbells: set[asyncio.Event] = set()  #: rung whenever one of these has changed
        self._ticket = -1

    def see(self, ticket: int, view: JobView | None) -> None:
        """Keep what a look has found, unless a later one came before it."""
        if ticket > self._ticket:
            self._ticket = ticket
            self.state = State(view) if view else self.state
            self.gone = view is None
            self.failure = None
            self.ring()

    def fail(self, failure: Exception) -> None:
        """Note that a look has failed."""
        self.failure = failure
        self.ring()

    def ring(self) -> None:
        """Wake all who follow."""
        for doorbell in self.doorbells:
            doorbell.set()


class Hub:
    """The jobs that are followed, and the latest preview of each that is painted."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._followed: dict[str, Followed] = {}
        self._previews: dict[str, Preview] = {}
        self._moved: set[str] = set()
        self._bell = asyncio.Event()
        self._tickets = itertools.count()
        self._erased: OrderedDict[str, float] = OrderedDict()
        self.closed = False

    def preview(self, job_id: str) -> Preview | None:
        """The latest preview, if there is one."""
        return self._previews.get(job_id)

    def painted(self, job: Job, preview: bytes | None) -> None:
        """A job is painted so far: keep its preview, if there is a new one, and let its followers know."""
        # What has been erased may be painted for a moment longer.
        if preview is not None and job.created_at > self._erased.get(job.requester, 0):
            self._previews[job.id] = Preview(job.requester, preview)
        self.moved(job.id)

    def ended(self, job_id: str) -> None:
        """A job has ended: let its preview go and its followers know."""
        self._previews.pop(job_id, None)
        self.moved(job_id)

    def moved(self, job_id: str) -> None:
        """A job stands otherwise than before."""
        if job_id in self._followed:
            self._moved.add(job_id)
            self._bell.set()

    def forget(self, requester: str) -> None:
        """A requester's jobs are erased: let their previews go and their followers know."""
        self._erased[requester] = time.time()
        self._erased.move_to_end(requester)
        if len(self._erased) > _ERASURES:
            self._erased.popitem(last=False)
        for job_id in [job_id for job_id, preview in self._previews.items() if preview.requester == requester]:
            del self._previews[job_id]
        for job_id, followed in self._followed.items():
            if followed.state is not None and followed.state.job.requester == requester:
                self.moved(job_id)

    def close(self) -> None:
        """End every stream; the server is stopping."""
        self.closed = True
        for followed in self._followed.values():
            followed.ring()

    @contextlib.contextmanager
    def follow(self, job_id: str) -> Iterator[tuple[Followed, asyncio.Event]]:
        """A job that is looked at from now on, and a doorbell that rings when there may be news of it."""
        followed, doorbell = self._followed.setdefault(job_id, Followed()), asyncio.Event()
        followed.doorbells.add(doorbell)
        try:
            yield followed, doorbell
        finally:
            followed.doorbells.discard(doorbell)
            if not followed.doorbells:
                self._followed.pop(job_id, None)

    async def look(self, job_id: str, requester: str) -> None:
        """See a job now, for somebody who begins to follow it; raises UnknownJob where it is not theirs."""
        ticket = next(self._tickets)
        view = await self._desk.look(job_id, requester)
        self._followed[job_id].see(ticket, view)

    async def run(self) -> None:
        """Look at the jobs that are followed, those that have moved at once and all now and then, until cancelled."""
        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(looked_at + POLL_S):
                    await self._bell.wait()
            self._bell.clear()
            moved, self._moved = self._moved, set()
            if loop.time() >= looked_at + POLL_S:
                moved, looked_at = set(self._followed), loop.time()
            if moved:
                await self._look_at(moved)
            await asyncio.sleep(PAUSE_S)

    async def _look_at(self, job_ids: Collection[str]) -> None:
        ticket = next(self._tickets)
        try:
            views = await self._desk.look_at(job_ids)
        except Exception as failure:
            # The streams tell of it; the next look may go well.
            for job_id in job_ids & self._followed.keys():
                self._followed[job_id].fail(failure)
            return
        for job_id in job_ids & self._followed.keys():
            self._followed[job_id].see(ticket, views.get(job_id))
