"""What the pool reports, turned into the job's next state."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from bot import retries
from bot.errors import Unexamined, Unwritable
from bot.jobs import IllegalTransition, Job, Status, made_smaller
from bot.moderation import Moderation
from bot.patience import patiently
from bot.ports import Adapter, BlobStore, RenderPool
from bot.store import Store
from renderer.options import default_size
from renderer.protocol import Done, Event, Failed, FailureReason, Progress, Started

log = structlog.get_logger(__name__)


class Dispatch:
    """Consumes a pool's events: of each job the first terminal event of the current attempt wins.

    `latest` is kept up to date with the newest progress of each job being rendered, by id. `freed` is called
    when one has left the pool, `reply_due` when it has ended. `clock` gives seconds.
    """

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        pool: RenderPool,
        adapters: Mapping[str, Adapter],
        latest: dict[str, Progress],
        freed: Callable[[], None],
        reply_due: Callable[[], None],
        moderation: Moderation,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._pool = pool
        self._adapters = adapters
        self._latest = latest
        self._freed = freed
        self._reply_due = reply_due
        self._moderation = moderation
        self._rendering: dict[str, Job] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._showing: dict[str, asyncio.Task[None]] = {}
        self._endings: set[asyncio.Task[bool]] = set()
        self._stopping = False
        self._clock = clock
        self._consuming: dict[int, float] = {}

    @property
    def behind_s(self) -> float:
        """Seconds since the oldest event came that is not consumed yet; 0 without any."""
        return self._clock() - min(self._consuming.values()) if self._consuming else 0.0

    async def on_event(self, event: Event) -> None:
        """Consume one event of the pool; a terminal one is committed when this returns, even if it is cancelled.

        Raises Unwritable for one that could not be, once the bot is being stopped.
        """
        self._consuming[id(event)] = self._clock()
        try:
            await self._consume(event)
        finally:
            del self._consuming[id(event)]

    async def _consume(self, event: Event) -> None:
        # Tasks that are begun within take the id along, into what platforms and moderation log, too.
        with bound_contextvars(job=event.job):
            match event:
                case Started():
                    await self._started(event)
                case Progress():
                    await self._progress(event)
                case Done() | Failed():
                    ending = asyncio.create_task(self._ended(event), name=f"end of {event.job}")
                    self._endings.add(ending)
                    ending.add_done_callback(self._endings.discard)
                    if not await asyncio.shield(ending):
                        raise Unwritable(f"the end of {event.job}")

    async def stop(self, grace_s: float) -> None:
        """Let no further job begin, wait up to `grace_s` for those being rendered, then take the rest back.

        They return to the queue, and the hand-over is not counted. From then on only Done still matters: stopping
        the pool makes no job fail.
        """
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        await self.settle()
        for job in await self._store.queue.rendering():
            # It may end in this very moment.
            with contextlib.suppress(IllegalTransition):
                await self._store.jobs.take_back(job)
                log.info("job taken back", job=job.id)
        for job_id in list(self._rendering):
            await self._forget(job_id)

    async def settle(self) -> None:
        """Wait until every end that was begun is committed; also those whose bearer the pool has stopped."""
        await asyncio.gather(*self._endings)

    async def _started(self, event: Started) -> None:
        await self._forget(event.job)
        try:
            job = await self._patiently(event, lambda: self._begun(event))
        except IllegalTransition as late:
            log.info("start refused", attempt=event.attempt, why=str(late))
            await self._pool.cancel(event.job, event.attempt)
            return
        if job.status is Status.CANCELLED:
            await self._pool.cancel(event.job, event.attempt)
            self._reply_due()
            return
        self._rendering[job.id] = job
        self._idle.clear()
        log.info("job started", attempt=job.attempt, delivery=event.delivery, worker=event.worker)

    async def _begun(self, event: Started) -> Job:
        if self._stopping or await self._is_paused_for(event.job):
            raise IllegalTransition("nothing is begun now")
        return await self._store.jobs.hand_over(event.job, event.attempt, event.delivery)

    async def _is_paused_for(self, job_id: str) -> bool:
        """While paused, what waits in the pool is not begun; what a worker's death has interrupted goes on."""
        if await self._store.switches.get("paused") is None:
            return False
        job = await self._store.jobs.get(job_id)
        return job is not None and job.status is Status.QUEUED

    async def _progress(self, event: Progress) -> None:
        job = self._rendering.get(event.job) or await self._waiting(event)
        if job is None or job.attempt != event.attempt or _is_late_glimpse(event, job):
            return
        if event.preview and self._moderation.covers(job.adapter):
            # Nobody has looked at it.
            event = event.model_copy(update={"preview": None})
        if job.id in self._rendering:
            self._latest[job.id] = event
        adapter = self._adapters.get(job.adapter)
        # A slow platform must not hold up the pool: while one report is being shown, others are not.
        if adapter is not None and job.id not in self._showing:
            showing = asyncio.create_task(adapter.progress(job, event), name=f"progress of {job.id}")
            self._showing[job.id] = showing
            showing.add_done_callback(lambda _: self._showing.pop(job.id))

    async def _waiting(self, glimpse: Progress) -> Job | None:
        job = await self._store.jobs.get(glimpse.job) if glimpse.fraction == 0 else None
        return job if job is not None and job.status is Status.QUEUED else None

    async def _forget(self, job_id: str) -> None:
        self._rendering.pop(job_id, None)
        self._latest.pop(job_id, None)
        if not self._rendering:
            self._idle.set()
        showing = self._showing.get(job_id)
        if showing is not None:
            # No preview may come after the painting.
            showing.cancel()
            await asyncio.wait([showing])

    async def _ended(self, event: Done | Failed) -> bool:
        """Whether nothing is left to be done about it."""
        rendering = self._rendering.get(event.job)
        if rendering is not None and rendering.attempt == event.attempt:
            await self._forget(event.job)
        try:
            job = await self._patiently(event, lambda: self._end(event), lambda: not self._stopping)
        except Unwritable as why:
            log.warning("end not stored; it is looked at again, or painted again, after the next start", why=str(why))
            return False
        except IllegalTransition as late:
            log.info("late end dropped", attempt=event.attempt, kind=event.kind, why=str(late))
            if isinstance(event, Done):
                await self._discard(event)
        else:
            _log_end(event, job)
            if job.status is not Status.QUEUED:
                self._reply_due()
        self._freed()
        return True

    async def _patiently(
        self, event: Event, step: Callable[[], Awaitable[Job]], going_on: Callable[[], bool] = lambda: True
    ) -> Job:
        """As `patiently`; every try counts as getting on, since to wait for room on the disk is not to stand still."""

        async def one_try() -> Job:
            if id(event) in self._consuming:
                self._consuming[id(event)] = self._clock()
            return await step()

        return await patiently(one_try, going_on)

    async def _end(self, event: Done | Failed) -> Job:
        job = await self._store.jobs.get(event.job)
        if job is None or job.attempt != event.attempt:
            raise IllegalTransition("another attempt is the current one" if job else "there is no such job")
        if job.status is Status.QUEUED:
            # Nobody asked for its cancel, or it would be cancelled: we did, when its start was refused.
            if isinstance(event, Failed) and (self._stopping or event.reason is FailureReason.CANCELLED):
                raise IllegalTransition("taken back")
            # A worker ends what an earlier run of the bot had handed over, or the pool refuses it unseen.
            job = await self._store.jobs.hand_over(job.id, job.attempt, event.delivery)
        if isinstance(event, Done):
            return await self._painted(job, event)
        return await self._failed(job, event)

    async def _painted(self, job: Job, done: Done) -> Job:
        """Only a painting that may be published is stored, and none that nobody could look at.

        The job may end otherwise meanwhile; then the store refuses this end like any late one.
        """
        try:
            subject = f"painting {job.id[:8]} of {job.requester}"
            verdict = await self._moderation.check(self._blobs.path(done.result), job.adapter, subject)
        except (Unexamined, FileNotFoundError) as exc:
            log.error("painting not looked at", attempt=job.attempt, why=exc)
            await self._discard(done)
            return await self._failed(job, _internal(done, str(exc)))
        if verdict.publishable:
            return await self._store.jobs.painted(job, done.result, _facts(done, job), done.frames)
        log.info("painting refused", attempt=job.attempt, score=verdict.score)
        # Before the end is stored: whatever comes between, the picture is gone.
        await self._discard(done)
        return await self._store.jobs.finish(job, Status.FAILED, "moderated")

    async def _discard(self, done: Done) -> None:
        await self._store.blobs.discard(self._blobs, done.result, *filter(None, [done.frames]))

    async def _failed(self, job: Job, event: Failed) -> Job:
        match retries.after(event, job, await self._default_size(event.worker)):
            case retries.Again(delay_s, changes):
                return await self._store.jobs.retry(job, delay_s=delay_s, **changes)
            case retries.End(status, reason, explanation):
                return await self._store.jobs.finish(job, status, reason, explanation)

    async def _default_size(self, worker: str) -> int:
        devices = {status.name: status.device for status in (await self._pool.status()).workers}
        return default_size(devices.get(worker) or "cpu")


def _internal(done: Done, detail: str) -> Failed:
    """What is to be done with a painting that we cannot use: as if it had failed by an error of ours."""
    return Failed(
        job=done.job,
        attempt=done.attempt,
        delivery=done.delivery,
        worker=done.worker,
        reason=FailureReason.INTERNAL,
        detail=detail,
    )


def _facts(done: Done, job: Job) -> dict[str, Any]:
    facts = done.facts()
    if job.too_large:
        facts["notes"].append(made_smaller(max(done.width, done.height), job.too_large))
    return facts


def _is_late_glimpse(event: Progress, job: Job) -> bool:
    """Whether it was asked for before this hand-over, and would show the painting where it was before it began."""
    return event.fraction == 0 and event.delivery < job.deliveries


def _log_end(event: Done | Failed, job: Job) -> None:
    if isinstance(event, Failed) and event.reason is not FailureReason.CANCELLED:
        facts = {"reason": event.reason, "detail": event.detail}
        log.warning("painting failed", attempt=event.attempt, status=job.status, **facts)
    else:
        log.info("painting ended", attempt=event.attempt, status=job.status)
