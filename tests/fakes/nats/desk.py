"""The bot's side of agents without a server: what it decides, and what it would have done there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from nats.aio.msg import Msg
from nats.js import JetStreamContext

from bot.blobs import DirectoryBlobs
from bot.pools.nats.agents import Agent, Agents
from bot.pools.nats.assigner import Assigner
from bot.pools.nats.endings import Endings
from bot.pools.nats.ledger import Claim, Ledger, Place, Work
from bot.pools.nats.presence import Presence
from bot.pools.nats.reports import Reports
from bot.pools.nats.streams import Streams
from bot.pools.nats.words import Words
from bot.ports import RenderJob
from renderer.options import RenderOptions
from renderer.protocol import Done, Event, Failed, FailureReason, Started
from renderer.wire import subjects
from renderer.wire.line import Address, Line
from renderer.wire.messages import Beat, Device, Parcel, Report, Task, read_word

LEASE_S = 30.0
_PICTURE = "0" * 64 + ".png"

Result = TypeVar("Result")


class _Notes(Line):
    """A line to a server that does all that it is told, at once, and keeps nothing."""

    def __init__(self) -> None:
        super().__init__(Address("nats://nowhere"), "a desk", self._never)
        self.done: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.words: list[object] = []

    async def _never(self, _: object) -> None:
        raise AssertionError("there is no server")

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def do(*args: Any, **kwargs: Any) -> Any:
            self.done.append((name, args, kwargs))
            return SimpleNamespace(seq=len(self.done))

        return do

    async def insist(self, act: Callable[[JetStreamContext], Awaitable[Result]], answer_s: float = 0) -> Result:
        return await act(cast(JetStreamContext, self))

    async def say(self, subject: str, data: bytes) -> None:
        self.words.append(read_word(data))


class Desk:
    """Agents, a ledger and who gives the one to the other, at a time that a test says."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.agents = Agents(LEASE_S)
        self.ledger = Ledger()
        self.blobs = DirectoryBlobs(folder)
        (folder / _PICTURE[:2]).mkdir()
        (folder / _PICTURE[:2] / _PICTURE).write_bytes(b"a picture")
        self.events: list[Event] = []
        #: What is to be done in the background, by name.
        self.background: list[tuple[str, Coroutine[None, None, None]]] = []
        self.line = line = _Notes()
        self.streams, self.words = streams, words = Streams(line), Words(line)
        later, agents, ledger = self._later, self.agents, self.ledger
        self.assigner = assigner = Assigner(line, streams, words, self.blobs, later, later, agents, ledger)
        assigner.on_event = self._on_event
        self.endings = Endings(line, streams, words, self.blobs, agents, ledger, assigner)
        self.reports = reports = Reports(line, streams, self.endings.consume, ledger.awaits, later)
        self.presence = Presence(
            line, streams, words, later, agents, ledger, assigner, reports, LEASE_S, None, lambda: self.now
        )

    def _later(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        self.background.append((name, work))
        return cast("asyncio.Task[None]", None)

    async def _on_event(self, event: Event) -> None:
        self.events.append(event)

    async def catch_up(self) -> None:
        """Do what is to be done in the background, in order."""
        while self.background:
            await self.background.pop(0)[1]

    def close(self) -> None:
        """Leave undone what is to be done."""
        for _, work in self.background:
            work.close()

    def hear(self, name: str, slots: int = 1, instance: str = "1") -> Agent:
        """An agent is there."""
        agent = self.agents.heard(beat(name, slots, instance), self.now)
        assert agent
        return agent

    async def beat(self, name: str, *tasks: Task, slots: int = 1, instance: str = "1", **facts: Any) -> None:
        """An agent says what it holds."""
        told = beat(name, slots, instance).model_copy(update={"tasks": tasks, **facts})
        await self.presence.on_beat(_message(subjects.beat(name, instance), told.model_dump_json().encode()))

    def accept(self, number: int = 1, deliveries: int = 0) -> Work:
        """A job that waits for an agent."""
        work = Work(RenderJob(f"job{number}", 1, deliveries, _PICTURE, (), RenderOptions()), deliveries + 1)
        self.ledger.add(work)
        return work

    def given(self, number: int = 1, to: str = "gpu0", instance: str = "1") -> Work:
        """A job that an agent has, and has not begun."""
        work = self.accept(number)
        work.claim_for(to, instance)
        work.place = Place(0, 1000 + number)
        return work

    def sort(self, report: Report, seq: int, agent: str = "gpu0") -> bool:
        """A report is read from the server; False where it is to be deleted."""
        subject = subjects.report(agent, report.event.job)
        return self.reports._sort(_message(subject, report.model_dump_json().encode()), Place(0, seq))

    def deleted(self, stream: str = subjects.REPORTS) -> list[int]:
        """Numbers of the messages that were removed."""
        return [args[1] for name, args, _ in self.line.done if name == "delete_msg" and args[0] == stream]

    def removed(self) -> set[str]:
        """Files that were removed, by what is above them."""
        return {kwargs["subject"] for name, _, kwargs in self.line.done if name == "purge_stream"}


def _message(subject: str, data: bytes) -> Msg:
    return cast(Msg, SimpleNamespace(subject=subject, data=data))


def beat(name: str, slots: int = 1, instance: str = "1") -> Beat:
    devices = tuple(Device(name=f"{name}-{number}", state="idle", device="cuda:0") for number in range(slots))
    return Beat(agent=name, instance=instance, slots=slots, devices=devices)


def task(claim: Claim, stage: str) -> Task:
    return Task.model_validate({**Task.fields(claim.handed), "stage": stage})


def holder(work: Work) -> str | None:
    """Who has it."""
    return work.claim.agent if work.claim else None


def started(claim: Claim) -> Report:
    job, attempt, delivery, token = claim.handed
    event = Started(job=job, attempt=attempt, delivery=delivery, worker=f"{claim.agent}-0")
    return Report(instance=claim.instance, token=token, event=event)


def failed(claim: Claim, reason: FailureReason) -> Report:
    job, attempt, delivery, token = claim.handed
    event = Failed(job=job, attempt=attempt, delivery=delivery, reason=reason)
    return Report(instance=claim.instance, token=token, event=event)


def done(claim: Claim) -> Report:
    job, attempt, delivery, token = claim.handed
    event = Done(
        job=job, attempt=attempt, delivery=delivery, result="r", width=8, height=8, seconds=1, iterations=1,
        losses={}, device="cuda:0", options=RenderOptions(),
    )  # fmt: skip
    subject = subjects.results(claim.agent, token) + ".0"
    result = Parcel(subject=subject, sha256="0" * 64, size=1, chunks=1, suffix=".png")
    return Report(instance=claim.instance, token=token, event=event, result=result)
