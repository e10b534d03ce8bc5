"""Reads what agents tell durably, each agent's in order and no agent's behind another's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine

import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from bot.pools.nats.ledger import Place
from bot.pools.nats.streams import Streams
from renderer.wire import subjects
from renderer.wire.line import PASSING, Line
from renderer.wire.messages import BadMessage, Report, read

log = structlog.get_logger(__name__)

Spawn = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]
Consume = Callable[[str, Report, Place], Awaitable[None]]

_BATCH = 100
_FETCH_S = 5.0


class Reports:
    """Gives each report with its agent's name and its place to `consume`, which deletes it in the end."""

    def __init__(self, line: Line, streams: Streams, consume: Consume, spawn: Spawn) -> None:
        self._line = line
        self._streams = streams
        self._consume = consume
        self._spawn = spawn
        self._lanes: dict[str, asyncio.Queue[tuple[Report, Place]]] = {}
        self._in_hand: set[Place] = set()
        self._reading: asyncio.Task[None] | None = None

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
                with contextlib.suppress(TimeoutError):
                    for message in await subscription.fetch(_BATCH, timeout=_FETCH_S):
                        await message.ack()
                        self._sort(message, Place(epoch, message.metadata.sequence.stream))
        except PASSING as exc:
            log.info("reports are read anew", why=repr(exc))
            self._line.reopen()

    def _sort(self, message: Msg, place: Place) -> None:
        if place in self._in_hand:
            return
        try:
            report = read(Report, message.data)
        except BadMessage as exc:
            log.error("report not understood", subject=message.subject, why=str(exc))
            self._spawn(self._streams.delete(subjects.REPORTS, place), "report not understood")
            return
        agent = subjects.sender(message.subject)
        self._in_hand.add(place)
        if agent not in self._lanes:
            self._lanes[agent] = asyncio.Queue()
            self._spawn(self._serve(agent, self._lanes[agent]), f"reports of {agent}")
        self._lanes[agent].put_nowait((report, place))

    async def _serve(self, agent: str, lane: asyncio.Queue[tuple[Report, Place]]) -> None:
        while True:
            report, place = await lane.get()
            await self._consume(agent, report, place)
            self._in_hand.discard(place)
