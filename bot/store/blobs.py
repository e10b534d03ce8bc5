"""Which blobs are needed, and the removal of those that nobody needs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from bot.ports import BlobStore
from bot.store.engine import Database
from bot.store.tables import blob_refs


class BlobRefs:
    """The references that jobs hold to blobs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # From a put to the commit of its reference nothing may be removed: equal pictures are one blob.
        self._settling = asyncio.Lock()

    @asynccontextmanager
    async def putting(self, blobs: BlobStore) -> AsyncIterator[Callable[[Path], Awaitable[str]]]:
        """Gives a `put(file) -> name`; what was put and has no reference at the end is removed again."""
        names: list[str] = []

        async def put(file: Path) -> str:
            names.append(await blobs.put(file))
            return names[-1]

        async with self._settling:
            try:
                yield put
            finally:
                await self._remove_unreferenced(blobs, names)

    async def discard(self, blobs: BlobStore, *names: str, put_before: float = math.inf) -> set[str]:
        """Remove blobs unless a job refers to them; returns those removed.

        One that was put since `put_before` (Unix seconds) stays: a painting has no reference until its end is stored,
        and may be equal to an older one.
        """
        async with self._settling:
            return await self._remove_unreferenced(blobs, names, put_before)

    async def _remove_unreferenced(
        self, blobs: BlobStore, names: Iterable[str], put_before: float = math.inf
    ) -> set[str]:
        async with self._database.read() as connection:
            needed = select(blob_refs.c.blob).where(blob_refs.c.blob.in_(names))
            kept = set((await connection.execute(needed)).scalars())
        unneeded = {name for name in set(names) - kept if blobs.put_at(name) < put_before}
        await blobs.delete(*unneeded)
        return unneeded
