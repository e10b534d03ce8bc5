"""A restore puts everything in place, or leaves everything as it was."""

from __future__ import annotations

import asyncio
import io
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.backup.making import make
from bot.backup.restoring import finish, restore
from bot.errors import NotReady, OperatorError
from bot.jobs import Status
from config.installation import key_of
from config.lock import DataDirectory, DataDirectoryInUse
from renderer.protocol import FailureReason
from tests.fakes.house import House, open_house

Members = list[tuple[tarfile.TarInfo, bytes]]


def there(folder: Path) -> dict[str, bytes]:
    """All that lies in a folder, but for the lock's file."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """A backup of a house that has painted once, and has a job that waits."""
    key_of(tmp_path)
    (tmp_path / "gallery").mkdir()
    (tmp_path / "gallery" / "own.toml").write_text("title = 'Own'")
    async with open_house(tmp_path) as house:
        await house.painted(await house.job("1"))
        await house.job("2")
    make(tmp_path, tmp_path / "backup.tar", "test")
    return tmp_path / "backup.tar"


def rewritten(file: Path, change: Callable[[Members], Members | None]) -> Path:
    """The backup with other members."""
    with tarfile.open(file) as tar:
        members = [(member, content.read()) for member in tar if (content := tar.extractfile(member))]
    other = file.with_name("other.tar")
    with tarfile.open(other, "w") as tar:
        for member, data in change(members) or members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return other


def added(name: str, **of: object) -> Callable[[Members], Members]:
    """With a member more, in the place of the last but one."""

    def change(members: Members) -> Members:
        member = tarfile.TarInfo(name)
        for field, value in of.items():
            setattr(member, field, value)
        return [*members[:-1], (member, b"" if of else b"x"), members[-1]]

    return change


def without(part: str) -> Callable[[Members], Members]:
    return lambda members: [(member, data) for member, data in members if part not in member.name]


def damaged(part: str) -> Callable[[Members], Members]:
    return lambda members: [
        (member, data[:-1] + bytes([data[-1] ^ 1]) if part in member.name else data) for member, data in members
    ]


def of_the_future(members: Members) -> Members:
    """With a schema that nobody knows yet."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.deserialize(members[0][1])
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    return as_said(members, database.serialize())


def as_said(members: Members, database: bytes) -> Members:
    """With another database, of which the manifest knows."""
    import hashlib
    import json

    manifest = json.loads(members[-1][1])
    manifest["files"]["atelier.db"] = {"bytes": len(database), "sha256": hashlib.sha256(database).hexdigest()}
    return [(members[0][0], database), *members[1:-1], (members[-1][0], json.dumps(manifest).encode())]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (of_the_future, r"written by a newer version \(its schema is 9999, this program knows up to \d+\): update"),
        (lambda members: as_said(members, b"no database" * 999), "cannot be used as the database"),
        (lambda members: as_said(members, members[0][1][:8192]), "damaged|malformed"),
        (lambda members: [*members[:-1], (members[-1][0], b'{"format": 2}')], "cannot be read"),
        (
            lambda members: [*members[:-1], (members[-1][0], members[-1][1].replace(b'"format": 1', b'"format": 2'))],
            "made by a newer version",
        ),
        (lambda members: members[1:], "does not begin with a database"),
        (lambda members: [*members[:2], *members[1:]], "holds installation.key twice"),
        (without("manifest"), "is cut off"),
        (without("gallery"), "gallery/own.toml is missing"),
        (without("blobs/"), "pictures are missing"),
        (damaged("atelier.db"), "atelier.db in it is damaged"),
        (damaged("installation"), "installation.key in it is damaged"),
        (damaged("blobs/"), "blobs/.* in it is damaged"),
        (added("gallery/new.toml"), "gallery/new.toml has come into it afterwards"),
        (added("../escaped"), "no backup holds what it calls '../escaped'"),
        (added("gallery/../../escaped"), "no backup holds"),
        (added("gallery/.."), "no backup holds"),
        (added("/tmp/escaped"), "no backup holds"),
        (added("blobs/aa/" + "b" * 64 + ".png"), "no backup holds"),
        (added("gallery/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "no backup holds"),
        (added("gallery/link", type=tarfile.LNKTYPE, linkname="atelier.db"), "no backup holds"),
        (added("gallery/pipe", type=tarfile.FIFOTYPE), "no backup holds"),
    ],
)
def test_what_is_no_whole_backup_of_ours_is_refused_and_changes_nothing(
    backup: Path, tmp_path: Path, change: Callable[[Members], Members], why: str
) -> None:
    data = tmp_path / "kept"
    data.mkdir()
    (data / "atelier.db").write_bytes(b"what was there")
    other = rewritten(backup, change)
    outside = set(there(tmp_path))
    with pytest.raises(OperatorError, match=why):
        restore(data, other, "control:0", replace=True)
    assert there(data) == {"atelier.db": b"what was there"}
    assert {path.name for path in data.iterdir()} == {"atelier.db", ".lock"}
    assert set(there(tmp_path)) == outside


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.6, 0.9, 0.99])
def test_a_backup_that_is_cut_off_is_refused(backup: Path, tmp_path: Path, part: float) -> None:
    whole = backup.read_bytes()
    end = whole.index(b"manifest.json")
    (tmp_path / "cut.tar").write_bytes(whole[: int(end * part)])
    with pytest.raises(OperatorError, match="cut"):
        restore(tmp_path / "new", tmp_path / "cut.tar", "control:0")
    assert there(tmp_path / "new") == {}


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no backup " * 1000)
    with pytest.raises(OperatorError, match="is no backup, or is damaged"):
        restore(tmp_path / "new", tmp_path / "text", "control:0")
    with pytest.raises(OperatorError, match="No such file"):
        restore(tmp_path / "new", tmp_path / "nothing", "control:0")


