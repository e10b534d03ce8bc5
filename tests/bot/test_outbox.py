from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import Refused, Retry, Unknown
from bot.jobs import Job, Status
from bot.outbox import Outbox
from bot.ports import Sent
from bot.store.tables import ReplyState, outbox
from bot.texts import say
from renderer.protocol import FailureReason
from tests.fakes.adapter import FakeAdapter
from tests.fakes.house import NEVER_S, House, failure, open_house, started
from tests.fakes.watched import PATIENCE_S


async def work(house: House, *seen: Awaitable[None], adapters: dict[str, FakeAdapter] | None = None) -> None:
    """Let a fresh outbox run until all is seen, and end what it has begun."""
    sender = Outbox(house.store, house.blobs, adapters or {"fake": house.adapter}, house.metrics, NEVER_S)
    running = asyncio.create_task(sender.run())
    for sight in seen:
        await sight
    sender.stop()
    await asyncio.wait_for(running, PATIENCE_S)


async def state(house: House, job: Job) -> tuple[ReplyState, int, str | None, str | None]:
    columns = (outbox.c.state, outbox.c.tries, outbox.c.message_id, outbox.c.last_error)
    async with house.store.jobs._database.read() as connection:
        row = (await connection.execute(select(*columns).where(outbox.c.job == job.id))).one()
    return ReplyState(row.state), row.tries, row.message_id, row.last_error


@pytest.fixture
async def job(house: House) -> Job:
    """A painting whose reply is due."""
    return await house.painted(await house.job())


async def test_a_painting_is_sent_once_and_then_delivered(house: House, job: Job) -> None:
    await work(house, house.adapter.until_replies(1))

    [(told_job, reply)] = house.adapter.replies
    assert told_job == job
    assert job.result is not None
    assert reply.painting == house.blobs.path(job.result)
    assert (await house.read(job)).status is Status.DELIVERED
    assert await state(house, job) == (ReplyState.SENT, 0, "message 1", None)
    assert await house.store.outbox.seconds_to_next("fake") is None


async def test_a_reply_that_hangs_does_not_hold_up_the_next(house: House, job: Job) -> None:
    other = await house.painted(await house.job("2"))
    house.adapter.may_answer.clear()

    async def answered() -> None:
        house.adapter.may_answer.set()

    await work(house, house.adapter.until_replies(2), answered())
    assert {told.id for told, _ in house.adapter.replies} == {job.id, other.id}
    assert (await house.read(other)).status is Status.DELIVERED


async def test_a_failure_is_told_and_the_job_stays_failed(house: House) -> None:
    job = await house.job()
    await house.dispatch.on_event(started(job))
    await house.dispatch.on_event(failure(await house.read(job), FailureReason.BAD_INPUT))
    before = await house.read(job)

    await work(house, house.adapter.until_replies(1))

    [(_, reply)] = house.adapter.replies
    assert reply.painting is None
    assert "could not be painted from" in say(reply.said)
    assert await house.read(job) == before
    assert (await state(house, job))[0] is ReplyState.SENT


async def test_a_platform_that_asks_to_wait_is_asked_again_when_it_said(house: House, job: Job) -> None:
    house.adapter.script.append(Retry(60))
    await work(house, house.adapter.until_replies(1))
    assert (await state(house, job))[0] is ReplyState.READY
    assert 59 < (await house.store.outbox.seconds_to_next("fake") or 0) <= 60

    house.clock.ahead_s = 61
    await work(house, house.adapter.until_replies(2))
    assert (await house.read(job)).status is Status.DELIVERED


async def test_the_loop_wakes_by_itself_when_a_postponed_reply_is_due(house: House, job: Job) -> None:
    house.adapter.script.append(Retry(0.05))
    await work(house, house.adapter.until_replies(2))
    assert (await house.read(job)).status is Status.DELIVERED


async def test_an_error_that_the_adapter_has_not_mapped_may_have_sent_the_reply_so_it_is_looked_for(
    house: House, job: Job
) -> None:
    house.adapter.script.append(KeyError("message_id"))
    house.adapter.found = Sent("42")
    await work(house, house.adapter.until_asked(1))
    assert (await house.read(job)).status is Status.DELIVERED
    assert len(house.adapter.replies) == 1


async def test_after_an_unmapped_error_a_reply_that_cannot_be_found_is_uncertain(house: House, job: Job) -> None:
    house.adapter.script.append(KeyError("message_id"))
    await work(house, house.adapter.until_asked(1))
    assert (await state(house, job))[::3] == (ReplyState.UNCERTAIN, "KeyError('message_id')")
    house.clock.ahead_s = 1e6
    assert await house.store.outbox.due("fake") == []


async def test_an_error_of_the_adapter_backs_off_further_each_time_up_to_a_cap(house: House, job: Job) -> None:
    house.adapter.script.append(Unknown("cut"))
    house.adapter.found = ConnectionError("no route")
    pauses = []
    for number in range(1, 11):
        await work(house, house.adapter.until_asked(number))
        assert (await state(house, job))[:2] == (ReplyState.SENDING, number + 1)
        pause = await house.store.outbox.seconds_to_next("fake")
        assert pause is not None
        pauses.append(round(pause))
        house.clock.ahead_s += pause + 1
    assert pauses == [4, 8, 16, 32, 64, 128, 256, 300, 300, 300]

    house.adapter.found = Sent("42")
    await work(house, house.adapter.until_asked(11))
    assert (await house.read(job)).status is Status.DELIVERED
    assert len(house.adapter.replies) == 1


