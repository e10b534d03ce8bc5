"""The keys of programs, as stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update

from bot.store.engine import Database
from bot.store.tables import api_keys


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """The key of a program, without its text, which nobody has but the program."""

    id: str
    name: str
    hash: str  #: SHA-256 of its text, in hex
    scopes: tuple[str, ...]  #: of `bot.keys.SCOPES`
    webhook_secret: str = dataclasses.field(repr=False)
    created_at: float  #: Unix seconds, as the others
    expires_at: float | None = None
    last_used_at: float | None = None
    revoked_at: float | None = None


class KeyRows:
    """The table of keys. They are few and asked for with every request, so that they are kept in memory, too."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._by_hash: dict[str, Key] | None = None
        self._changes = 0

    async def add(self, key: Key) -> None:
        """Store a new key."""
        await self._change(insert(api_keys).values(dataclasses.asdict(key)))

    async def revoke(self, key_id: str) -> bool:
        """Let a key be good for nothing from now on; whether there was one that was not revoked yet."""
        its_row = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
        return await self._change(update(api_keys).where(its_row).values(revoked_at=self._clock())) == 1

    async def used(self, key: Key) -> None:
        """Note that a key is used now."""
        now = self._clock()
        known = await self._known()
        # In memory first: a burst of requests is noted by its first.
        known[key.hash] = dataclasses.replace(known[key.hash], last_used_at=now)
        async with self._database.write() as connection:
            await connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(last_used_at=now))

    async def by_hash(self, hash: str) -> Key | None:
        """The key whose text has this SHA-256 (hex)."""
        return (await self._known()).get(hash)

    async def by_id(self, key_id: str) -> Key | None:
        """The key with this id."""
        return next((key for key in (await self._known()).values() if key.id == key_id), None)

    async def all(self) -> list[Key]:
        """Every key, the newest last."""
        return list((await self._known()).values())

    async def _known(self) -> dict[str, Key]:
        if self._by_hash is not None:
            return self._by_hash
        changes = self._changes
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        keys = [Key(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]
        known = {key.hash: key for key in keys}
        if changes == self._changes:  # else this is what was before
            self._by_hash = known
        return known

    async def _change(self, statement: Any) -> int:
        try:
            async with self._database.write() as connection:
                changed: int = (await connection.execute(statement)).rowcount
                return changed
        finally:
            self._changes += 1
            self._by_hash = None
