"""The pool of many GPU machines: agents that a NATS server joins to the bot.

The bot alone decides who paints what: each job is assigned to one instance of one agent, and what comes back is
accepted from that one only. What it has assigned it reads from the server again after a restart; what the server has
lost it assigns again. No clock of another machine is looked at.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import time
from collections.abc import Callable, Coroutine, Iterator

import structlog
from nats.aio.client import Client

from bot.errors import PoolFull, Unsuited
from bot.jobs import MAX_DELIVERIES
from bot.pools.nats.agents import Agents
from bot.pools.nats.assigner import Assigner
from bot.pools.nats.endings import Endings
from bot.pools.nats.glimpses import Glimpses, Reduce
from bot.pools.nats.ledger import Key, Ledger, Work, restore
from bot.pools.nats.presence import Presence
from bot.pools.nats.reports import Reports
from bot.pools.nats.streams import Streams
from bot.pools.nats.words import Words
from bot.ports import BlobStore, OnEvent, PoolStatus, RenderJob, Spawn, WorkerStatus
from renderer.protocol import FailureReason
from renderer.wire import subjects
from renderer.wire.line import Address, Line, end

log = structlog.get_logger(__name__)

#: How long a start waits for the server. Without it the service begins all the same.
_FIRST_S = 10.0
#: How long a stop waits until what has ended is off the server.
_TIDY_S = 2.0
_SWEEP_S = 3600.0


class NatsPool:
    """Implements `bot.ports.RenderPool` with agents elsewhere."""

    def __init__(
        self,
        address: Address,
        blobs: BlobStore,
        spawn: Spawn,
        reduce: Reduce,
        lease_s: float = 30.0,
        encoder: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`spawn` starts a named task whose death is the application's; an agent may be silent for `lease_s`.

        `reduce` makes pictures small for first views. `encoder` is what all are to paint with; None where that does not
        matter.
        """
        self._spawn_in_app = spawn
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._tidying: set[asyncio.Task[None]] = set()
        self._agents = agents = Agents(lease_s)
        self._ledger = ledger = Ledger()
        self._line = line = Line(address, "atelier bot", self._on_open)
        self._streams = streams = Streams(line)
        self._words = words = Words(line)
        self._assigner = assigner = Assigner(line, streams, words, blobs, self._spawn, self._tidy, agents, ledger)
        self._endings = Endings(line, streams, words, blobs, agents, ledger, assigner)
        self._glimpses = Glimpses(words, blobs, reduce, self._spawn, agents)
        self._reports = reports = Reports(line, streams, self._endings.consume, ledger.awaits, self._spawn)
        self._presence = Presence(
            line, streams, words, self._spawn, agents, ledger, assigner, reports, lease_s, encoder, clock
        )
        self._is_restored = asyncio.Event()

    async def start(self, on_event: OnEvent) -> None:
        """Connect, and read what an earlier run has assigned; a server that is not there is waited for only a while."""
        self._assigner.on_event = self._glimpses.on_event = on_event
        self._spawn(self._line.run(), "line to NATS")
        self._spawn(self._presence.watch(), "leases of agents")
        self._spawn(self._sweep(), "sweeping of parcels")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_S):
                await self._is_restored.wait()

    async def submit(self, job: RenderJob) -> None:
        """Take a job; idempotent on (id, attempt). Raises PoolFull, or Unsuited where only others would be taken."""
        if (job.id, job.attempt) in self._ledger:
            return
        if self._assigner.is_stopped:
            raise PoolFull
        # What has lost its agent goes first; what still waits then would find nobody now.
        self._assigner.place()
        work = Work(job, job.deliveries + 1)
        if work.delivery > MAX_DELIVERIES:
            self._ledger.add(work)
            await self._assigner.fail(work, FailureReason.POISONED)
            return
        agent = self._assigner.first_free(work)
        if agent is None:
            raise Unsuited if self._assigner.has_room() else PoolFull
        self._ledger.add(work)
        self._assigner.assign(work, agent)

    async def glimpse(self, job: RenderJob) -> bool:
        """Ask an agent to show a job that has to wait; whether it is seen to."""
        if self._is_about_to_begin((job.id, job.attempt)):
            return True
        return not self._assigner.is_stopped and not self._line.trouble and self._glimpses.ask(job)

    async def cancel(self, job_id: str, attempt: int) -> None:
        """Stop a job wherever it is; one that has not left this machine ends here and now."""
        work = self._ledger.get((job_id, attempt))
        if work is None:
            return
        work.is_cancelled = True
        if work.place is None and not work.is_begun:
            await self._assigner.fail(work, FailureReason.CANCELLED)
            return
        for claim in work.claims:
            await self._words.cancel(claim)

    async def held(self) -> set[Key]:
        """(id, attempt) of all that is assigned, waits for an agent or is not yet reported."""
        return self._ledger.keys()

    async def status(self) -> PoolStatus:
        """Slots, what has not begun, and every device of every agent."""
        slots = sum(agent.slots for agent in self._agents)
        held = collections.Counter(work.claim.holder for work in self._ledger if work.claim)
        workers = self._agents.statuses(held, self._clock())
        if self._line.trouble:
            workers = (*workers, WorkerStatus("nats", None, "down", reason=self._line.trouble))
        return PoolStatus(slots, sum(not work.is_begun for work in self._ledger), workers, ahead=slots)

    async def rest(self, agents: frozenset[str]) -> None:
        """Let exactly these be given nothing more; what waits there is asked back, those that work again get some."""
        self._agents.rest(agents)
        self._assigner.place()
        self._assigner.balance()

    async def evict(self, agent: str) -> None:
        """Give what an agent that rests has to others at once."""
        self._assigner.evict(agent)

    async def drain(self, timeout_s: float) -> None:
        """Take no more and let running jobs end within the time; the rest stays `held`, and agents go on with it."""
        self._assigner.is_stopped = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._assigner.ended:
                await self._assigner.ended.wait_for(lambda: not any(work.is_begun for work in self._ledger))
        if self._tidying and not self._line.trouble:
            # What has ended is not to be read again at the next start.
            await asyncio.wait(self._tidying, timeout=_TIDY_S)
        # Until the connection is closed what it hears begins further ones.
        while self._tasks:
            await end(self._tasks)

    def homeless(self) -> Iterator[RenderJob]:
        """Jobs that wait for an agent as they are asked for, with the hand-overs that they have had."""
        for work in self._ledger.waiting():
            if work.claim is None and not work.is_ending and not work.is_cancelled:
                yield dataclasses.replace(work.job, deliveries=work.delivery - 1)

    def release(self, job: RenderJob) -> None:
        """Let go of such a job: another pool has it. What its agents may yet come with is not taken in.

        One of them may have got it in this moment; it is told to stop.
        """
        work = self._ledger.get((job.id, job.attempt))
        if work is not None and not work.is_ending:
            self._assigner.finish(work)

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = self._spawn_in_app(work, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _is_about_to_begin(self, key: Key) -> bool:
        """Whether it is painted, or there is a device for it where it is."""
        work = self._ledger.get(key)
        if work is None or work.claim is None:
            return False
        agent = self._agents.get(work.claim.agent, work.claim.instance)
        return agent is not None and work in self._ledger.of(agent.name, agent.instance)[: agent.slots]

    async def _sweep(self) -> None:
        while True:
            await self._is_restored.wait()
            await self._streams.sweep(self._ledger.tokens)
            await asyncio.sleep(_SWEEP_S)

    def _tidy(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = self._spawn(work, name)
        self._tidying.add(task)
        task.add_done_callback(self._tidying.discard)
        return task

    async def _on_open(self, client: Client) -> None:
        js = client.jetstream()
        await self._streams.ensure(js)
        if not self._is_restored.is_set():
            restore(self._ledger, await self._streams.assignments(js))
            log.info("assignments read", jobs=len(self._ledger.keys()))
            self._is_restored.set()
        elif self._streams.are_new:
            self._assigner.assign_all_again()
        self._streams.are_new = False
        self._presence.excuse()
        for agent in self._agents:
            await self._streams.open_for(js, agent.name)
        await self._reports.open(js)
        await self._line.listen(client, subjects.ALL_BEATS, self._presence.on_beat)
        await self._line.listen(client, subjects.ALL_PROGRESS, self._endings.on_progress)
