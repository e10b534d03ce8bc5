from __future__ import annotations

import asyncio
import dataclasses

import pytest

from bot.jobs import ENDED, OPEN, TRANSITIONS, IllegalTransition, Job, Status
from bot.store.jobs import NoRoom, Room
from bot.store.rows import step
from renderer.options import RenderOptions
from renderer.protocol import StyleInput
from tests.fakes.house import ROOM, House

PATHS = {
    Status.QUEUED: [],
    Status.RENDERING: [Status.RENDERING],
    Status.RENDERED: [Status.RENDERING, Status.RENDERED],
    Status.DELIVERED: [Status.RENDERING, Status.RENDERED, Status.DELIVERED],
    Status.FAILED: [Status.FAILED],
    Status.CANCELLED: [Status.CANCELLED],
    Status.EXPIRED: [Status.EXPIRED],
}


async def walk(house: House, status: Status, source: str = "1") -> Job:
    """A job that was brought to `status`."""
    job = await house.job(source)
    for target in PATHS[status]:
        job = await move(house, job, target)
    return job


async def move(house: House, job: Job, status: Status) -> Job:
    async with house.store.jobs._database.write() as connection:
        return await step(connection, job, dataclasses.replace(job, status=status), house.clock())


async def test_a_job_comes_out_as_it_went_in(house: House) -> None:
    job = await house.job(size=640, strength=0.25, iterations=7, seed=3, style_layers={"relu3_1": 0.5})
    job_of_two_styles = dataclasses.replace(
        job,
        id="f" * 32,
        source="2",
        styles=(StyleInput(picture="a.png", weight=0.7, mask="m.png"), StyleInput(picture="b.png")),
    )
    await house.store.jobs.add(job_of_two_styles, estimate_s=1, room=ROOM)

    assert await house.read(job) == job
    assert await house.read(job_of_two_styles) == job_of_two_styles


@pytest.mark.parametrize("before", Status)
async def test_a_step_that_is_not_in_the_table_is_refused_and_changes_nothing(house: House, before: Status) -> None:
    job = await walk(house, before)
    for after in set(Status) - TRANSITIONS[before]:
        with pytest.raises(IllegalTransition):
            await move(house, job, after)
        assert await house.read(job) == job


@pytest.mark.parametrize("before", [status for status in Status if TRANSITIONS[status]])
async def test_every_step_in_the_table_is_stored(house: House, before: Status) -> None:
    for after in TRANSITIONS[before]:
        job = await walk(house, before, source=after)
        moved = await move(house, job, after)
        assert moved.status is after
        assert await house.read(job) == moved
        assert (moved.ended_at is not None) == (after in ENDED)


async def test_a_step_from_a_job_that_has_moved_on_is_refused(house: House) -> None:
    job = await house.job()
    await house.store.jobs.hand_over(job.id, 1, 1)
    with pytest.raises(IllegalTransition, match="no longer queued"):
        await house.store.jobs.finish(job, Status.FAILED, "poisoned")

    rendering = await house.read(job)
    await house.store.jobs.retry(rendering)
    await house.store.jobs.hand_over(job.id, 2, 1)
    with pytest.raises(IllegalTransition, match="attempt 1"):
        await house.store.jobs.painted(rendering, job.content, {})
    assert (await house.read(job)).status is Status.RENDERING

    other = await house.job("2")
    cancelled = await house.store.jobs.cancel(other.id)
    with pytest.raises(IllegalTransition, match="no longer queued"):
        await house.store.jobs.finish(other, Status.FAILED, "poisoned")
    assert await house.read(other) == cancelled


async def test_the_same_message_makes_one_job(house: House) -> None:
    job = await house.job("7")
    assert await house.job("7") == job
    assert await house.store.queue.open_jobs() == [job]


async def test_of_ten_orders_at_once_only_as_many_enter_as_there_is_room_for(house: House) -> None:
    first = await house.job("first")
    orders = [dataclasses.replace(first, id=f"{n:032x}", source=str(n)) for n in range(10)]
    room = Room(per_requester=4, in_all=100)

    entered = await asyncio.gather(
        *(house.store.jobs.add(job, estimate_s=1, room=room) for job in orders), return_exceptions=True
    )

    refused = [error for error in entered if isinstance(error, NoRoom)]
    assert len(refused) == 7
    assert not any(error.in_all for error in refused)
    assert len(await house.store.queue.open_jobs()) == 4


async def test_a_full_house_refuses_everybody(house: House) -> None:
    first = await house.job("1")
    stranger = dataclasses.replace(first, id="0" * 32, source="2", requester="fake:2")
    with pytest.raises(NoRoom) as full:
        await house.store.jobs.add(stranger, estimate_s=1, room=Room(per_requester=3, in_all=1))
    assert full.value.in_all


async def test_only_open_jobs_take_room(house: House) -> None:
    job = await house.job("1")
    await house.store.jobs.cancel(job.id)
    await house.store.jobs.check_room(job.requester, Room(per_requester=1, in_all=1))


async def test_a_reply_that_nobody_sends_again_takes_no_room(house: House) -> None:
    job = await house.painted(await house.job("1"))
    room = Room(per_requester=1, in_all=1)
    with pytest.raises(NoRoom):
        await house.store.jobs.check_room(job.requester, room)

    await house.store.outbox.claim(job)
    await house.store.outbox.uncertain(job)

    await house.store.jobs.check_room(job.requester, room)


