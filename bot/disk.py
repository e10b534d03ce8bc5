"""The room on the disk: where there is little left, the door is closed in time."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bot.patience import patiently
from bot.store import Store
from config.settings import RetentionSettings

#: The switch (`bot.store.switches`) that is set while nothing is taken in for want of disk.
_SWITCH = "disk-full"

#: Seconds between two looks that nobody has asked for, and for which a look holds.
_EVERY_S = 30.0
_FRESH_S = 5.0
#: Seconds for which a count of what is kept holds: it looks at every file.
_COUNTED_S = 60.0

#: What lies in the data directory, by the first name of its path; the rest is ``other``.
_KINDS = {
    "blobs": "pictures",
    "cache": "cache",
    "weights": "weights",
    "gallery": "gallery",
    **dict.fromkeys(("atelier.db", "atelier.db-wal", "atelier.db-shm"), "database"),
    **dict.fromkeys(("uploads", "telegram", "x"), "on the way in"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """What lies on the disk, in bytes."""

    free: int
    total: int
    closes_below: int  #: free bytes below which nothing is taken in
    kinds: Mapping[str, int]  #: what the service keeps, by kind


def free_bytes(folder: Path) -> int:
    """What may still be written where the folder is."""
    return shutil.disk_usage(folder).free


class Disk:
    """Watches the disk of `folder`. `tell` takes notices to admins; `clock` gives seconds."""

    def __init__(
        self,
        folder: Path,
        settings: RetentionSettings,
        store: Store,
        tell: Callable[[str, str], Awaitable[None]],
        free: Callable[[Path], int] = free_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._switches = store.switches
        self._tell = tell
        self._free = free
        self._clock = clock
        self._looked_at: float | None = None
        self._full = False
        self._looking = asyncio.Lock()
        self._counted: tuple[float, Mapping[str, int]] | None = None
        self._counting = asyncio.Lock()

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await patiently(self.is_full)
            await asyncio.sleep(_EVERY_S)

    async def is_full(self) -> bool:
        """Whether nothing may be taken in, as it was some seconds ago at most."""
        async with self._looking:
            if self._looked_at is None or self._clock() - self._looked_at >= _FRESH_S:
                self._full = await self._look()
                self._looked_at = self._clock()
            return self._full

    async def usage(self) -> Usage:
        """How much is free, and what the service's own takes, as it was a minute ago at most."""
        async with self._counting:
            if self._counted is None or self._clock() - self._counted[0] >= _COUNTED_S:
                self._counted = self._clock(), await asyncio.to_thread(_kinds, self._folder)
        free = await asyncio.to_thread(self._free, self._folder)
        total = shutil.disk_usage(self._folder).total
        return Usage(free, total, round(self._settings.closing_bytes), self._counted[1])

    async def _look(self) -> bool:
        """Measure, and note and tell where the door closes or opens. It stays closed over a restart."""
        free = await asyncio.to_thread(self._free, self._folder)
        known = await self._switches.get(_SWITCH)
        full = free < (self._settings.closing_bytes if known is None else self._settings.opening_bytes)
        opens_mb = round(self._settings.opening_bytes / 1e6)
        noted = {"opens_mb": opens_mb} if full else None
        if noted != known:
            await self._switches.put(_SWITCH, noted)
        if full and known is None:
            await self._tell("disk", f"{free / 1e6:.0f} MB are free; no orders are taken until {opens_mb} MB are")
        if not full and known is not None:
            await self._tell("disk", f"{free / 1e6:.0f} MB are free; orders are taken again")
        return full


def _kinds(folder: Path) -> dict[str, int]:
    """Bytes below the folder by kind."""
    kinds: Counter[str] = Counter()
    for within, _, names in os.walk(folder):
        for name in names:
            file = Path(within, name)
            with contextlib.suppress(OSError):  # removed meanwhile
                kinds[_kind(file.relative_to(folder))] += file.lstat().st_size
    return dict(kinds)


def _kind(path: Path) -> str:
    kind = _KINDS.get(path.parts[0], "other")
    return "time-lapses" if kind == "pictures" and path.suffix == ".zip" else kind
