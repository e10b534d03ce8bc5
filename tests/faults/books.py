"""The service's database, as the harness reads it from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: How often a condition is looked at (seconds).
_LOOK_S = 0.2
#: How often it is tried to hold the database (seconds).
_BETWEEN_S = 0.002


async def until(condition: Callable[[], bool]) -> None:
    """Return once it holds; whoever waits has a limit of their own."""
    while True:
        if condition():
            return
        await asyncio.sleep(_LOOK_S)


@dataclass(frozen=True)
class Row:
    """A job and its reply as they are stored."""

    id: str
    status: str
    reason: str | None
    deliveries: int
    reply: str | None  #: state of its outbox row
    address: dict[str, Any]
    asked_to_cancel: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.reply in ("sent", "refused", "uncertain")


class Books:
    """Reads the database, and keeps it from others."""

    def __init__(self, file: Path) -> None:
        self._file = file
        # Many ask all the time.
        self._latest: dict[int, list[Row]] = {}
        self._looked_at = -math.inf

    def rows(self) -> dict[int, list[Row]]:
        """The jobs of each order, by its number."""
        query = """
            SELECT jobs.id, status, reason, deliveries, outbox.state, address, cancel_requested, options FROM jobs
            LEFT JOIN outbox ON outbox.job = jobs.id LEFT JOIN addresses ON addresses.job = jobs.id
        """
        found: dict[int, list[Row]] = {}
        if not self._file.exists():
            return found
        with self._open() as connection, contextlib.suppress(sqlite3.OperationalError):  # not made yet
            for job, status, reason, deliveries, reply, address, cancel, options in connection.execute(query):
                row = Row(job, status, reason, deliveries, reply, json.loads(address or "{}") or {}, bool(cancel))
                found.setdefault(json.loads(options)["seed"], []).append(row)
        return found

    def of(self, number: int) -> list[Row]:
        """The jobs of one order, as they were a moment ago: one, mostly."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S / 2:
            self._latest, self._looked_at = self.rows(), now
        return self._latest.get(number, [])

    @contextlib.asynccontextmanager
    async def kept_busy(self) -> AsyncIterator[None]:
        """While this lasts nobody else can write."""
        with self._open() as connection:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    break
                except sqlite3.OperationalError:
                    # The service is in the middle of writing, and may wait for the harness: that must go on meanwhile.
                    await asyncio.sleep(_BETWEEN_S)
            try:
                yield
            finally:
                connection.rollback()

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=0)
        try:
            yield connection
        finally:
            connection.close()
