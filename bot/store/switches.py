"""What the operator has set while the service runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.store.engine import Database
from bot.store.tables import switches


class Switches:
    """Named values that outlive a restart.

    ``paused``: ``{"reason": str}`` while nothing new is painted. ``drained``: any value while no order is taken.
    ``disk-full``: ``{"opens_mb": int}`` while none is for want of disk. ``restored``: ``{"at": Unix seconds}`` of when
    the store was put back from a backup. ``resting``: ``{"agents": [name, …]}`` that are given nothing to paint.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> dict[str, Any] | None:
        """What the switch is set to, None where it is off."""
        query = select(switches.c.value).where(switches.c.name == name)
        async with self._database.read() as connection:
            found: dict[str, Any] | None = (await connection.execute(query)).scalar()
            return found

    async def put(self, name: str, value: dict[str, Any] | None) -> None:
        """Set the switch, or with None put it out."""
        async with self._database.write() as connection:
            if value is None:
                await connection.execute(delete(switches).where(switches.c.name == name))
                return
            row = insert(switches).values(name=name, value=value)
            await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
