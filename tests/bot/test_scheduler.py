from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import Unsuited
from bot.jobs import MAX_DELIVERIES, Job, Status
from bot.ports import PREFETCH, RenderJob
from bot.scheduler import Outlook, _begins_in
from bot.store.queue import Work
from bot.texts import say
from renderer.protocol import FailureReason
from tests.fakes.house import House, open_house, progress, started
from tests.fakes.pool import FakePool


def ids(*jobs: Job) -> list[str]:
    return [job.id for job in jobs]


async def test_jobs_are_painted_first_come_first_served_and_delivered(house: House) -> None:
    jobs = [await house.job(str(number)) for number in range(4)]
    async with house.running():
        for job in jobs:
            await house.pool.paint(job.id)
        await house.adapter.until_replies(4)
    assert [job.id for job in house.pool.submitted] == ids(*jobs)
    assert [(await house.read(job)).status for job in jobs] == [Status.DELIVERED] * 4


async def test_never_more_is_outstanding_than_the_slots_and_one(tmp_path: Path) -> None:
    async with open_house(tmp_path, FakePool(slots=2)) as house:
        jobs = [await house.job(str(number)) for number in range(6)]
        async with house.running():
            for number, job in enumerate(jobs):
                await house.pool.until_held(jobs[min(number + 2, 5)].id)
                assert len(await house.pool.held()) <= 2 + PREFETCH
                assert len(house.pool.submitted) <= number + 2 + PREFETCH
                await house.pool.paint(job.id)
        assert len(house.pool.submitted) == 6


async def test_a_rung_bell_brings_a_new_job_to_the_pool_at_once(house: House) -> None:
    async with house.running():
        first = await house.job("1")
        house.scheduler.ring(first.id)
        await house.pool.until_started(first.id)


async def test_a_job_that_has_to_wait_is_shown_once_as_it_will_be(house: House) -> None:
    async with house.running():
        first = await house.job("1")
        house.scheduler.ring(first.id)
        await house.pool.until_started(first.id)
        later = [await house.job(str(number)) for number in range(2, 5)]
        for job in later:
            house.scheduler.ring(job.id)
        await house.pool.until(lambda: len(house.pool.glimpsed) == 3)
        await house.pool.paint(first.id)
        await house.pool.until_started(later[0].id)
    assert {job.id for job in house.pool.glimpsed} == {job.id for job in later}
    assert len(house.pool.glimpsed) == 3


async def test_what_nobody_would_see_is_not_glimpsed(house: House) -> None:
    house.adapter.shows_progress = False
    async with house.running():
        jobs = [await house.job(str(number)) for number in range(3)]
        for job in jobs:
            house.scheduler.ring(job.id)
            await house.pool.paint(job.id)
    assert not house.pool.glimpsed


async def test_a_bell_that_nobody_rang_is_made_up_for_by_polling(house: House) -> None:
    house.scheduler._poll_s = 0.02
    async with house.running():
        job = await house.job()
        await house.pool.until_started(job.id)


async def test_a_full_pool_is_offered_the_job_again(tmp_path: Path) -> None:
    async with open_house(tmp_path, FakePool(places=1)) as house:
        first, second = await house.job("1"), await house.job("2")
        async with house.running():
            await house.pool.paint(first.id)
            await house.pool.paint(second.id)
        assert [job.id for job in house.pool.submitted] == ids(first, second)


class ChoosyPool(FakePool):
    """Takes drafts alone, as processors do beside a GPU that has enough to do; `is_busy` while it has."""

    is_busy = True

    async def submit(self, job: RenderJob) -> None:
        if self.is_busy and job.options.quality != "draft":
            raise Unsuited
        await super().submit(job)


async def test_who_waits_for_a_gpu_holds_up_nobody_else_and_keeps_the_first_place(tmp_path: Path) -> None:
    pool = ChoosyPool(slots=2)
    async with open_house(tmp_path, pool) as house:
        await pool.start(house.dispatch.on_event)
        fine = [await house.job(f"fine {number}") for number in range(4)]
        drafts = [await house.job(f"draft {number}", quality="draft") for number in range(2)]
        await house.scheduler._supply()
        assert [job.id for job in pool.submitted] == ids(*drafts), "in their order"
        late = await house.job("draft 3", quality="draft")
        pool.is_busy = False
        await house.scheduler._supply()
        assert [job.id for job in pool.submitted[2:]] == ids(fine[0])
        assert late.id not in {job.id for job in pool.submitted}
        await pool.drain(0)


async def test_no_more_of_the_line_is_looked_at_than_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.scheduler._LOOK_AHEAD", 2)
    pool = ChoosyPool()
    async with open_house(tmp_path, pool) as house:
        await pool.start(house.dispatch.on_event)
        jobs = [await house.job(f"fine {number}") for number in range(4)]
        await house.job("draft", quality="draft")
        await house.scheduler._supply()
        assert pool.submitted == [], "there is room for two, and it is the fifth"
        await house.desk.cancel(jobs[0].id, jobs[0].requester)
        await house.scheduler._supply()
        assert [job.options.quality for job in pool.submitted] == ["draft"]
        await pool.drain(0)


