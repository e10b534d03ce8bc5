from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.errors import NotReady, UnknownJob
from bot.films import Films
from bot.intake import Again
from bot.jobs import Job, Status
from bot.processes import Ended
from bot.replies import explain
from bot.retention import BATCH
from bot.store.rows import to_row
from bot.store.tables import addresses, blob_refs, jobs, metadata, outbox, votes
from bot.texts import say
from tests.fakes.house import House, open_house, started
from tests.fakes.watched import PATIENCE_S

ALICE, BOB = "fake:1", "fake:2"
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


async def rows(house: House, *tables: str) -> list[int]:
    """How many rows there are in each table."""
    async with house.store.jobs._database.read() as connection:
        counts = [select(func.count()).select_from(metadata.tables[name]) for name in tables]
        return [(await connection.execute(count)).scalar_one() for count in counts]


async def delivered(house: House, source: str = "1", requester: str = ALICE, **facts: Any) -> Job:
    """A job with a painting of its own, which has arrived."""
    job = await house.job(source, requester)
    result = await house.blob(b"painting " + source.encode())
    await house.store.jobs.hand_over(job.id, 1, 1)
    painted = await house.store.jobs.painted(await house.read(job), result, {"width": 8, "height": 8}, **facts)
    await sent(house, painted)
    return await house.read(job)


async def sent(house: House, job: Job) -> None:
    await house.store.outbox.claim(job)
    await house.store.outbox.sent(job, "message")


async def cancelled(house: House, job: Job) -> Job:
    ended = await house.store.jobs.cancel(job.id)
    await sent(house, ended)
    return ended


# ---- pictures and paintings


async def test_inputs_go_when_their_time_is_over_and_the_painting_stays(house: House) -> None:
    retention = house.letting_go(inputs_days=3, results_days=7)
    job = await delivered(house)
    kept = house.blob_files()

    house.clock.ahead_s += 3 * DAY_S - 60
    await retention.sweep()
    assert house.blob_files() == kept

    house.clock.ahead_s += 120
    await retention.sweep()
    assert house.blob_files() == {job.result}
    assert await house.desk.painting(job.id, ALICE)
    assert await house.desk.inputs(job.id) is None
    with pytest.raises(NotReady) as gone:
        await house.intake.again(Again(job, "fake", "press", ALICE, job.options))
    assert gone.value.code == "input_gone"


async def test_a_painting_and_its_frames_go_when_their_time_is_over_and_the_inputs_stay(house: House) -> None:
    retention = house.letting_go(inputs_days=9, results_days=7)
    job = await delivered(house, frames=await house.blob(b"frames"))
    assert job.result and job.frames
    before = await house.desk.look(job.id, ALICE)
    house.clock.ahead_s += 7 * DAY_S + 60
    await retention.sweep()

    assert house.blob_files() == {job.content, job.styles[0].picture}
    for missed in (house.desk.painting, house.desk.frames):
        with pytest.raises(NotReady, match="no longer kept"):
            await missed(job.id, ALICE)
    assert await house.desk.look(job.id, ALICE) == dataclasses.replace(before, is_kept=False)
    assert await house.read(job) == job


async def test_by_default_both_go_after_a_week_and_the_job_after_ninety_days(house: House) -> None:
    job = await delivered(house)
    house.clock.ahead_s += 7 * DAY_S + 60
    await house.retention.sweep()
    assert house.blob_files() == set()
    house.clock.ahead_s += 82 * DAY_S
    await house.retention.sweep()
    assert await house.read(job) == job
    house.clock.ahead_s += 1 * DAY_S
    await house.retention.sweep()
    assert await house.store.jobs.get(job.id) is None


async def test_what_another_job_needs_stays_whoever_s_it_is(house: House) -> None:
    old = await delivered(house, "1")
    house.clock.ahead_s += 6 * DAY_S
    same_content = await house.job("1 again", BOB)
    same_content = dataclasses.replace(same_content, id="f" * 32, source="3", content=old.content)
    await house.store.jobs.add(same_content, estimate_s=1, room=house.intake._room)
    house.clock.ahead_s += 2 * DAY_S
    await house.retention.sweep()
    assert {old.content, old.styles[0].picture} <= house.blob_files()
    assert old.result not in house.blob_files()


