"""The removal of all that is known of a person."""

from __future__ import annotations

import dataclasses
import re

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import Status
from bot.store.engine import Database
from bot.store.tables import accounts, blob_refs, inbox, jobs, notices, pending, votes


@dataclasses.dataclass(frozen=True)
class Erased:
    """What was removed from the store, and what is left to be done outside."""

    number: int  #: of jobs
    underway: tuple[tuple[str, int], ...]  #: (id, attempt) of those that a pool may hold
    blobs: frozenset[str]  #: that their jobs referred to; others' may still


class Erasing:
    """Removes people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(self, requester: str) -> Erased:
        """Remove a requester's jobs with all that hangs on them, votes, beginnings, letters and settings at once.

        The notices in which they are named go, too.

        What the operator has decided about them stays, else an erasure would lift a ban; and that they opted out.
        """
        async with self._database.write() as connection:
            erased = await _what_there_is(connection, requester)
            for table in (jobs, votes, pending, inbox):
                await connection.execute(delete(table).where(table.c.requester == requester))
            await _remove_notices(connection, requester)
            its_row = accounts.c.requester == requester
            await connection.execute(update(accounts).where(its_row).values(language=None, options={}))
            await connection.execute(delete(accounts).where(its_row, *_UNDECIDED))
            return erased


_UNDECIDED = (
    accounts.c.banned.is_(None),
    accounts.c.allowed.is_(False),
    accounts.c.per_hour.is_(None),
    accounts.c.per_day.is_(None),
    accounts.c.opted_out.is_(False),
)


async def _remove_notices(connection: AsyncConnection, requester: str) -> None:
    named = re.compile(rf"(?<![\w:-]){re.escape(requester)}(?!\w)")
    query = select(notices.c.id, notices.c.text).where(notices.c.text.contains(requester))
    theirs = [number for number, text in await connection.execute(query) if named.search(text)]
    await connection.execute(delete(notices).where(notices.c.id.in_(theirs)))


async def _what_there_is(connection: AsyncConnection, requester: str) -> Erased:
    own = select(jobs.c.id, jobs.c.attempt, jobs.c.status).where(jobs.c.requester == requester)
    found = (await connection.execute(own)).all()
    referred = select(blob_refs.c.blob).where(blob_refs.c.requester == requester)
    return Erased(
        len(found),
        tuple((job_id, attempt) for job_id, attempt, status in found if status in (Status.QUEUED, Status.RENDERING)),
        frozenset((await connection.execute(referred)).scalars()),
    )
