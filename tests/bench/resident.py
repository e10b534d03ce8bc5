"""The memory of a service's processes while something happens, by looking often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.__main__ import memory_of

#: A small picture is decoded in a quarter of a second.
_EVERY_S = 0.02


class Resident:
    """Peaks in bytes since the watch began: the bot, its decoders together, and both together.

    Memory that several processes share is counted in each.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.bot = 0
        self.decoders = 0
        self.together = 0
        self.most_decoders = 0  #: that lived at once

    def look(self) -> None:
        """Take one sample."""
        bot = memory_of(self._pid, "VmRSS")
        decoders = [memory_of(pid, "VmRSS") for pid in _decoders(self._pid)]
        self.bot = max(self.bot, bot)
        self.decoders = max(self.decoders, sum(decoders))
        self.together = max(self.together, bot + sum(decoders))
        self.most_decoders = max(self.most_decoders, len(decoders))


@contextmanager
def watched(pid: int) -> Iterator[Resident]:
    """The memory of the bot with this process id, watched as long as the block lasts."""
    resident, done = Resident(pid), threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY_S):
            resident.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield resident
    finally:
        done.set()
        thread.join()


def _decoders(pid: int) -> list[int]:
    found = []
    for child in children(pid):
        try:
            if b"bot.decode" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(child)
        except OSError:
            continue  # it has ended meanwhile
    return found


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
