"""A backup is one file with all that counts, made while others write, and with nothing of who is erased."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import subprocess
import sys
import tarfile
import time
import tracemalloc
from pathlib import Path

import pytest

from bot.backup import making
from bot.backup.contents import Manifest
from bot.backup.making import Made, make
from bot.backup.restoring import restore
from bot.errors import OperatorError
from bot.jobs import Status
from bot.pairing import Pending
from bot.store import snapshot
from bot.store.migrate import NEWEST, upgrade
from bot.store.tables import blob_refs, webhooks
from config.installation import KEY_NAME, key_of
from tests.fakes.house import House, open_house
from tests.fakes.watched import PATIENCE_S

ALICE, BOB = "fake:31415926535", "fake:27182818284"


async def backed_up(house: House, file: Path, pictures: bool = True) -> Made:
    return await asyncio.to_thread(make, house.folder, file, "atelier of a test", pictures=pictures)


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name: content.read() for member in tar if (content := tar.extractfile(member))}


async def test_a_backup_holds_what_counts_and_brings_it_back(house: House, tmp_path: Path) -> None:
    data = house.folder
    key = key_of(data)
    (data / "gallery").mkdir()
    (data / "gallery" / "my own.toml").write_text("title = 'Mine'")
    for passing in ("cache/films", "uploads", "weights"):
        (data / passing).mkdir(parents=True)
        (data / passing / "file").write_bytes(b"no part of a backup")
    await house.blob(b"a stray that no job refers to")
    delivered = await house.painted(await house.job("1", ALICE))
    waiting = await house.job("2", BOB)
    await house.accounts.change(BOB, banned="a bad one")

    file = tmp_path / "out" / "backup.tar"
    file.parent.mkdir()
    made = await backed_up(house, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["backup.tar"]
    names = set(members(file))
    blobs = {f"blobs/{name[:2]}/{name}" for name in (delivered.content, waiting.content, waiting.styles[0].picture)}
    assert names == {"atelier.db", KEY_NAME, "gallery/my own.toml", "manifest.json", *blobs}
    assert (made.manifest.revision, made.manifest.jobs, made.gone, made.damaged) == (NEWEST, 2, 0, ())
    assert made.manifest.pictures is not None and made.manifest.pictures.files == 3
    assert Manifest.read(members(file)["manifest.json"]) == made.manifest

    new = tmp_path / "new"
    assert restore(new, file, "control:0").aside is None
    assert key_of(new) == key
    assert (new / "gallery" / "my own.toml").read_text() == "title = 'Mine'"
    for path in filter(Path.is_file, new.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    async with open_house(new) as again:
        assert await again.read(delivered) == delivered
        assert await again.read(waiting) == waiting
        assert (await again.accounts.get(BOB)).banned == "a bad one"
        assert again.blobs.path(waiting.content).read_bytes() == b"content of 2"


async def test_what_was_under_way_goes_on_after_a_restore(house: House, tmp_path: Path) -> None:
    async with house.running():
        rendering, waiting = await house.job("1"), await house.job("2")
        house.scheduler.ring(rendering.id)
        await house.pool.until_started(rendering.id)
        rendered = await house.painted(await house.job("3", adapter="away"))  # nobody serves it now
        await house.store.outbox.claim(rendered)
        await backed_up(house, tmp_path / "backup.tar")
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
    async with open_house(tmp_path / "new") as again:
        assert (await again.read(rendering)).status is Status.RENDERING
        again.adapters["away"] = again.adapter
        async with again.running():
            for job in (rendering, waiting):
                await again.pool.paint(job.id)
            await again.adapter.until_replies(2)
            await again.adapter.until_asked(1)
        # What a crash would leave in `sending` is asked after, never sent again.
        assert {job.id for job, _ in again.adapter.replies} == {rendering.id, waiting.id}
        assert [reply.job.id for reply in await again.store.admin.uncertain()] == [rendered.id]


async def test_what_was_due_is_asked_after_since_it_may_have_been_sent_meanwhile(house: House, tmp_path: Path) -> None:
    due = await house.painted(await house.job())
    await backed_up(house, tmp_path / "backup.tar")
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
    async with open_house(tmp_path / "new") as again:
        async with again.running():
            await again.adapter.until_asked(1)
        assert again.adapter.replies == []
        assert (await again.store.switches.get("restored") or {})["at"] <= time.time()
        assert (await again.store.admin.uncertain())[0].job.id == due.id


async def test_rows_that_are_written_meanwhile_are_in_it_whole_or_not_at_all(house: House, tmp_path: Path) -> None:
    before = [await house.job(str(number)) for number in range(20)]
    written = asyncio.Event()

    async def write() -> None:
        for number in range(20, 100_000):
            await house.job(str(number))
            written.set()

    writing = asyncio.create_task(write())
    file = tmp_path / "backup.tar"
    async with asyncio.timeout(PATIENCE_S):
        while not written.is_set():  # nobody has to wait for a backup
            written.clear()
            file.unlink(missing_ok=True)
            made = await backed_up(house, file)
    writing.cancel()
    assert (made.gone, made.damaged) == (0, ())
    restore(tmp_path / "new", file, "control:0")
    async with open_house(tmp_path / "new") as again:
        jobs = await again.store.queue.open_jobs()
        assert {job.id for job in before} <= {job.id for job in jobs}
        assert len(jobs) == made.manifest.jobs
        for job in jobs:
            assert again.blobs.path(job.content) and again.blobs.path(job.styles[0].picture)
    await asyncio.wait([writing])


def test_what_a_killed_service_had_committed_is_in_it(tmp_path: Path) -> None:
    upgrade(tmp_path / "atelier.db")
    kill = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('PRAGMA journal_mode=WAL'); c.execute('PRAGMA wal_autocheckpoint=0'); "
        "c.execute('INSERT INTO places VALUES (?, 1)', ('fake:-7',)); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", kill, tmp_path / "atelier.db"], check=True)
    assert (tmp_path / "atelier.db-wal").stat().st_size > 0
    make(tmp_path, tmp_path / "backup.tar", "test")
    assert b"fake:-7" in members(tmp_path / "backup.tar")["atelier.db"]


async def test_a_picture_that_is_removed_meanwhile_is_no_error(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await house.painted(await house.job())
    taken = snapshot.take

    def take(database: Path, copy: Path) -> None:
        taken(database, copy)
        house.blobs.path(job.content).unlink()

    monkeypatch.setattr(snapshot, "take", take)
    made = await backed_up(house, tmp_path / "backup.tar")
    assert (made.gone, made.manifest.pictures and made.manifest.pictures.files) == (1, 1)
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")


@pytest.mark.parametrize("damage", [b"other bytes of another length", b"content of 2"], ids=["longer", "other"])
async def test_a_picture_that_is_damaged_is_named_and_does_not_spoil_the_rest(
    house: House, tmp_path: Path, damage: bytes
) -> None:
    first, second = await house.job("1"), await house.job("2")
    house.blobs.path(first.content).write_bytes(damage)
    made = await backed_up(house, tmp_path / "backup.tar")
    assert made.damaged == (first.content,)
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
    async with open_house(tmp_path / "new") as again:
        assert again.blobs.path(second.content).read_bytes() == b"content of 2"
        with pytest.raises(FileNotFoundError):
            again.blobs.path(first.content)


async def test_a_picture_that_becomes_shorter_while_it_is_copied_is_left_out(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await house.job()
    monkeypatch.setattr(os, "fstat", lambda _: os.stat_result([0o100600, *[0] * 5, 10**6, *[0] * 3]))
    with tarfile.open(tmp_path / "backup.tar", "w"), pytest.raises(OperatorError, match="changed while it was copied"):
        await backed_up(house, tmp_path / "other.tar")
    assert job and not (tmp_path / "other.tar").exists()


async def test_no_file_that_is_there_is_replaced_unless_asked(house: House, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    file.write_bytes(b"somebody's")
    for wrong, why in ((file, "exists already"), (tmp_path, "is a folder"), (tmp_path / "no" / "a.tar", "no folder")):
        with pytest.raises(OperatorError, match=why):
            make(house.folder, wrong, "test")
    assert file.read_bytes() == b"somebody's"
    make(house.folder, file, "test", replace=True)
    assert "atelier.db" in members(file)


async def test_a_file_that_comes_meanwhile_is_not_replaced_either(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar"
    monkeypatch.setattr(snapshot, "count_jobs", lambda _: file.write_bytes(b"somebody's"))
    with pytest.raises(OperatorError, match="exists already"):
        make(house.folder, file, "test")
    assert file.read_bytes() == b"somebody's"


async def test_where_the_disk_fails_nothing_is_left(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        make(house.folder, out / "backup.tar", "test")
    assert list(out.iterdir()) == []


async def test_what_a_killed_backup_has_left_goes_with_the_next(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out"
    left, held = out / ".atelier-backup-left", out / ".atelier-backup-held"
    for folder in (left, held):
        folder.mkdir(parents=True)
        (folder / "atelier.db").write_bytes(b"of somebody")
    with making._held(held):
        make(house.folder, out / "backup.tar", "test")
    assert {path.name for path in out.iterdir()} == {"backup.tar", held.name}


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="nothing to back up"):
        make(tmp_path / "data", tmp_path / "backup.tar", "test")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("revision", ["0001", "0005", NEWEST])
def test_an_older_database_is_backed_up_as_it_is_and_migrated_when_it_is_restored(
    tmp_path: Path, revision: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    upgrade(data / "atelier.db", revision)
    assert make(data, tmp_path / "backup.tar", "test").manifest.revision == revision
    assert snapshot.schema_of(data / "atelier.db") == revision
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
    assert snapshot.schema_of(tmp_path / "new" / "atelier.db") == NEWEST


async def test_the_next_backup_holds_nothing_of_who_is_erased(house: House, tmp_path: Path) -> None:
    secrets = {
        "id": ALICE.partition(":")[2],
        "words": "a caption that nobody else writes",
        "place": "fake:-1618033988749",
        "address": "chat seven million and one",
        "picture": "content of Alice's window",
        "url": "https://alice.example/told",
    }
    for number in range(30):  # so that there are pages that become free
        job = await house.job(
            secrets["picture"].removeprefix("content of ") + str(number), ALICE, place=secrets["place"]
        )
        await house.store.addresses.put(job.id, {"chat": secrets["address"], "words": secrets["words"] * 20})
    done = await house.painted(await house.read(job))
    await house.desk.vote(done.id, ALICE, 1)
    await house.pairing.keep(ALICE, secrets["place"], Pending(({},), secrets["words"]))
    await house.store.inbox.put("fake", [("1", ALICE, {"text": secrets["words"]})])
    await house.notices.add("moderation", f"refused: a painting of {ALICE}")
    await house.accounts.change(ALICE, language="de")
    others = await house.painted(await house.job("of Bob", BOB))
    await house.notices.add("moderation", f"refused: a painting of {BOB}, {ALICE}0 and x{ALICE}")
    async with house.store.jobs._database.write() as connection:
        await connection.execute(
            webhooks.insert().values(job=done.id, url=secrets["url"], state="due", due_at=0.0, tries=0)
        )

    await backed_up(house, tmp_path / "before.tar")
    await house.erasure.erase(ALICE)
    await backed_up(house, tmp_path / "after.tar")

    before, after = [(tmp_path / name).read_bytes() for name in ("before.tar", "after.tar")]
    for what, secret in secrets.items():
        assert secret.encode() in before, what
        if what != "id":
            assert secret.encode() not in after, what
    assert after.replace(f"{ALICE}0 and x{ALICE}".encode(), b"").count(secrets["id"].encode()) == 0
    assert others.id.encode() in after and b"content of of Bob" in after


async def test_it_is_made_by_a_command_and_entered_in_the_audit_log(house: House, tmp_path: Path) -> None:
    await house.painted(await house.job())
    file = tmp_path / "backup.tar"
    status, said = await atelier(house.folder, "backup", str(file))
    assert (status, said) == (0, f"{file}: {said.partition(': ')[2]}")
    assert f"schema {NEWEST}, 1 jobs, 2 pictures and time-lapses (0.0 MB)" in said
    status, said = await atelier(house.folder, "backup", str(file))
    assert (status, said) == (2, f"atelier: {file} exists already: name another file, or say --replace\n")
    status, said = await atelier(house.folder, "backup", str(file), "--replace", "--without-pictures")
    assert status == 0 and "pictures left out" in said
    entries = [(entry.verb, entry.outcome.value, entry.by) for entry in await house.store.audit.latest(9)]
    by = f"control:{os.getuid()}"
    assert entries == [("backup", "ok", by), ("backup", "refused", by), ("backup", "ok", by)]

    status, said = await atelier(tmp_path / "new", "restore", str(file))
    assert status == 0 and said.startswith(f"Restored into {tmp_path}/new: 1 jobs, no pictures, as of 20")
    async with open_house(tmp_path / "new") as again:
        assert [entry.verb for entry in await again.store.audit.latest(1)] == ["restore"]


async def atelier(data: Path, *arguments: str) -> tuple[int | None, str]:
    """`atelier admin` as a process: exit status and what it says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "admin", *arguments),
        env=environment | {"ATELIER_DATA_DIR": str(data)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await command.communicate()
    return command.returncode, said.decode()


def test_a_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    assert len(key) == 32 and key_of(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_NAME]


async def test_no_picture_is_in_memory_as_a_whole(house: House, tmp_path: Path) -> None:
    weight = 32_000_000
    heavy = await house.blob(bytes(weight))
    job = await house.job()
    async with house.store.jobs._database.write() as connection:
        await connection.execute(
            blob_refs.insert().values(job=job.id, role="frames", blob=heavy, requester=job.requester)
        )
    tracemalloc.start()
    try:
        make(house.folder, tmp_path / "backup.tar", "test")
        restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "backup.tar").stat().st_size > weight
    assert most < weight / 3


def test_a_disk_without_hard_links_has_backups_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    upgrade(tmp_path / "atelier.db")
    make(tmp_path, tmp_path / "backup.tar", "test")
    with contextlib.closing(tarfile.open(tmp_path / "backup.tar")) as tar:
        assert "manifest.json" in tar.getnames()
