"""Whose hands a job goes through: decided by the bot alone, without a server."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Coroutine, Iterator
from pathlib import Path

import pytest

from bot.jobs import MAX_DELIVERIES
from bot.pools.nats.agents import Agents
from bot.pools.nats.ledger import Claim, Ledger, Place, Work, restore
from bot.pools.nats.packing import pack
from bot.ports import RenderJob
from renderer.agent.held import Held
from renderer.agent.reports import Reports
from renderer.options import RenderOptions
from renderer.protocol import FailureReason
from renderer.wire import subjects
from renderer.wire.messages import Assignment, Parcel
from tests.fakes.nats.desk import LEASE_S, Desk, failed, holder, started, task

Counts = collections.Counter[str]


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """How often the whole ledger was gone through, and how often it was asked who is free."""
    counted: Counts = collections.Counter()
    through, first_free = Ledger.__iter__, Agents.first_free

    def counted_through(self: Ledger) -> Iterator[Work]:
        counted["ledger"] += 1
        return through(self)

    def counted_first_free(*args: object, **kwargs: object) -> object:
        counted["first_free"] += 1
        return first_free(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "__iter__", counted_through)
    monkeypatch.setattr(Agents, "first_free", counted_first_free)
    return counted


def test_the_loss_of_a_hundred_agents_is_dealt_with_at_once(desk: Desk, counts: Counts) -> None:
    for number in range(100):
        desk.hear(f"gpu{number}", slots=2)
    works = [desk.accept(number) for number in range(400)]
    desk.assigner.place()
    assert None not in map(holder, works)
    desk.now = LEASE_S + 1
    desk.hear("new", slots=2)
    counts.clear()
    desk.presence._end_leases(desk.now)
    assert [holder(work) for work in works] == ["new"] * 4 + [None] * 396
    assert counts["ledger"] <= 5 and counts["first_free"] <= 5


def test_eight_hundred_orphans_of_an_earlier_run_are_given_to_those_who_are_there(desk: Desk, counts: Counts) -> None:
    for number in range(800):
        job = RenderJob(f"job{number}", 1, 0, "content", (), RenderOptions())
        claim = Claim(f"lost{number % 100}", "1", (job.id, 1, 1, "token"))
        desk.ledger.add(Work(job, 1, claim))
    desk.presence._end_leases(desk.now)
    desk.now = LEASE_S + 1
    for number in range(100):
        desk.hear(f"gpu{number}")
    counts.clear()
    desk.presence._end_leases(desk.now)
    assert collections.Counter(map(holder, desk.ledger)) == {None: 600} | {f"gpu{number}": 2 for number in range(100)}
    assert counts["ledger"] <= 6 and counts["first_free"] <= 200


def test_what_was_to_be_cancelled_is_given_to_nobody_when_its_agent_is_lost(desk: Desk) -> None:
    desk.hear("gpu0")
    cancelled, other = desk.accept(1), desk.accept(2)
    desk.assigner.place()
    cancelled.is_cancelled = True
    desk.now = LEASE_S + 1
    desk.hear("gpu1")
    desk.presence._end_leases(desk.now)
    assert (holder(cancelled), holder(other)) == (None, "gpu1")
    assert f"end of {cancelled.job.id}" in [name for name, _ in desk.background]


async def test_a_child_that_dies_on_each_painting_poisons_nothing_while_another_agent_is_there(desk: Desk) -> None:
    for name, pace in (("sick", 1.0), ("well", 60.0)):
        desk.hear(name).pace = pace
    work = desk.accept()
    desk.assigner.place()
    assert holder(work) == "sick"
    await begin_and_die(desk, work)
    assert (holder(work), work.delivery) == ("well", 2)


async def test_a_painting_that_kills_its_child_everywhere_is_set_aside(desk: Desk) -> None:
    for name in ("gpu0", "gpu1"):
        desk.hear(name)
    work = desk.accept()
    desk.assigner.place()
    seen = []
    while work.claim:
        seen.append(holder(work))
        await begin_and_die(desk, work)
    assert set(seen[:2]) == {"gpu0", "gpu1"} and len(seen) == MAX_DELIVERIES
    assert work.is_ending


async def test_pictures_that_do_not_arrive_count_for_nothing_and_yet_not_for_ever(desk: Desk) -> None:
    for name in ("gpu0", "gpu1"):
        desk.hear(name)
    work = desk.accept()
    desk.assigner.place()
    deliveries = []
    while work.claim:
        deliveries.append(work.delivery)
        report = failed(work.claim, FailureReason.RENDERER_DIED)
        await desk.endings.consume(work.claim, report, Place(0, 1))
    assert deliveries == [1, 1, 1, 2, 3]


async def begin_and_die(desk: Desk, work: Work) -> None:
    assert work.claim
    await desk.endings.consume(work.claim, started(work.claim), Place(0, 1))
    await desk.endings.consume(work.claim, failed(work.claim, FailureReason.RENDERER_DIED), Place(0, 2))


async def test_all_assignments_of_a_job_that_an_earlier_run_has_left_go_with_its_end(desk: Desk) -> None:
    handed = [assignment(1, "gpu0"), assignment(2, "gpu1"), assignment(3, "gpu0")]
    restore(desk.ledger, [(one, Place(0, seq)) for seq, one in enumerate(handed, 1)])
    [work] = desk.ledger
    assert holder(work) == "gpu0" and len(work.claims) == 3
    desk.assigner.finish(work)
    await desk.catch_up()
    assert desk.deleted(subjects.ASSIGNMENTS) == [1, 2, 3]


async def test_the_end_of_an_attempt_takes_no_pictures_of_the_same_that_is_handed_over_anew(desk: Desk) -> None:
    first = desk.given()
    assert first.claim
    before = first.claim.token
    desk.assigner.finish(first)
    second = desk.given()
    assert second.claim and second.key == first.key
    assignment = await pack(desk.line, desk.blobs, second.job, second.claim)
    await desk.catch_up()
    assert desk.removed() == {f"blob.in.gpu0.{before}.>", f"blob.out.gpu0.{before}.>"}
    assert not assignment.content.subject.startswith(f"blob.in.gpu0.{before}.")


async def test_pictures_of_a_hand_over_that_was_given_back_go_at_once(desk: Desk) -> None:
    work = desk.given()
    assert work.claim
    token = work.claim.token
    desk.assigner.take_back(work, is_counted=False, is_former=False)
    await desk.catch_up()
    assert f"blob.in.gpu0.{token}.>" in desk.removed()
    assert token not in desk.ledger.tokens(), "what is yet being sent of it is swept"


async def test_pictures_that_are_sent_while_their_hand_over_is_given_back_go_once_they_are_there(desk: Desk) -> None:
    desk.hear("gpu0")
    work = desk.accept()
    desk.assigner.place()
    assert work.claim
    token = work.claim.token
    desk.assigner.take_back(work, is_counted=False, is_former=False)
    [(_, handing_over), *clearing] = desk.background
    desk.background = [*clearing, ("late", handing_over)]
    await desk.catch_up()
    assert [name for name, _, _ in desk.line.done][-2:] == ["purge_stream"] * 2
    assert f"blob.in.gpu0.{token}.>" in desk.removed()


async def test_what_a_leaving_agent_has_told_the_end_of_is_waited_for_as_long_as_a_lease_and_no_longer(
    desk: Desk,
) -> None:
    desk.hear("gpu0", slots=2)
    told, given_up = desk.given(1), desk.given(2)
    assert told.claim
    desk.now = 7.0
    await desk.beat("gpu0", task(told.claim, "reported"), is_leaving=True)
    assert (holder(told), holder(given_up)) == ("gpu0", None)
    desk.presence._end_leases(7.0 + LEASE_S)
    assert holder(told) == "gpu0"
    desk.presence._end_leases(7.1 + LEASE_S)
    assert holder(told) is None


def test_orphans_of_an_earlier_run_are_waited_for_from_when_they_could_be_heard(desk: Desk) -> None:
    orphan = desk.given()
    desk.presence.excuse()
    desk.presence._end_leases(LEASE_S)
    assert holder(orphan) == "gpu0"
    desk.presence._end_leases(LEASE_S + 0.1)
    assert holder(orphan) is None


async def test_a_farewell_tells_of_no_end_that_is_still_being_sent(desk: Desk, tmp_path: Path) -> None:
    sending = asyncio.Event()

    def spawn(work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        work.close()
        return asyncio.create_task(wait(sending), name=name)

    reports = Reports(desk.line, "gpu0", "1", spawn, lambda: None)
    held = Held(assignment(1, "gpu0"), tmp_path)
    reports.held[held.key] = held
    reports.ended(held, held.failed(FailureReason.BAD_INPUT))
    assert [told.stage for told in reports.told(is_leaving=False)] == ["reported"]
    assert reports.told(is_leaving=True) == ()
    sending.set()
    await reports.settled()
    assert [told.stage for told in reports.told(is_leaving=True)] == ["reported"]


async def wait(event: asyncio.Event) -> None:
    await event.wait()


def assignment(delivery: int, agent: str) -> Assignment:
    parcel = Parcel(subject="blob.in.gpu0.a.b", sha256="0" * 64, size=1, chunks=1, suffix=".png")
    return Assignment(
        job="job1", attempt=1, delivery=delivery, token=f"t{delivery}", agent=agent, instance="1",
        content=parcel, styles=(), options=RenderOptions(),
    )  # fmt: skip


async def test_nothing_of_an_evicted_agent_stays_on_the_server(desk: Desk) -> None:
    work = desk.given()
    former = work.claim
    desk.assigner.take_back(work, is_counted=False)
    present = work.claim_for("gpu0", "2")
    assert former
    desk.assigner.evict("gpu0")
    await desk.catch_up()
    assert {f"blob.in.gpu0.{claim.token}.>" for claim in (former, present)} <= desk.removed()
    assert not desk.ledger.tokens()
