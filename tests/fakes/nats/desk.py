"""The bot's side of agents without a server: what it decides, and nothing of what it would send."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import cast

from bot.blobs import DirectoryBlobs
from bot.pools.nats.agents import Agents
from bot.pools.nats.assigner import Assigner
from bot.pools.nats.ledger import Ledger, Work
from bot.pools.nats.presence import Presence
from bot.pools.nats.streams import Streams
from bot.pools.nats.words import Words
from bot.ports import BlobStore, RenderJob
from renderer.options import RenderOptions
from renderer.protocol import Event
from renderer.wire.line import Address, Line
from renderer.wire.messages import Beat, Device

LEASE_S = 30.0


class Desk:
    """Agents, a ledger and who gives the one to the other, at a time that a test says."""

    def __init__(self) -> None:
        self.now = 0.0
        self.agents = Agents(LEASE_S)
        self.ledger = Ledger()
        self.events: list[Event] = []
        #: Names of what would have been done in the background.
        self.left_undone: list[str] = []
        self.line = Line(Address("nats://nowhere"), "a desk", self._never)
        self.streams, self.words = Streams(self.line), Words(self.line)
        blobs = cast(BlobStore, DirectoryBlobs)  # nothing is sent
        self.assigner = Assigner(
            self.line, self.streams, self.words, blobs, self._leave, self._leave, self.agents, self.ledger
        )
        self.assigner.on_event = self._on_event
        self.presence = Presence(
            self.line, self.streams, self.words, self._leave, self.agents, self.ledger, self.assigner, LEASE_S, None,
            lambda: self.now,
        )  # fmt: skip

    async def _never(self, _: object) -> None:
        raise AssertionError("there is no server")

    def _leave(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        work.close()
        self.left_undone.append(name)
        return cast("asyncio.Task[None]", None)

    async def _on_event(self, event: Event) -> None:
        self.events.append(event)

    def hear(self, name: str, slots: int = 1, instance: str = "1") -> None:
        """An agent says that it is there."""
        self.agents.heard(beat(name, slots, instance), self.now)

    def accept(self, number: int = 1, deliveries: int = 0) -> Work:
        """A job that waits for an agent."""
        work = Work(RenderJob(f"job{number}", 1, deliveries, "content", (), RenderOptions()), deliveries + 1)
        self.ledger.add(work)
        return work


def beat(name: str, slots: int = 1, instance: str = "1") -> Beat:
    devices = tuple(Device(name=f"{name}-{number}", state="idle", device="cuda:0") for number in range(slots))
    return Beat(agent=name, instance=instance, slots=slots, devices=devices)


def holder(work: Work) -> str | None:
    """Who has it."""
    return work.claim.agent if work.claim else None
