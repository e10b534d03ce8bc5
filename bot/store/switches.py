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
        #: What they are set to, as far as that was asked: nobody else writes them, and some are asked for every job.
        self._known: dict[str, dict[str, Any] | None] = {}
        self._changes = 0

    async def get(self, name: str) -> dict[str, Any] | None:
        """What the switch is set to, None where it is off."""
        if name not in self._known:
            query, changes = select(switches.c.value).where(switches.c.name == name), self._changes
            async with self._database.read() as connection:
                found: dict[str, Any] | None = (await connection.execute(query)).scalar()
            if changes != self._changes:  # it may be what was before
                return found
            self._known[name] = found
        return self._known[name]

    async def put(self, name: str, value: dict[str, Any] | None) -> None:
        """Set the switch, or with None put it out."""
        try:
            async with self._database.write() as connection:
                if value is None:
                    await connection.execute(delete(switches).where(switches.c.name == name))
                else:
                    row = insert(switches).values(name=name, value=value)
                    await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
        finally:
            self._known.pop(name, None)
            self._changes += 1
