"""Forgetting a person at their word."""

from __future__ import annotations

import structlog

from bot.films import Films
from bot.ports import BlobStore, RenderPool
from bot.store import Store
from bot.thumbnails import Thumbnails

log = structlog.get_logger(__name__)


class Erasure:
    """Erases people."""

    def __init__(self, store: Store, blobs: BlobStore, pool: RenderPool, films: Films, thumbnails: Thumbnails) -> None:
        self._store = store
        self._blobs = blobs
        self._pool = pool
        self._films = films
        self._thumbnails = thumbnails

    async def erase(self, requester: str) -> int:
        """Cancel and remove every job, picture, vote, beginning, letter and setting of a person; returns how many jobs.

        Nothing more is said of the jobs. Pictures that others have sent, too, stay theirs; and what the operator has
        decided about the person stays: a ban, a quota.
        """
        erased = await self._store.erasing.erase(requester)
        for job_id, attempt in erased.underway:
            await self._pool.cancel(job_id, attempt)
        removed = await self._store.blobs.discard(self._blobs, *erased.blobs)
        self._films.forget(removed)
        self._thumbnails.forget(removed)
        log.info("person erased", jobs=erased.number, pictures=len(removed))
        return erased.number
