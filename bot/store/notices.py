"""What admins should know, as stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sqlalchemy import delete, insert, select

from bot.store.engine import Database
from bot.store.tables import notices

#: Notices that are kept.
_KEPT = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened."""

    at: float  #: Unix seconds
    kind: str  #: ``moderation``, ``spend``, ``x``, ``disk``
    text: str


class NoticeRows:
    """The table of notices; the oldest make room for new ones."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def add(self, kind: str, text: str) -> None:
        """Keep a notice."""
        row = insert(notices).values(at=self._clock(), kind=kind, text=text).returning(notices.c.id)
        async with self._database.write() as connection:
            number = (await connection.execute(row)).scalar_one()
            await connection.execute(delete(notices).where(notices.c.id <= number - _KEPT))

    async def latest(self, limit: int) -> list[Notice]:
        """The last ones, the newest first."""
        query = select(notices.c.at, notices.c.kind, notices.c.text).order_by(notices.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return [Notice(*row) for row in await connection.execute(query)]
