"""The service's database, as the harness reads it from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: How often a condition is looked at (seconds).
_LOOK_S = 0.2


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
    """Reads the database; writes to it only what a test could not wait for."""

    def __init__(self, file: Path) -> None:
        self._file = file

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
        """The jobs of one order: one, mostly."""
        return self.rows().get(number, [])

    def age(self, job: str, hours: float) -> None:
        """Let a job have waited for so long, and be not painted for as long again."""
        at = time.time()
        with self._open() as connection, connection:
            values = (at - hours * 3600, at + hours * 3600, job)
            connection.execute("UPDATE jobs SET created_at = ?, not_before = ? WHERE id = ?", values)

    @contextlib.contextmanager
    def kept_busy(self) -> Iterator[None]:
        """While this lasts nobody else can write."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.rollback()

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=30)
        try:
            yield connection
        finally:
            connection.close()