def test_while_a_service_runs_nothing_is_restored(backup: Path, tmp_path: Path) -> None:
    with DataDirectory(tmp_path / "new"):
        with pytest.raises(DataDirectoryInUse, match="Stop that one"):
            restore(tmp_path / "new", backup, "control:0", replace=True)
    assert there(tmp_path / "new") == {}


async def test_a_directory_in_use_is_refused_and_when_asked_moved_aside_whole(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "new"
    data.mkdir()
    async with open_house(data) as house:
        await house.job("of before")
    (data / "weights").mkdir()
    (data / "weights" / "vgg16").write_bytes(b"heavy")
    before = there(data)
    with pytest.raises(OperatorError, match=r"is in use already.*--replace"):
        restore(data, backup, "control:0")
    assert there(data) == before
    aside = restore(data, backup, "control:0", replace=True).aside
    assert aside is not None and aside.parent == data and aside.name.startswith("before-restore-2")
    assert {**there(aside), "weights/vgg16": b"heavy"} == before
    assert (data / "weights" / "vgg16").read_bytes() == b"heavy"
    async with open_house(data) as house:
        assert {job.source for job in await house.desk.history("fake:1")} == {"1", "2"}
    async with open_house(aside) as house:
        assert {job.source for job in await house.desk.history("fake:1")} == {"of before"}


class Cut(Exception):
    """The power goes."""


@pytest.mark.parametrize("moves", range(9))
def test_a_restore_that_is_cut_short_is_undone_or_carried_through(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    data = tmp_path / "new"
    (data / "gallery").mkdir(parents=True)
    (data / "gallery" / "old.toml").write_text("title = 'Old'")
    (data / "atelier.db").write_bytes(b"what was there")
    (data / "blobs").mkdir()
    left = moves
    rename = Path.rename

    def perhaps(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", perhaps)
    # What a power cut would not do.
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(Cut):
        restore(data, backup, "control:0", replace=True)
    monkeypatch.undo()

    finish(data)

    restored = set(there(data)) >= {"atelier.db", "installation.key", "gallery/own.toml"}
    assert restored == (moves > 0)
    assert not [path for path in data.iterdir() if path.name.startswith(".restore")]
    if restored:
        old = [path for path in there(data) if path.startswith("before-restore-")]
        assert {Path(path).name for path in old} == {"old.toml", "atelier.db"}
        assert (data / "atelier.db").read_bytes() != b"what was there"
    else:
        assert (data / "atelier.db").read_bytes() == b"what was there"


async def test_without_pictures_what_is_open_ends_with_a_word_and_nothing_else_is_lost(
    house: House, tmp_path: Path
) -> None:
    delivered = await house.painted(await house.job("1"))
    await house.store.outbox.claim(delivered)
    await house.store.outbox.sent(delivered, "1")
    due = await house.painted(await house.job("2"))
    waiting = await house.job("3")
    await asyncio.to_thread(make, house.folder, tmp_path / "backup.tar", "test", pictures=False)
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
    async with open_house(tmp_path / "new") as again:
        assert (await again.read(delivered)).status is Status.DELIVERED
        with pytest.raises(NotReady):
            await again.desk.painting(delivered.id, delivered.requester)
        # The painting is gone, so it is to be painted again; the renderer's side says that nothing is there.
        assert (await again.read(due)).status is Status.QUEUED
        async with again.running():
            for job in (due, waiting):
                await again.pool.fail(job.id, FailureReason.BAD_INPUT, (await again.read(job)).attempt)
            await again.adapter.until_replies(2)
        assert (await again.read(due)).reason == (await again.read(waiting)).reason == "bad_input"
        assert await again.store.retention.unrefer([delivered.id], ["content", "result"]) == set()


async def test_a_painting_that_is_missing_is_painted_again(house: House, tmp_path: Path) -> None:
    job = await house.painted(await house.job())
    house.blobs.path(job.content).unlink()  # which the pool has given back as the painting
    await asyncio.to_thread(make, house.folder, tmp_path / "backup.tar", "test")
    restore(tmp_path / "new", tmp_path / "backup.tar", "control:0")
    async with open_house(tmp_path / "new") as again:
        again_job = await again.read(job)
        assert (again_job.status, again_job.result, again_job.attempt) == (Status.QUEUED, None, 2)
        async with again.running():
            await again.pool.paint(job.id, 2)
            await again.adapter.until_replies(1)
