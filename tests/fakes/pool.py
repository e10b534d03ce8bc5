"""A render pool without a renderer: a test says how each job goes, the pool keeps the port's promises."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

from bot.errors import PoolFull
from bot.jobs import MAX_DELIVERIES, Job
from bot.ports import PoolStatus, RenderJob, WorkerStatus
from renderer.protocol import Done, Event, Failed, FailureReason, Progress, Started
from tests.fakes.watched import Watched

Key = tuple[str, int]


@dataclasses.dataclass
class _Held:
    job: RenderJob
    delivery: int  #: the one under way, or that last begun
    has_slot: bool = False
    begun: int = 0  #: delivery whose start the bot has consumed
    outcomes: asyncio.Queue[Event | None] = dataclasses.field(default_factory=asyncio.Queue)  #: None: the worker died
    task: asyncio.Task[None] | None = None

    def failed(self, reason: FailureReason) -> Failed:
        return Failed(job=self.job.id, attempt=self.job.attempt, delivery=self.delivery, worker="fake:0", reason=reason)


class FakePool(Watched):
    """Implements `bot.ports.RenderPool`. It paints by giving the content picture back, whose blob there is."""

    def __init__(self, slots: int = 1, places: int = 100, device: str = "cpu") -> None:
        self.slots = slots
        self.places = places  #: jobs held in all from which on submit raises PoolFull
        self.workers = tuple(WorkerStatus(f"fake:{number}", device, "idle") for number in range(slots))
        self.submitted: list[RenderJob] = []
        self.cancelled: list[Key] = []
        self.glimpsed: list[RenderJob] = []
        self.resting: frozenset[str] = frozenset()
        self.evicted: list[str] = []
        self._free = asyncio.Semaphore(slots)
        self._held: dict[Key, _Held] = {}
        super().__init__()

    async def start(self, on_event: Callable[[Event], Awaitable[None]]) -> None:
        self._on_event = on_event

    async def submit(self, job: RenderJob) -> None:
        key = (job.id, job.attempt)
        if key in self._held:
            return
        if len(self._held) >= self.places:
            raise PoolFull
        self.submitted.append(job)
        self._held[key] = held = _Held(job, job.deliveries)
        held.task = asyncio.create_task(self._run(held), name=f"fake render {job.id}")
        await self._tell()

    async def glimpse(self, job: RenderJob) -> bool:
        held = self._held.get((job.id, job.attempt))
        if self._free.locked() and (held is None or not held.has_slot):
            self.glimpsed.append(job)
            await self._tell()
        return True

    async def cancel(self, job_id: str, attempt: int) -> None:
        self.cancelled.append((job_id, attempt))
        held = self._held.get((job_id, attempt))
        if held is None:
            return
        if held.has_slot:
            held.outcomes.put_nowait(held.failed(FailureReason.CANCELLED))
        else:
            assert held.task is not None
            held.task.cancel()
            await self._end(held, held.failed(FailureReason.CANCELLED))

    async def held(self) -> set[Key]:
        return set(self._held)

    async def status(self) -> PoolStatus:
        waiting = sum(not held.has_slot for held in self._held.values())
        return PoolStatus(self.slots, waiting, self.workers)

    async def rest(self, agents: frozenset[str]) -> None:
        self.resting = agents

    async def evict(self, agent: str) -> None:
        self.evicted.append(agent)

    async def drain(self, timeout_s: float) -> None:
        tasks = [held.task for held in self._held.values() if held.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._held.clear()

    # ---- what a test says; each returns when the bot has consumed it

    async def until_held(self, job_id: str, attempt: int = 1) -> None:
        await self._until(lambda: (job_id, attempt) in self._held)

    async def until_started(self, job_id: str, attempt: int = 1) -> None:
        await self._until(lambda: (held := self._held.get((job_id, attempt))) is not None and held.begun > 0)

    async def until_let_go(self, job_id: str, attempt: int = 1) -> None:
        await self._until(lambda: (job_id, attempt) not in self._held)

    async def progress(self, job_id: str, fraction: float, attempt: int = 1, preview: bytes | None = None) -> None:
        await self.until_started(job_id, attempt)
        delivery = self._held[job_id, attempt].delivery
        event = Progress(job=job_id, attempt=attempt, delivery=delivery, fraction=fraction, preview=preview)
        await self._on_event(event)

    async def paint(self, job_id: str, attempt: int = 1, frames: str | None = None) -> None:
        await self.until_started(job_id, attempt)
        held = self._held[job_id, attempt]
        held.outcomes.put_nowait(done(held.job, held.delivery, frames=frames))
        await self._until(lambda: (job_id, attempt) not in self._held)

    async def paint_all(self) -> None:
        """Paint what is submitted from now on, one after another, until cancelled."""
        painted = self.submitted[:]
        while True:
            await self.until(lambda: len(self.submitted) > len(painted), timeout_s=3600)
            painted.append(self.submitted[len(painted)])
            await self.paint(painted[-1].id)

    async def fail(self, job_id: str, reason: FailureReason, attempt: int = 1) -> None:
        await self.until_started(job_id, attempt)
        held = self._held[job_id, attempt]
        held.outcomes.put_nowait(held.failed(reason))
        await self._until(lambda: (job_id, attempt) not in self._held)

    async def crash(self, job_id: str, attempt: int = 1) -> None:
        """The worker dies; the job has another one when this returns, or has ended."""
        await self.until_started(job_id, attempt)
        held = self._held[job_id, attempt]
        before = held.begun
        held.outcomes.put_nowait(None)
        await self._until(lambda: held.begun > before or (job_id, attempt) not in self._held)

    async def _run(self, held: _Held) -> None:
        async with self._free:
            held.has_slot = True
            outcome: Event | None = None
            while outcome is None:
                if held.delivery >= MAX_DELIVERIES:
                    outcome = held.failed(FailureReason.POISONED)
                    break
                held.delivery += 1
                job = held.job
                await self._on_event(Started(job=job.id, attempt=job.attempt, delivery=held.delivery, worker="fake:0"))
                held.begun = held.delivery
                await self._tell()
                outcome = await held.outcomes.get()
        await self._end(held, outcome)

    async def _end(self, held: _Held, event: Event) -> None:
        await self._on_event(event)
        self._held.pop((held.job.id, held.job.attempt), None)
        await self._tell()


def done(
    job: Job | RenderJob, delivery: int, device: str = "cpu", seconds: float = 20.0, frames: str | None = None
) -> Done:
    """The job painted at 512 × 384."""
    return Done(
        job=job.id,
        attempt=job.attempt,
        delivery=delivery,
        worker="fake:0",
        result=job.content,
        width=512,
        height=384,
        seconds=seconds,
        iterations=65,
        losses={"style": 0.1},
        device=device,
        encoder="vgg16-0123abcd",
        options=job.options,
        frames=frames,
    )
