"""What agents tell durably, without a server: how much of it is kept, and what is asked for again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import nats.errors
import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from bot.pools.nats import reports
from bot.pools.nats.ledger import Claim, Place, Work
from renderer.wire import parcels
from renderer.wire.line import Line
from renderer.wire.messages import Again, Parcel
from tests.fakes.nats.desk import LEASE_S, Desk, done, started, task


def claim_of(work: Work) -> Claim:
    assert work.claim
    return work.claim


async def test_an_end_that_waits_in_its_lane_is_not_asked_for_again(desk: Desk) -> None:
    claim = claim_of(desk.given())
    desk.sort(done(claim), seq=1)
    for part in (0.0, 0.6, 1.2):
        desk.now = part * LEASE_S
        await desk.beat("gpu0", task(claim, "reported"))
    assert desk.line.words == []


async def test_an_end_that_never_came_is_asked_for_again_after_half_a_lease(desk: Desk) -> None:
    claim = claim_of(desk.given())
    desk.sort(started(claim), seq=1)
    for part in (0.0, 0.4, 0.6):
        desk.now = part * LEASE_S
        await desk.beat("gpu0", task(claim, "reported"))
    assert desk.line.words == [Again(**Again.fields(claim.handed))]


def test_a_lane_holds_only_so_much_of_what_nobody_wants_and_all_ends_that_are_awaited(desk: Desk) -> None:
    stranger = Claim("gpu0", "1", ("unknown", 1, 1, "token"))
    kept = [desk.sort(done(stranger), seq) for seq in range(reports._WAITING + 1000)]
    assert kept == [True] * reports._WAITING + [False] * 1000
    claim = claim_of(desk.given())
    assert [desk.sort(report, 5000 + n) for n, report in enumerate([started(claim), done(claim), done(claim)])] == [
        True,
        True,
        False,
    ]
    assert desk.sort(done(stranger), 6000, agent="gpu1"), "each agent has a lane of its own"


class Subscription:
    """Gives messages once, and breaks then."""

    def __init__(self, *bodies: bytes) -> None:
        self._bodies: list[bytes] | None = list(bodies)

    async def fetch(self, batch: int, timeout: float) -> list[Msg]:
        if self._bodies is None:
            raise nats.errors.ConnectionClosedError
        bodies, self._bodies = self._bodies, None
        return [cast(Msg, Message(body, number)) for number, body in enumerate(bodies, 1)]


class Message:
    def __init__(self, data: bytes, number: int) -> None:
        self.subject, self.data = "done.gpu0.job1", data
        self.metadata = SimpleNamespace(sequence=SimpleNamespace(stream=number))

    async def ack(self) -> None:
        pass


async def test_what_is_not_understood_is_deleted_before_more_is_read(desk: Desk) -> None:
    subscription = cast(JetStreamContext.PullSubscription, Subscription(b"{", b"", b"[]"))
    await desk.reports._read(subscription, epoch=0)
    assert (desk.deleted(), desk.background) == ([1, 2, 3], [])


async def test_an_end_that_came_broken_is_asked_for_at_once_and_waited_for_again(desk: Desk) -> None:
    claim = claim_of(desk.given())
    report = done(claim).model_copy(update={"result": None})
    desk.sort(report, seq=1)
    assert desk.reports.has_end_of(claim)
    [(_, serving)] = desk.background
    lane = asyncio.create_task(serving)
    while desk.reports.has_end_of(claim):  # noqa: ASYNC110 (a lane tells nobody)
        await asyncio.sleep(0)
    lane.cancel()
    assert desk.line.words == [Again(**Again.fields(claim.handed))] and desk.deleted() == [1]
    assert not desk.reports._told and not desk.reports._in_hand


async def test_of_the_beginnings_that_an_agent_tells_of_a_claim_the_first_is_kept(desk: Desk) -> None:
    work = desk.given()
    claim = claim_of(work)
    for seq in (1, 2, 1, 3):
        await desk.endings.consume(claim, started(claim), Place(0, seq))
    assert desk.deleted() == [2, 3] and len(desk.events) == 1
    assert list(work.beginnings.values()) == [Place(0, 1)]


async def test_few_files_are_fetched_at_a_time_whoever_sends_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    fetching = 0

    async def fetch(line: Line, parcel: Parcel, file: Path) -> None:
        nonlocal fetching
        fetching += 1
        at_once.append(fetching)
        await asyncio.sleep(0)
        fetching -= 1
        file.write_bytes(b"")

    monkeypatch.setattr(parcels, "fetch", fetch)
    claims = [claim_of(desk.given(number, to=f"gpu{number}")) for number in range(20)]
    await asyncio.gather(*(desk.endings.consume(claim, done(claim), Place(0, 1)) for claim in claims))
    assert len(at_once) == 20 and max(at_once) == 4
