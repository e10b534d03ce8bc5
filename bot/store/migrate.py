"""Bringing a database file to the newest schema, at start."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from bot.errors import OperatorError
from bot.store.engine import WRITER, set_up
from bot.store.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
#: Revisions of the schema, and the newest; the file of each migration begins with its number.
KNOWN = frozenset(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
NEWEST = max(KNOWN)


def upgrade(file: Path, revision: str = NEWEST) -> None:
    """Make the database at `file`, or bring it to a schema, the newest; all of it or nothing. Blocks.

    Raises OperatorError when it cannot be used or was written by a newer version.
    """
    if _revision(file) == revision:
        return
    engine = create_engine(URL.create("sqlite", database=str(file)), hide_parameters=True)
    set_up(engine, "BEGIN IMMEDIATE", WRITER)
    try:
        with engine.begin() as connection:
            if revision == NEWEST and not inspect(connection).get_table_names():
                _make(connection)
            else:
                _migrate(connection, file, revision)
    except DatabaseError as error:
        raise OperatorError(f"{file} cannot be used as the database: {error.orig}.") from error
    finally:
        engine.dispose()


def _revision(file: Path) -> str | None:
    """None where it cannot be read; whoever writes the file will say why."""
    if not file.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            [found] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (sqlite3.Error, ValueError):
        return None
    return str(found[0])


def _make(connection: Connection) -> None:
    """What all migrations together make of nothing."""
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})


def _migrate(connection: Connection, file: Path, revision: str) -> None:
    # Here, since Alembic takes ten megabytes, which most starts can do without.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in KNOWN:
        raise OperatorError(
            f"{file} was written by a newer version (its schema is {current}): update the program, "
            "or let it begin with another data directory."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
