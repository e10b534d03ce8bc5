"""Bringing a database file to the newest schema, at start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DatabaseError

from bot.errors import OperatorError
from bot.store.engine import WRITER, set_up

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(file: Path, revision: str = "head") -> None:
    """Make the database at `file`, or bring it to a schema, the newest; all of it or nothing. Blocks.

    Raises OperatorError when it cannot be used or was written by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(URL.create("sqlite", database=str(file)))
    set_up(engine, "BEGIN IMMEDIATE", WRITER)
    try:
        with engine.begin() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            if current is not None and current not in known:
                raise OperatorError(
                    f"{file} was written by a newer version (its schema is {current}): update the program, "
                    "or let it begin with another data directory."
                )
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except DatabaseError as error:
        raise OperatorError(f"{file} cannot be used as the database: {error.orig}.") from error
    finally:
        engine.dispose()
