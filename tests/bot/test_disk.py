from __future__ import annotations

import asyncio
import dataclasses
import shutil
from pathlib import Path

import pytest

from bot import doctor
from bot.disk import Disk, free_bytes
from bot.errors import Busy, Unwritable
from bot.intake import Again
from config.settings import RetentionSettings, Settings
from tests.fakes.house import House, open_house

LATER_S = 60


async def look(house: House, free_mb: int, disk: Disk | None = None) -> bool:
    """Whether the door is closed once so much is free, some time later."""
    house.free_mb = free_mb
    house.clock.ahead_s += LATER_S
    return await (disk or house.disk).is_full()


async def noticed(house: House) -> list[str]:
    """What admins were told of the disk, the oldest first."""
    return [notice.text for notice in reversed(await house.notices.latest(100)) if notice.kind == "disk"]


async def test_the_door_closes_below_the_mark_and_opens_again_a_fifth_above_it(house: House) -> None:
    disk = house.watch(low_disk_mb=500)
    closed = [await look(house, free, disk) for free in (501, 500, 499, 501, 599, 600, 501, 499, 0)]
    assert closed == [False, False, True, True, True, False, False, True, True]


async def test_admins_are_told_once_when_it_closes_and_once_when_it_opens(house: House) -> None:
    for free_mb in (5000, 900, 800, 1100, 700, 1300, 1100, 2000):
        await look(house, free_mb)
    assert await noticed(house) == [
        "900 MB are free; no orders are taken until 1200 MB are",
        "1300 MB are free; orders are taken again",
    ]


async def test_of_many_at_once_only_one_looks_and_tells(house: House) -> None:
    house.free_mb = 10
    looks = 0

    def free(folder: Path) -> int:
        nonlocal looks
        looks += 1
        return 10

    disk = Disk(house.folder, RetentionSettings(), house.store, house.notices.add, free, house.clock)
    assert await asyncio.gather(*(disk.is_full() for _ in range(20))) == [True] * 20
    assert looks == 1
    assert len(await noticed(house)) == 1


async def test_a_look_holds_for_some_seconds_and_not_for_longer(house: House) -> None:
    assert not await look(house, 5000)
    house.free_mb = 10
    house.clock.ahead_s += 1
    assert not await house.disk.is_full()
    house.clock.ahead_s += 5
    assert await house.disk.is_full()


async def test_the_door_stays_closed_over_a_restart_and_nobody_is_told_twice(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert await look(house, 900)
    async with open_house(tmp_path) as house:
        assert await look(house, 1100)
        assert len(await noticed(house)) == 1
        # Another mark, and it is open.
        assert not await look(house, 1100, house.watch(low_disk_mb=800))
        assert len(await noticed(house)) == 2


async def test_a_mark_of_nothing_never_closes(house: House) -> None:
    assert not await look(house, 0, house.watch(low_disk_mb=0))


async def test_an_order_is_refused_with_a_word_and_nothing_of_it_is_kept(house: House) -> None:
    known = await house.intake.accept(house.order("1", size=128))
    kept = house.blob_files()
    await look(house, 900)
    for refused in (
        house.intake.accept(house.order("2")),
        house.intake.again(Again(known, "fake", "press", "fake:1", known.options)),
        house.intake.check_open("fake:1", None),
    ):
        with pytest.raises(Busy, match="no room for new paintings") as busy:
            await refused
        assert (busy.value.code, busy.value.retry_after_s) == ("disk_full", 600)
    assert house.blob_files() == kept
    assert await house.intake.accept(house.order("1")) == known, "what was accepted before is"

    await look(house, 1300)
    assert await house.intake.accept(house.order("2"))


async def test_what_waits_is_painted_and_sent_though_the_disk_is_nearly_full(house: House) -> None:
    job = await house.intake.accept(house.order("1", size=128))
    await look(house, 900)
    async with house.running():
        await house.pool.paint(job.id)
        await house.adapter.until_replies(1)
    assert house.adapter.replies[0][1].painting


async def test_operators_see_that_the_door_is_closed_until_it_opens(house: House) -> None:
    admin = house.admin
    closed = "The disk is nearly full: nothing is taken in until 1200 MB are free."
    await look(house, 900)
    for verb in ("queue", "workers"):
        assert closed in (await admin.do(verb, "", by="fake:9")).splitlines()
    # It is no switch of theirs.
    assert await admin.do("resume", "", by="fake:9") == "Nothing was paused."
    assert await look(house, 900)
    await look(house, 1300)
    for verb in ("queue", "workers"):
        assert closed not in await admin.do(verb, "", by="fake:9")


async def test_a_running_watch_looks_by_itself(house: House) -> None:
    house.free_mb = 10
    heard: asyncio.Queue[str] = asyncio.Queue()
    house.notices.listeners.append(heard.put)
    running = asyncio.create_task(house.disk.run())
    async with asyncio.timeout(LATER_S):
        assert (await heard.get()).startswith("disk: 10 MB are free")
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


@pytest.mark.parametrize(("free_mb", "verdict"), [(2001, "well"), (1999, "care"), (1001, "care"), (999, "ill")])
def test_the_doctor_warns_before_the_door_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_mb: int, verdict: str
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free_mb * 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    finding = doctor._disk(Settings(data_dir=tmp_path))
    assert finding.verdict == verdict
    assert ("no orders are taken" in finding.text) == (verdict != "well")


def test_what_is_free_is_what_the_system_says(tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    assert 0 < free_bytes(tmp_path) <= usage.total


async def test_a_disk_that_fills_while_a_picture_is_decoded_is_not_blamed_on_the_picture(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_full_disk(file: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
        file.symlink_to("/dev/full")

    monkeypatch.setattr(Path, "touch", on_full_disk)
    with pytest.raises(Busy, match="no room for new paintings") as busy:
        await house.intake.accept(house.order())
    assert busy.value.code == "disk_full"
    monkeypatch.undo()
    assert [path for path in (house.folder / "blobs").rglob("*") if path.is_file() or path.is_symlink()] == []
    assert await house.intake.accept(house.order()), "nothing of it is in the way"


async def test_a_disk_that_fills_as_an_order_is_written_down_is_said_as_what_passes(house: House) -> None:
    async with house.store.jobs._database.write() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    order = dataclasses.replace(house.order(), address={"much": "x" * 100_000})
    with pytest.raises(Unwritable, match="full"):
        await house.intake.accept(order)
    async with house.store.jobs._database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1000}")
    assert await house.intake.accept(order), "nothing of it is in the way"
