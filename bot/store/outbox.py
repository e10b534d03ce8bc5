"""The replies that are due, as stored; the rows themselves are written by the job's end (`bot.store.rows.step`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from sqlalchemy import Integer, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import IllegalTransition, Job, Status
from bot.store.engine import Database
from bot.store.rows import JOB_COLUMNS, step, to_job
from bot.store.tables import ReplyState, jobs, outbox


@dataclasses.dataclass(frozen=True, slots=True)
class DueReply:
    """A reply that somebody waits for."""

    job: Job
    state: ReplyState  #: ready or sending
    tries: int  #: how often it was postponed


@dataclasses.dataclass(frozen=True, slots=True)
class Unsettled:
    """The replies of an adapter that are in one state: ready, sending or uncertain."""

    adapter: str
    state: ReplyState
    number: int
    oldest_s: float  #: seconds since the first of them was due at first


class OutboxRows:
    """The table of replies. Each change is one transaction and raises IllegalTransition where the reply moved on."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def due(self, adapter: str, limit: int = 20) -> list[DueReply]:
        """Replies of an adapter whose time has come, the longest due first."""
        given = {"adapter": adapter, "now": self._clock(), "most": limit}
        async with self._database.read() as connection:
            rows = (await connection.execute(_DUE, given)).mappings()
            return [DueReply(to_job(row), ReplyState(row["state"]), row["tries"]) for row in rows]

    async def seconds_to_next(self, adapter: str) -> float | None:
        """Seconds until the adapter's next reply is due, 0 where one is; None without any."""
        async with self._database.read() as connection:
            due_at: float | None = (await connection.execute(_NEXT_AT, {"adapter": adapter})).scalar()
        return None if due_at is None else max(0.0, due_at - self._clock())

    async def claim(self, job: Job) -> None:
        """Note that the reply is being sent; to be committed before the platform sees it."""
        async with self._database.write() as connection:
            await _change(connection, job, ReplyState.READY, state=ReplyState.SENDING)

    async def sent(self, job: Job, message_id: str) -> None:
        """The platform has confirmed the reply: a painting is delivered."""
        async with self._database.write() as connection:
            await _change(connection, job, ReplyState.SENDING, state=ReplyState.SENT, message_id=message_id)
            if job.status is Status.RENDERED:
                await step(connection, job, dataclasses.replace(job, status=Status.DELIVERED), self._clock())

    async def refused(self, job: Job, error: str) -> None:
        """The platform will never take the reply: a painting is failed as undeliverable."""
        async with self._database.write() as connection:
            await _change(connection, job, ReplyState.SENDING, state=ReplyState.REFUSED, last_error=error)
            if job.status is Status.RENDERED:
                failed = dataclasses.replace(job, status=Status.FAILED, reason="undeliverable")
                await step(connection, job, failed, self._clock())

    async def postpone(self, job: Job, state: ReplyState, delay_s: float, error: str) -> None:
        """Look at a reply again after `delay_s`: send it (`ready`), or ask whether it was sent (`sending`)."""
        later = {"state": state, "due_at": self._clock() + delay_s, "tries": outbox.c.tries + 1, "last_error": error}
        async with self._database.write() as connection:
            await _change(connection, job, ReplyState.SENDING, **later)

    async def uncertain(self, job: Job) -> None:
        """Nobody can tell whether the reply was sent; it is left to people."""
        async with self._database.write() as connection:
            await _change(connection, job, ReplyState.SENDING, state=ReplyState.UNCERTAIN)

    async def job_of(self, adapter: str, message_id: str) -> Job | None:
        """The job whose reply is this message of an adapter's."""
        query = select(*JOB_COLUMNS).join_from(outbox, jobs)
        query = query.where(outbox.c.message_id == message_id, jobs.c.adapter == adapter)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
            return to_job(row) if row else None

    async def counts(self) -> dict[ReplyState, int]:
        """How many replies there are in each state that there is one in."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        async with self._database.read() as connection:
            return {ReplyState(state): number for state, number in (await connection.execute(query))}

    async def unsettled(self) -> list[Unsettled]:
        """The replies that are still to be sent, or that nobody knows about, by adapter and state."""
        # A reply is due with its job's end; `due_at` moves on whenever it is postponed. Of a painting that is not
        # delivered there is no end yet, but when it was begun and how long it took.
        painted_at = jobs.c.started_at + jobs.c.result_info["seconds"].as_float()
        since = func.min(func.coalesce(jobs.c.ended_at, painted_at, outbox.c.due_at))
        kind = (jobs.c.adapter, outbox.c.state)
        states = (ReplyState.READY, ReplyState.SENDING, ReplyState.UNCERTAIN)
        query = select(*kind, func.count(), since).join_from(outbox, jobs).where(outbox.c.state.in_(states))
        async with self._database.read() as connection:
            now = self._clock()
            return [
                Unsettled(adapter, ReplyState(state), number, max(0.0, now - oldest))
                for adapter, state, number, oldest in await connection.execute(query.group_by(*kind))
            ]


_UNSETTLED = (jobs.c.adapter == bindparam("adapter")) & outbox.c.state.in_([ReplyState.READY, ReplyState.SENDING])
# Built once: to put such a statement together takes longer than to answer it.
_DUE = (
    select(*JOB_COLUMNS, outbox.c.state, outbox.c.tries)
    .join_from(outbox, jobs)
    .where(_UNSETTLED, outbox.c.due_at <= bindparam("now"))
    .order_by(outbox.c.due_at)
    .limit(bindparam("most", type_=Integer))
)
_NEXT_AT = select(func.min(outbox.c.due_at)).join_from(outbox, jobs).where(_UNSETTLED)


async def _change(connection: AsyncConnection, job: Job, expected: ReplyState, **values: Any) -> None:
    its_row = (outbox.c.job == job.id) & (outbox.c.state == expected)
    if (await connection.execute(update(outbox).where(its_row).values(values))).rowcount != 1:
        raise IllegalTransition(f"the reply to {job.id} is no longer {expected}")
