"""What admins have done, as stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sqlalchemy import delete, insert, select, update

from bot.store.engine import Database
from bot.store.tables import Outcome, audit


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One act."""

    at: float  #: Unix seconds
    by: str  #: ``platform:id``, ``control:UID``, ``page:ADDRESS`` or ``token:ADDRESS``
    verb: str
    arguments: str
    outcome: Outcome
    said: str  #: the first line of the answer, or why it was refused


class AuditRows:
    """The audit log."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, by: str, verb: str, arguments: str) -> int:
        """Note what somebody is about to do; returns the entry's number."""
        row = {"at": self._clock(), "by": by, "verb": verb, "arguments": arguments}
        entry = insert(audit).values(row | {"outcome": Outcome.UNFINISHED, "said": ""}).returning(audit.c.id)
        async with self._database.write() as connection:
            number: int = (await connection.execute(entry)).scalar_one()
            return number

    async def done(self, number: int, said: str) -> None:
        """Note that it was done, and what was answered."""
        await self._end(number, Outcome.OK, said)

    async def refused(self, number: int, said: str) -> None:
        """Note that it was refused, and why."""
        await self._end(number, Outcome.REFUSED, said)

    async def _end(self, number: int, outcome: Outcome, said: str) -> None:
        async with self._database.write() as connection:
            its_row = update(audit).where(audit.c.id == number)
            await connection.execute(its_row.values(outcome=outcome, said=said))

    async def latest(self, limit: int) -> list[Entry]:
        """The last entries, the newest first."""
        columns = (audit.c.at, audit.c.by, audit.c.verb, audit.c.arguments, audit.c.outcome, audit.c.said)
        query = select(*columns).order_by(audit.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            found = await connection.execute(query)
            return [Entry(at, by, verb, words, Outcome(outcome), said) for at, by, verb, words, outcome, said in found]

    async def prune(self, until: float) -> int:
        """Forget what was done until a moment (Unix seconds); returns how many entries that were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(audit).where(audit.c.at <= until))).rowcount