async def test_nothing_of_an_open_job_goes_however_old_it_is(house: House) -> None:
    retention = house.letting_go(waiting_hours=876000)
    await house.job("1")
    await house.dispatch.on_event(started(await house.job("2")))
    await house.painted(await house.job("3"))
    before = house.blob_files(), await rows(house, "jobs", "blob_refs", "outbox")
    house.clock.ahead_s += 1000 * DAY_S
    await retention.sweep()
    assert (house.blob_files(), await rows(house, "jobs", "blob_refs", "outbox")) == before


async def test_films_go_with_the_frames_that_they_were_made_of(house: House) -> None:
    old = await delivered(house, "1", frames=await house.blob(b"frames"))
    house.clock.ahead_s += 6 * DAY_S
    young = await delivered(house, "2", frames=await house.blob(b"other frames"))
    (house.folder / "films").mkdir()
    stems = [Path(job.frames or "").stem for job in (old, young)]
    for stem in stems:
        (house.folder / "films" / f"{stem}.mp4").touch()
    house.clock.ahead_s += 2 * DAY_S
    await house.retention.sweep()
    assert [film.stem for film in (house.folder / "films").iterdir()] == stems[1:]


async def test_a_film_does_not_outlive_frames_that_go_while_it_is_encoded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await delivered(house, frames=await house.blob(b"frames"))
    frames = await house.desk.frames(job.id, ALICE)
    house.clock.ahead_s += 8 * DAY_S

    async def encode(module: str, source: Path, film: Path, **_: object) -> Ended:
        film.touch()
        await house.retention.sweep()
        film.touch()  # the encoder closes its file
        return Ended(0, "", "")

    monkeypatch.setattr("bot.films.run_module", encode)
    with pytest.raises(NotReady, match="no longer kept"):
        await Films(house.folder / "films").film(frames, "mp4")
    assert list((house.folder / "films").iterdir()) == []


async def test_a_painting_that_is_equal_to_an_old_one_and_not_stored_yet_is_spared(house: House) -> None:
    old = await delivered(house, "1")
    house.clock.ahead_s += 8 * DAY_S
    job = await house.job("2")
    await house.store.jobs.hand_over(job.id, 1, 1)
    # The pool has put it, and the bot not yet heard of it.
    result = await house.blob(b"painting 1")
    assert result == old.result
    os.utime(house.blobs.path(result), (house.clock(), house.clock()))

    await house.retention.sweep()

    painted = await house.store.jobs.painted(await house.read(job), result, {})
    assert await house.desk.painting(painted.id, ALICE)


async def test_files_without_an_owner_go_after_a_day(house: House) -> None:
    job = await house.job()
    stray = await house.blob(b"a crash came before its reference")
    await house.letting_go().sweep()
    assert stray in house.blob_files()
    house.clock.ahead_s += DAY_S + 60
    await house.letting_go().sweep()
    assert house.blob_files() == {job.content, job.styles[0].picture}


async def test_what_a_sweep_has_left_half_done_is_found_by_the_next_start(house: House) -> None:
    await delivered(house)
    house.clock.ahead_s += 8 * DAY_S

    async def killed(*_: Any, **__: Any) -> set[str]:
        raise asyncio.CancelledError

    retention = house.letting_go()
    retention._discard = killed  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await retention.sweep()
    assert house.blob_files()
    await house.letting_go().sweep()
    assert house.blob_files() == set()


# ---- a job again, in the very moment


@pytest.fixture
async def old(house: House) -> Job:
    """A job of real pictures that are to go now."""
    job = await cancelled(house, await house.intake.accept(house.order(size=128)))
    house.clock.ahead_s += 8 * DAY_S
    return job