async def test_each_hand_over_is_counted_once(house: House) -> None:
    job = await house.job()
    first = await house.store.jobs.hand_over(job.id, 1, 1)
    assert (first.status, first.deliveries) == (Status.RENDERING, 1)
    assert first.started_at is not None

    assert await house.store.jobs.hand_over(job.id, 1, 1) == first
    second = await house.store.jobs.hand_over(job.id, 1, 2)
    assert (second.status, second.deliveries) == (Status.RENDERING, 2)
    assert await house.read(job) == second


async def test_a_hand_over_of_another_attempt_is_refused(house: House) -> None:
    job = await house.job()
    with pytest.raises(IllegalTransition):
        await house.store.jobs.hand_over(job.id, 2, 1)
    with pytest.raises(IllegalTransition):
        await house.store.jobs.hand_over("0" * 32, 1, 1)
    assert await house.read(job) == job


async def test_only_an_abandoned_hand_over_stays_counted(house: House) -> None:
    job = await house.job()
    rendering = await house.store.jobs.hand_over(job.id, 1, 1)
    abandoned = await house.store.jobs.requeue(rendering)
    assert (abandoned.status, abandoned.deliveries, abandoned.attempt) == (Status.QUEUED, 1, 1)

    rendering = await house.store.jobs.hand_over(job.id, 1, 2)
    taken_back = await house.store.jobs.take_back(rendering)
    assert (taken_back.status, taken_back.deliveries, taken_back.attempt) == (Status.QUEUED, 1, 1)

    rendering = await house.store.jobs.hand_over(job.id, 1, 2)
    smaller = RenderOptions(size=128)
    retried = await house.store.jobs.retry(rendering, options=smaller, too_large=512)
    assert (retried.status, retried.deliveries, retried.attempt) == (Status.QUEUED, 1, 2)
    assert (retried.options, retried.too_large) == (smaller, 512)
    assert await house.read(job) == retried


async def test_a_cancel_outlives_its_worker(house: House) -> None:
    for number, return_to_queue in enumerate((house.store.jobs.requeue, house.store.jobs.take_back)):
        job = await house.job(str(number))
        rendering = await house.store.jobs.hand_over(job.id, 1, 1)
        assert await house.store.jobs.cancel(job.id) == rendering
        assert (await return_to_queue(rendering)).status is Status.CANCELLED

    job = await house.job("again")
    rendering = await house.store.jobs.hand_over(job.id, 1, 1)
    await house.store.jobs.cancel(job.id)
    delivered_again = await house.store.jobs.hand_over(job.id, 1, 2)
    assert (delivered_again.status, delivered_again.reason) == (Status.CANCELLED, "cancelled")
    assert [reply.job for reply in await house.store.outbox.due("fake") if reply.job.id == job.id] == [delivered_again]


async def test_a_cancel_that_comes_too_late_costs_no_painting(house: House) -> None:
    job = await house.job()
    rendering = await house.store.jobs.hand_over(job.id, 1, 1)
    await house.store.jobs.cancel(job.id)
    painted = await house.store.jobs.painted(rendering, job.content, {})
    assert painted.status is Status.RENDERED

    await house.store.outbox.claim(painted)
    await house.store.outbox.refused(painted, "blocked")
    assert (await house.read(job)).reason == "undeliverable"


@pytest.mark.parametrize("status", sorted(OPEN - {Status.QUEUED, Status.RENDERING} | ENDED))
async def test_what_is_over_cannot_be_cancelled(house: House, status: Status) -> None:
    job = await walk(house, status)
    with pytest.raises(IllegalTransition):
        await house.store.jobs.cancel(job.id)


async def test_an_end_and_its_reply_are_one_commit(house: House) -> None:
    job = await house.job()
    rendering = await house.store.jobs.hand_over(job.id, 1, 1)
    assert await house.store.outbox.due("fake") == []

    painted = await house.store.jobs.painted(rendering, job.content, {"width": 8}, "frames.zip")

    assert [reply.job for reply in await house.store.outbox.due("fake")] == [painted]
    assert (painted.result_info, painted.frames) == ({"width": 8}, "frames.zip")


async def test_masks_and_frames_are_kept_as_long_as_a_job_refers_to_them(house: House) -> None:
    mask, frames, unused = [await house.blob(name.encode()) for name in ("mask", "frames", "unused")]
    job = dataclasses.replace(await house.job(), id="f" * 32, source="2")
    job = dataclasses.replace(job, styles=(StyleInput(picture=job.styles[0].picture, mask=mask),))
    await house.store.jobs.add(job, estimate_s=1, room=ROOM)
    rendering = await house.store.jobs.hand_over(job.id, 1, 1)
    await house.store.jobs.painted(rendering, job.content, {}, frames)

    await house.store.blobs.discard(house.blobs, mask, frames, unused)

    assert {mask, frames} <= house.blob_files()
    assert unused not in house.blob_files()


async def test_the_queue_is_first_come_first_served_and_keeps_those_for_later_back(house: House) -> None:
    first, second, third = [await house.job(str(number)) for number in range(3)]
    rendering = await house.store.jobs.hand_over(first.id, 1, 1)
    await house.store.jobs.retry(rendering, delay_s=60)

    now = house.clock()
    assert [job.id for job in await house.store.queue.next_queued(9, now)] == [second.id, third.id]
    assert [job.id for job in await house.store.queue.next_queued(1, now)] == [second.id]
    assert [job.id for job in await house.store.queue.next_queued(9, now + 61)] == [first.id, second.id, third.id]
