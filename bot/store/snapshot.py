"""A copy of the whole database as it is at one moment, for a backup; and what a restored one needs before it is used.

Works beside a running service, in a process of its own: it never writes jobs, and never changes the schema of a
database that is in use.
"""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from bot.errors import OperatorError
from bot.store.migrate import KNOWN, NEWEST, upgrade
from bot.store.tables import Outcome, ReplyState

#: The switch (`bot.store.switches`) that says when the database was restored: ``{"at": Unix seconds}``.
RESTORED = "restored"

_BUSY_S = 10.0
#: Tables of what everybody had of late: the day's counts, and render seconds.
_FLEETING = ("accepted", "usage")


def take(database: Path, copy: Path) -> None:
    """Copy the database to `copy`, a new file, as it is at this moment. Blocks; others read and write meanwhile.

    Nothing that was deleted is in the copy, and none of what outlives an erasure and is of no use later (`_FLEETING`).
    Raises OperatorError where there is no database, or none that can be read.
    """
    whole = copy.with_name(f"{copy.name}.whole")
    try:
        with _reading(database, writable=False) as source, _opened(whole) as target:
            # In one step: between two, a busy service would write, and the copy begin anew each time.
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            for table in filter(functools.partial(_has, target), _FLEETING):
                target.execute(f"DELETE FROM {table}")  # nosec B608  # a name of ours
            # Row by row into a fresh file: pages that are free hold what was deleted.
            target.execute("VACUUM INTO ?", (str(copy),))
    finally:
        whole.unlink(missing_ok=True)


def schema_of(database: Path) -> str:
    """The revision of a database's schema; raises OperatorError where the file is damaged or no database of ours."""
    with _reading(database) as connection:
        [(verdict,), *_] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise OperatorError(f"{database} is damaged: {verdict}")
        if not _has(connection, "alembic_version"):
            raise OperatorError(f"{database} is no database of Atelier's")
        [(schema,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return str(schema)


def check_known(schema: str, what: object) -> None:
    """Raise OperatorError for a schema that a newer version has made."""
    if schema not in KNOWN:
        raise OperatorError(
            f"{what} was written by a newer version (its schema is {schema}, this program knows up to {NEWEST}): "
            "update the program, then try again"
        )


def count_jobs(database: Path) -> int:
    """How many jobs there are."""
    with _reading(database) as connection:
        number: int = connection.execute("SELECT count(*) FROM jobs").fetchone()[0]
        return number


def blobs_of(database: Path) -> Iterator[str]:
    """Names of all blobs that jobs refer to, each once, in order."""
    with _reading(database) as connection:
        for (name,) in connection.execute("SELECT DISTINCT blob FROM blob_refs ORDER BY blob"):
            yield name


def prepare(database: Path, is_there: Callable[[str], bool], now: float) -> None:
    """Bring a restored database to the newest schema, and make it true of what was restored with it.

    `is_there` says of a blob whether its file is; `now` is in Unix seconds. A painting whose file is missing is to be
    painted again. What was due may have been sent since the backup, so it is asked after, as after a crash. Raises
    OperatorError.
    """
    upgrade(database)
    with _reading(database, writable=True) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN IMMEDIATE")
        names = connection.execute("SELECT DISTINCT blob FROM blob_refs").fetchall()
        missing = [(name,) for (name,) in names if not is_there(name)]
        connection.executemany("DELETE FROM blob_refs WHERE blob = ?", missing)
        results = connection.execute(
            "SELECT id, result FROM jobs JOIN outbox ON job = id WHERE status = 'rendered' AND state != ?",
            (ReplyState.UNCERTAIN.value,),
        ).fetchall()
        lost = [(job,) for job, result in results if not is_there(result)]
        connection.executemany("DELETE FROM outbox WHERE job = ?", lost)
        connection.executemany(
            "UPDATE jobs SET status = 'queued', attempt = attempt + 1, deliveries = 0, started_at = NULL,"
            " result = NULL, result_info = NULL, frames = NULL WHERE id = ?",
            lost,
        )
        connection.execute(
            "UPDATE outbox SET state = ? WHERE state = ?", (ReplyState.SENDING.value, ReplyState.READY.value)
        )
        connection.execute("INSERT OR REPLACE INTO switches VALUES (?, ?)", (RESTORED, json.dumps({"at": now})))
        connection.execute("COMMIT")
        if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise OperatorError(f"{database} is damaged: a row of {broken[0]} belongs to nothing")


@contextlib.contextmanager
def noted(database: Path, by: str, verb: str, arguments: str, now: float) -> Iterator[list[str]]:
    """An entry in the audit log around an act that is done outside of the service.

    The first text that is put into the list is what the entry says of the end. A database that is older than the log
    gets none.
    """
    said: list[str] = []
    with _reading(database, writable=True) as connection:
        if not _has(connection, "audit"):
            yield said
            return
        row = (now, by, verb, arguments, Outcome.UNFINISHED.value, "")
        entry = 'INSERT INTO audit (at, "by", verb, arguments, outcome, said) VALUES (?, ?, ?, ?, ?, ?)'
        number = connection.execute(entry, row).lastrowid
        end = "UPDATE audit SET outcome = ?, said = ? WHERE id = ?"
        try:
            yield said
        except OperatorError as refusal:
            connection.execute(end, (Outcome.REFUSED.value, str(refusal)[:300], number))
            raise
        connection.execute(end, (Outcome.OK.value, "".join(said[:1])[:300], number))


@contextlib.contextmanager
def _reading(database: Path, writable: bool = False) -> Iterator[sqlite3.Connection]:
    if not database.is_file():
        raise OperatorError(f"there is no database {database}: nothing to back up")
    # As a URI a path may hold no bare `?`, `#` or `%`.
    uri = f"file:{quote(str(database))}?mode={'rw' if writable else 'ro'}"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise OperatorError(f"{database} cannot be used as the database: {error}") from error


@contextlib.contextmanager
def _opened(new: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
        # Nobody needs it after a power cut.
        connection.execute("PRAGMA synchronous=OFF")
        yield connection


def _has(connection: sqlite3.Connection, table: str) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    return bool(connection.execute(query, (table,)).fetchone()[0])
