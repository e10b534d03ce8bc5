"""Whose turn it is: the same order for the pool, for positions and for estimates."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.accounts import Accounts
from bot.jobs import BATCH_FROM, Job, Priority
from bot.store.order import HALF_LIFE_S, LIFT_S, OVERDUE_S
from config.settings import LimitsSettings
from renderer.protocol import FailureReason
from tests.fakes.house import ROOM, House, failure, open_house, started

ALICE, BOB, CAROL = "fake:alice", "fake:bob", "fake:carol"


async def line(house: House) -> list[str]:
    """Sources of the jobs that wait, in the order in which they are to be painted."""
    names = {job.id: job.source for job in await house.store.queue.open_jobs()}
    order = [names[job_id] for job_id in await house.scheduler.line()]
    assert [job.source for job in await house.store.queue.next_queued(99, house.clock())] == order
    jobs = [job for job in await house.store.queue.open_jobs() if job.source in order]
    positions = {job.source: (await house.scheduler.outlook(job)).position for job in jobs}
    assert [positions[name] for name in order] == list(range(1, len(order) + 1))
    return order


async def asked(house: House, names: str, requester: str, estimate_s: float = 60) -> list[Job]:
    return [await house.job(name, requester, estimate_s=estimate_s) for name in names.split()]


async def had(house: House, requester: str, seconds: float) -> None:
    """Let somebody have had the renderer for so long."""
    job = await house.job(f"earlier of {requester}", requester)
    await house.painted(job, seconds=seconds)


async def classed(house: House, job: Job, priority: Priority) -> None:
    async with house.store.jobs._database.write() as connection:
        await connection.execute(text(f"UPDATE jobs SET priority = {priority.value} WHERE id = '{job.id}'"))


async def test_who_asks_for_many_does_not_hold_up_who_asks_for_one(house: House) -> None:
    await asked(house, "a1 a2 a3", ALICE)
    await asked(house, "b1", BOB)
    await asked(house, "c1 c2", CAROL)
    assert await line(house) == ["a1", "b1", "c1", "a2", "c2", "a3"]


async def test_turns_are_counted_in_render_seconds_not_in_jobs(house: House) -> None:
    await asked(house, "a1 a2", ALICE, estimate_s=100)
    await asked(house, "b1 b2 b3", BOB, estimate_s=40)
    assert await line(house) == ["a1", "b1", "b2", "b3", "a2"]


async def test_what_somebody_is_being_painted_and_has_had_of_late_counts(house: House) -> None:
    await had(house, ALICE, 90)
    await had(house, BOB, 50)
    [begun, *_] = await asked(house, "b1 b2", BOB, estimate_s=60)
    await asked(house, "a1", ALICE)
    await asked(house, "c1", CAROL)
    assert await line(house) == ["c1", "b1", "a1", "b2"]
    await house.dispatch.on_event(started(begun))
    assert await line(house) == ["c1", "a1", "b2"]


async def test_what_somebody_has_had_fades_and_outlives_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await had(house, ALICE, 100)
        house.clock.ahead_s = HALF_LIFE_S
        await had(house, BOB, 60)
    async with open_house(tmp_path) as house:
        house.clock.ahead_s = HALF_LIFE_S
        await asked(house, "b1", BOB)
        await asked(house, "a1 a2", ALICE, estimate_s=20)
        # 50 and 60 s by now.
        assert await line(house) == ["a1", "b1", "a2"]


async def test_an_attempt_that_is_made_again_costs_its_requester_nothing(house: House) -> None:
    [again] = await asked(house, "a1", ALICE)
    await house.dispatch.on_event(started(again))
    house.clock.ahead_s = 60
    await house.dispatch.on_event(failure(await house.read(again), FailureReason.OUT_OF_MEMORY))
    [cancelled] = await asked(house, "b1", BOB)
    await house.dispatch.on_event(started(cancelled))
    house.clock.ahead_s = 90
    await house.dispatch.on_event(failure(await house.read(cancelled), FailureReason.CANCELLED))
    await asked(house, "b2", BOB)
    await asked(house, "c1", CAROL)
    assert await line(house) == ["a1", "c1", "b2"]


async def test_seconds_that_a_machine_slept_are_not_counted(house: House) -> None:
    [cancelled] = await asked(house, "a1", ALICE, estimate_s=60)
    await house.dispatch.on_event(started(cancelled))
    house.clock.ahead_s = 600
    await house.dispatch.on_event(failure(await house.read(cancelled), FailureReason.CANCELLED))
    await had(house, BOB, 80)
    await asked(house, "b1", BOB)
    await asked(house, "a2", ALICE)
    assert await line(house) == ["a2", "b1"]


async def test_who_runs_the_service_comes_first_and_batches_come_last(house: House) -> None:
    [batch] = await asked(house, "b1", BOB)
    await classed(house, batch, Priority.BATCH)
    await had(house, ALICE, 500)
    await asked(house, "a1", ALICE)
    [own] = await asked(house, "o1", CAROL)
    await classed(house, own, Priority.OPERATOR)
    assert await line(house) == ["o1", "a1", "b1"]


async def test_orders_are_classed_at_the_door(tmp_path: Path) -> None:
    async with open_house(tmp_path, open_jobs_per_requester=99) as house:
        usual = [await house.intake.accept(house.order("1", ALICE)), await house.intake.accept(house.order("2", BOB))]
        many = [await house.job(f"a{number}", ALICE) for number in range(BATCH_FROM)]
        operators = await house.intake.accept(house.order("3", "fake:operator"))
        async with house.store.jobs._database.read() as connection:
            rows = await connection.execute(text("SELECT id, priority FROM jobs"))
            classes = {job_id: priority for job_id, priority in rows}
    assert classes == {
        **{job.id: Priority.USUAL for job in (*usual, *many[:-1])},
        many[-1].id: Priority.BATCH,
        operators.id: Priority.OPERATOR,
    }


async def test_nobody_is_an_operator_unless_the_settings_say_so(house: House) -> None:
    assert Accounts(house.store, LimitsSettings()).priority("telegram:1") is Priority.USUAL


async def test_waiting_lifts_a_batch_among_the_usual_and_anything_at_last_before_all(house: House) -> None:
    await had(house, ALICE, 100)
    await had(house, BOB, 50)
    [old] = await asked(house, "b1", BOB)
    await classed(house, old, Priority.BATCH)
    await asked(house, "a1", ALICE)
    assert await line(house) == ["a1", "b1"]
    house.clock.ahead_s = LIFT_S + 1
    assert await line(house) == ["b1", "a1"]
    await asked(house, "c1", CAROL)
    assert await line(house) == ["c1", "b1", "a1"]
    house.clock.ahead_s = OVERDUE_S + 1
    [own] = await asked(house, "o1", CAROL)
    await classed(house, own, Priority.OPERATOR)
    assert (await line(house))[0] == "b1"


async def test_the_estimate_counts_on_what_comes_meanwhile_and_goes_before(house: House) -> None:
    """Two thirds of the time is ordered by people who have had less; what they ordered is painted already."""
    for number in range(10):
        other = await house.job(f"o{number}", f"fake:{number}", estimate_s=20)
        await house.painted(other, seconds=20)
    a1, a2, a3 = await asked(house, "a1 a2 a3", ALICE, estimate_s=30)
    house.clock.ahead_s = 300
    etas = [(await house.scheduler.outlook(job)).eta_s for job in (a1, a2, a3)]
    # The first is the next; before the others come those whose next order counts less than 30 and 60 s.
    assert etas == pytest.approx([30, 30 / (1 - 2 / 3) + 30, 60 / (1 - 2 / 3) + 30], rel=0.02)


async def test_a_clock_that_is_set_back_lowers_nobodys_class(house: House) -> None:
    await asked(house, "a1", ALICE)
    house.clock.ahead_s = -10 * LIFT_S
    await asked(house, "b1", BOB)
    assert sorted(await line(house)) == ["a1", "b1"]


async def test_of_ones_own_jobs_the_first_comes_first_whatever_their_classes(house: House) -> None:
    first, second = await asked(house, "a1 a2", ALICE)
    await classed(house, first, Priority.BATCH)
    await classed(house, second, Priority.OPERATOR)
    await asked(house, "b1", BOB)
    assert await line(house) == ["b1", "a1", "a2"]


async def test_what_the_pool_has_already_is_the_next_whoever_comes(house: House) -> None:
    first, ahead, waiting = await asked(house, "a1 a2 a3", ALICE)
    async with house.running():
        await house.pool.until_started(first.id)
        await house.pool.until_held(ahead.id)
        [late] = await asked(house, "b1", BOB)
        outlooks = await house.scheduler.outlooks([await house.read(job) for job in (first, ahead, waiting, late)])
        assert [outlooks[job.id].position for job in (first, ahead, late, waiting)] == [0, 1, 2, 3]
        for job in (first, ahead, late, waiting):
            await house.pool.paint(job.id)
    assert [job.id for job in house.pool.submitted] == [job.id for job in (first, ahead, late, waiting)]


async def test_the_estimate_follows_the_order(house: House) -> None:
    a1, a2 = await asked(house, "a1 a2", ALICE, estimate_s=100)
    [b1] = await asked(house, "b1", BOB, estimate_s=30)
    etas = {job.source: (await house.scheduler.outlook(job)).eta_s for job in (a1, a2, b1)}
    # Bob's like may come again before Alice's second: 30 s in two minutes.
    assert etas == pytest.approx({"a1": 100, "b1": 130, "a2": 130 / 0.75 + 100})
    assert await house.scheduler.next_end_s(BOB) == 130
    assert await house.scheduler.next_end_s(None) == 100


async def test_admins_see_the_queue_in_that_order(house: House) -> None:
    await asked(house, "a1 a2", ALICE, estimate_s=100)
    [b1] = await asked(house, "b1", BOB, estimate_s=30)
    queue = (await house.admin.state()).queue
    assert [job.requester for job in queue.jobs] == [ALICE, BOB, ALICE]
    assert queue.jobs[1].id == b1.id
    assert queue.empty_s == pytest.approx(130 / 0.75 + 100)


async def test_the_order_is_found_without_reading_the_jobs_themselves(house: House) -> None:
    plan = text("EXPLAIN QUERY PLAN SELECT id, priority FROM jobs INDEXED BY ix_jobs_queued WHERE status = 'queued'")
    async with house.store.jobs._database.read() as connection:
        [step] = (await connection.execute(plan)).all()
    assert "COVERING INDEX ix_jobs_queued" in step.detail


async def test_what_was_had_more_than_a_day_ago_is_forgotten(house: House) -> None:
    await had(house, ALICE, 90)
    house.clock.ahead_s = 25 * HALF_LIFE_S
    await had(house, BOB, 90)
    async with house.store.jobs._database.read() as connection:
        assert (await connection.execute(text("SELECT requester FROM usage"))).scalars().all() == [BOB]


async def test_a_job_of_another_requester_with_the_same_second_is_not_forgotten(house: House) -> None:
    first = await house.job("1", ALICE)
    twin = dataclasses.replace(first, id="f" * 32, source="2", requester=BOB)
    await house.store.jobs.add(twin, estimate_s=60, room=ROOM)
    assert sorted(await line(house)) == ["1", "2"]
