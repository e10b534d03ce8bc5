"""From every schema that there was to the newest, with something in every table."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.jobs import Status
from bot.store.migrate import KNOWN, NEWEST, upgrade
from tests.bot.schemas import Rows, described, filled, kept, tables, troubles
from tests.fakes.house import open_house

EVERY = sorted(KNOWN)


@pytest.mark.parametrize("revision", EVERY)
def test_nothing_is_lost_on_the_way_to_the_newest_schema(tmp_path: Path, revision: str) -> None:
    file = tmp_path / "atelier.db"
    rows = filled(file, revision)
    upgrade(file)
    assert kept(file, rows) == rows
    assert troubles(file) == []
    upgrade(tmp_path / "new.db")
    assert described(file) == described(tmp_path / "new.db")


@pytest.mark.parametrize(("older", "newer"), list(itertools.pairwise(EVERY)))
def test_nothing_is_lost_in_any_step(tmp_path: Path, older: str, newer: str) -> None:
    file = tmp_path / "atelier.db"
    rows = filled(file, older)
    upgrade(file, newer)
    assert kept(file, rows) == rows
    assert troubles(file) == []


@pytest.mark.parametrize("revision", EVERY)
async def test_the_program_works_with_what_was_migrated(tmp_path: Path, revision: str) -> None:
    filled(tmp_path / "atelier.db", revision)
    async with open_house(tmp_path) as house:
        job = await house.store.jobs.get("f" * 32)
        assert job is not None and job.status is Status.RENDERED
        [due] = await house.store.outbox.due(job.adapter)
        assert due.job == job and due.tries == 7
        assert await house.desk.history(job.requester) == [job]
        await house.admin.state()
        assert (await house.painted(await house.job())).status is Status.RENDERED
        assert await house.erasure.erase(job.requester) == 1


@pytest.mark.parametrize("revision", EVERY)
def test_a_migration_that_breaks_off_leaves_what_there_was(
    tmp_path: Path, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atelier.db"
    rows = filled(file, revision)
    before = described(file)

    from alembic.runtime.migration import MigrationContext

    run = MigrationContext.run_migrations

    def broken(self: MigrationContext, **kw: object) -> None:
        run(self, **kw)
        raise sqlite3.OperationalError("the disk is full")

    monkeypatch.setattr(MigrationContext, "run_migrations", broken)
    if revision != NEWEST:
        with pytest.raises(sqlite3.OperationalError):
            upgrade(file)
    assert described(file) == before
    assert kept(file, rows) == rows


def test_a_schema_of_the_future_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "atelier.db"
    rows = filled(file, NEWEST)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = described(file)
    with pytest.raises(OperatorError, match=r"newer version \(its schema is 9999\): update the program"):
        upgrade(file)
    assert (described(file), kept(file, rows)) == (before, rows)


def test_every_table_is_filled(tmp_path: Path) -> None:
    rows: Rows = filled(tmp_path / "atelier.db", NEWEST)
    with sqlite3.connect(tmp_path / "atelier.db") as connection:
        assert set(rows) == set(tables(connection))
        assert [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in rows] == [(1,)] * len(rows)
    connection.close()
