"""The life of jobs, as stored: accepted, handed over, tried again, ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import BATCH_FROM, OPEN, IllegalTransition, Job, Priority, Status, check_transition
from bot.store.addresses import write_address
from bot.store.engine import Database
from bot.store.quotas import Allowance, Quotas, allowances, check_quotas, count_accepted
from bot.store.rows import JOB_COLUMNS, one_job, refer, step, to_job, to_row
from bot.store.tables import ReplyState, jobs, outbox
from bot.store.webhooks import expect_webhook


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """How many open jobs there may be."""

    per_requester: int
    in_all: int


class NoRoom(Exception):
    """One job more would be too many: of this requester's (`in_all` False), or in all."""

    def __init__(self, in_all: bool) -> None:
        super().__init__("too many open jobs " + ("in all" if in_all else "of one requester"))
        self.in_all = in_all


class Jobs:
    """The table of jobs. Every change is one transaction; a job handed in is what the caller last read.

    A change raises IllegalTransition where `bot.jobs.TRANSITIONS` forbids it, where the row has moved on since
    it was read, and where there is no such job.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, job_id: str) -> Job | None:
        """The job with this id."""
        async with self._database.read() as connection:
            return await one_job(connection, job_id)

    async def by_source(self, adapter: str, source: str) -> Job | None:
        """The job that an adapter's message has made."""
        async with self._database.read() as connection:
            return await _by_source(connection, adapter, source)

    async def of_requester(self, requester: str, limit: int, before: tuple[float, str] | None = None) -> list[Job]:
        """The last jobs of a requester, the newest first: all, or those behind `before` (created_at and id)."""
        which = jobs.c.requester == requester
        if before is not None:
            which &= tuple_(jobs.c.created_at, jobs.c.id) < tuple_(*before)
        return await self._last(which, limit)

    async def several(self, job_ids: Collection[str]) -> list[Job]:
        """Those of these jobs that there are."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(*JOB_COLUMNS).where(jobs.c.id.in_(job_ids)))
            return [to_job(row) for row in rows.mappings()]

    async def beginning_with(self, prefix: str, requester: str) -> Job | None:
        """The newest job of a requester whose id begins with these hex digits."""
        found = await self._last((jobs.c.requester == requester) & jobs.c.id.startswith(prefix, autoescape=True), 1)
        return found[0] if found else None

    async def _last(self, which: Any, limit: int) -> list[Job]:
        query = select(*JOB_COLUMNS).where(which).order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return [to_job(row) for row in (await connection.execute(query)).mappings()]

    async def check_room(self, requester: str, room: Room) -> None:
        """Raise NoRoom where `add` would now; only `add` itself is certain."""
        async with self._database.read() as connection:
            await _check_room(connection, requester, room)

    async def check_quotas(self, requester: str, place: str | None, network: str | None, quotas: Quotas) -> None:
        """Raise OverQuota where `add` would now; only `add` itself is certain."""
        async with self._database.read() as connection:
            await check_quotas(connection, requester, place, network, quotas, self._clock())

    async def allowances(
        self, requester: str, place: str | None, network: str | None, quotas: Quotas
    ) -> list[Allowance]:
        """How much is left of what may be accepted of this requester, and from this group and network."""
        async with self._database.read() as connection:
            return await allowances(connection, requester, place, network, quotas, self._clock())

    async def open_of(self, requester: str) -> int:
        """How many open jobs a requester has, as `add` counts them."""
        async with self._database.read() as connection:
            _, own = await _open_jobs(connection, requester)
            return own

    async def add(
        self,
        job: Job,
        *,
        estimate_s: float,
        room: Room,
        quotas: Quotas | None = None,
        network: str | None = None,
        address: dict[str, Any] | None = None,
        webhook: str | None = None,
        priority: Priority = Priority.USUAL,
    ) -> Job:
        """Store a new job, its blobs' references, the render seconds expected and where its reply goes.

        `network` is where it came from, for its quota; `webhook` a URL that is to be told of the job's end. A usual
        job is of a batch where its requester has many open ones already.

        Committed when this returns, and counted. Returns the job that the same message made before, if it did.
        Raises NoRoom, and OverQuota where there are `quotas`.
        """
        async with self._database.write() as connection:
            known = await _by_source(connection, job.adapter, job.source)
            if known is not None:
                return known
            own = await _check_room(connection, job.requester, room)
            if priority is Priority.USUAL and own >= BATCH_FROM:
                priority = Priority.BATCH
            now = self._clock()
            if quotas is not None:
                await check_quotas(connection, job.requester, job.place, network, quotas, now)
            await count_accepted(connection, job.requester, job.place, network, now)
            row = to_row(job) | {"estimate_s": estimate_s, "not_before": 0.0, "cancel_requested": False}
            row["priority"] = priority
            await connection.execute(insert(jobs).values(row))
            if address is not None:
                await write_address(connection, job.id, address)
            if webhook is not None:
                await expect_webhook(connection, job.id, webhook)
            await refer(connection, job, "content", job.content)
            for style in job.styles:
                await refer(connection, job, "style", style.picture)
                if style.mask:
                    await refer(connection, job, "mask", style.mask)
            return job

    async def hand_over(self, job_id: str, attempt: int, delivery: int) -> Job:
        """Count a hand-over to a worker; to be committed before the worker sees the pictures.

        The same delivery told twice is counted once. Returns the job: rendering, or cancelled where its worker
        died after somebody had asked for that.
        """
        async with self._database.write() as connection:
            job = await _in_attempt(connection, job_id, attempt)
            if job.status is Status.RENDERING:
                if delivery <= job.deliveries:
                    return job
                job = await self._step(connection, job, status=Status.QUEUED)
                if job.status is Status.CANCELLED:
                    return job
            # A pool may have delivered more often than it could tell: the bot was away, say.
            deliveries = max(job.deliveries + 1, delivery)
            return await self._step(
                connection, job, status=Status.RENDERING, deliveries=deliveries, started_at=self._clock()
            )

    async def requeue(self, job: Job) -> Job:
        """Back to the queue from a worker that is gone without a word; the hand-over stays counted."""
        async with self._database.write() as connection:
            return await self._step(connection, job, status=Status.QUEUED)

    async def take_back(self, job: Job) -> Job:
        """Back to the queue from a worker that is stopped on purpose; the hand-over is not counted."""
        async with self._database.write() as connection:
            return await self._step(connection, job, status=Status.QUEUED, deliveries=job.deliveries - 1)

    async def retry(self, job: Job, *, delay_s: float = 0, **changes: Any) -> Job:
        """Back to the queue for a further attempt, after `delay_s`, with these changes (fields of the job).

        The worker has ended the attempt in good order, so its hand-over does not count towards poison.
        """
        async with self._database.write() as connection:
            after = dataclasses.replace(
                job, status=Status.QUEUED, attempt=job.attempt + 1, deliveries=job.deliveries - 1, **changes
            )
            now = self._clock()
            return await step(connection, job, after, now, not_before=now + delay_s)

    async def finish(self, job: Job, status: Status, reason: str, explanation: str | None = None) -> Job:
        """End a job without a painting; the reply that says so is due with the same commit."""
        async with self._database.write() as connection:
            return await self._step(connection, job, status=status, reason=reason, explanation=explanation)

    async def painted(self, job: Job, result: str, info: dict[str, Any], frames: str | None = None) -> Job:
        """Store the blob names of painting and time-lapse, and the facts; the reply is due with the same commit."""
        async with self._database.write() as connection:
            after = await self._step(
                connection, job, status=Status.RENDERED, result=result, result_info=info, frames=frames
            )
            await refer(connection, after, "result", result)
            if frames:
                await refer(connection, after, "frames", frames)
            return after

    async def cancel(self, job_id: str) -> Job:
        """Cancel a queued job, or note that the cancel of a rendering one was asked for; returns the job.

        Raises IllegalTransition for any other.
        """
        async with self._database.write() as connection:
            job = await one_job(connection, job_id)
            if job is None:
                raise IllegalTransition(f"there is no job {job_id}")
            if job.status is Status.QUEUED:
                return await self._step(connection, job, status=Status.CANCELLED, reason="cancelled")
            check_transition(job.status, Status.CANCELLED)
            await connection.execute(update(jobs).where(jobs.c.id == job_id).values(cancel_requested=True))
            return job

    async def _step(self, connection: AsyncConnection, before: Job, **changes: Any) -> Job:
        return await step(connection, before, dataclasses.replace(before, **changes), self._clock())


async def _by_source(connection: AsyncConnection, adapter: str, source: str) -> Job | None:
    query = select(*JOB_COLUMNS).where(jobs.c.adapter == adapter, jobs.c.source == source)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else to_job(row)


async def _in_attempt(connection: AsyncConnection, job_id: str, attempt: int) -> Job:
    job = await one_job(connection, job_id)
    if job is None or job.attempt != attempt:
        raise IllegalTransition(f"there is no job {job_id} in attempt {attempt}")
    return job


async def _check_room(connection: AsyncConnection, requester: str, room: Room) -> int:
    """How many open jobs this requester has; raises NoRoom where one more would be too many."""
    in_all, own = await _open_jobs(connection, requester)
    if own >= room.per_requester:
        raise NoRoom(in_all=False)
    if in_all >= room.in_all:
        raise NoRoom(in_all=True)
    return own


async def _open_jobs(connection: AsyncConnection, requester: str) -> tuple[int, int]:
    """How many open jobs there are in all, and of this requester."""
    # A reply that nobody will send again must not keep its requester out.
    stuck = select(outbox.c.job).where(outbox.c.state == ReplyState.UNCERTAIN)
    its_own = func.count().filter(jobs.c.requester == requester)
    query = select(func.count(), its_own).select_from(jobs).where(jobs.c.status.in_(OPEN), jobs.c.id.not_in(stuck))
    in_all, own = (await connection.execute(query)).one()
    return in_all, own
