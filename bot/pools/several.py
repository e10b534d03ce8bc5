"""Several pools as one: this machine's own devices beside those of agents."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

import structlog

from bot.errors import PoolFull, Unsuited
from bot.ports import OnEvent, PoolStatus, RenderJob, RenderPool, Spawn

log = structlog.get_logger(__name__)

Key = tuple[str, int]

_REHOUSE_S = 1.0


@runtime_checkable
class Losing(Protocol):
    """A pool whose workers may all be gone for good."""

    def homeless(self) -> Iterator[RenderJob]:
        """Jobs that it has accepted and has nobody for as they are asked for, with the hand-overs they have had."""

    def release(self, job: RenderJob) -> None:
        """Let go of one of those, even if somebody has come for it meanwhile: another pool has it."""


class SeveralPools:
    """Implements `bot.ports.RenderPool` by giving each job to the pool that has most room for it.

    What a pool has lost all its workers under goes to another one that has room.
    """

    def __init__(self, pools: Sequence[RenderPool], spawn: Spawn) -> None:
        """`spawn` starts a named long-lived task whose death is the application's."""
        self._pools = pools
        self._spawn = spawn
        self._submitting = asyncio.Lock()
        self._rehousing: asyncio.Task[None] | None = None

    async def start(self, on_event: OnEvent) -> None:
        """Start all of them."""
        await asyncio.gather(*(pool.start(on_event) for pool in self._pools))
        self._rehousing = self._spawn(self._rehouse(), "jobs between pools")

    async def submit(self, job: RenderJob) -> None:
        """Take a job; idempotent on (id, attempt). Raises PoolFull where each of them does, Unsuited if one does."""
        refusal = PoolFull()
        async with self._submitting:
            if (job.id, job.attempt) in await self.held():
                return
            for pool in await self._roomiest_first():
                try:
                    await pool.submit(job)
                except Unsuited as unsuited:
                    refusal = unsuited
                except PoolFull:
                    continue
                else:
                    return
        raise refusal

    async def glimpse(self, job: RenderJob) -> bool:
        """Ask one of them for a view of it, of those on this machine first: its pictures need not travel there."""
        for pool in sorted(self._pools, key=lambda pool: isinstance(pool, Losing)):
            if await pool.glimpse(job):
                return True
        return False

    async def cancel(self, job_id: str, attempt: int) -> None:
        """Stop a job wherever it is."""
        for pool in self._pools:
            await pool.cancel(job_id, attempt)

    async def held(self) -> set[Key]:
        """(id, attempt) of all that any of them holds."""
        return set[Key]().union(*[await pool.held() for pool in self._pools])

    async def status(self) -> PoolStatus:
        """All of them taken together."""
        statuses = [await pool.status() for pool in self._pools]
        return PoolStatus(
            sum(status.slots for status in statuses),
            sum(status.queued for status in statuses),
            tuple(worker for status in statuses for worker in status.workers),
            sum(status.ahead for status in statuses),
        )

    async def rest(self, agents: frozenset[str]) -> None:
        """Let these agents be given nothing more, whosesoever they are."""
        for pool in self._pools:
            await pool.rest(agents)

    async def evict(self, agent: str) -> None:
        """Give what an agent has to others."""
        for pool in self._pools:
            await pool.evict(agent)

    async def drain(self, timeout_s: float) -> None:
        """Drain all of them at the same time."""
        if self._rehousing is not None:
            self._rehousing.cancel()
        await asyncio.gather(*(pool.drain(timeout_s) for pool in self._pools))

    async def _rehouse(self) -> None:
        while True:
            await asyncio.sleep(_REHOUSE_S)
            async with self._submitting:
                await self._move_homeless()

    async def _move_homeless(self) -> None:
        for number, pool in enumerate(self._pools):
            if isinstance(pool, Losing):
                others = [*self._pools[:number], *self._pools[number + 1 :]]
                for job in pool.homeless():
                    if await _is_taken(job, others):
                        pool.release(job)

    async def _roomiest_first(self) -> list[RenderPool]:
        """By free slots for each that there is; a pool without any comes last."""

        async def taken(pool: RenderPool) -> float:
            slots = (await pool.status()).slots
            return len(await pool.held()) / slots if slots else float("inf")

        ranked = [(await taken(pool), number, pool) for number, pool in enumerate(self._pools)]
        return [pool for _, _, pool in sorted(ranked, key=lambda entry: entry[:2])]


async def _is_taken(job: RenderJob, pools: Sequence[RenderPool]) -> bool:
    for pool in pools:
        try:
            await pool.submit(job)
        except PoolFull:
            continue
        log.info("job moved to another pool", job=job.id, deliveries=job.deliveries)
        return True
    return False