async def test_a_retry_waits_its_time_and_lets_others_go_first(house: House) -> None:
    first, second = await house.job("1"), await house.job("2")
    async with house.running():
        await house.pool.fail(first.id, FailureReason.INTERNAL)
        await house.pool.paint(second.id)
        assert (await house.read(first)).status is Status.QUEUED
        house.clock.ahead_s = 10
        house.scheduler.ring(first.id)
        await house.pool.paint(first.id, attempt=2)
        await house.adapter.until_replies(2)
    assert (await house.read(first)).status is Status.DELIVERED


async def test_a_worker_that_dies_costs_a_delivery_and_the_job_is_painted_again(house: House) -> None:
    job = await house.job()
    async with house.running():
        await house.pool.crash(job.id)
        assert (await house.read(job)).deliveries == 2
        await house.pool.paint(job.id)
    assert (await house.read(job)).result == job.content


async def test_a_picture_that_kills_every_worker_is_set_aside_and_the_next_job_goes_on(house: House) -> None:
    poison, next_one = await house.job("1"), await house.job("2")
    async with house.running():
        for _ in range(MAX_DELIVERIES):
            await house.pool.crash(poison.id)
        await house.pool.paint(next_one.id)
        await house.adapter.until_replies(2)
    assert [(job.id, job.reason) for job, _ in house.adapter.replies] == [(poison.id, "poisoned"), (next_one.id, None)]
    assert "set aside" in say(house.adapter.replies[0][1].said)


async def test_while_paused_nothing_new_is_painted_and_afterwards_all_is(house: House) -> None:
    running, next_one, last = [await house.job(str(number)) for number in range(3)]
    async with house.running():
        await house.pool.until_started(running.id)
        await house.pool.until_held(next_one.id)
        await house.store.switches.put("paused", {"reason": "the cat sleeps on it"})
        await house.pool.paint(running.id)
        await house.adapter.until_replies(1)
        await house.pool.until_let_go(next_one.id)
        house.scheduler.ring(last.id)
        assert [(await house.read(job)).status for job in (next_one, last)] == [Status.QUEUED] * 2
        assert (await house.read(next_one)).deliveries == 0

        await house.store.switches.put("paused", None)
        house.scheduler.ring(next_one.id)
        await house.pool.paint(next_one.id)
        await house.pool.paint(last.id)
        await house.adapter.until_replies(3)
    assert [(await house.read(job)).status for job in (running, next_one, last)] == [Status.DELIVERED] * 3


