"""What is known of people and groups, as stored."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from sqlalchemy import Table, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database
from bot.store.tables import accounts, places


@dataclasses.dataclass(frozen=True)
class Account:
    """A requester's settings, and what the operator has decided about them; the latter can be said of a group, too."""

    requester: str
    language: str | None = None  #: chosen by the person, of `bot.texts.LANGUAGES`
    options: dict[str, Any] = dataclasses.field(default_factory=dict)  #: `RenderOptions` to begin with
    banned: str | None = None  #: the reason, perhaps empty; None where they are not
    allowed: bool = False  #: admitted in spite of `access.allow_list`
    per_hour: int | None = None  #: jobs, in place of the settings' number
    per_day: int | None = None
    opted_out: bool = False  #: does not want to be answered


@dataclasses.dataclass(frozen=True)
class Place:
    """A group's settings."""

    id: str  #: ``platform:id``
    others_may_press: bool = True  #: whether anybody there may order by the buttons under another's painting


_Row = TypeVar("_Row", Account, Place)


class AccountRows:
    """The tables of accounts and places; who has no row has the defaults."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, requester: str) -> Account:
        """What is known of a requester or a group."""
        async with self._database.read() as connection:
            return await one_account(connection, requester)

    async def change(self, requester: str, **fields: Any) -> Account:
        """Change fields of an account; returns it as it is then."""
        async with self._database.write() as connection:
            return await _put(connection, accounts, await one_account(connection, requester), fields)

    async def place(self, place_id: str) -> Place:
        """A group's settings."""
        async with self._database.read() as connection:
            return await _one_place(connection, place_id)

    async def change_place(self, place_id: str, **fields: Any) -> Place:
        """Change a group's settings; returns them as they are then."""
        async with self._database.write() as connection:
            return await _put(connection, places, await _one_place(connection, place_id), fields)


async def one_account(connection: AsyncConnection, requester: str) -> Account:
    """The account, with defaults where there is none."""
    query = select(accounts).where(accounts.c.requester == requester)
    row = (await connection.execute(query)).mappings().one_or_none()
    return Account(**row) if row else Account(requester)


async def _one_place(connection: AsyncConnection, place_id: str) -> Place:
    row = (await connection.execute(select(places).where(places.c.id == place_id))).mappings().one_or_none()
    return Place(**row) if row else Place(place_id)


async def _put(connection: AsyncConnection, table: Table, before: _Row, fields: dict[str, Any]) -> _Row:
    after = dataclasses.replace(before, **fields)
    row = insert(table).values(dataclasses.asdict(after))
    await connection.execute(row.on_conflict_do_update(index_elements=table.primary_key.columns, set_=fields))
    return after
