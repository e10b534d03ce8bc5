"""Which job is painted next, and when a person may expect theirs."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import heapq
import math
import time
from collections.abc import Callable, Mapping, Sequence

import structlog

from bot.errors import PoolFull, Unsuited, Unwritable
from bot.jobs import MAX_DELIVERIES, IllegalTransition, Job, Status
from bot.patience import patiently
from bot.ports import RenderJob, RenderPool
from bot.store import Store
from bot.store.order import Inflow
from bot.store.queue import Work
from renderer.options import RenderOptions
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

#: Below this fraction the pace so far says nothing about the whole.
_TELLING_FRACTION = 0.05
#: Seconds for which it holds how much is ordered.
_INFLOW_S = 5.0
#: The part of the slots that is taken at most by what comes later: a rush does not last.
_BUSIEST = 0.8
#: Jobs for each slot that are few.
_FEW = 5
#: Jobs of the line that are looked at behind those that there is room for: the first may have to wait for a GPU, say.
_LOOK_AHEAD = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """What a requester may expect."""

    position: int | None  #: 1 for the next, 0 while it is rendered, None afterwards
    eta_s: float | None  #: seconds until the painting can be expected, None once it is rendered or ended


class Scheduler:
    """Keeps the pool supplied from the store, in its order, and with nothing while ``paused`` is set.

    `latest` holds the newest progress of jobs being rendered, by id; `reply_due` is called when a job has ended here.
    A rung bell brings a job to the pool at once, and every `poll_s` seconds the store is asked anyway. What has to
    wait is glimpsed where `is_shown` says that somebody would see it.
    """

    def __init__(
        self,
        store: Store,
        pool: RenderPool,
        latest: Mapping[str, Progress],
        reply_due: Callable[[], None],
        poll_s: float = 1,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        is_shown: Callable[[Job], bool] = lambda job: False,
    ) -> None:
        self._store = store
        self._pool = pool
        self._latest = latest
        self._reply_due = reply_due
        self._is_shown = is_shown
        self._poll_s = poll_s
        self._clock = clock
        self._steady = steady
        self._looked_at: float | None = None
        self._bell: asyncio.Queue[str] = asyncio.Queue()
        self._stopping = False
        self._inflow: tuple[float, Inflow] | None = None
        self._rung: set[str] = set()

    def ring(self, job_id: str) -> None:
        """Say that a job waits."""
        self._bell.put_nowait(job_id)

    def wake(self) -> None:
        """Say that there may be room in the pool, or something due."""
        self._bell.put_nowait("")

    def stop(self) -> None:
        """Let `run` return after what it is doing."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Resume what an earlier run left, then supply the pool until stopped. The pool must have been started."""
        with contextlib.suppress(Unwritable):  # raised once it is being stopped
            await patiently(self._resume, lambda: not self._stopping)
            while not self._stopping:
                await patiently(self._look, lambda: not self._stopping)
                await self._wait()
        self._looked_at = None

    async def _look(self) -> None:
        self._looked_at = self._steady()
        await self._supply()
        await self._glimpse()

    @property
    def behind_s(self) -> float:
        """Seconds since the queue was looked at last; 0 while it is nobody's to look at."""
        return 0.0 if self._looked_at is None else self._steady() - self._looked_at

    async def outlook(self, job: Job) -> Outlook:
        """Where a job stands and when to expect its painting.

        That is the work ahead, and what comes before it meanwhile as it did of late, shared by the slots; then its own.
        """
        return (await self.outlooks([job]))[job.id]

    async def outlooks(self, jobs: Sequence[Job]) -> dict[str, Outlook]:
        """The outlook of each of several jobs, by id."""
        outlooks = {job.id: Outlook(None, None) for job in jobs}
        waiting = {job.id: job for job in jobs if job.status in {Status.QUEUED, Status.RENDERING}}
        if not waiting:
            return outlooks
        rendering, ahead = await self._store.queue.work(waiting, self._clock(), await self._handed_over())
        remaining = {other.id: self._remaining_s(other, estimate_s) for other, estimate_s in rendering}
        slots = max(1, (await self._pool.status()).slots)
        # What comes meanwhile and goes before takes its part of the slots.
        inflow, busiest = await self._recent_inflow(), _BUSIEST * slots
        for job in waiting.values():
            if job.status is Status.RENDERING:
                outlooks[job.id] = Outlook(0, remaining.get(job.id, 0.0))
            else:
                # One that has been begun in this very moment has nothing before it.
                work = ahead.get(job.id, Work(0, 0.0, 0.0))
                rate = min(inflow.before(work.share), busiest)
                eta_s = _begins_in(list(remaining.values()), slots, work, rate) + work.own_s
                outlooks[job.id] = Outlook(work.before + 1, eta_s)
        return outlooks

    async def line(self) -> list[str]:
        """Ids of the jobs that wait, in the order in which they are to be painted."""
        return await self._store.queue.line(self._clock(), await self._handed_over())

    async def next_end_s(self, requester: str | None) -> float:
        """Seconds until a job of this requester, or of anybody, can be expected to end; at least 10."""
        if requester is not None:
            theirs = await self._store.queue.open_jobs_of(requester)
        else:
            theirs = await self._store.queue.rendering()
            if not theirs and (line := await self.line()):
                theirs = await self._store.jobs.several(line[:1])
        etas = [outlook.eta_s for outlook in (await self.outlooks(theirs)).values() if outlook.eta_s is not None]
        return max(10.0, min(etas, default=0.0))

    async def _recent_inflow(self) -> Inflow:
        now = self._clock()
        if self._inflow is None or not 0 <= now - self._inflow[0] < _INFLOW_S:
            self._inflow = now, await self._store.queue.inflow(now)
        return self._inflow[1]

    async def _handed_over(self) -> set[str]:
        return {job_id for job_id, _ in await self._pool.held()}

    def _remaining_s(self, job: Job, estimate_s: float) -> float:
        elapsed = max(0.0, self._clock() - (job.started_at or self._clock()))
        progress = self._latest.get(job.id)
        if progress is not None and progress.fraction >= _TELLING_FRACTION:
            return elapsed * (1 - progress.fraction) / progress.fraction
        return max(0.0, estimate_s - elapsed)

    async def _resume(self) -> None:
        held = await self._pool.held()
        for job in await self._store.queue.rendering():
            if (job.id, job.attempt) not in held:
                # A worker elsewhere may end it in this very moment.
                with contextlib.suppress(IllegalTransition):
                    resumed = await self._store.jobs.requeue(job)
                    log.info("job resumed", job=job.id, deliveries=job.deliveries, status=resumed.status)
        self._reply_due()

    async def _supply(self) -> None:
        if await self._store.switches.get("paused") is not None:
            return
        # Ended in the store but not yet let go by the pool, a job takes no place.
        held = await self._store.queue.underway(await self._pool.held())
        status = await self._pool.status()
        room = status.slots + status.ahead - len(held)
        if room <= 0:
            return
        limit, handed_over = room + len(held), {job_id for job_id, _ in held}
        first = await self._store.queue.next_queued(limit, self._clock(), handed_over)
        unsuited: list[RenderOptions] = []
        room = await self._offer([job for job in first if (job.id, job.attempt) not in held], room, unsuited)
        if unsuited and room > 0:
            seen = {job.id for job in first} | handed_over
            further = await self._store.queue.next_queued(limit + _LOOK_AHEAD, self._clock(), handed_over)
            await self._offer([job for job in further if job.id not in seen], room, unsuited)

    async def _offer(self, line: Sequence[Job], room: int, unsuited: list[RenderOptions]) -> int:
        """Give the pool as many of these as it has room for; how much is left.

        What it takes none of now is added to `unsuited`: it keeps its place, and nobody else waits for that.
        """
        for job in line:
            if room == 0:
                break
            if job.options in unsuited:
                continue
            if job.deliveries >= MAX_DELIVERIES:
                await self._set_aside(job)
                continue
            try:
                await self._pool.submit(_for_pool(job))
            except Unsuited:
                unsuited.append(job.options)
            except PoolFull:
                return 0
            else:
                room -= 1
        return room

    async def _glimpse(self) -> None:
        """Have the pool show what has just come and has to wait."""
        rung, self._rung = self._rung - {""}, set()
        for job in await self._store.jobs.several(rung) if rung else ():
            if job.status is Status.QUEUED and job.attempt == 1 and job.styles and self._is_shown(job):
                await self._pool.glimpse(_for_pool(job))

    async def _set_aside(self, job: Job) -> None:
        # Cancelled meanwhile, it has ended already.
        with contextlib.suppress(IllegalTransition):
            await self._store.jobs.finish(job, Status.FAILED, "poisoned")
            log.error("job poisoned", job=job.id, deliveries=job.deliveries)
            self._reply_due()

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_s):
                self._rung.add(await self._bell.get())
        while not self._bell.empty():
            self._rung.add(self._bell.get_nowait())


