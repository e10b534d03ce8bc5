"""What platforms have handed over and nobody has dealt with yet, as stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, null, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.engine import Database
from bot.store.tables import inbox

log = structlog.get_logger(__name__)

#: Seconds after which what was not dealt with is dropped, and a key forgotten.
_KEPT_S = 24 * 3600.0
#: How often the same letter is taken in hand: one that kills the bot each time must not do so for ever.
_TRIES = 5
_IS_DONE = inbox.c.body.is_(null())

#: A key that is unique within its adapter, whose it is (for their erasure), and the adapter's own JSON.
Letter = tuple[str, str | None, dict[str, Any]]


class InboxRows:
    """The table of letters. Of those that are dealt with the key alone stays for a day, and says that they were."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def put(self, adapter: str, letters: Sequence[Letter]) -> frozenset[str]:
        """Keep letters in one commit; returns the keys of those that had not come before."""
        if not letters:
            return frozenset()
        now = self._clock()
        rows = [
            {"adapter": adapter, "key": key, "requester": requester, "body": body, "at": now, "tries": 0}
            for key, requester, body in letters
        ]
        new = insert(inbox).values(rows).on_conflict_do_nothing().returning(inbox.c.key)
        async with self._database.write() as connection:
            await connection.execute(delete(inbox).where(_IS_DONE, self._is_old()))
            return frozenset((await connection.execute(new)).scalars())

    async def amend(self, adapter: str, key: str, requester: str | None, body: dict[str, Any]) -> None:
        """Note how far somebody is in dealing with a letter; that it was taken in hand before no longer counts."""
        values = {"requester": requester, "body": body, "tries": 0}
        there = (inbox.c.adapter == adapter) & (inbox.c.key == key)
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(there).values(**values))

    async def get(self, adapter: str, key: str) -> dict[str, Any] | None:
        """What is in a letter; None where it is dealt with, or was erased with its person."""
        query = select(inbox.c.body).where((inbox.c.adapter == adapter) & (inbox.c.key == key), ~_IS_DONE)
        async with self._database.read() as connection:
            body: dict[str, Any] | None = (await connection.execute(query)).scalar()
            return body

    async def waiting(self, adapter: str) -> int:
        """How many letters are not dealt with."""
        query = select(func.count()).where((inbox.c.adapter == adapter) & ~_IS_DONE)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one()

    async def take(self, adapter: str, keys: Sequence[str]) -> None:
        """Count that letters are taken in hand, before anything is done about them.

        Only of those that an earlier run has left: what merely waited when the bot was killed is no suspect.
        """
        mine = (inbox.c.adapter == adapter) & inbox.c.key.in_(keys) & ~_IS_DONE
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(mine).values(tries=inbox.c.tries + 1))

    async def stopped(self, adapter: str) -> None:
        """The bot stops in good order: that letters were in its hands was no failure of theirs."""
        mine = (inbox.c.adapter == adapter) & ~_IS_DONE & (inbox.c.tries > 0)
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(mine).values(tries=inbox.c.tries - 1))

    async def done(self, adapter: str, keys: Sequence[str]) -> None:
        """Forget what was in these letters, and whose they were."""
        known = (inbox.c.adapter == adapter) & inbox.c.key.in_(keys)
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(known).values(body=null(), requester=None))

    async def left(self, adapter: str, within_s: float = _KEPT_S) -> list[dict[str, Any]]:
        """The bodies of what an earlier run has left, in the order in which they came; what is older is dropped."""
        mine = (inbox.c.adapter == adapter) & ~_IS_DONE
        old = delete(inbox).where(mine, inbox.c.at < self._clock() - within_s).returning(inbox.c.key)
        bodies = select(inbox.c.body).where(mine).order_by(inbox.c.id)
        async with self._database.write() as connection:
            if dropped := list((await connection.execute(old)).scalars()):
                log.warning("letters dropped", adapter=adapter, keys=dropped)
            return list((await connection.execute(bodies)).scalars())

    async def in_hand(self, adapter: str) -> frozenset[str]:
        """The keys of what is left and was in hand when an earlier run was killed.

        It is to be dealt with one after another: so the one that kills is found out, and what was beside it is not.
        """
        mine = (inbox.c.adapter == adapter) & ~_IS_DONE & (inbox.c.tries > 0)
        async with self._database.read() as connection:
            return frozenset((await connection.execute(select(inbox.c.key).where(mine))).scalars())

    async def suspects(self, adapter: str) -> list[dict[str, Any]]:
        """The bodies of what was taken in hand in vain too often; they are no longer left, and their people be told."""
        mine = (inbox.c.adapter == adapter) & ~_IS_DONE & (inbox.c.tries >= _TRIES)
        bodies = select(inbox.c.key, inbox.c.body).where(mine).order_by(inbox.c.id)
        async with self._database.write() as connection:
            found = (await connection.execute(bodies)).all()
            await connection.execute(update(inbox).where(mine).values(body=null(), requester=None))
        if found:
            log.error("letters given up", adapter=adapter, keys=[key for key, _ in found])
        return [body for _, body in found]

    def _is_old(self) -> ColumnElement[bool]:
        return inbox.c.at < self._clock() - _KEPT_S
