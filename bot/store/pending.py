"""What people have sent and not completed yet, as stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.engine import Database
from bot.store.tables import pending


@dataclasses.dataclass(frozen=True)
class Pending:
    """The beginning of an order: pictures as their adapter finds them again, and the words that came with them."""

    pictures: tuple[dict[str, Any], ...]
    words: str = ""
    address: dict[str, Any] = dataclasses.field(default_factory=dict)  #: where to answer, the adapter's own JSON
    kept_at: float = 0  #: Unix seconds, set when it is kept


class PendingRows:
    """The table of beginnings, one for each requester and place."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, requester: str, place: str, within_s: float) -> Pending | None:
        """What was kept at most `within_s` ago."""
        query = select(*_COLUMNS).where(_whose(requester, place), self._fresh(within_s))
        async with self._database.read() as connection:
            return _read((await connection.execute(query)).mappings().one_or_none())

    async def put(self, requester: str, place: str, beginning: Pending, within_s: float) -> None:
        """Keep a beginning in place of the former one, and let go of all that are older than `within_s`."""
        values = dataclasses.asdict(beginning) | {"kept_at": self._clock()}
        row = insert(pending).values(requester=requester, place=place, **values)
        async with self._database.write() as connection:
            await connection.execute(delete(pending).where(~self._fresh(within_s)))
            await connection.execute(row.on_conflict_do_update(index_elements=["requester", "place"], set_=values))

    async def amend(self, requester: str, place: str, beginning: Pending, within_s: float) -> bool:
        """Keep a beginning in place of the former one, if that is still there; whether it was."""
        values = dataclasses.asdict(beginning) | {"kept_at": self._clock()}
        there = update(pending).where(_whose(requester, place), self._fresh(within_s)).values(**values)
        async with self._database.write() as connection:
            return (await connection.execute(there)).rowcount > 0

    async def take(self, requester: str, place: str, within_s: float) -> Pending | None:
        """Remove what is kept and return it; of two at once only one gets it."""
        gone = delete(pending).where(_whose(requester, place)).returning(*_COLUMNS)
        async with self._database.write() as connection:
            taken = _read((await connection.execute(gone)).mappings().one_or_none())
        return taken if taken and taken.kept_at >= self._clock() - within_s else None

    def _fresh(self, within_s: float) -> Any:
        return pending.c.kept_at >= self._clock() - within_s


_COLUMNS = tuple(pending.c[field.name] for field in dataclasses.fields(Pending))


def _whose(requester: str, place: str) -> Any:
    return (pending.c.requester == requester) & (pending.c.place == place)


def _read(row: Any) -> Pending | None:
    return Pending(**{**row, "pictures": tuple(row["pictures"])}) if row else None
