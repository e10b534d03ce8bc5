"""Where replies go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database
from bot.store.tables import addresses, jobs


class Addresses:
    """The address of each job's reply, JSON that only its adapter understands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, job_id: str) -> dict[str, Any] | None:
        """The address of a job's reply, or None."""
        query = select(addresses.c.address).where(addresses.c.job == job_id)
        async with self._database.read() as connection:
            found: dict[str, Any] | None = (await connection.execute(query)).scalar()
            return found

    async def put(self, job_id: str, address: dict[str, Any]) -> None:
        """Keep the address in place of the former one; nothing where the job was erased meanwhile."""
        async with self._database.write() as connection:
            if (await connection.execute(select(jobs.c.id).where(jobs.c.id == job_id))).scalar():
                await write_address(connection, job_id, address)


async def write_address(connection: AsyncConnection, job_id: str, address: dict[str, Any]) -> None:
    """Keep the address of a job that there is, in place of any former one."""
    row = insert(addresses).values(job=job_id, address=address)
    await connection.execute(row.on_conflict_do_update(index_elements=["job"], set_={"address": address}))
