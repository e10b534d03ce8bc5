from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import NoReturn

import pytest

from bot.errors import Unwritable
from bot.jobs import MAX_ATTEMPTS, Job, Status
from bot.replies import explain, notes, reply_to
from bot.texts import phrase, say, verbatim
from renderer.protocol import FailureReason, Progress
from tests.fakes.house import House, failure, open_house, painting, progress, started
from tests.fakes.pool import FakePool
from tests.fakes.watched import PATIENCE_S


async def begun(house: House, job: Job) -> Job:
    """The job in the hands of a worker."""
    await house.dispatch.on_event(started(job))
    return await house.read(job)


async def replies_due(house: House) -> list[str]:
    return [reply.job.id for reply in await house.store.outbox.due("fake")]


async def test_a_start_is_in_the_store_before_the_worker_sees_the_picture(house: House) -> None:
    job = await begun(house, await house.job())
    assert (job.status, job.deliveries) == (Status.RENDERING, 1)


async def test_a_painting_is_stored_with_its_facts_and_its_reply(house: House) -> None:
    job = await begun(house, await house.job())
    frames = await house.blob(b"frames")
    await house.dispatch.on_event(painting(job, frames=frames))

    after = await house.read(job)
    assert (after.status, after.result, after.frames) == (Status.RENDERED, job.content, frames)
    assert after.result_info == {
        "width": 512,
        "height": 384,
        "seconds": 20.0,
        "iterations": 65,
        "losses": {"style": 0.1},
        "device": "cpu",
        "encoder": "vgg16-0123abcd",
        "options": job.options.model_dump(mode="json"),
        "notes": [],
        "stopped_early": False,
    }
    assert await replies_due(house) == [job.id]


async def test_progress_reaches_the_adapter_and_is_forgotten_at_the_end(house: House) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.on_event(progress(job, 0.4))
    await house.adapter.until_shown(1)
    assert house.adapter.shown == [(job, progress(job, 0.4))]
    assert house.latest == {job.id: progress(job, 0.4)}

    await house.dispatch.on_event(painting(job))
    assert house.latest == {}


async def test_a_first_view_of_a_job_that_waits_is_shown_and_says_nothing_of_its_progress(house: House) -> None:
    job = await house.job()
    glimpse = progress(job, 0).model_copy(update={"preview": b"jpeg"})
    await house.dispatch.on_event(glimpse)
    await house.adapter.until_shown(1)
    assert house.adapter.shown == [(job, glimpse)]
    assert house.latest == {}


async def test_a_first_view_that_comes_when_its_painting_has_begun_is_no_step_back(house: House) -> None:
    waiting = await house.job()
    job = await begun(house, waiting)
    await house.dispatch.on_event(progress(job, 0.4))
    await house.adapter.until_shown(1)
    await house.dispatch.on_event(progress(waiting, 0))
    assert house.adapter.shown == [(job, progress(job, 0.4))]
    assert house.latest == {job.id: progress(job, 0.4)}


async def test_a_slow_platform_holds_up_neither_the_pool_nor_the_end(house: House) -> None:
    house.adapter.may_answer.clear()
    job = await begun(house, await house.job())
    async with asyncio.timeout(PATIENCE_S):
        for percent in range(10, 90):
            await house.dispatch.on_event(progress(job, percent / 100))
        await house.adapter.until_shown(1)
        assert house.latest[job.id].fraction == 0.89
        await house.dispatch.on_event(painting(job))
    assert len(house.adapter.shown) == 1
    assert (await house.read(job)).status is Status.RENDERED


async def test_progress_of_another_attempt_or_of_an_ended_job_is_dropped(house: House) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.on_event(Progress(job=job.id, attempt=2, delivery=1, fraction=0.5))
    await house.dispatch.on_event(painting(job))
    await house.dispatch.on_event(progress(job, 0.9))
    assert house.latest == {}
    assert house.adapter.shown == []


async def test_the_first_end_of_an_attempt_wins(house: House) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.on_event(painting(job))
    after = await house.read(job)

    for late in (painting(job, seconds=99), failure(job, FailureReason.INTERNAL), started(job)):
        await house.dispatch.on_event(late)

    assert await house.read(job) == after
    assert await replies_due(house) == [job.id]


