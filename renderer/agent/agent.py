"""An agent: the renderer children of one GPU machine, fed by a bot elsewhere through a NATS server.

It dials out, and nobody dials in. Whatever breaks on the way, it goes on painting what it has and comes back.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import secrets
import shutil
import signal
from collections.abc import Coroutine
from pathlib import Path

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from renderer.agent.glimpses import Glimpses
from renderer.agent.held import Held
from renderer.agent.reports import Reports
from renderer.agent.seat import Seat
from renderer.memory import largest, memory_needed, suffices
from renderer.protocol import FailureReason
from renderer.supervisor import ChildSpec, Patience
from renderer.wire import parcels, subjects
from renderer.wire.line import PASSING, Address, Line, end
from renderer.wire.messages import (
    Again,
    Answer,
    Assignment,
    BadMessage,
    Beat,
    Cancel,
    Glimpse,
    Handed,
    Received,
    Refused,
    Revoke,
    read,
    read_word,
)

log = structlog.get_logger(__name__)

#: Seconds that one request for work waits at the server.
_FETCH_S = 5.0
#: Words about what has not come yet that are remembered.
_REMEMBERED = 1000
_FAREWELL_S = 3.0
#: Seconds between two beats, at least.
_QUIET_S = 0.05
_NOT_OURS_S = 5.0


@dataclasses.dataclass(frozen=True)
class AgentSpec:
    """What an agent is started with."""

    address: Address
    name: str
    children: tuple[ChildSpec, ...]  #: one for each device; a first one on ``auto`` brings its peers in
    patience: Patience
    folder: Path  #: of the pictures in hand; emptied at the start
    beat_s: float = 5.0
    grace_s: float = 60.0  #: that a painting may still take when the agent is told to stop


class Agent:
    """Everything that lives as long as the process. Implements `renderer.agent.seat.Shelf`."""

    def __init__(self, spec: AgentSpec) -> None:
        self._spec = spec
        self._instance = secrets.token_hex(8)
        self._line = Line(spec.address, f"agent {spec.name}", self._on_open, subjects.inbox(spec.name))
        self._seats: list[Seat] = []
        self._waiting: collections.deque[Held] = collections.deque()
        self._arrived = asyncio.Condition()
        self._room = asyncio.Event()
        self._news = asyncio.Event()
        #: What was given back (False) or cancelled (True), perhaps before it had come.
        self._unwanted: collections.OrderedDict[Handed, bool] = collections.OrderedDict()
        self._is_draining = False
        self._stop = asyncio.Event()
        self._tasks: asyncio.TaskGroup
        self._glimpses = Glimpses(spec.folder, self._seats)
        self._glimpsing: set[asyncio.Task[None]] = set()
        self._reports = Reports(self._line, spec.name, self._instance, self._spawn, self._changed)

    async def run(self) -> None:
        """Serve until SIGINT or SIGTERM: the first lets paintings end, the second does not."""
        folder = self._spec.folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, self._told_to_stop)
        log.info("agent begins", agent=self._spec.name, instance=self._instance)
        try:
            async with asyncio.TaskGroup() as self._tasks:
                serving = [
                    self._spawn(self._line.run(), "line"),
                    self._spawn(self._fetch(), "assignments"),
                    self._spawn(self._beat(), "beat"),
                ]
                for number, child in enumerate(self._spec.children):
                    serving += self._add_seat(number, child)
                if self._spec.children[0].device == "auto":
                    serving.append(self._spawn(self._add_peers(serving), "further devices"))
                await self._until_stopped()
                await end([*serving[1:], *self._glimpsing])
                await self._reports.stop()
                await end(serving[:1])
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _told_to_stop(self) -> None:
        if self._is_draining:
            self._stop.set()
        log.info("stopping", at_once=self._is_draining)
        self._is_draining = True
        self._changed()

    async def _until_stopped(self) -> None:
        """Wait for a signal, then for what is being painted, and say farewell."""
        while not self._is_draining:
            await self._room.wait()
            self._room.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._spec.grace_s):
                stop = asyncio.create_task(self._stop.wait(), name="second signal")
                done = asyncio.create_task(self._painted(), name="last paintings")
                try:
                    await asyncio.wait({stop, done}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    stop.cancel()
                    done.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                client = await self._line.client()
                await client.publish(*self._beat_message(is_leaving=True))
                await client.flush()

    async def _painted(self) -> None:
        while any(seat.held for seat in self._seats):
            await self._room.wait()
            self._room.clear()
        await self._reports.settled()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        return self._tasks.create_task(work, name=name)

    def _add_seat(self, number: int, child: ChildSpec) -> list[asyncio.Task[None]]:
        name = f"{self._spec.name}-{number}"
        seat = Seat(name, child, self._spec.patience, self._reports, self._changed)
        self._seats.append(seat)
        return [
            self._spawn(seat.supervisor.run(), f"supervisor of {name}"),
            self._spawn(seat.feed(self), f"feeder of {name}"),
        ]

    async def _add_peers(self, serving: list[asyncio.Task[None]]) -> None:
        first = self._spec.children[0]
        ready = await self._seats[0].supervisor.wait_ready()
        for device in ready.peers:
            serving += self._add_seat(len(self._seats), dataclasses.replace(first, device=device))
        self._changed()

    # ---- what comes

    async def _on_open(self, client: Client) -> None:
        await self._line.listen(client, subjects.word(self._spec.name, self._instance), self._on_word)
        self._news.set()

    async def _fetch(self) -> None:
        """Take in what is assigned, as much as there are devices and as much again."""
        while True:
            while self._is_draining or len(self._waiting) + self._busy() >= 2 * self._slots():
                self._room.clear()
                await self._room.wait()
            client = await self._line.client()
            try:
                await self._fetch_from(client)
            except TimeoutError:
                continue
            except PASSING as exc:
                # The bot has not made our consumer yet, or the server is coming up.
                log.debug("no assignments to be had", why=repr(exc))
                await asyncio.sleep(min(1.0, self._spec.beat_s / 5))

    async def _fetch_from(self, client: Client) -> None:
        consumer = subjects.consumer_of(self._spec.name)
        subscription = await client.jetstream().pull_subscribe_bind(consumer=consumer, stream=subjects.ASSIGNMENTS)
        try:
            while not self._is_draining and len(self._waiting) + self._busy() < 2 * self._slots():
                [message] = await subscription.fetch(1, timeout=_FETCH_S)
                await self._take_in(message)
        finally:
            with contextlib.suppress(*PASSING):
                await subscription.unsubscribe()

    async def _take_in(self, message: Msg) -> None:
        try:
            assignment = read(Assignment, message.data)
        except BadMessage as exc:
            log.error("assignment not understood", why=str(exc))
            await message.ack()
            return
        if assignment.instance != self._instance:
            # Of our former self, and taken back since; or of a namesake, if somebody has started two of one name.
            await message.nak(delay=_NOT_OURS_S)
            return
        # Nothing is lost with this process: what it had in hand is then handed over anew.
        await message.ack()
        key = assignment.key
        present = self._reports.held.get(key)
        if present is not None:
            # The server has lost its store, and the bot has sent it anew.
            if present.stage == "waiting":
                present.assignment = assignment
                self._begin_to_fetch(present)
            return
        is_cancelled = self._unwanted.get(key)
        if is_cancelled is False:
            return
        held = Held(assignment, self._spec.folder / "-".join(map(str, key)))
        self._reports.held[key] = held
        if is_cancelled:
            self._reports.ended(held, held.failed(FailureReason.CANCELLED))
            return
        self._begin_to_fetch(held)
        async with self._arrived:
            self._waiting.append(held)
            self._arrived.notify_all()
        self._changed()

    def _begin_to_fetch(self, held: Held) -> None:
        if held.fetching:
            held.fetching.cancel()
        held.fetching = asyncio.create_task(self._fetch_pictures(held), name=f"pictures of {held.key[0]}")
        # Looked at by who paints it, if anybody does.
        held.fetching.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _fetch_pictures(self, held: Held) -> None:
        held.folder.mkdir(exist_ok=True)
        for parcel in {parcel.name: parcel for parcel in held.assignment.parcels}.values():
            await parcels.fetch(self._line, parcel, held.folder / parcel.name)

    async def take(self, seat: Seat) -> Held | None:
        """The first that the seat's device has the memory for; None where the seat no longer serves then."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: not self._is_draining and self._first_for(seat) is not None)
            held = self._first_for(seat)
            if seat.supervisor.ready is None or held is None:
                return None
            self._waiting.remove(held)
            return held

    def _first_for(self, seat: Seat) -> Held | None:
        """What only another device here has the memory for is left to that one."""
        most = largest(other.memory_total for other in self._seats if other.supervisor.ready)
        for held in self._waiting:
            needed = memory_needed(held.assignment.options)
            if suffices(seat.memory_total, needed) or not suffices(most, needed):
                return held
        return None

    async def _on_word(self, message: Msg) -> None:
        try:
            word = read_word(message.data)
        except BadMessage as exc:
            log.error("word not understood", why=str(exc))
            return
        match word:
            case Cancel():
                await self._cancel(word.key)
            case Revoke():
                answer = Answer(given_back=self._give_back(word.key))
                with contextlib.suppress(*PASSING):
                    await message.respond(answer.model_dump_json().encode())
            case Glimpse():
                if not self._is_draining:
                    glimpsing = self._spawn(self._glimpses.answer(word, message), f"glimpse of {word.job}")
                    self._glimpsing.add(glimpsing)
                    glimpsing.add_done_callback(self._glimpsing.discard)
            case Received():
                self._reports.received(word.key)
            case Again():
                self._reports.again(word.key)
            case Refused():
                log.error("the bot gives this agent nothing to paint", reason=word.reason)

    async def _cancel(self, key: Handed) -> None:
        held = self._reports.held.get(key)
        if held is None:
            self._remember(key, is_cancelled=True)
            return
        held.is_cancelled = True
        if held in self._waiting:
            self._waiting.remove(held)
            self._reports.ended(held, held.failed(FailureReason.CANCELLED))
        for seat in self._seats:
            if seat.held is held:
                await seat.cancel()

    def _give_back(self, key: Handed) -> bool:
        """Whether it is certain that it is not begun here, and never will be."""
        held = self._reports.held.get(key)
        if held is not None and held not in self._waiting:
            return False
        self._remember(key, is_cancelled=False)
        if held is not None:
            self._waiting.remove(held)
            self._reports.drop(held)
        return True

    def _remember(self, key: Handed, is_cancelled: bool) -> None:
        self._unwanted[key] = is_cancelled
        while len(self._unwanted) > _REMEMBERED:
            self._unwanted.popitem(last=False)

    # ---- what is told

    def _slots(self) -> int:
        return sum(seat.supervisor.ready is not None for seat in self._seats)

    def _busy(self) -> int:
        return sum(seat.held is not None for seat in self._seats)

    def _changed(self) -> None:
        self._room.set()
        self._news.set()

    async def _beat(self) -> None:
        """Every few seconds, and at once where there is news."""
        while True:
            self._news.clear()
            await self._line.say(*self._beat_message())
            await asyncio.sleep(_QUIET_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._spec.beat_s):
                    await self._news.wait()

    def _beat_message(self, is_leaving: bool = False) -> tuple[str, bytes]:
        beat = Beat(
            agent=self._spec.name,
            instance=self._instance,
            slots=self._slots(),
            devices=tuple(seat.device() for seat in self._seats),
            tasks=self._reports.told(is_leaving),
            is_draining=self._is_draining,
            is_leaving=is_leaving,
        )
        return subjects.beat(self._spec.name, self._instance), beat.model_dump_json().encode()
