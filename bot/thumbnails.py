"""Pictures made small: by a process of their own when somebody asks, and kept while others may ask again."""

from __future__ import annotations

import asyncio
import secrets
import weakref
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

from bot.processes import run_module

#: Longest edges in pixels that can be asked for.
LEAST_EDGE, MOST_EDGE = 64, 2048
#: Pictures reduced at the same time.
_AT_ONCE = 2
#: Of all that are kept; what was not asked for the longest goes first.
_MOST_BYTES = 64_000_000
_TIMEOUT_S = 30


class Thumbnails:
    """Small copies of blobs, JPEGs in a folder of their own; each is named by its blob and edge."""

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._making: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._sizes: OrderedDict[str, int] = OrderedDict()  # bytes by name, what was asked for last at the end

    def sweep(self) -> None:
        """Remove what an earlier run has left: a crash may have parted a copy from a blob that is gone."""
        for left in self._folder.glob("*"):
            left.unlink()

    async def thumbnail(self, blob: Path, edge: int) -> Path:
        """A picture reduced to a longest edge of at most `edge` px (from `LEAST_EDGE` to `MOST_EDGE`), as a JPEG.

        What was transparent is on white. Raises FileNotFoundError where the blob goes meanwhile.
        """
        name = f"{blob.name}-{edge}.jpg"
        lock = self._making.setdefault(name, asyncio.Lock())
        async with lock:
            if name not in self._sizes or not (self._folder / name).exists():
                await self._make(blob, edge, name)
            self._sizes.move_to_end(name)
            return self._folder / name

    def forget(self, blobs: Collection[str]) -> None:
        """Remove the copies of blobs, by their names, that are removed already."""
        # Here and not in a thread: between two steps of `thumbnail` a copy neither comes nor goes.
        for name in [name for name in self._sizes if name.rpartition("-")[0] in blobs]:
            self._remove(name)

    async def _make(self, blob: Path, edge: int, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{secrets.token_hex(8)}"
        try:
            async with self._gate:
                # Here, so that the process may write to this file and make no other.
                part.touch(0o600)
                ended = await run_module(
                    "bot.reduce", blob, part, str(edge), timeout_s=_TIMEOUT_S, reads=[blob], writes=[part]
                )
            _check_kept(blob)
            if ended.status:
                raise RuntimeError(f"reducing {blob.name} ended with status {ended.status}: {ended.stderr[-2000:]}")
            self._sizes[name] = part.stat().st_size
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)
        self._let_go(name)

    def _let_go(self, but: str) -> None:
        """Remove what is over the most, but for one; what is being sent goes on being sent."""
        while sum(self._sizes.values()) > self._most_bytes and (oldest := next(iter(self._sizes))) != but:
            self._remove(oldest)

    def _remove(self, name: str) -> None:
        del self._sizes[name]
        (self._folder / name).unlink(missing_ok=True)


def _check_kept(blob: Path) -> None:
    """Raise FileNotFoundError for a blob that was removed while it was read: `forget` did not know of this copy."""
    if not blob.exists():
        raise FileNotFoundError(f"no blob {blob.name}")
