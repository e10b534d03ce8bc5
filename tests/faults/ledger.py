"""What the harness knows: each order, what was done to it, and what became of it on the way."""

from __future__ import annotations

import dataclasses
import time
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong."""

    KILL = "kill -9"
    HANG = "hang (SIGSTOP)"
    TOO_MANY = "429"
    BROKEN = "5xx"
    SILENCE = "time-out"
    CUT = "connection cut"
    DISK = "disk full"
    BUSY = "SQLite busy"


#: What the harness does itself; the others are a platform's.
OURS = (Kind.KILL, Kind.HANG, Kind.DISK, Kind.BUSY)


class Way(StrEnum):
    """How somebody orders."""

    WHOLE = "picture and words at once"
    ALBUM = "two pictures at once"
    PARTS = "a picture, and words once they are asked for"
    MUTE = "the bot cannot say that it has begun"
    CANCELLED = "taken back while it is painted"
    EXPIRED = "waits for too long"
    POISON = "its picture kills whoever paints it"


#: Of a job's life, in their order.
POINTS = ("accepted", "claimed", "painting", "kept", "stored", "sending", "taken", "sent")
RANDOM = "at random"


@dataclasses.dataclass
class Fault:
    """One thing that goes wrong with an order; `point` is where."""

    kind: Kind
    point: str
    target: str = ""  #: who is killed or hangs: bot, child, both; or how a platform fails
    times: int = 1
    struck: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, [self.kind, self.target, self.point]))


@dataclasses.dataclass
class Order:
    """What one person asks for; its number is the seed of the painting, by which it is known everywhere."""

    number: int
    platform: str
    way: Way
    faults: list[Fault] = dataclasses.field(default_factory=list)
    history: list[tuple[float, str]] = dataclasses.field(default_factory=list)
    refusals: list[str] = dataclasses.field(default_factory=list)  #: what its person was told instead of a painting
    uncertain: str = ""  #: why nobody can know whether its reply has arrived; empty where one can

    def note(self, what: str) -> None:
        self.history.append((time.monotonic(), what))

    def count(self, point: str) -> int:
        """How often a point was reached."""
        return sum(what == point for _, what in self.history)

    def due(self, point: str) -> list[Fault]:
        """The faults that strike here."""
        return [fault for fault in self.faults if fault.point == point and fault.struck < fault.times]

    def told(self, began: float) -> str:
        """Its whole history, in seconds since the harness began."""
        return "  ".join(f"{at - began:.2f} {what}" for at, what in self.history)
