"""Databases of every schema that there was, with something in every table."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from bot.store.migrate import upgrade

#: What a column holds where any value of its type would not do, by table and name, or by name alone.
_VALUES: dict[str, Any] = {
    "jobs.id": "f" * 32,
    "jobs.styles": [{"picture": "b.png", "weight": 1.0}],
    "jobs.options": {"size": 512, "strength": 0.7, "iterations": None, "seed": 3},
    "jobs.status": "rendered",
    "jobs.reason": None,
    "jobs.result_info": {"width": 512, "height": 384, "seconds": 20.0, "device": "cpu", "losses": {}, "iterations": 65},
    "jobs.language": "de",
    "job": "f" * 32,
    "blob_refs.role": "content",
    "outbox.state": "ready",
    "webhooks.state": "waiting",
    "api_keys.scopes": ["paint"],
    "audit.outcome": "ok",
    "accounts.options": {"size": 640},
    "accounts.language": "fr",
    "pending.pictures": [{"file": "1"}],
}
_OF_TYPE = {"VARCHAR": "text of {}", "FLOAT": 12.5, "INTEGER": 7, "BOOLEAN": 1, "JSON": {"of": "{}"}}

Rows = dict[str, dict[str, Any]]


def filled(file: Path, revision: str) -> Rows:
    """Make a database of that schema with a row in each of its tables; returns the rows, by table."""
    upgrade(file, revision)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        rows = {
            table: {
                name: _value(table, name, kind)
                for _, name, kind, *_ in connection.execute("SELECT * FROM pragma_table_info(?)", (table,))
            }
            for table in tables(connection)
        }
        connection.execute("PRAGMA foreign_keys=OFF")  # in whichever order
        for table, row in rows.items():
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    return rows


def kept(file: Path, rows: Rows) -> Rows:
    """What the same columns of the same tables hold now."""
    now: Rows = {}
    with contextlib.closing(sqlite3.connect(file)) as connection:
        for table, row in rows.items():
            names = ", ".join(f'"{name}"' for name in row)
            [found] = connection.execute(f"SELECT {names} FROM {table}").fetchall()
            now[table] = dict(zip(row, found, strict=True))
    return now


def tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
    return [name for (name,) in connection.execute(query)]


def troubles(file: Path) -> list[Any]:
    """What SQLite finds to be wrong with a database."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        return [row for row in found if row != ("ok",)] + connection.execute("PRAGMA foreign_key_check").fetchall()


def _value(table: str, name: str, kind: str) -> Any:
    for known in (f"{table}.{name}", name):
        if known in _VALUES:
            value = _VALUES[known]
            return json.dumps(value) if isinstance(value, dict | list) else value
    value = _OF_TYPE[kind.partition("(")[0]]
    if isinstance(value, dict):
        return json.dumps(value)
    return value.format(f"{table}.{name}") if isinstance(value, str) else value


def described(file: Path) -> dict[str, object]:
    """The schema's revision, and each table's columns, foreign keys and indices, in no order."""
    with contextlib.closing(sqlite3.connect(file)) as connection:

        def rows(query: str, *of: str) -> list[tuple[Any, ...]]:
            return connection.execute(query, of).fetchall()

        found: dict[str, object] = {"revision": rows("SELECT version_num FROM alembic_version")}
        for (table,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns, keys = (
                rows("SELECT * FROM pragma_table_info(?)", table),
                "SELECT * FROM pragma_foreign_key_list(?)",
            )
            indices = {
                index: (unique, rows("SELECT name FROM pragma_index_info(?)", index))
                for _, index, unique, *_ in rows("SELECT * FROM pragma_index_list(?)", table)
            }
            found[table] = (columns, keys, indices)
    return found
