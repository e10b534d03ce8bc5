"""A pool and a platform without a will of their own: each step is a test's, and nothing happens in between."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from bot.errors import PoolFull, Refused, Retry, Unknown
from bot.jobs import MAX_DELIVERIES, Job
from bot.ports import PREFETCH, PoolStatus, RenderJob, Reply, Sent, WorkerStatus
from renderer.protocol import Done, Event, Failed, FailureReason, Progress, Started
from tests.fakes.pool import done

Key = tuple[str, int]


@dataclasses.dataclass
class Seat:
    """A job at a worker."""

    job: RenderJob
    delivery: int
    is_cancelled: bool = False

    @property
    def key(self) -> Key:
        return self.job.id, self.job.attempt


class HandPool:
    """Implements `bot.ports.RenderPool` as `LocalPool` does, a step at a time. Of what it told, all is kept."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.queue: list[RenderJob] = []
        self.seats: list[Seat] = []
        self.submitted: list[RenderJob] = []
        self.told: list[Started | Done | Failed] = []

    async def start(self, on_event: Callable[[Event], Awaitable[None]]) -> None:
        self._on_event = on_event

    async def submit(self, job: RenderJob) -> None:
        if (job.id, job.attempt) in await self.held():
            return
        if len(self.queue) >= PREFETCH + self.slots - len(self.seats):
            raise PoolFull
        self.submitted.append(job)
        self.queue.append(job)

    async def glimpse(self, job: RenderJob) -> bool:
        return False  # nobody looks

    async def cancel(self, job_id: str, attempt: int) -> None:
        for job in [job for job in self.queue if (job.id, job.attempt) == (job_id, attempt)]:
            self.queue.remove(job)
            await self._tell(_failed(job, job.deliveries, FailureReason.CANCELLED))
        for seat in self.seats:
            seat.is_cancelled |= seat.key == (job_id, attempt)

    async def held(self) -> set[Key]:
        return {(job.id, job.attempt) for job in self.queue} | {seat.key for seat in self.seats}

    async def status(self) -> PoolStatus:
        workers = tuple(WorkerStatus(f"hand:{number}", "cpu", "idle") for number in range(self.slots))
        return PoolStatus(self.slots, len(self.queue), workers)

    async def rest(self, agents: frozenset[str]) -> None:
        pass

    async def evict(self, agent: str) -> None:
        pass

    async def drain(self, timeout_s: float) -> None:
        self.queue.clear()
        self.seats.clear()

    # ---- a test's steps

    async def begin(self) -> None:
        """A free worker takes the next job."""
        job = self.queue.pop(0)
        seat = Seat(job, job.deliveries + 1)
        self.seats.append(seat)
        if job.deliveries >= MAX_DELIVERIES:
            await self.fail(seat, FailureReason.POISONED)
            return
        await self._tell(Started(job=job.id, attempt=job.attempt, delivery=seat.delivery, worker="hand:0"))
        if seat.is_cancelled:
            await self.fail(seat, FailureReason.CANCELLED)

    async def progress(self, seat: Seat, fraction: float) -> None:
        await self._on_event(
            Progress(job=seat.job.id, attempt=seat.job.attempt, delivery=seat.delivery, fraction=fraction)
        )

    async def paint(self, seat: Seat, seconds: float) -> None:
        await self._tell(done(seat.job, seat.delivery, seconds=seconds))
        self.seats.remove(seat)

    async def fail(self, seat: Seat, reason: FailureReason) -> None:
        await self._tell(_failed(seat.job, seat.delivery, reason))
        self.seats.remove(seat)

    async def lose(self, seat: Seat) -> None:
        """The worker dies."""
        self.seats.remove(seat)
        if seat.is_cancelled:
            await self._tell(_failed(seat.job, seat.delivery, FailureReason.CANCELLED))
        else:
            self.queue.insert(0, dataclasses.replace(seat.job, deliveries=seat.delivery))

    async def repeat(self, event: Started | Done | Failed) -> None:
        """Something that was told already is told once more."""
        await self._on_event(event)

    async def _tell(self, event: Started | Done | Failed) -> None:
        self.told.append(event)
        await self._on_event(event)


def _failed(job: RenderJob, delivery: int, reason: FailureReason) -> Failed:
    return Failed(job=job.id, attempt=job.attempt, delivery=delivery, worker="hand:0", reason=reason)


class Crash(BaseException):
    """The bot dies while the platform has a reply in its hands."""


class HandPlatform:
    """Implements `bot.ports.Adapter`; `mood` says how the next sending ends, `arrived` what really came through."""

    name = "fake"
    shows_progress = True
    state = "up"

    def __init__(self) -> None:
        self.mood = "ok"
        self.can_be_asked = True
        self.arrived: list[str] = []

    async def run(self) -> None:
        raise NotImplementedError

    async def progress(self, job: Job, progress: Progress) -> None:
        pass

    async def reply(self, job: Job, reply: Reply) -> Sent:
        match self.mood:
            case "later":
                raise Retry(5)
            case "never":
                raise Refused("blocked")
            case "unknown, not sent":
                raise Unknown("cut")
            case "dies before":
                raise Crash
        self.arrived.append(job.id)
        match self.mood:
            case "unknown, sent":
                raise Unknown("cut")
            case "not mapped":
                raise RuntimeError("a surprise")
            case "dies after":
                raise Crash
        return Sent(f"message {len(self.arrived)}")

    async def find_reply(self, job: Job) -> Sent | None:
        if self.mood.startswith("unknown"):
            raise Unknown("cut again")
        return Sent("found") if self.can_be_asked and job.id in self.arrived else None