def _begins_in(remaining_s: Sequence[float], slots: int, work: Work, rate: float) -> float:
    """Seconds until a job is begun that has so much work before it, to which `rate` seconds a second are added.

    Each slot takes up work once what it paints is done, in `remaining_s`.
    """
    free_in = sorted([*remaining_s, *[0.0] * (slots - len(remaining_s))])[-slots:]
    evenly_s = _evenly(free_in, work.before_s, 0.0)
    later_s = _evenly(free_in, work.before_s, rate) - evenly_s
    if work.before > _FEW * slots:
        return evenly_s + later_s
    # Few jobs cannot be shared evenly: one after the other takes the slot that is free first.
    for _ in range(work.before):
        heapq.heapreplace(free_in, free_in[0] + work.before_s / work.before)
    return free_in[0] + later_s


def _evenly(free_in: Sequence[float], before_s: float, rate: float) -> float:
    """The same if work could be cut at will, for slots that are free in so many seconds, ascending."""
    done_s, begins_in = before_s, 0.0
    for number, (at, next_at) in enumerate(zip(free_in, [*free_in[1:], math.inf], strict=True), 1):
        done_s += at
        if number > rate and (begins_in := done_s / (number - rate)) <= next_at:
            break
    return begins_in


def _for_pool(job: Job) -> RenderJob:
    return RenderJob(job.id, job.attempt, job.deliveries, job.content, job.styles, job.options)
