"""Reads what agents tell durably, each agent's in order and no agent's behind another's."""

from __future__ import annotations

import asyncio
import collections
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from bot.pools.nats.ledger import Claim, Place
from bot.pools.nats.streams import Streams
from bot.ports import Spawn
from renderer.protocol import Started
from renderer.wire import subjects
from renderer.wire.line import PASSING, Line
from renderer.wire.messages import BadMessage, Report, read

log = structlog.get_logger(__name__)

Consume = Callable[[Claim, Report, Place], Awaitable[None]]

_BATCH = 100
_FETCH_S = 5.0
#: Reports of one agent that may wait, whatever they say. Beyond these only one beginning and one end do of each claim.
_WAITING = 100


class Reports:
    """Gives each report with whose it is and its place to `consume`, which deletes it in the end."""

    def __init__(
        self, line: Line, streams: Streams, consume: Consume, is_awaited: Callable[[Claim], bool], spawn: Spawn
    ) -> None:
        """`is_awaited`: whether an end from there would be welcome."""
        self._line = line
        self._streams = streams
        self._consume = consume
        self._is_awaited = is_awaited
        self._spawn = spawn
        self._lanes: dict[str, asyncio.Queue[tuple[Claim, Report, Place]]] = {}
        self._in_hand: set[Place] = set()
        #: How many of them there are of each claim, beginnings and ends (True) apart.
        self._told: collections.Counter[tuple[Claim, bool]] = collections.Counter()
        self._reading: asyncio.Task[None] | None = None

    def has_end_of(self, claim: Claim) -> bool:
        """Whether an end has come from there, and waits to be consumed."""
        return self._told[claim, True] > 0

    async def open(self, js: JetStreamContext) -> None:
        """Read from now on over this connection."""
        if self._reading is not None:
            self._reading.cancel()
        subscription = await self._streams.read_reports(js)
        self._reading = self._spawn(self._read(subscription, self._streams.epoch), "reports")

    async def _read(self, subscription: JetStreamContext.PullSubscription, epoch: int) -> None:
        """Until the connection is lost, or reading fails: with the next one all is read anew."""
        try:
            while True:
                unwanted: list[Place] = []
                with contextlib.suppress(TimeoutError):
                    for message in await subscription.fetch(_BATCH, timeout=_FETCH_S):
                        await message.ack()
                        place = Place(epoch, message.metadata.sequence.stream)
                        if not self._sort(message, place):
                            unwanted.append(place)
                # Before more is read: whoever tells endlessly is read no faster than it is forgotten.
                await asyncio.gather(*(self._streams.delete(subjects.REPORTS, place) for place in unwanted))
        except PASSING as exc:
            log.info("reports are read anew", why=repr(exc))
            self._line.reopen()

    def _sort(self, message: Msg, place: Place) -> bool:
        """Put it into its lane; False where it is to be deleted."""
        if place in self._in_hand:
            return True
        try:
            report = read(Report, message.data)
        except BadMessage as exc:
            log.error("report not understood", subject=message.subject, why=str(exc))
            return False
        agent = subjects.sender(message.subject)
        claim = Claim(agent, report.instance, report.key)
        if agent not in self._lanes:
            self._lanes[agent] = asyncio.Queue()
            self._spawn(self._serve(self._lanes[agent]), f"reports of {agent}")
        lane, kind = self._lanes[agent], _kind(claim, report)
        if lane.qsize() >= _WAITING and (self._told[kind] or not self._is_awaited(claim)):
            log.warning("report dropped: too many wait", agent=agent, job=report.event.job)
            return False
        self._in_hand.add(place)
        self._told[kind] += 1
        lane.put_nowait((claim, report, place))
        return True

    async def _serve(self, lane: asyncio.Queue[tuple[Claim, Report, Place]]) -> None:
        while True:
            claim, report, place = await lane.get()
            await self._consume(claim, report, place)
            self._in_hand.discard(place)
            self._told[kind := _kind(claim, report)] -= 1
            if not self._told[kind]:
                del self._told[kind]


def _kind(claim: Claim, report: Report) -> tuple[Claim, bool]:
    return claim, not isinstance(report.event, Started)