async def test_a_refused_painting_is_undeliverable_and_kept(house: House, job: Job) -> None:
    house.adapter.script.append(Refused("blocked by the user"))
    await work(house, house.adapter.until_replies(1))

    after = await house.read(job)
    assert (after.status, after.reason, after.result) == (Status.FAILED, "undeliverable", job.result)
    assert await state(house, job) == (ReplyState.REFUSED, 0, None, "blocked by the user")
    assert await house.store.outbox.due("fake") == []


async def test_a_refused_sentence_leaves_the_reason_of_the_failure(house: House) -> None:
    job = await house.store.jobs.cancel((await house.job()).id)
    house.adapter.script.append(Refused("deleted"))
    await work(house, house.adapter.until_replies(1))
    assert await house.read(job) == job
    assert (await state(house, job))[0] is ReplyState.REFUSED


async def test_a_reply_whose_answer_was_cut_off_is_looked_for_and_found(house: House, job: Job) -> None:
    house.adapter.script.append(Unknown("connection reset"))
    house.adapter.found = Sent("42")
    await work(house, house.adapter.until_asked(1))

    assert (await house.read(job)).status is Status.DELIVERED
    assert (await state(house, job))[::2] == (ReplyState.SENT, "42")
    assert len(house.adapter.replies) == 1


async def test_a_reply_that_cannot_be_found_is_uncertain_and_never_sent_again(house: House, job: Job) -> None:
    house.adapter.script.append(Unknown("connection reset"))
    await work(house, house.adapter.until_asked(1))

    assert (await state(house, job))[0] is ReplyState.UNCERTAIN
    assert (await house.read(job)).status is Status.RENDERED
    house.clock.ahead_s = 1e6
    assert await house.store.outbox.due("fake") == []
    assert await house.store.outbox.seconds_to_next("fake") is None


async def test_while_a_platform_cannot_be_asked_it_is_asked_later_and_nothing_is_sent(house: House, job: Job) -> None:
    house.adapter.script.append(Unknown("connection reset"))
    for number, trouble in enumerate((ConnectionError("down"), Unknown("cut again"), Retry(30)), 1):
        house.adapter.found = trouble
        await work(house, house.adapter.until_asked(number))
        assert (await state(house, job))[0] is ReplyState.SENDING
        assert (await house.store.outbox.seconds_to_next("fake") or 0) > 1
        house.clock.ahead_s += 60
    house.adapter.found = Sent("42")
    await work(house, house.adapter.until_asked(4))

    assert (await house.read(job)).status is Status.DELIVERED
    assert len(house.adapter.replies) == 1


async def test_what_a_crash_left_half_sent_is_looked_for_and_not_sent(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        job = await house.painted(await house.job())
        await house.store.outbox.claim(job)
    async with open_house(tmp_path) as house:
        await work(house, house.adapter.until_asked(1))
        assert house.adapter.replies == []
        assert (await state(house, job))[0] is ReplyState.UNCERTAIN


async def test_sending_is_committed_before_the_platform_sees_it(house: House, job: Job) -> None:
    house.adapter.may_answer.clear()
    sender = asyncio.create_task(house.outbox.run())
    await house.adapter.until_replies(1)
    assert (await state(house, job))[0] is ReplyState.SENDING

    house.outbox.stop()
    house.adapter.may_answer.set()
    await asyncio.wait_for(sender, PATIENCE_S)
    assert (await state(house, job))[0] is ReplyState.SENT


async def test_replies_to_a_platform_that_is_not_there_wait_for_it(house: House, job: Job) -> None:
    other = FakeAdapter("other")
    await work(house, adapters={"other": other})
    assert await state(house, job) == (ReplyState.READY, 0, None, None)

    await work(house, house.adapter.until_replies(1), adapters={"other": other, "fake": house.adapter})
    assert (await house.read(job)).status is Status.DELIVERED
    assert other.replies == []


async def test_adapters_may_be_named_after_the_outbox_is_made(house: House, job: Job) -> None:
    adapters: dict[str, FakeAdapter] = {}
    sender = Outbox(house.store, house.blobs, adapters, house.metrics, NEVER_S)
    sender.ring()
    adapters["fake"] = house.adapter
    running = asyncio.create_task(sender.run())
    await house.adapter.until_replies(1)
    sender.stop()
    await asyncio.wait_for(running, PATIENCE_S)
    assert (await house.read(job)).status is Status.DELIVERED


async def test_a_platform_that_hangs_holds_up_no_other(house: House, job: Job) -> None:
    house.adapter.may_answer.clear()
    other = FakeAdapter("other")
    second = await house.job("2", adapter="other")
    sender = Outbox(house.store, house.blobs, {"fake": house.adapter, "other": other}, house.metrics, NEVER_S)
    running = asyncio.create_task(sender.run())
    await house.adapter.until_replies(1)
    await house.store.jobs.cancel(second.id)
    sender.ring()
    await other.until_replies(1)
    house.adapter.may_answer.set()
    sender.stop()
    await asyncio.wait_for(running, PATIENCE_S)


async def test_a_painting_that_was_lost_from_the_disk_holds_up_no_other(house: House, job: Job) -> None:
    assert job.result is not None
    house.blobs.path(job.result).unlink()
    second = await house.painted(await house.job("2"))

    await work(house, house.adapter.until_replies(1))

    assert [told for told, _ in house.adapter.replies] == [second]
    assert (await state(house, job))[:2] == (ReplyState.READY, 1)