async def test_pictures_that_are_asked_for_again_just_before_they_go_stay(
    house: House, old: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, unrefer = house.store.jobs.add, house.store.retention.unrefer
    unreferred, sweeping = asyncio.Event(), []

    async def unrefer_and_tell(*what: Any) -> set[str]:
        blobs = await unrefer(*what)
        unreferred.set()
        return blobs

    async def add_last(*job: Any, **how: Any) -> Job:
        """Once the pictures are promised, but before the new job is there, their last references go."""
        sweeping.append(asyncio.create_task(house.retention.sweep()))
        await asyncio.wait_for(unreferred.wait(), PATIENCE_S)
        assert await rows(house, "blob_refs") == [0]
        return await add(*job, **how)

    monkeypatch.setattr(house.store.retention, "unrefer", unrefer_and_tell)
    monkeypatch.setattr(house.store.jobs, "add", add_last)
    made = await house.intake.again(Again(old, "fake", "press", ALICE, old.options))
    await sweeping[0]
    assert house.blob_files() == {made.content, made.styles[0].picture}


async def test_pictures_that_go_while_they_are_asked_for_again_are_missed_with_a_word(
    house: House, old: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = house.estimates.seconds

    async def swept_first(*of: Any) -> float:
        """After the first look at the pictures, before they are promised."""
        await house.retention.sweep()
        return await seconds(*of)

    monkeypatch.setattr(house.estimates, "seconds", swept_first)
    with pytest.raises(NotReady) as gone:
        await house.intake.again(Again(old, "fake", "press", ALICE, old.options))
    assert gone.value.code == "input_gone"
    assert house.blob_files() == set()
    assert await house.store.queue.open_jobs() == []


async def test_the_same_picture_sent_anew_while_the_old_one_goes_is_there_for_the_new_job(
    house: House, old: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    unrefer = house.store.retention.unrefer

    async def unrefer_and_accept(*what: Any) -> set[str]:
        blobs = await unrefer(*what)
        if blobs:
            made.append(await house.intake.accept(house.order("2")))
        return blobs

    made: list[Job] = []
    monkeypatch.setattr(house.store.retention, "unrefer", unrefer_and_accept)
    await house.retention.sweep()
    assert made[0].content == old.content
    assert house.blob_files() == {old.content, old.styles[0].picture}


# ---- jobs


async def test_history_goes_with_all_that_hangs_on_it(house: House) -> None:
    retention = house.letting_go(inputs_days=100, results_days=100, history_days=100)
    job = await delivered(house)
    await house.store.addresses.put(job.id, {"chat": 1})
    await house.desk.vote(job.id, ALICE, 1)
    house.clock.ahead_s += 99 * DAY_S
    young = await cancelled(house, await house.job("2"))
    await retention.sweep()
    assert await house.read(job) == job

    house.clock.ahead_s += 2 * DAY_S
    await retention.sweep()
    with pytest.raises(UnknownJob):
        await house.desk.look(job.id, ALICE)
    assert await house.desk.history(ALICE) == [young]
    assert await rows(house, jobs.name, outbox.name, votes.name, addresses.name) == [1, 1, 0, 0]
    assert house.blob_files() == {young.content, young.styles[0].picture}


async def test_a_job_is_remembered_until_its_reply_is_settled_however_late(house: House) -> None:
    ready, uncertain, refused = [await house.store.jobs.cancel((await house.job(str(n))).id) for n in range(3)]
    await house.store.outbox.claim(uncertain)
    await house.store.outbox.uncertain(uncertain)
    await house.store.outbox.claim(refused)
    await house.store.outbox.refused(refused, "blocked")
    house.clock.ahead_s += 91 * DAY_S
    await house.retention.sweep()
    assert {job.id for job in await house.desk.history(ALICE)} == {ready.id, uncertain.id}

    await sent(house, ready)
    await house.store.admin.count_as_sent(uncertain.id)
    # A thorough sweep, once a day, looks at those again that were passed by.
    await house.retention.sweep()
    assert len(await house.desk.history(ALICE)) == 2
    house.clock.ahead_s += DAY_S
    await house.retention.sweep()
    assert await rows(house, jobs.name, outbox.name) == [0, 0]


async def test_an_erasure_in_the_middle_of_a_sweep_stops_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await delivered(house, str(number))
    theirs = await delivered(house, "4", BOB)
    house.clock.ahead_s += 8 * DAY_S
    ended = house.store.retention.ended

    async def erased_after(*asked: Any) -> Any:
        found = await ended(*asked)
        await house.erasure.erase(ALICE)
        return found

    monkeypatch.setattr(house.store.retention, "ended", erased_after)
    await house.retention.sweep()
    assert house.blob_files() == set()
    assert await house.read(theirs) == theirs


async def test_the_ledger_is_kept_for_thirteen_months(house: House) -> None:
    today = time.strftime("%Y-%m-%d", time.gmtime(house.clock()))
    for day in ("2020-01-31", today):
        await house.store.spending.add("x", day, "reply", 1, 0.01)
    await house.retention.sweep()
    assert await house.store.spending.within("x", "2020-01") == {}
    assert (await house.store.spending.within("x", today))["reply"].calls == 1
    house.clock.ahead_s += 390 * DAY_S
    await house.letting_go().sweep()
    assert await house.store.spending.within("x", today)
    house.clock.ahead_s += 20 * DAY_S
    await house.letting_go().sweep()
    assert await house.store.spending.within("x", today) == {}


# ---- waiting


async def test_what_has_waited_too_long_is_given_up_with_a_word(house: House) -> None:
    painting, waiting = await house.job("1"), await house.job("2")
    async with house.running():
        await house.pool.until_started(painting.id)
        await house.pool.until_held(waiting.id)
        house.clock.ahead_s += 47 * HOUR_S
        young = await house.job("3", BOB)
        await house.retention.sweep()
        assert (await house.read(waiting)).status is Status.QUEUED

        house.clock.ahead_s += 2 * HOUR_S
        await house.retention.sweep()
        await house.adapter.until_replies(1)
        [(job, reply)] = house.adapter.replies
        assert (job.id, job.status, job.reason) == (waiting.id, Status.EXPIRED, "waited_too_long")
        assert reply.said == explain(job) and "waited for too long" in say(reply.said)
        await house.pool.until_let_go(waiting.id)

        await house.pool.paint(painting.id)
        await house.pool.paint(young.id)
    assert (await house.read(waiting)).status is Status.EXPIRED


async def test_a_pause_is_no_waiting_and_neither_is_the_time_before_a_start(house: House) -> None:
    job = await house.job()
    await house.store.switches.put("paused", {"reason": "holidays"})
    for _ in range(10):
        house.clock.ahead_s += DAY_S
        await house.retention.sweep()
    await house.store.switches.put("paused", None)
    await house.retention.sweep()
    house.clock.ahead_s += 47 * HOUR_S
    await house.retention.sweep()
    assert (await house.read(job)).status is Status.QUEUED

    house.clock.ahead_s += 47 * HOUR_S
    started_now = house.letting_go()
    await started_now.sweep()
    assert (await house.read(job)).status is Status.QUEUED
    house.clock.ahead_s += 49 * HOUR_S
    await started_now.sweep()
    assert (await house.read(job)).status is Status.EXPIRED


async def test_a_drain_does_not_keep_the_queue_from_being_given_up(house: House) -> None:
    job = await house.job()
    await house.store.switches.put("drained", {})
    house.clock.ahead_s += 49 * HOUR_S
    await house.retention.sweep()
    assert (await house.read(job)).status is Status.EXPIRED


async def test_a_job_that_is_begun_in_the_moment_in_which_it_is_given_up_is_painted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = await house.job("1"), await house.job("2")
    house.clock.ahead_s += 49 * HOUR_S
    waiting_since = house.store.retention.waiting_since

    async def begun_after(*asked: Any) -> list[Job]:
        found = await waiting_since(*asked)
        if found:
            await house.store.jobs.hand_over(job.id, 1, 1)
        return found

    monkeypatch.setattr(house.store.retention, "waiting_since", begun_after)
    await house.retention.sweep()
    assert (await house.read(job)).status is Status.RENDERING
    assert (await house.read(other)).status is Status.EXPIRED


# ---- many, and again and again


async def many(house: House, number: int) -> None:
    """So many delivered jobs, all ended in the same moment, with their references, replies and addresses."""
    pattern = await delivered(house, "pattern")
    row = to_row(pattern) | {"estimate_s": 1.0, "not_before": 0.0, "cancel_requested": False}
    ids = [f"{n:032x}" for n in range(number)]
    references = [
        {"job": i, "role": role, "blob": f"{role:0>32}{i}.png", "requester": ALICE}
        for i in ids
        for role in ("content", "result")
    ]
    async with house.store.jobs._database.write() as connection:
        await connection.execute(insert(jobs), [row | {"id": i, "source": i} for i in ids])
        await connection.execute(insert(blob_refs), references)
        replies = [{"job": i, "state": "sent", "due_at": 0.0, "tries": 0} for i in ids]
        await connection.execute(insert(outbox), replies)
        await connection.execute(insert(addresses), [{"job": i, "address": {"chat": 1}} for i in ids])


async def longest_wait(house: House, during: Awaitable[None]) -> tuple[float, float]:
    """Seconds that the work took, and the longest that a write of somebody else had to wait meanwhile."""
    began, longest, writes = time.monotonic(), 0.0, 0
    work = asyncio.ensure_future(during)
    while not work.done():
        before = time.monotonic()
        await house.store.switches.put("a write", {"number": writes})
        longest = max(longest, time.monotonic() - before)
        writes += 1
    await work
    return time.monotonic() - began, longest


@pytest.mark.slow
async def test_twenty_thousand_old_jobs_go_without_holding_anybody_up(house: House) -> None:
    await many(house, 20_000)
    house.clock.ahead_s += 91 * DAY_S
    took_s, longest_s = await longest_wait(house, house.retention.sweep())
    assert await rows(house, "jobs", "blob_refs", "outbox", "addresses") == [0, 0, 0, 0]
    # A tenth of a second on a machine that has nothing else to do; in one transaction it would be a third of all.
    assert longest_s < took_s / 5, f"a write waited {longest_s:.1f} s of {took_s:.1f} s"


async def test_a_transaction_has_a_batch_at_most_and_a_later_sweep_looks_at_what_is_new_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(house, 5 * BATCH + 1)
    asked: list[int] = []
    for name in ("unrefer", "forget"):
        _count(house, monkeypatch, name, asked)
    retention = house.letting_go()
    house.clock.ahead_s += 8 * DAY_S
    await retention.sweep()
    # The pattern, too; inputs and results each.
    assert asked == [BATCH] * 5 + [2] + [BATCH] * 5 + [2]
    assert await rows(house, "blob_refs") == [0]

    asked.clear()
    house.clock.ahead_s += HOUR_S
    await retention.sweep()
    assert asked == []
    await cancelled(house, await house.job("new"))
    house.clock.ahead_s += 8 * DAY_S - DAY_S / 2
    retention._thorough_at = house.clock()
    await retention.sweep()
    assert asked == [1, 1]


def _count(house: House, monkeypatch: pytest.MonkeyPatch, name: str, asked: list[int]) -> None:
    real: Callable[..., Awaitable[Any]] = getattr(house.store.retention, name)

    async def counted(ended: Sequence[str], *more: Any) -> Any:
        asked.append(len(ended))
        return await real(ended, *more)

    monkeypatch.setattr(house.store.retention, name, counted)


async def test_jobs_that_ended_in_the_same_moment_are_all_found(house: House) -> None:
    await many(house, 2 * BATCH + 50)
    async with house.store.jobs._database.write() as connection:
        await connection.execute(update(jobs).values(ended_at=1000.0))
    await house.retention.sweep()
    assert await rows(house, "jobs") == [0]


async def test_a_clock_that_was_set_back_leaves_nothing_lying_for_ever(house: House) -> None:
    house.clock.ahead_s += 30 * DAY_S
    retention = house.letting_go()
    await delivered(house, "1")
    house.clock.ahead_s += 8 * DAY_S
    await retention.sweep()
    house.clock.ahead_s = 0
    await delivered(house, "2")
    house.clock.ahead_s += 8 * DAY_S
    await retention.sweep()
    assert house.blob_files() == set()


async def test_a_running_retention_sweeps_by_itself(house: House) -> None:
    await delivered(house)
    house.clock.ahead_s += 8 * DAY_S
    running = asyncio.create_task(house.retention.run())
    await house.adapter.until(lambda: house.blob_files() == set())
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def test_what_was_removed_stays_so_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await delivered(house)
        house.clock.ahead_s += 8 * DAY_S
        await house.retention.sweep()
    async with open_house(tmp_path) as house:
        with pytest.raises(NotReady, match="no longer kept"):
            await house.desk.painting(job.id, ALICE)
        await house.retention.sweep()
        assert await house.read(job) == job
