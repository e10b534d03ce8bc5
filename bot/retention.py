"""Letting go: what is older than the settings allow is removed, a little at a time."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Collection, Sequence

import structlog

from bot.films import Films
from bot.jobs import IllegalTransition, Status
from bot.patience import patiently
from bot.ports import BlobStore, RenderPool
from bot.spending import utc_day
from bot.store import Store
from bot.store.retention import FIRST, Mark
from bot.thumbnails import Thumbnails
from config.settings import RetentionSettings

log = structlog.get_logger(__name__)

#: Blobs' roles in a job (`bot.store.tables.blob_refs`).
INPUTS = frozenset({"content", "style", "mask"})
RESULTS = frozenset({"result", "frames"})

#: Jobs that are dealt with in one transaction, and blobs that are asked about at once.
BATCH = 200

_EVERY_S = 300.0
_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S
#: A painting's end is stored within so many seconds of its put, or never.
_STORED_S = _HOUR_S
#: Days that the ledger goes back: a year and the month before.
_LEDGER_DAYS = 400

#: Removes something of ended jobs; returns of how many, and the blobs that may be needed no more.
_Removal = Callable[[Sequence[str]], Awaitable[tuple[int, set[str]]]]


class Retention:
    """Removes what has been kept long enough, and gives up what has waited too long.

    `reply_due` is called when a job has ended here; `clock` gives Unix seconds.
    """

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        films: Films,
        thumbnails: Thumbnails,
        pool: RenderPool,
        settings: RetentionSettings,
        reply_due: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._rows = store.retention
        self._blobs = blobs
        self._films = films
        self._thumbnails = thumbnails
        self._pool = pool
        self._settings = settings
        self._reply_due = reply_due
        self._clock = clock
        # Waiting counts only while there is painting: since the start, and since the last pause.
        self._painting_since = clock()
        # How far each removal has come, so that a sweep looks at few jobs, however many there are.
        self._marks: dict[str, Mark] = {}
        self._thorough_at: float | None = None

    async def run(self) -> None:
        """Sweep every few minutes, until cancelled."""
        while True:
            await patiently(self.sweep)
            await asyncio.sleep(_EVERY_S)

    async def sweep(self) -> None:
        """Once through everything; what is left half done, by a crash say, is found by a later sweep."""
        now = self._clock()
        thorough = self._thorough_at is None or not 0 <= now - self._thorough_at < _DAY_S
        if thorough:
            # From the beginning: a reply may have been settled late, or the clock set back.
            self._marks.clear()
        await self._give_up(now)
        days = self._settings
        await self._remove("inputs", now - days.inputs_days * _DAY_S, self._dropping(INPUTS))
        await self._remove("results", now - days.results_days * _DAY_S, self._dropping(RESULTS))
        await self._remove("history", now - days.history_days * _DAY_S, self._rows.forget)
        if thorough:
            await self._remove_strays(now)
            await self._rows.prune_spending(utc_day(now - _LEDGER_DAYS * _DAY_S))
            await self._store.audit.prune(now - days.audit_days * _DAY_S)
            self._thorough_at = now

    async def _give_up(self, now: float) -> None:
        """End jobs that have waited too long, with a word to their requesters."""
        if await self._store.switches.get("paused") is not None:
            self._painting_since = now
        limit_s = self._settings.waiting_hours * _HOUR_S
        if now - self._painting_since <= limit_s:
            return
        while jobs := await self._rows.waiting_since(now - limit_s, BATCH):
            for job in jobs:
                try:
                    await self._store.jobs.finish(job, Status.EXPIRED, "waited_too_long")
                except IllegalTransition:
                    continue  # it is begun, or ended, in this very moment
                log.warning("job given up", job=job.id, waited_s=round(now - job.created_at))
                # It may lie in the pool, as the next one.
                await self._pool.cancel(job.id, job.attempt)
            self._reply_due()

    def _dropping(self, roles: Collection[str]) -> _Removal:
        async def drop(ended: Sequence[str]) -> tuple[int, set[str]]:
            blobs = await self._rows.unrefer(ended, roles)
            return len(ended) if blobs else 0, blobs

        return drop

    async def _remove(self, what: str, until: float, remove: _Removal) -> None:
        """Remove something of all jobs that had ended by `until` (Unix seconds)."""
        jobs = pictures = 0
        while ended := await self._rows.ended(until, self._marks.get(what, FIRST), BATCH):
            number, blobs = await remove([job_id for _, job_id in ended])
            jobs += number
            pictures += len(await self._discard(sorted(blobs), self._clock() - _STORED_S))
            self._marks[what] = ended[-1]
        if jobs:
            log.info("retention", what=what, jobs=jobs, files=pictures)

    async def _remove_strays(self, now: float) -> None:
        """Blobs that nobody refers to: a crash came between a put and its reference, or a reference and its file."""
        names = iter(await self._blobs.names())
        strays = 0
        while batch := list(itertools.islice(names, BATCH)):
            strays += len(await self._discard(batch, now - _DAY_S))
        if strays:
            log.warning("strays removed", files=strays)

    async def _discard(self, blobs: Sequence[str], put_before: float) -> set[str]:
        """Remove those blobs, with what was made of them, that no job needs."""
        if not blobs:
            return set()
        removed = await self._store.blobs.discard(self._blobs, *blobs, put_before=put_before)
        self._films.forget(removed)
        self._thumbnails.forget(removed)
        return removed
