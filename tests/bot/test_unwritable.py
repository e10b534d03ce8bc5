"""The disk is full, or another program holds the store: it is waited for, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.pool import QueuePool

from bot import patience
from bot.adapters.telegram import downloads
from bot.adapters.telegram.endings import Endings
from bot.adapters.x import downloads as x_downloads
from bot.blobs import DirectoryBlobs
from bot.errors import Busy, Unwritable
from bot.jobs import Status
from bot.replies import reply_to
from bot.store import engine
from bot.store.jobs import Jobs
from renderer.protocol import FailureReason
from tests import pictures
from tests.bot.adapters.telegram.receiving import open_reception
from tests.bot.adapters.x.summoning import open_booth, picture
from tests.fakes.house import House, failure, open_house, painting, started
from tests.fakes.watched import PATIENCE_S


class Noticed:
    """Stands in for the log of what is waited for: a test can wait until somebody does."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def warning(self, *_: object, **__: object) -> None:
        self._event.set()

    error = warning

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._event.wait()
        self._event.clear()


@pytest.fixture(autouse=True)
def noticed(monkeypatch: pytest.MonkeyPatch) -> Noticed:
    monkeypatch.setattr(patience, "_FIRST_S", 0.02)
    monkeypatch.setitem(engine.WRITER, "busy_timeout", "10")
    stub = Noticed()
    monkeypatch.setattr(patience, "log", stub)
    return stub


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """While this lasts another program writes to the store."""
    with contextlib.closing(sqlite3.connect(folder / "atelier.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def held_until(noticed: Noticed, folder: Path) -> AsyncIterator[None]:
    """As `held`, until somebody waits for it."""
    with held(folder):
        yield
        await noticed.wait()


def held_after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, noticed: Noticed, folder: Path) -> None:
    """Let the store be held once this function has been called, until somebody waits for it."""
    original, holding = getattr(owner, name), set[asyncio.Task[None]]()

    async def hold(begun: asyncio.Event) -> None:
        with held(folder):
            begun.set()
            await noticed.wait()

    async def and_hold(*arguments: Any, **more: Any) -> Any:
        result = await original(*arguments, **more)
        if not holding:
            begun = asyncio.Event()
            holding.add(asyncio.create_task(hold(begun)))
            await begun.wait()
        return result

    monkeypatch.setattr(owner, name, and_hold)


def full_at_first(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let the disk be full when this function is called first."""
    original, failed = getattr(owner, name), False

    def check() -> None:
        nonlocal failed
        if not failed:
            failed = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def later(*arguments: Any) -> Any:
        check()
        return await original(*arguments)

    def now(*arguments: Any) -> Any:
        check()
        return original(*arguments)

    monkeypatch.setattr(owner, name, later if asyncio.iscoroutinefunction(original) else now)


async def test_a_store_that_another_program_holds_is_unwritable_until_it_lets_go(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with held(tmp_path), pytest.raises(Unwritable, match="locked"):
            await house.store.switches.put("paused", {})
        await house.store.switches.put("paused", {})
        assert await house.store.switches.get("paused") == {}


async def test_a_store_without_room_is_unwritable_until_there_is_some(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        write = house.store.switches._database.write
        async with write() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(Unwritable, match="full"):
            await house.store.switches.put("paused", {"why": "x" * 100_000})
        async with write() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        await house.store.switches.put("paused", {"why": "x" * 100_000})


async def test_who_waits_for_a_connection_waits_however_long_the_machine_has_slept(house: House) -> None:
    database = house.store.jobs._database
    for engine_of in (database._reader, database._writer):
        pool = engine_of.sync_engine.pool
        assert isinstance(pool, QueuePool) and pool._timeout is None


async def test_a_painting_is_begun_and_its_end_stored_once_that_can_be_done(house: House, noticed: Noticed) -> None:
    job = await house.job()
    async with held_until(noticed, house.folder):
        beginning = asyncio.create_task(house.dispatch.on_event(started(job)))
    await beginning
    job = await house.read(job)
    assert job.deliveries == 1
    async with held_until(noticed, house.folder):
        ending = asyncio.create_task(house.dispatch.on_event(painting(job)))
    await ending
    assert (await house.read(job)).status is Status.RENDERED


async def test_a_reply_is_sent_once_though_it_cannot_be_noted_at_first(house: House, noticed: Noticed) -> None:
    job = await house.painted(await house.job())
    house.adapter.may_answer.clear()
    sending = asyncio.create_task(house.outbox.run())
    await house.adapter.until_replies(1)
    async with held_until(noticed, house.folder):
        house.adapter.may_answer.set()
    async with asyncio.timeout(PATIENCE_S):
        while (await house.read(job)).status is not Status.DELIVERED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    house.outbox.stop()
    await sending
    assert len(house.adapter.replies) == 1


async def test_a_painting_for_which_there_was_no_room_is_tried_again_and_ends_as_a_fault_of_ours(house: House) -> None:
    job = await house.job()
    for attempt in range(1, 5):
        await house.dispatch.on_event(started(job))
        job = await house.read(job)
        assert job.attempt == attempt
        await house.dispatch.on_event(failure(job, FailureReason.NO_ROOM))
        job = await house.read(job)
    assert (job.status, job.reason) == (Status.FAILED, "internal")


@pytest.mark.parametrize("name", ["hand_over", "painted"])
async def test_who_waits_for_room_to_write_a_step_down_does_not_stand_still(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    job = await house.job()
    now, behind = 0.0, list[float]()
    monkeypatch.setattr(house.dispatch, "_clock", lambda: now)
    original = getattr(Jobs, name)

    async def full(*arguments: Any, **more: Any) -> Any:
        nonlocal now
        behind.append(house.dispatch.behind_s)
        now += 100.0
        if len(behind) < 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return await original(*arguments, **more)

    monkeypatch.setattr(Jobs, name, full)
    await house.painted(job)
    assert behind == [0.0] * 4


async def test_a_full_disk_is_not_the_picture_s_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    full_at_first(monkeypatch, DirectoryBlobs, "_put")
    with pytest.raises(Busy) as busy:
        await house.intake.accept(house.order())
    assert busy.value.code == "disk_full"
    assert (await house.intake.accept(house.order())).status is Status.QUEUED


@pytest.mark.parametrize("owner,name", [(x_downloads.Downloads, "_save"), (DirectoryBlobs, "_put")])
async def test_a_mention_waits_for_room_and_is_answered_with_its_painting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    async with open_booth(tmp_path) as booth:
        full_at_first(monkeypatch, owner, name)
        post = await booth.alice.post("@atelier_bot", [picture(64), picture(72)])
        answer = await booth.answer(post)
        await booth.quiet()
        assert len(answer.media) == 1 and len(booth.x.replies_to(post)) == 1


async def test_a_mention_waits_for_the_store_and_is_answered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noticed: Noticed
) -> None:
    async with open_booth(tmp_path) as booth:
        held_after(monkeypatch, x_downloads.Downloads, "_save", noticed, tmp_path)
        post = await booth.alice.post("@atelier_bot", [picture(64), picture(72)])
        await booth.answer(post)
        await booth.quiet()
        assert len(booth.x.replies_to(post)) == 1


async def test_on_telegram_what_was_sent_is_kept_while_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_reception(tmp_path) as reception:
        full_at_first(monkeypatch, downloads, "_save")
        await reception.alice.album([pictures.png(64), pictures.png(72)])
        await reception.said("There is no room for new paintings at the moment")
        await reception.alice.text("/paint")
        (job,) = await reception.jobs()
        assert await reception.widths(job) == [64, 72]


async def test_on_telegram_an_order_waits_for_the_store_and_nobody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noticed: Noticed
) -> None:
    async with open_reception(tmp_path) as reception:
        await reception.alice.photo(pictures.png(64))
        await reception.said("Which style?")
        await reception.until_noted()
        held_after(monkeypatch, downloads, "_save", noticed, tmp_path)
        await reception.alice.photo(pictures.png(72))
        (job,) = await reception.jobs()
        assert await reception.widths(job) == [64, 72]
        await reception.until_dealt_with()
        assert await reception.pending() is None
        assert not any("Sorry" in one.words for one in reception.telegram.chat(reception.alice).from_bot)


async def test_on_telegram_an_order_that_is_accepted_is_not_ordered_again_by_the_next_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noticed: Noticed
) -> None:
    async with open_reception(tmp_path) as reception:
        await reception.alice.photo(pictures.png(64))
        await reception.said("Which style?")
        await reception.until_noted()
        held_after(monkeypatch, Jobs, "add", noticed, tmp_path)
        await reception.alice.photo(pictures.png(72))
        await reception.jobs()
        await reception.until_dealt_with()
        await reception.alice.photo(pictures.png(80))
        await reception.until_noted()
        await reception.jobs(1)


async def test_on_telegram_a_message_that_was_sent_is_known_though_it_cannot_be_noted_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noticed: Noticed
) -> None:
    async with open_reception(tmp_path) as reception:
        house, telegram = reception.house, reception.telegram
        mute = telegram.fail("sendMessage", status=500, times=None, chat=reception.alice)
        await reception.alice.photo(pictures.png(64), "#waves")
        await reception.until_dealt_with()
        mute.end()
        (job,) = await reception.services.desk.history(f"telegram:{reception.alice.id}")
        job = await house.painted(job)
        held_after(monkeypatch, Endings, "_send", noticed, tmp_path)
        painting = house.blobs.path(job.content)
        sent = await reception.adapter.reply(job, reply_to(job, painting))
        (message,) = [one for one in telegram.chat(reception.alice).from_bot if one.photo]
        assert sent.message_id == str(message.id)
        address = await reception.services.addresses.get(job.id)
        assert address and address["live"] == message.id and not address["unsure"]
