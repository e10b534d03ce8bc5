"""What people think of paintings."""

from __future__ import annotations

from sqlalchemy.dialects.sqlite import insert

from bot.store.engine import Database
from bot.store.tables import votes


class Votes:
    """One vote of each person on each painting; the last one counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cast(self, job_id: str, requester: str, value: int) -> None:
        """Note a vote, 1 or -1, on a job that there is."""
        row = insert(votes).values(job=job_id, requester=requester, value=value)
        same = ["job", "requester"]
        async with self._database.write() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=same, set_={"value": value}))
