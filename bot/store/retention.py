"""What is kept for a time only: pictures of jobs that have ended, those jobs, and the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, tuple_

from bot.jobs import Job, Status
from bot.store.engine import Database
from bot.store.rows import JOB_COLUMNS, to_job
from bot.store.tables import ReplyState, blob_refs, jobs, outbox, spending

#: When a job ended (Unix seconds), and its id: the order in which they are gone through.
Mark = tuple[float, str]
FIRST: Mark = (0.0, "")

_SETTLED = (ReplyState.SENT, ReplyState.REFUSED)


class RetentionRows:
    """Questions and changes of retention. Each takes few jobs at a time, so that nobody waits long for the writer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ended(self, until: float, after: Mark, limit: int) -> list[Mark]:
        """The next jobs behind `after` that had ended by `until`."""
        place = tuple_(jobs.c.ended_at, jobs.c.id)
        query = select(jobs.c.ended_at, jobs.c.id).where(jobs.c.ended_at <= until, place > tuple_(*after))
        async with self._database.read() as connection:
            found = await connection.execute(query.order_by(jobs.c.ended_at, jobs.c.id).limit(limit))
            return [(ended_at, job_id) for ended_at, job_id in found]

    async def unrefer(self, ended: Sequence[str], roles: Collection[str]) -> set[str]:
        """Drop the references that ended jobs hold in these roles; returns the blobs, which others may need."""
        theirs = blob_refs.c.job.in_(ended) & blob_refs.c.role.in_(roles)
        async with self._database.read() as connection:
            # Mostly there are none, and then nobody has to wait.
            if (await connection.execute(select(blob_refs.c.blob).where(theirs).limit(1))).first() is None:
                return set()
        dropped = delete(blob_refs).where(theirs).returning(blob_refs.c.blob)
        async with self._database.write() as connection:
            return set((await connection.execute(dropped)).scalars())

    async def forget(self, ended: Sequence[str]) -> tuple[int, set[str]]:
        """Remove ended jobs and all that hangs on them; returns how many, and the blobs, which others may need.

        One whose reply is not settled stays: it is to be sent, or an admin has to say what became of it.
        """
        unsettled = select(outbox.c.job).where(outbox.c.job.in_(ended), outbox.c.state.not_in(_SETTLED))
        over = select(jobs.c.id).where(jobs.c.id.in_(ended), jobs.c.ended_at.is_not(None), jobs.c.id.not_in(unsettled))
        async with self._database.write() as connection:
            gone = list((await connection.execute(over)).scalars())
            referred = select(blob_refs.c.blob).where(blob_refs.c.job.in_(gone))
            blobs = set((await connection.execute(referred)).scalars())
            await connection.execute(delete(jobs).where(jobs.c.id.in_(gone)))
            return len(gone), blobs

    async def waiting_since(self, moment: float, limit: int) -> list[Job]:
        """The first queued jobs that were accepted by `moment` (Unix seconds)."""
        query = select(*JOB_COLUMNS).where(jobs.c.status == Status.QUEUED, jobs.c.created_at <= moment)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(jobs.c.created_at, jobs.c.id).limit(limit))
            return [to_job(row) for row in rows.mappings()]

    async def prune_spending(self, before: str) -> int:
        """Forget what was spent before a day (``2026-11-27``); returns how many rows that were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(spending).where(spending.c.day < before))).rowcount