async def test_a_late_painting_leaves_no_blob_behind(house: House) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.on_event(failure(job, FailureReason.BAD_INPUT))
    orphans = {"result": await house.blob(b"a late painting"), "frames": await house.blob(b"its frames")}

    await house.dispatch.on_event(painting(job).model_copy(update=orphans))
    assert not house.blob_files() & set(orphans.values())

    await house.dispatch.on_event(painting(job))
    assert job.content in house.blob_files()


async def test_an_end_of_an_older_attempt_is_dropped(house: House) -> None:
    first = await begun(house, await house.job(size=512))
    await house.dispatch.on_event(failure(first, FailureReason.OUT_OF_MEMORY))
    second = await begun(house, await house.read(first))
    await house.dispatch.on_event(progress(second, 0.3))

    await house.dispatch.on_event(failure(first, FailureReason.BAD_INPUT))
    await house.dispatch.on_event(painting(first))

    assert await house.read(first) == second
    assert house.latest == {first.id: progress(second, 0.3)}


async def test_events_of_an_unknown_job_are_dropped(house: House) -> None:
    job = await house.job()
    for event in (started(job), progress(job, 0.5), painting(job)):
        await house.dispatch.on_event(event.model_copy(update={"job": "0" * 32}))
    assert await house.read(job) == job


async def test_too_little_memory_leads_to_smaller_attempts_and_at_last_to_failure(house: House) -> None:
    job, sizes = await house.job(size=1000), []
    while job.status is Status.QUEUED:
        sizes.append(job.options.size)
        job = await begun(house, job)
        await house.dispatch.on_event(failure(job, FailureReason.OUT_OF_MEMORY))
        job = await house.read(job)
    assert sizes == [1000, 752, 560, 416]
    assert (job.status, job.reason, job.attempt) == (Status.FAILED, "out_of_memory", MAX_ATTEMPTS)
    assert await replies_due(house) == [job.id]


async def test_a_painting_made_smaller_for_want_of_memory_says_so(house: House) -> None:
    job = await house.job(size=1024)
    for _ in range(2):
        job = await begun(house, job)
        await house.dispatch.on_event(failure(job, FailureReason.OUT_OF_MEMORY))
        job = await house.read(job)
    after = await house.painted(job)
    told = "Painted at 512 px: the device had too little memory for 1024."
    assert (after.result_info or {})["notes"] == [told]
    said = reply_to(after, Path("painting.png")).said
    assert say(said) == f"Here is your painting. {told}"
    # As a phrase, which other languages have, too; a note that we do not know is passed on.
    assert notes(after) == (phrase("reply-made-smaller", size=512, wanted=1024),)
    unknown = dataclasses.replace(after, result_info=(after.result_info or {}) | {"notes": ["In crayon."]})
    assert notes(unknown) == (verbatim("In crayon."),)


async def test_what_is_wrong_with_an_option_is_told_and_the_detail_of_other_errors_is_not(house: House) -> None:
    for source, reason in enumerate((FailureReason.BAD_INPUT, FailureReason.RENDERER_DIED)):
        job = await begun(house, await house.job(str(source)))
        told = failure(job, reason).model_copy(update={"detail": "vgg16 has no layer relu4_4."})
        await house.dispatch.on_event(told)
        shown = "relu4_4" in say(explain(await house.read(job)))
        assert shown == (reason is FailureReason.BAD_INPUT)


async def test_below_the_least_size_there_is_no_smaller_attempt(house: House) -> None:
    job, sizes = await house.job(size=160), []
    while job.status is Status.QUEUED:
        sizes.append(job.options.size)
        job = await begun(house, job)
        await house.dispatch.on_event(failure(job, FailureReason.OUT_OF_MEMORY))
        job = await house.read(job)
    assert sizes == [160, 128]
    assert job.reason == "out_of_memory"


async def test_a_size_left_open_shrinks_from_what_the_device_would_have_taken(tmp_path: Path) -> None:
    async with open_house(tmp_path, FakePool(device="cuda:0")) as house:
        job = await begun(house, await house.job())
        await house.dispatch.on_event(failure(job, FailureReason.OUT_OF_MEMORY))
        assert (await house.read(job)).options.size == 768


