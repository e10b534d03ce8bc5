"""What goes wrong on the way, by a test's order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tests.fakes.telegram.refusals import WORDS, Refusal, too_many


@dataclass(eq=False)
class Fault:
    """One kind of trouble for one method. `times` is how often it still strikes; None until it is ended."""

    method: str  #: ``*`` for all, ``download`` for files
    status: int | None = None
    retry_after: int | None = None
    description: str | None = None
    drop: Literal["before", "during", "after"] | None = None  #: during: while the request comes in, in any chat
    hang: Literal["before", "after"] | None = None
    done: bool = False  #: whether the call is carried out although a status says otherwise
    times: int | None = 1
    chat: int | None = None
    hits: int = 0

    @property
    def late(self) -> bool:
        """Whether the call is carried out all the same, and only its answer lost."""
        return self.done or "after" in (self.drop, self.hang)

    def strikes(self, method: str, chat: int | None) -> bool:
        fits = self.method in ("*", method) and self.chat in (None, chat)
        return fits and (self.times is None or self.hits < self.times)

    def refusal(self) -> Refusal:
        status = self.status or 500
        if status == 429:
            return too_many(self.retry_after or 1)
        return Refusal(status, self.description or WORDS.get(status, f"Error {status}"), blame=False)

    def end(self) -> None:
        self.times = 0


def tears(faults: Iterable[Fault], method: str) -> bool:
    """Whether the connection is to be cut while a call of this method comes in."""
    return next_fault((fault for fault in faults if fault.drop == "during"), method, None) is not None


def next_fault(faults: Iterable[Fault], method: str, chat: int | None) -> Fault | None:
    """The first that strikes this call, which is counted."""
    for fault in faults:
        if fault.strikes(method, chat):
            fault.hits += 1
            return fault
    return None
