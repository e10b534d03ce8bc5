"""The ports: what stands between the bot's services and the things that there are several of."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Protocol

from bot.jobs import Job
from bot.texts import Said
from renderer.options import RenderOptions
from renderer.protocol import Event, Progress, StyleInput

#: Starts work under a name that lives no longer than the service, whose end its failure is.
Spawn = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]
#: Told of all that happens to jobs; an event counts as consumed when it returns.
OnEvent = Callable[[Event], Awaitable[None]]


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """What a requester is told at the end of a job: the painting, or one sentence why there is none."""

    said: Said
    painting: Path | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """A reply that the platform confirmed."""

    message_id: str


class Adapter(Protocol):
    """One platform."""

    name: str
    shows_progress: bool  #: whether people see anything of a painting before its end

    @property
    def state(self) -> str:
        """``up``, or what is the matter with the connection: for operators."""

    async def run(self) -> None:
        """Serve until cancelled; raises AdapterDown(reason) where the platform cannot be served."""

    async def progress(self, job: Job, progress: Progress) -> None:
        """Show how far a job is, or how one that waits will look: best effort, rate-limited inside, never raises."""

    async def reply(self, job: Job, reply: Reply) -> Sent:
        """Send the end of a job; raises Retry, Refused or Unknown."""

    async def find_reply(self, job: Job) -> Sent | None:
        """After Unknown: the reply, if the platform can be asked and has it."""


#: Jobs that a pool is given beyond its slots, so that a worker that ends one has the next at once.
PREFETCH = 1
#: Qualities that a processor paints in fair time.
LIGHT = frozenset({"instant", "draft"})


@dataclasses.dataclass(frozen=True, slots=True)
class RenderJob:
    """A job as a pool sees it; pictures are blob names."""

    id: str
    attempt: int
    deliveries: int  #: hand-overs so far
    content: str
    styles: tuple[StyleInput, ...]
    options: RenderOptions


@dataclasses.dataclass(frozen=True, slots=True)
class AgentStatus:
    """A machine of renderers that a pool has elsewhere."""

    name: str
    slots: int  #: paintings that it is given at a time
    held: int  #: jobs in its hands
    seen_s: float  #: seconds since it was heard last
    is_resting: bool = False  #: it is given nothing more, by an admin's word


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker of a pool."""

    name: str
    device: str | None  #: None until it has said ready
    state: str  #: starting, idle, painting, down
    job: str | None = None
    reason: str | None = None  #: why it is down
    restarts: int = 0  #: how often it was lost and begun anew
    device_name: str | None = None  #: what a person would call the device
    memory: int | None = None  #: bytes in use, where it says so
    agent: AgentStatus | None = None  #: whose device it is; None for this machine's own

    @property
    def device_class(self) -> str | None:
        """Kind of the device: ``cpu``, ``cuda``, ``mps``."""
        return self.device.partition(":")[0] if self.device else None


@dataclasses.dataclass(frozen=True, slots=True)
class PoolStatus:
    """What a pool could take and what it holds."""

    slots: int
    queued: int
    workers: tuple[WorkerStatus, ...]
    ahead: int = PREFETCH  #: jobs that it takes beyond its slots


class RenderPool(Protocol):
    """Where jobs are rendered.

    An accepted job ends in at least one terminal event (Done, Failed); Done only after the result is stored; a
    terminal event counts as consumed once `on_event` returned, and not where that raised Unwritable, as it may while
    the bot stops; Progress may be lost; after three deliveries without an end a job fails as poisoned.
    """

    async def start(self, on_event: OnEvent) -> None:
        """Start the workers; events go to `on_event`."""

    async def submit(self, job: RenderJob) -> None:
        """Take a job; idempotent on (id, attempt). Raises PoolFull, or Unsuited where it would take other jobs."""

    async def glimpse(self, job: RenderJob) -> bool:
        """Show a job that has to wait as it will be, in Progress at a fraction of 0: best effort, and soon or never.

        Returns at once, and whether no other pool is to be asked: this one tries, or is about to paint it.
        """

    async def cancel(self, job_id: str, attempt: int) -> None:
        """Stop a job wherever it is; idempotent. It ends in Failed(cancelled) or, too late, in Done."""

    async def held(self) -> set[tuple[str, int]]:
        """(id, attempt) of all that is queued, running or not yet reported."""

    async def status(self) -> PoolStatus:
        """Slots, queue length and workers."""

    async def rest(self, agents: frozenset[str]) -> None:
        """Let exactly these agents, by name, be given nothing more, whether they are there or come later.

        What they paint they end, what waits there goes to others. Devices of this machine do not rest. May be called
        before `start`.
        """

    async def evict(self, agent: str) -> None:
        """Give what an agent that rests has to others at once, uncounted; what it yet comes with is not taken in."""

    async def drain(self, timeout_s: float) -> None:
        """Take no more, let running jobs end within the time, then stop the workers."""


class BlobStore(Protocol):
    """Files named by the SHA-256 of their bytes: pictures, and frames of time-lapses. Names never leave the bot."""

    async def put(self, file: Path) -> str:
        """Take a file in (it is moved) and return its name; the same bytes twice are one blob."""

    def path(self, name: str) -> Path:
        """Where a blob lies on this machine; raises FileNotFoundError when it does not."""

    def scratch(self, suffix: str) -> Path:
        """A fresh path on the store's own file system, for a file that will be `put`."""

    async def names(self) -> list[str]:
        """All blobs that there are."""

    def put_at(self, name: str) -> float:
        """When these bytes were put last (Unix seconds); 0 where there is no such blob."""

    async def delete(self, *names: str) -> None:
        """Remove blobs; no error when one is gone."""
