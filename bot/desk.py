"""What requesters ask about their jobs, and anybody about the service's health."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import NotReady, UnknownJob
from bot.jobs import OPEN, IllegalTransition, Job, Status
from bot.ports import BlobStore, PoolStatus, RenderPool
from bot.replies import explain
from bot.scheduler import Outlook, Scheduler
from bot.store import Store
from bot.store.tables import ReplyState
from bot.texts import phrase
from renderer.protocol import Progress

#: States of a worker that has loaded all that it needs.
_READY = frozenset({"idle", "painting"})
#: Switches with which nothing is taken in, and how that is told to who watches the service.
_CLOSED = {"drained": "drained: nothing is taken in", "disk-full": "the disk is full: nothing is taken in"}
_ID_PREFIX = re.compile(r"[0-9a-fA-F]{4,32}")


#: Where a page of jobs ends: when the job there was accepted (Unix seconds), and its id.
Place = tuple[float, str]


@dataclasses.dataclass(frozen=True)
class JobView:
    """A job as its requester sees it."""

    job: Job
    position: int | None  #: 1 for the next, 0 while it is rendered, None afterwards
    eta_s: float | None  #: seconds until the painting can be expected, None once it is rendered or ended
    progress: Progress | None  #: the newest, while it is rendered
    paused: str | None = None  #: the operator's reason, while it waits and nothing is painted
    is_kept: bool = True  #: False once its painting has been removed
    has_inputs: bool = False  #: whether it is painted, and the pictures are there to paint another from


@dataclasses.dataclass(frozen=True)
class Load:
    """How much there is to do, of whomever."""

    waiting: int  #: jobs in the queue
    painting: int  #: jobs that workers hold
    workers: int  #: that are ready or at work
    paused: str | None  #: the operator's reason, while nothing is painted


class Desk:
    """Answers about jobs to those whose they are; to anybody else a job does not exist.

    `latest` holds the newest progress of jobs being rendered, by id; `adapters` gives each adapter's state, ``up``
    or ``down: reason``; `reply_due` is called when a job has ended here.
    """

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        pool: RenderPool,
        scheduler: Scheduler,
        latest: Mapping[str, Progress],
        adapters: Callable[[], Mapping[str, str]],
        reply_due: Callable[[], None],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._pool = pool
        self._scheduler = scheduler
        self._latest = latest
        self._adapters = adapters
        self._reply_due = reply_due

    async def look(self, job_id: str, requester: str) -> JobView:
        """How a job stands; raises UnknownJob."""
        return await self._view(await self.own(job_id, requester))

    async def look_at(self, job_ids: Collection[str]) -> dict[str, JobView]:
        """How several jobs stand, whoever's, for who has asked for each before; without those that are gone."""
        return {view.job.id: view for view in await self._views(await self._store.jobs.several(job_ids))}

    async def own(self, job_id: str, requester: str) -> Job:
        """A job of the requester's; raises UnknownJob."""
        job = await self._store.jobs.get(job_id)
        if job is None or job.requester != requester:
            raise UnknownJob
        return job

    async def job(self, job_id: str) -> Job | None:
        """A job, whoever's: for groups, where others see it, too, and for admins."""
        return await self._store.jobs.get(job_id)

    async def history(self, requester: str, limit: int = 10) -> list[Job]:
        """A requester's last jobs, the newest first."""
        return await self._store.jobs.of_requester(requester, limit)

    async def page(self, requester: str, limit: int, before: Place | None = None) -> tuple[list[JobView], Place | None]:
        """How a requester's jobs stand, the newest first: `limit` of them behind `before`.

        With where the next page begins, or None where this is the last.
        """
        jobs = await self._store.jobs.of_requester(requester, limit + 1, before)
        last = jobs[limit - 1] if len(jobs) > limit else None
        return await self._views(jobs[:limit]), (last.created_at, last.id) if last else None

    async def find(self, requester: str, prefix: str) -> Job:
        """A requester's job by the beginning of its id, 4 hex digits at least; raises UnknownJob.

        Of several that begin so it is the newest.
        """
        if not _ID_PREFIX.fullmatch(prefix):
            raise UnknownJob
        job = await self._store.jobs.beginning_with(prefix.lower(), requester)
        if job is None:
            raise UnknownJob
        return job

    async def cancel(self, job_id: str, requester: str) -> JobView:
        """Cancel a job that waits, or ask the pool to stop one that is rendered: it ends when the pool says so.

        Raises UnknownJob, or NotReady (no_longer_cancellable).
        """
        await self.own(job_id, requester)
        try:
            job = await self._store.jobs.cancel(job_id)
        except IllegalTransition as over:
            ended = await self.own(job_id, requester)
            said = phrase("desk-too-late") if ended.result else explain(ended)
            raise NotReady(said, "no_longer_cancellable") from over
        # A queued job, too, may lie in the pool, as the next one.
        await self._pool.cancel(job.id, job.attempt)
        if job.status is Status.CANCELLED:
            self._reply_due()
        return await self._view(job)

    async def painting(self, job_id: str, requester: str) -> Path:
        """Where the finished painting lies; raises UnknownJob, or NotReady (not_ready, not_painted)."""
        job = await self.painted_job(job_id, requester)
        return self._kept(job.result)

    async def frames(self, job_id: str, requester: str) -> Path:
        """Where the frames of the painting's time-lapse lie.

        Raises UnknownJob, or NotReady (not_ready, not_painted, no_timelapse).
        """
        job = await self.painted_job(job_id, requester)
        if job.frames is None:
            raise NotReady(phrase("desk-no-timelapse"), "no_timelapse")
        return self._kept(job.frames)

    async def facts(self, job_id: str, requester: str) -> dict[str, Any]:
        """What is known of the finished painting, for JSON; raises as `painting` does."""
        job = await self.painted_job(job_id, requester)
        return {"options": job.options.model_dump(mode="json"), "notes": []} | (job.result_info or {})

    async def painted_job(self, job_id: str, requester: str) -> Job:
        """A job of the requester's that has been painted; raises UnknownJob, or NotReady (not_ready, not_painted)."""
        job = await self.own(job_id, requester)
        if job.result is None:
            if job.status in OPEN:
                raise NotReady(phrase("desk-not-finished"), "not_ready")
            raise NotReady(explain(job), "not_painted")
        return job

    async def content(self, job_id: str, requester: str) -> Path:
        """Where the content picture lies, as it is painted from; raises UnknownJob, or NotReady (input_gone)."""
        return self._input((await self.own(job_id, requester)).content)

    async def styles(self, job_id: str, requester: str) -> list[Path]:
        """Where the style pictures lie; raises as `content` does."""
        return [self._input(style.picture) for style in (await self.own(job_id, requester)).styles]

    async def inputs(self, job_id: str) -> tuple[Path, ...] | None:
        """The content picture and the styles of a job, whoever's; None where they are no longer kept."""
        job = await self._store.jobs.get(job_id)
        if job is None:
            return None
        try:
            return tuple(map(self._blobs.path, _pictures(job)))
        except FileNotFoundError:
            return None

    async def line(self) -> list[str]:
        """Ids of the jobs that wait, whoever's, in the order in which they are to be painted; for admins."""
        return await self._scheduler.line()

    async def vote(self, job_id: str, requester: str, value: int) -> None:
        """Note what somebody thinks of a painting, 1 or -1; their last word counts.

        Raises UnknownJob where it is not theirs and was not asked for in a group.
        """
        if value not in (1, -1):
            raise ValueError(f"a vote is 1 or -1, not {value}")
        job = await self._store.jobs.get(job_id)
        if job is None or (job.requester != requester and job.place is None):
            raise UnknownJob
        await self._store.votes.cast(job_id, requester, value)

    async def health(self) -> dict[str, Any]:
        """The state of renderer, adapters and queue; ``degraded`` when an adapter or every worker is down."""
        pool = await self._pool.status()
        adapters = dict(self._adapters())
        counts = await self._store.queue.counts()
        uncertain = (await self._store.outbox.counts()).get(ReplyState.UNCERTAIN, 0)
        painting = any(worker.state != "down" for worker in pool.workers)
        ok = painting and all(state == "up" for state in adapters.values())
        return {
            "status": "ok" if ok else "degraded",
            "renderer": _renderer(pool),
            "adapters": adapters,
            "queue": {status.value: number for status, number in counts.items()} | {"uncertain": uncertain},
        }

    async def load(self) -> Load:
        """How much there is to do, and whether it is done."""
        counts, paused = await self._store.queue.counts(), await self._store.switches.get("paused")
        ready = sum(worker.state in _READY for worker in (await self._pool.status()).workers)
        return Load(counts[Status.QUEUED], counts[Status.RENDERING], ready, paused["reason"] if paused else None)

    async def obstacles(self) -> list[str]:
        """Why an order would not be taken in and painted now, a line each; none where the service is ready."""
        workers = (await self._pool.status()).workers
        obstacles = []
        if not any(worker.state in _READY for worker in workers):
            states = ", ".join(f"{worker.name} {worker.reason or worker.state}" for worker in workers)
            obstacles.append(f"no renderer is ready ({states or 'there is none'})")
        for switch, why in _CLOSED.items():
            if await self._store.switches.get(switch) is not None:
                obstacles.append(why)
        return obstacles

    def _kept(self, blob: str | None) -> Path:
        try:
            return self._blobs.path(blob or "")
        except FileNotFoundError as gone:
            raise NotReady(phrase("desk-no-longer-kept"), "not_painted") from gone

    def _input(self, blob: str) -> Path:
        try:
            return self._blobs.path(blob)
        except FileNotFoundError as gone:
            raise NotReady(phrase("intake-input-gone"), "input_gone") from gone

    async def _view(self, job: Job) -> JobView:
        [view] = await self._views([job])
        return view

    async def _views(self, jobs: Sequence[Job]) -> list[JobView]:
        outlooks = await self._scheduler.outlooks(jobs)
        anybody_waits = any(outlook.position for outlook in outlooks.values())
        paused = await self._store.switches.get("paused") if anybody_waits else None
        return [self._seen(job, outlooks[job.id], paused["reason"] if paused else None) for job in jobs]

    def _seen(self, job: Job, outlook: Outlook, paused: str | None) -> JobView:
        return JobView(
            job,
            outlook.position,
            outlook.eta_s,
            self._latest.get(job.id),
            paused if outlook.position else None,
            job.result is None or self._is_there(job.result),
            # Asked of the painted alone, since others are looked at every second.
            job.result is not None and all(map(self._is_there, _inputs(job))),
        )

    def _is_there(self, blob: str) -> bool:
        try:
            self._blobs.path(blob)
        except FileNotFoundError:
            return False
        return True


def _pictures(job: Job) -> tuple[str, ...]:
    return (job.content, *(style.picture for style in job.styles))


def _inputs(job: Job) -> tuple[str, ...]:
    return (*_pictures(job), *(style.mask for style in job.styles if style.mask))


def _renderer(pool: PoolStatus) -> dict[str, Any]:
    workers = [
        {"name": worker.name, "device": worker.device, "state": worker.state, "reason": worker.reason}
        for worker in pool.workers
    ]
    return {"slots": pool.slots, "queued": pool.queued, "workers": workers}
