"""What platforms were paid, as stored."""

from __future__ import annotations

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from bot.store.engine import Database
from bot.store.tables import spending


@dataclasses.dataclass(frozen=True, slots=True)
class Spent:
    """Calls of one kind, and what they cost (US dollars)."""

    calls: int
    dollars: float


class SpendingRows:
    """The ledger: a row for each platform, day and kind of call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, platform: str, day: str, kind: str, calls: int, price: float) -> None:
        """Note calls of a kind, `price` dollars each."""
        micros = round(calls * price * 1e6)
        row = insert(spending).values(platform=platform, day=day, kind=kind, calls=calls, micros=micros)
        more = {"calls": spending.c.calls + calls, "micros": spending.c.micros + micros}
        async with self._database.write() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["platform", "day", "kind"], set_=more))

    async def within(self, platform: str, days: str) -> dict[str, Spent]:
        """What was spent by kind, on a day (``2026-11-27``) or in a month (``2026-11``)."""
        query = (
            select(spending.c.kind, func.sum(spending.c.calls), func.sum(spending.c.micros))
            .where(spending.c.platform == platform, spending.c.day.startswith(days))
            .group_by(spending.c.kind)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return {kind: Spent(calls, micros / 1e6) for kind, calls, micros in rows}
