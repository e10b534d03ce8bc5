"""The database file: one connection that writes, one that reads, and how both are set up."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import Unwritable
from bot.jobs import Job

#: Pragmas of a connection that writes: a commit that returned has reached the disk, and what is deleted is overwritten.
WRITER = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": "5000",
    "foreign_keys": "ON",
    "secure_delete": "ON",
}
_READER = {"query_only": "ON", "busy_timeout": "5000"}
#: What passes: another program holds the file for longer than `busy_timeout`, or there is no room on the disk.
_PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL})
#: One connection, for which everybody waits who needs it: after a machine's sleep any time-out would be over.
#: Parameters are what people have sent: no error may show them.
_ONE: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": None, "hide_parameters": True}
#: Where a transaction keeps the steps that jobs take in it.
_STEPS = "atelier steps"

#: Is told of a step that a job has taken: the job before and after.
Watcher = Callable[[Job, Job], None]


class Database:
    """An open database file, with the newest schema (`bot.store.migrate.upgrade`).

    There is one writing connection, since SQLite knows one writer at a time; a lock holds it for a whole
    transaction, else coroutines would meet inside one. Reads go through a connection of their own and see the
    last committed state.
    """

    def __init__(self, file: Path) -> None:
        self._writer = create_async_engine(URL.create("sqlite+aiosqlite", database=str(file)), **_ONE)
        self._reader = create_async_engine(
            # As a URI a path may hold no bare `?`, `#` or `%`.
            URL.create("sqlite+aiosqlite", database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"}),
            **_ONE,
        )
        set_up(self._writer.sync_engine, "BEGIN IMMEDIATE", WRITER)
        set_up(self._reader.sync_engine, "BEGIN", _READER)
        self._writing = asyncio.Lock()
        self.watchers: list[Watcher] = []  #: told of each step of a job once it is committed

    async def connect(self) -> None:
        """Open both connections now: a task that is cancelled while it opens one would take its place for good."""
        async with self.write(), self.read():
            pass

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that nobody else writes beside; committed at the end, rolled back on any exception.

        Raises Unwritable where the disk is full or another program holds the file.
        """
        async with self._writing:
            with _as_unwritable():
                async with self._writer.begin() as connection:
                    steps: list[tuple[Job, Job]] = []
                    connection.info[_STEPS] = steps
                    yield connection
            for before, after in steps:
                for watcher in self.watchers:
                    watcher(before, after)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction: one snapshot for all that is asked in it."""
        async with self._reader.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close both connections and end their threads."""
        await self._reader.dispose()
        await self._writer.dispose()


@contextmanager
def _as_unwritable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        # The extended codes have the plain one in their last byte.
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _PASSING:
            raise Unwritable(str(error.orig)) from error
        raise


def note_step(connection: AsyncConnection, before: Job, after: Job) -> None:
    """Let the watchers be told of a step of a job, if the transaction is committed."""
    connection.info[_STEPS].append((before, after))


def set_up(engine: Engine, begin: str, pragmas: Mapping[str, str]) -> None:
    """Let every connection of `engine` start with `pragmas` and every transaction with the statement `begin`.

    The driver's own BEGIN comes late or, before DDL, not at all; SQLAlchemy documents these hooks in its place.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def began(connection: Any) -> None:
        connection.exec_driver_sql(begin)
