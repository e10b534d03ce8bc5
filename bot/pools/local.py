"""The pool on this machine: one renderer child per device."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
from pathlib import Path

import structlog
from structlog.contextvars import bound_contextvars

from bot.errors import PoolFull, Unwritable
from bot.jobs import MAX_DELIVERIES
from bot.patience import patiently
from bot.ports import PREFETCH, BlobStore, OnEvent, PoolStatus, RenderJob, Spawn, WorkerStatus
from renderer.protocol import Done, Event, Failed, FailureReason, Glimpse, Paint, Started, StyleInput
from renderer.supervisor import ChildSpec, Patience, Supervisor

log = structlog.get_logger(__name__)

Key = tuple[str, int]


@dataclasses.dataclass
class _Seat:
    """One worker: its child, and what is on its easel."""

    supervisor: Supervisor
    job: RenderJob | None = None
    ended: asyncio.Future[Failed | None] | None = None  # the loss of the child, or None for any other end


class LocalPool:
    """Implements `bot.ports.RenderPool` with supervised children; devices found by `auto` get one each."""

    def __init__(self, spec: ChildSpec, patience: Patience, blobs: BlobStore, spawn: Spawn) -> None:
        """`spawn` starts a named long-lived task whose death is the application's."""
        self._spec = spec
        self._patience = patience
        self._blobs = blobs
        self._spawn = spawn
        self._seats: list[_Seat] = []
        self._queue: collections.deque[RenderJob] = collections.deque()
        self._cancelled: set[Key] = set()
        self._arrived = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._draining = False
        self._glimpses = 0

    async def start(self, on_event: OnEvent) -> None:
        """Start a child on the device that was set; `auto` brings further devices in once the first is ready."""
        self._on_event = on_event
        self._add_seat("local-0", self._spec)
        if self._spec.device == "auto":
            self._tasks.append(self._spawn(self._add_peers(), "further devices"))

    async def submit(self, job: RenderJob) -> None:
        """Take a job; idempotent on (id, attempt). Raises PoolFull."""
        if _key(job) in await self.held():
            return
        if self._draining or len(self._queue) >= PREFETCH + sum(seat.job is None for seat in self._seats):
            raise PoolFull
        await self._enqueue(job)

    async def cancel(self, job_id: str, attempt: int) -> None:
        """Stop a job wherever it is; one that still waits ends here and now."""
        key = (job_id, attempt)
        for job in [job for job in self._queue if _key(job) == key]:
            self._queue.remove(job)
            await self._fail(job, FailureReason.CANCELLED)
        for seat in self._seats:
            if seat.job and _key(seat.job) == key:
                self._cancelled.add(key)
                await seat.supervisor.cancel(job_id, attempt)

    async def glimpse(self, job: RenderJob) -> bool:
        """Let a child show a job that has to wait, between two evaluations of what it paints; whether it is seen to."""
        ready = [seat for seat in self._seats if seat.supervisor.ready]
        free = sum(seat.job is None for seat in ready)
        is_next = _key(job) in map(_key, list(self._queue)[:free])
        if is_next or any(seat.job and _key(seat.job) == _key(job) for seat in ready):
            return True
        able = [seat for seat in ready if seat.supervisor.can_glimpse]
        if self._draining or not able:
            return False
        self._glimpses += 1
        with contextlib.suppress(FileNotFoundError):  # whoever paints it says so
            glimpse = Glimpse(
                job=job.id,
                attempt=job.attempt,
                delivery=job.deliveries,
                content=str(self._blobs.path(job.content)),
                styles=tuple(map(self._style, job.styles)),
                options=job.options,
            )
            await able[self._glimpses % len(able)].supervisor.glimpse(glimpse)
        return True

    async def held(self) -> set[Key]:
        """(id, attempt) of all that is queued, running or not yet reported."""
        return {_key(job) for job in self._queue} | {_key(seat.job) for seat in self._seats if seat.job}

    async def status(self) -> PoolStatus:
        """Slots, queue length and workers."""
        return PoolStatus(len(self._seats), len(self._queue), tuple(map(_worker_status, self._seats)))

    async def rest(self, agents: frozenset[str]) -> None:
        """Nothing: there are no agents here."""

    async def evict(self, agent: str) -> None:
        """Nothing, as above."""

    async def drain(self, timeout_s: float) -> None:
        """Take no more, let running jobs end within the time, then stop the children; the rest stays `held`."""
        self._draining = True
        running = [seat.ended for seat in self._seats if seat.ended]
        if running:
            await asyncio.wait(running, timeout=timeout_s)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _add_seat(self, name: str, spec: ChildSpec) -> None:
        async def on_event(event: Event) -> None:
            await self._from_child(seat, event)

        seat = _Seat(Supervisor(name, spec, on_event, self._patience))
        self._seats.append(seat)
        self._tasks.append(self._spawn(seat.supervisor.run(), f"supervisor of {name}"))
        self._tasks.append(self._spawn(self._feed(seat), f"feeder of {name}"))

    async def _add_peers(self) -> None:
        ready = await self._seats[0].supervisor.wait_ready()
        for number, device in enumerate(ready.peers, start=1):
            self._add_seat(f"local-{number}", dataclasses.replace(self._spec, device=device))

    async def _enqueue(self, job: RenderJob, first: bool = False) -> None:
        async with self._arrived:
            (self._queue.appendleft if first else self._queue.append)(job)
            self._arrived.notify_all()  # the first that wakes may have lost its child meanwhile

    async def _feed(self, seat: _Seat) -> None:
        """One job after another onto the seat's child."""
        while True:
            await seat.supervisor.wait_ready()
            async with self._arrived:
                await self._arrived.wait_for(lambda: self._queue and not self._draining)
                if seat.supervisor.ready is None:
                    continue  # it was lost while there was nothing to paint: no hand-over to count
                seat.job = self._queue.popleft()
            with bound_contextvars(job=seat.job.id):
                lost = await self._paint(seat, seat.job)
            if lost and _key(seat.job) in self._cancelled:
                await self._fail(seat.job, FailureReason.CANCELLED)
            elif lost:
                await self._enqueue(dataclasses.replace(seat.job, deliveries=lost.delivery), first=True)
            self._cancelled.discard(_key(seat.job))
            seat.job, seat.ended = None, None

    async def _paint(self, seat: _Seat, job: RenderJob) -> Failed | None:
        """Hand a job over and wait for its end; the event of its loss when the child died under it."""
        if job.deliveries >= MAX_DELIVERIES:
            await self._fail(job, FailureReason.POISONED)
            return None
        delivery = job.deliveries + 1
        seat.ended = asyncio.get_running_loop().create_future()
        name = seat.supervisor.name
        # Counted in the store before the child sees the picture, so that one that kills us is found out.
        await self._on_event(Started(job=job.id, attempt=job.attempt, delivery=delivery, worker=name))
        if _key(job) in self._cancelled:
            await self._fail(job, FailureReason.CANCELLED)
            return None
        try:
            order = self._order(job, delivery)
        except FileNotFoundError:
            log.warning("picture gone")
            await self._fail(job, FailureReason.BAD_INPUT, "A picture of this painting is no longer kept.")
            return None
        try:
            # From here on a cancel reaches the child behind its order.
            await seat.supervisor.paint(order)
            return await asyncio.shield(seat.ended)
        finally:
            _clear_up(order)

    def _order(self, job: RenderJob, delivery: int) -> Paint:
        output = self._blobs.scratch(".png")
        return Paint(
            job=job.id,
            attempt=job.attempt,
            delivery=delivery,
            content=str(self._blobs.path(job.content)),
            styles=tuple(map(self._style, job.styles)),
            output=str(output),
            frames=str(output.with_suffix(".zip")),
            options=job.options,
        )

    def _style(self, style: StyleInput) -> StyleInput:
        mask = str(self._blobs.path(style.mask)) if style.mask else None
        return StyleInput(picture=str(self._blobs.path(style.picture)), weight=style.weight, mask=mask)

    async def _from_child(self, seat: _Seat, event: Event) -> None:
        lost = isinstance(event, Failed) and event.reason is FailureReason.RENDERER_DIED
        if isinstance(event, Done):
            result = await self._put(event.result)
            frames = await self._put(event.frames) if event.frames else None
            event = event.model_copy(update={"result": result, "frames": frames})
        if not lost:
            await self._tell(event)
        if isinstance(event, (Done, Failed)) and seat.ended and not seat.ended.done():
            seat.ended.set_result(event if lost and isinstance(event, Failed) else None)

    async def _put(self, file: str) -> str:
        """Take in what a child has left, whenever there is room for it."""
        return await patiently(lambda: self._blobs.put(Path(file)))

    async def _fail(self, job: RenderJob, reason: FailureReason, detail: str = "") -> None:
        failed = Failed(job=job.id, attempt=job.attempt, delivery=job.deliveries, reason=reason, detail=detail)
        await self._tell(failed)

    async def _tell(self, event: Event) -> None:
        # What the bot could not store before it stopped is painted again after the next start.
        with contextlib.suppress(Unwritable):
            await self._on_event(event)


def _clear_up(order: Paint) -> None:
    """Remove what an order that ended badly has left, whole or in part."""
    output = Path(order.output)
    for left in output.parent.glob(f"*{output.stem}*"):
        left.unlink(missing_ok=True)


def _key(job: RenderJob) -> Key:
    return job.id, job.attempt


def _worker_status(seat: _Seat) -> WorkerStatus:
    supervisor = seat.supervisor
    ready = supervisor.ready
    if ready:
        state = "painting" if seat.job else "idle"
    else:
        state = "down" if supervisor.down else "starting"
    job = seat.job.id if seat.job else None
    return WorkerStatus(
        supervisor.name,
        ready.device if ready else None,
        state,
        job,
        supervisor.down,
        supervisor.restarts,
        ready.device_name if ready else None,
        supervisor.memory,
    )
