from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import OperationalError

from bot.errors import OperatorError
from bot.jobs import Status
from bot.store import Store
from bot.store.engine import Database
from bot.store.migrate import MIGRATIONS, NEWEST, upgrade
from bot.store.tables import jobs, metadata
from renderer.options import RenderOptions
from tests.bot.schemas import described
from tests.fakes.house import House, open_house
from tests.fakes.watched import PATIENCE_S

#: A bot that accepts a job, takes it as far as its second argument says, and then waits to be killed.
DOOMED = """
import asyncio, dataclasses, sys
from pathlib import Path
from bot.jobs import Status
from bot.store.rows import step
from tests.fakes.house import open_house

async def main():
    async with open_house(Path(sys.argv[1])) as house:
        job = await house.job()
        if sys.argv[2] == "rendering":
            job = await house.store.jobs.hand_over(job.id, 1, 1)
        if sys.argv[2] == "rendered":
            job = await house.painted(job)
        if sys.argv[2] == "half ended":
            job = await house.store.jobs.hand_over(job.id, 1, 1)
            async with house.store.jobs._database.write() as connection:
                await step(connection, job, dataclasses.replace(job, status=Status.RENDERED), 0.0)
                await wait(job)
        await wait(job)

async def wait(job):
    Path(sys.argv[1], "job").write_text(job.id)
    sys.stderr.write("READY\\n")
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("moment", "status", "replies"),
    [
        ("accepted", Status.QUEUED, 0),
        ("rendering", Status.RENDERING, 0),
        ("half ended", Status.RENDERING, 0),
        ("rendered", Status.RENDERED, 1),
    ],
)
async def test_what_was_committed_survives_a_kill_and_what_was_not_leaves_no_trace(
    tmp_path: Path, moment: str, status: Status, replies: int
) -> None:
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DOOMED, tmp_path, moment),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert bot.stderr is not None
    told = await asyncio.wait_for(bot.stderr.readline(), PATIENCE_S)
    assert told == b"READY\n", told + await bot.stderr.read()
    os.kill(bot.pid, signal.SIGKILL)
    await bot.wait()

    async with open_house(tmp_path) as house:
        job = await house.store.jobs.get((tmp_path / "job").read_text())
        assert job is not None
        assert job.status is status
        assert len(await house.store.outbox.due("fake")) == replies
        assert (await house.painted(job)).status is Status.RENDERED or status is Status.RENDERED


async def test_the_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    upgrade(tmp_path / "atelier.db", "0001")
    upgrade(tmp_path / "atelier.db")
    engine = create_engine(f"sqlite:///{tmp_path}/atelier.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_a_new_database_is_the_one_that_the_migrations_make(tmp_path: Path) -> None:
    upgrade(tmp_path / "new.db")
    upgrade(tmp_path / "old.db", "0001")
    upgrade(tmp_path / "old.db")
    assert described(tmp_path / "new.db") == described(tmp_path / "old.db")


def test_the_newest_revision_is_alembics_head() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_a_database_that_is_new_or_in_order_is_opened_without_alembic(tmp_path: Path) -> None:
    twice = (
        "import pathlib, sys; from bot.store.migrate import upgrade; file = pathlib.Path(sys.argv[1]); "
        "upgrade(file); upgrade(file); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", twice, tmp_path / "atelier.db"], check=True)


async def test_a_database_of_the_first_version_is_migrated_with_what_is_in_it(tmp_path: Path) -> None:
    upgrade(tmp_path / "atelier.db", "0001")
    with sqlite3.connect(tmp_path / "atelier.db") as connection:
        connection.execute(
            f"INSERT INTO jobs VALUES ({', '.join('?' * len(OF_THE_FIRST_VERSION))})", OF_THE_FIRST_VERSION
        )
    connection.close()
    async with open_house(tmp_path) as house:
        job = await house.store.jobs.get("f" * 32)
        assert job is not None
        assert (job.status, job.styles[0].mask, job.frames, job.too_large) == (Status.DELIVERED, None, None, None)
        assert job.options == RenderOptions(size=512, strength=0.7, seed=3)
        assert (job.result_info or {})["seconds"] == 20.0
        # What had no quality was painted in the standard one.
        assert await house.store.queue.recent_paces(512, RenderOptions(), "cpu", 9) == [20 / (512 * 384)]
        assert await house.store.queue.recent_paces(512, RenderOptions(quality="fine"), "cpu", 9) == []
        assert (await house.painted(await house.job())).status is Status.RENDERED


#: A row as the first version wrote it.
OF_THE_FIRST_VERSION = (
    *("f" * 32, "web", "1", "web:1", "a.png", '[{"picture": "b.png", "weight": 1.0}]'),
    *('{"size": 512, "strength": 0.7, "iterations": null, "seed": 3}', 1.0, "delivered", None, 1, 1, 2.0, 3.0, "c.png"),
    '{"width": 512, "height": 384, "seconds": 20.0, "iterations": 65, "losses": {}, "device": "cpu", '
    '"stopped_early": false}',
    *(50.0, 0.0, 0),
)


async def test_a_database_of_the_second_version_is_migrated_with_what_is_in_it(tmp_path: Path) -> None:
    upgrade(tmp_path / "atelier.db", "0002")
    row = (*OF_THE_FIRST_VERSION[:8], "rendered", *OF_THE_FIRST_VERSION[9:], "d.zip", None, 768)
    with sqlite3.connect(tmp_path / "atelier.db") as connection:
        connection.execute(f"INSERT INTO jobs VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("INSERT INTO blob_refs VALUES (?, 'content', 'a.png', 'web:1')", (row[0],))
        connection.execute("INSERT INTO outbox VALUES (?, 'ready', 0.0, 2, NULL, 'down')", (row[0],))
    connection.close()
    async with open_house(tmp_path) as house:
        [due] = await house.store.outbox.due("web")
        assert (due.job.id, due.job.frames, due.job.too_large, due.tries) == (row[0], "d.zip", 768, 2)
        assert (due.job.place, due.job.language) == (None, None)
        assert await house.store.addresses.get(row[0]) is None
        await house.store.addresses.put(row[0], {"chat": 1})
        assert await house.desk.history("web:1") == [due.job]
        assert await house.erasure.erase("web:1") == 1
        assert await house.store.outbox.due("web") == []


async def test_switches_outlive_a_restart_and_can_be_put_out(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert await house.store.switches.get("paused") is None
        await house.store.switches.put("paused", {"reason": "a"})
        await house.store.switches.put("paused", {"reason": "b"})
        await house.store.switches.put("drained", {})
    async with open_house(tmp_path) as house:
        assert await house.store.switches.get("paused") == {"reason": "b"}
        assert await house.store.switches.get("drained") == {}
        await house.store.switches.put("paused", None)
        assert await house.store.switches.get("paused") is None


async def test_a_switch_that_could_not_be_put_is_as_it_was(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        switches = house.store.switches
        await switches.put("paused", {"reason": "a"})
        assert await switches.get("paused") == {"reason": "a"}
        async with house.store.jobs._database.write():
            putting = asyncio.create_task(switches.put("paused", None))
            await asyncio.sleep(0)
            assert await switches.get("paused") == {"reason": "a"}  # asked while it is being put
            putting.cancel()
        await asyncio.wait([putting])
        assert await switches.get("paused") == {"reason": "a"}
        await switches.put("paused", None)
        assert await switches.get("paused") is None


async def test_a_second_start_finds_everything(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await house.job()
    async with open_house(tmp_path) as house:
        assert await house.read(job) == job


async def test_a_database_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    file = tmp_path / "atelier.db"
    upgrade(file)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(OperatorError, match="newer version"):
        await Store.open(file)
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    connection.close()


async def test_a_file_that_is_no_database_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "atelier.db"
    file.write_bytes(b"not a database " * 1000)
    with pytest.raises(OperatorError, match=r"atelier\.db cannot be used"):
        await Store.open(file)


async def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "50% #1?&mode=memory ü"
    folder.mkdir()
    async with open_house(folder) as house:
        job = await house.job()
    assert (folder / "atelier.db").exists()
    async with open_house(folder) as house:
        assert await house.read(job) == job


async def test_commits_reach_the_disk_and_keys_are_enforced(house: House) -> None:
    async with house.store.jobs._database.write() as connection:
        found = {name: (await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in PRAGMAS}
    assert found == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1, "secure_delete": 1}


async def test_the_reading_connection_cannot_write(house: House) -> None:
    job = await house.job()
    with pytest.raises(OperationalError, match="readonly"):
        async with house.store.jobs._database.read() as connection:
            await connection.execute(jobs.delete())
    assert await house.read(job) == job


async def test_a_reader_neither_waits_for_a_writer_nor_sees_its_half(tmp_path: Path) -> None:
    upgrade(tmp_path / "atelier.db")
    database = Database(tmp_path / "atelier.db")
    async with database.write() as connection:
        await connection.execute(insert(jobs).values(ROW))
        async with asyncio.timeout(2), database.read() as reader:
            assert (await reader.execute(select(jobs.c.id))).all() == []
    async with database.read() as reader:
        assert (await reader.execute(select(jobs.c.id))).scalars().all() == ["1"]
    await database.close()


ROW = {
    **{name: "1" for name in ("id", "adapter", "source", "requester", "content", "status")},
    **{name: 0 for name in ("created_at", "attempt", "deliveries", "estimate_s", "not_before")},
    "styles": [],
    "options": {},
    "cancel_requested": False,
}


async def test_a_writer_that_is_cancelled_leaves_nothing_and_holds_up_nobody(tmp_path: Path) -> None:
    upgrade(tmp_path / "atelier.db")
    database = Database(tmp_path / "atelier.db")
    inside = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(insert(jobs).values(ROW))
            inside.set()
            while True:
                await connection.execute(select(jobs.c.id))

    writer = asyncio.create_task(write())
    await inside.wait()
    writer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writer

    async with asyncio.timeout(4), database.write() as connection:
        assert (await connection.execute(select(jobs.c.id))).all() == []
    await database.close()


async def test_a_closed_store_leaves_no_thread_that_would_hold_up_the_exit(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    store = await Store.open(tmp_path / "atelier.db")
    assert await store.jobs.by_source("fake", "1") is None
    workers = [thread for thread in set(threading.enumerate()) - before if "_connection_worker" in thread.name]
    assert workers

    await store.close()

    for worker in workers:
        await asyncio.to_thread(worker.join, 5)
    assert not any(worker.is_alive() for worker in workers)