async def test_a_pause_outlives_a_restart_and_lets_what_is_begun_go_on(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first, second = await house.job("1"), await house.job("2")
        async with house.running():
            await house.pool.until_started(first.id)
            await house.store.switches.put("paused", {"reason": ""})
            await house.pool.crash(first.id)
            assert (await house.read(first)).deliveries == 2
            await house.pool.paint(first.id)
            await house.adapter.until_replies(1)
    async with open_house(tmp_path) as house, house.running():
        await house.scheduler._supply()
        assert (await house.desk.cancel(second.id, "fake:1")).job.status is Status.CANCELLED
        assert house.pool.submitted == []


async def test_after_a_restart_every_open_job_goes_on(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        rendered, rendering, queued = [await house.job(str(number)) for number in range(3)]
        await house.painted(rendered)
        await house.dispatch.on_event(started(rendering))

    async with open_house(tmp_path) as house, house.running():
        await house.pool.until_started(rendering.id)
        assert house.pool.submitted[0].deliveries == 1
        assert (await house.read(rendering)).deliveries == 2
        await house.pool.paint(rendering.id)
        await house.pool.paint(queued.id)
        await house.adapter.until_replies(3)
    assert [job.id for job, _ in house.adapter.replies] == ids(rendered, rendering, queued)


async def test_after_a_graceful_restart_no_delivery_was_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await house.job()
        await house.dispatch.on_event(started(job))
        await house.dispatch.stop(grace_s=0)
    async with open_house(tmp_path) as house, house.running():
        await house.pool.until_started(job.id)
        assert (await house.read(job)).deliveries == 1


async def test_a_picture_that_kills_the_bot_each_time_is_set_aside_and_its_owner_told(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await house.job()
    for _ in range(MAX_DELIVERIES):
        async with open_house(tmp_path) as house, house.running():
            await house.pool.until_started(job.id)
    async with open_house(tmp_path) as house:
        async with house.running():
            await house.adapter.until_replies(1)
        assert house.pool.submitted == []
        after = await house.read(job)
        assert (after.status, after.reason, after.deliveries) == (Status.FAILED, "poisoned", MAX_DELIVERIES)


async def test_a_job_cancelled_before_the_bot_died_is_not_painted_after_the_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await house.job()
        await house.dispatch.on_event(started(job))
        await house.store.jobs.cancel(job.id)
    async with open_house(tmp_path) as house:
        async with house.running():
            await house.adapter.until_replies(1)
        assert house.pool.submitted == []
        assert (await house.read(job)).status is Status.CANCELLED


async def test_a_job_that_a_pool_still_holds_is_left_to_it(tmp_path: Path) -> None:
    pool = FakePool()
    async with open_house(tmp_path, pool) as house:
        job = await house.job()
        async with house.running():
            await pool.until_started(job.id)
            after_restart = House(tmp_path, house.store, house.clock, pool)
            scheduling = asyncio.create_task(after_restart.scheduler.run())
            second = await house.job("2")
            after_restart.scheduler.ring(second.id)
            await pool.until_held(second.id)
            assert (await house.read(job)).status is Status.RENDERING
            scheduling.cancel()
            await asyncio.wait([scheduling])
    assert [held.id for held in pool.submitted] == ids(job, second)


async def test_ten_restarts_during_one_painting_do_not_set_it_aside(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await house.job()
    for number in range(10):
        async with open_house(tmp_path) as house, house.running():
            await house.pool.until_started(job.id)
            assert (await house.read(job)).deliveries == 1, f"after {number} restarts"
            await house.dispatch.stop(0)
    async with open_house(tmp_path) as house:
        async with house.running():
            await house.pool.paint(job.id)
            await house.adapter.until_replies(1)
        assert (await house.read(job)).status is Status.DELIVERED


async def test_kills_of_the_bot_count_for_what_is_rendering_then_and_for_nothing_else(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        rendering, ahead, waiting = [await house.job(str(number)) for number in range(3)]
    for _ in range(MAX_DELIVERIES):
        async with open_house(tmp_path) as house, house.running():
            await house.pool.until_started(rendering.id)
            await house.pool.until_held(ahead.id)
    async with open_house(tmp_path) as house, house.running():
        await house.pool.until_started(ahead.id)
        await house.adapter.until_replies(1)
        assert (await house.read(rendering)).reason == "poisoned"
        assert [(await house.read(job)).deliveries for job in (ahead, waiting)] == [1, 0]


async def test_position_and_eta_tell_what_is_ahead(tmp_path: Path) -> None:
    async with open_house(tmp_path, FakePool(slots=2)) as house:
        running, half_done, second, third = [
            await house.job(str(number), estimate_s=estimate_s) for number, estimate_s in enumerate((100, 60, 30, 50))
        ]
        for job in (running, half_done):
            await house.dispatch.on_event(started(job))
        house.clock.ahead_s = 20
        running, half_done = await house.read(running), await house.read(half_done)
        await house.dispatch.on_event(progress(half_done, 0.25))

        outlooks = [await house.scheduler.outlook(job) for job in (running, half_done, second, third)]
        assert [outlook.position for outlook in outlooks] == [0, 0, 1, 2]
        # 80 s are left of the first; the other took 20 s for a quarter, so 60 s are left of it.
        # The second is begun where the place is free first, and the third where the other is.
        expected = [80, 60, 60 + 30, 80 + 50]
        assert [round(outlook.eta_s or 0) for outlook in outlooks] == expected

        await house.store.jobs.cancel(second.id)
        assert (await house.scheduler.outlook(third)).position == 1
        painted = await house.painted(third)
        assert await house.scheduler.outlook(painted) == Outlook(None, None)


async def test_the_next_end_is_that_of_the_requesters_own_first_job(house: House) -> None:
    assert await house.scheduler.next_end_s(None) == 10
    await house.job("1", requester="fake:1", estimate_s=40)
    await house.job("2", requester="fake:2", estimate_s=50)
    assert await house.scheduler.next_end_s(None) == 40
    assert await house.scheduler.next_end_s("fake:2") == 90
    assert await house.scheduler.next_end_s("fake:3") == 10


@pytest.mark.parametrize(
    "remaining_s,slots,before,before_s,rate,expected",
    [
        ([], 1, 0, 0, 0, 0),
        ([30], 1, 1, 10, 0, 40),
        ([30, 10], 2, 0, 0, 0, 10),
        ([30, 10], 2, 1, 15, 0, 25),
        ([30, 10], 2, 1, 50, 0, 30),  # the one before takes the place that is free first, and this one the other
        ([30, 10], 2, 100, 400, 0, 220),
        ([30], 2, 0, 0, 0, 0),  # a place is free
        ([30, 10], 2, 100, 400, 1, 440),  # one of the places goes to what comes meanwhile
        ([30, 10, 5], 2, 0, 0, 0, 10),  # a renderer was taken away
    ],
)
def test_when_a_job_is_begun(
    remaining_s: list[float], slots: int, before: int, before_s: float, rate: float, expected: float
) -> None:
    assert _begins_in(remaining_s, slots, Work(before, before_s, 0), rate) == expected