async def test_an_error_of_ours_is_tried_once_more_and_later(house: House) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.on_event(failure(job, FailureReason.INTERNAL))
    again = await house.read(job)
    assert (again.status, again.attempt, again.options) == (Status.QUEUED, 2, job.options)
    assert await house.store.queue.next_queued(1, house.clock()) == []
    assert await house.store.queue.next_queued(1, house.clock() + 6) == [again]

    again = await begun(house, again)
    await house.dispatch.on_event(failure(again, FailureReason.INTERNAL))
    assert (await house.read(job)).reason == "internal"


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [
        (FailureReason.CANCELLED, Status.CANCELLED, "cancelled"),
        (FailureReason.BAD_INPUT, Status.FAILED, "bad_input"),
        (FailureReason.RENDERER_DIED, Status.FAILED, "poisoned"),
        (FailureReason.POISONED, Status.FAILED, "poisoned"),
    ],
)
async def test_other_failures_end_the_job_and_are_told(
    house: House, reason: FailureReason, status: Status, told: str
) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.on_event(failure(job, reason))
    after = await house.read(job)
    assert (after.status, after.reason) == (status, told)
    assert after.ended_at is not None
    assert await replies_due(house) == [job.id]


async def test_a_cancelled_job_is_not_painted_again_whatever_its_worker_says(house: House) -> None:
    for number, reason in enumerate(FailureReason):
        job = await begun(house, await house.job(str(number), size=512))
        await house.store.jobs.cancel(job.id)
        await house.dispatch.on_event(failure(job, reason))
        after = await house.read(job)
        assert (after.status, after.reason) == (Status.CANCELLED, "cancelled")


async def test_a_worker_that_begins_what_was_cancelled_is_stopped(house: House) -> None:
    job = await house.job()
    cancelled = await house.store.jobs.cancel(job.id)
    await house.dispatch.on_event(started(job))
    assert house.pool.cancelled == [(job.id, 1)]
    assert await house.read(job) == cancelled


async def test_a_painting_of_a_job_that_was_queued_again_is_taken(house: House) -> None:
    job = await begun(house, await house.job())
    await house.store.jobs.requeue(job)
    await house.dispatch.on_event(painting(job))
    assert (await house.read(job)).status is Status.RENDERED


async def test_an_end_is_stored_even_when_its_bearer_is_cancelled(house: House) -> None:
    job = await begun(house, await house.job())
    async with house.store.jobs._database.write():
        bearer = asyncio.create_task(house.dispatch.on_event(painting(job)))
        await asyncio.sleep(0)  # one turn of the loop takes it to the ending, whose write waits for this one
        bearer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await bearer
    await house.dispatch.settle()
    assert (await house.read(job)).status is Status.RENDERED


async def test_a_graceful_stop_takes_the_count_back(house: House) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.stop(grace_s=0)
    after = await house.read(job)
    assert (after.status, after.attempt, after.deliveries) == (Status.QUEUED, 1, 0)


async def test_a_job_that_ends_within_the_grace_is_not_taken_back(house: House) -> None:
    job = await begun(house, await house.job())
    stopping = asyncio.create_task(house.dispatch.stop(grace_s=10))
    await house.dispatch.on_event(painting(job))
    await asyncio.wait_for(stopping, PATIENCE_S)
    assert (await house.read(job)).status is Status.RENDERED


async def test_an_end_that_cannot_be_stored_while_the_bot_stops_is_not_consumed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await begun(house, await house.job())
    await house.dispatch.stop(grace_s=0)

    async def unwritable(*_: object) -> NoReturn:
        raise Unwritable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(house.store.jobs, "painted", unwritable)
        with pytest.raises(Unwritable):
            await house.dispatch.on_event(painting(job))
        await house.dispatch.settle()
    await house.dispatch.on_event(painting(job))
    assert (await house.read(job)).status is Status.RENDERED


async def test_once_stopped_no_job_begins_or_fails_but_a_painting_still_counts(house: House) -> None:
    job, waiting = await begun(house, await house.job("1")), await house.job("2")
    await house.dispatch.stop(grace_s=0)
    taken_back = await house.read(job)

    await house.dispatch.on_event(started(waiting))
    await house.dispatch.on_event(failure(waiting, FailureReason.CANCELLED))
    await house.dispatch.on_event(failure(job, FailureReason.CANCELLED))
    assert await house.read(waiting) == waiting
    assert await house.read(job) == taken_back

    await house.dispatch.on_event(painting(job))
    assert (await house.read(job)).status is Status.RENDERED
