"""The bot's services over a real store and real blobs, with a fake pool and a fake platform at the two ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.accounts import Accounts
from bot.admin import Admin
from bot.blobs import DirectoryBlobs
from bot.desk import Desk
from bot.disk import Disk
from bot.dispatch import Dispatch
from bot.erasure import Erasure
from bot.estimates import Estimates
from bot.films import Films
from bot.intake import Intake, Order, Style
from bot.jobs import Job, new_id
from bot.keys import Keys
from bot.metrics import Metrics
from bot.moderation import Moderation
from bot.notices import Notices
from bot.outbox import Outbox
from bot.pairing import Pairing
from bot.ports import Adapter
from bot.retention import Retention
from bot.scheduler import Scheduler
from bot.spending import Budget
from bot.store import Store
from bot.store.jobs import Room
from bot.thumbnails import Thumbnails
from config.privacy import Pseudonyms
from config.settings import LimitsSettings, ModerationSettings, RetentionSettings, Settings
from renderer.options import RenderOptions
from renderer.protocol import Done, Failed, FailureReason, Progress, Started, StyleInput
from tests import pictures
from tests.fakes.adapter import FakeAdapter
from tests.fakes.pool import FakePool, done
from tests.fakes.watched import PATIENCE_S

ROOM = Room(per_requester=1000, in_all=1000)
#: Longer than any test: what wakes a loop is its bell.
NEVER_S = 3600


class Clock:
    """The time of day, moved on by a test."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


class House:
    """One run of the bot on a folder."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        clock: Clock,
        pool: FakePool,
        moderation: ModerationSettings | None = None,
        **limits: Any,
    ) -> None:
        self.folder = folder
        self.pseudonyms = Pseudonyms(b"a key")
        self.store = store
        self.clock = clock
        self.pool = pool
        self.blobs = DirectoryBlobs(folder / "blobs")
        self.adapter = FakeAdapter()
        self.adapters: dict[str, Adapter] = {"fake": self.adapter}  #: a test may add a real one
        self.states = {"fake": "up"}
        self.latest: dict[str, Progress] = {}
        self.metrics = Metrics(store, pool, lambda: self.states)
        self.outbox = Outbox(store, self.blobs, self.adapters, self.metrics, NEVER_S)
        self.scheduler = Scheduler(
            *(store, pool, self.latest, self.outbox.ring, NEVER_S, clock),
            is_shown=lambda job: self.adapters[job.adapter].shows_progress,
        )
        self.told: list[tuple[str, str]] = []
        self.moderation = Moderation(moderation or ModerationSettings(), self._tell)
        self.dispatch = Dispatch(
            store,
            self.blobs,
            pool,
            self.adapters,
            self.latest,
            self.scheduler.wake,
            self.outbox.ring,
            self.moderation,
        )
        self.estimates = Estimates(store.queue, pool)
        self.desk = Desk(store, self.blobs, pool, self.scheduler, self.latest, lambda: self.states, self.outbox.ring)
        settings = LimitsSettings(**limits)
        self.accounts = Accounts(store, settings, operators={"fake:operator"})
        self.notices = Notices(store)
        self.pairing = Pairing(store, settings.pending_s)
        self.films = Films(folder / "films")
        self.thumbnails = Thumbnails(folder / "thumbnails")
        self.erasure = Erasure(store, self.blobs, pool, self.films, self.thumbnails)
        self.retention = self.letting_go()
        self.free_mb = 100_000
        self.disk = self.watch()
        self.keys = Keys(store, clock)
        self.admin = self.admin_of()
        self.intake = Intake(
            store, self.blobs, settings, self.estimates, self.scheduler, self.accounts, self.moderation, self.disk
        )

    def admin_of(self, settings: Settings | None = None, budgets: Sequence[Budget] = ()) -> Admin:
        """Who answers admins, with settings and budgets of its own."""
        return Admin(
            self.store,
            self.desk,
            self.pool,
            self.accounts,
            self.keys,
            self.notices,
            self.disk,
            settings or Settings(data_dir=self.folder),
            self.outbox.ring,
            self.pseudonyms,
            budgets,
            self.clock,
        )

    async def _tell(self, kind: str, text: str) -> None:
        self.told.append((kind, text))

    def letting_go(self, **settings: Any) -> Retention:
        """Retention that begins now, with settings of its own."""
        kept = RetentionSettings(**settings)
        derived = (self.films, self.thumbnails)
        return Retention(self.store, self.blobs, *derived, self.pool, kept, self.outbox.ring, self.clock)

    def watch(self, **settings: Any) -> Disk:
        """A watch over a disk that has `free_mb`, with settings of its own."""

        def free(_: Path) -> int:
            return self.free_mb * 10**6

        return Disk(self.folder, RetentionSettings(**settings), self.store, self.notices.add, free, self.clock)

    async def blob(self, data: bytes) -> str:
        """Put bytes into the blob store."""
        file = self.blobs.scratch(".png")
        await asyncio.to_thread(file.write_bytes, data)
        return await self.blobs.put(file)

    async def job(
        self,
        source: str = "1",
        requester: str = "fake:1",
        adapter: str = "fake",
        estimate_s: float = 50,
        place: str | None = None,
        **options: Any,
    ) -> Job:
        """An accepted job, in the store."""
        content = await self.blob(b"content of " + source.encode())
        job = Job(
            id=new_id(),
            adapter=adapter,
            source=source,
            requester=requester,
            content=content,
            styles=(StyleInput(picture=await self.blob(b"style")),),
            options=RenderOptions(**options),
            created_at=self.clock(),
            place=place,
        )
        return await self.store.jobs.add(job, estimate_s=estimate_s, room=ROOM)

    def order(self, source: str = "1", requester: str = "fake:1", place: str | None = None, **options: Any) -> Order:
        """An order of two real pictures; those of different sources differ."""
        content, style = self.folder / f"content {source}", self.folder / "style"
        content.write_bytes(pictures.png(640, 320 + len(source)))
        style.write_bytes(pictures.jpeg(160, 120))
        return Order("fake", source, requester, content, (Style(style),), RenderOptions(**options), place)

    async def read(self, job: Job) -> Job:
        """The job as it stands in the store."""
        stored = await self.store.jobs.get(job.id)
        assert stored is not None
        return stored

    async def painted(self, job: Job, **facts: Any) -> Job:
        """Let the pool hand the job over and end it with a painting, without the pool's doing."""
        stored = await self.read(job)
        await self.dispatch.on_event(started(stored))
        await self.dispatch.on_event(painting(stored, **facts))
        return await self.read(job)

    def blob_files(self) -> set[str]:
        """Names of all blobs on the disk, and of scratch files left over."""
        return {file.name for file in (self.folder / "blobs").rglob("*") if file.is_file()}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Pool, scheduler and outbox at work, as in the service; afterwards all that was begun is committed."""
        await self.pool.start(self.dispatch.on_event)
        scheduling = asyncio.create_task(self.scheduler.run())
        sending = asyncio.create_task(self.outbox.run())
        try:
            yield
        finally:
            scheduling.cancel()
            await asyncio.wait([scheduling])
            await self.pool.drain(0)
            self.outbox.stop()
            await asyncio.wait_for(sending, PATIENCE_S)
        if not scheduling.cancelled():
            await scheduling


@asynccontextmanager
async def open_house(
    folder: Path, pool: FakePool | None = None, moderation: ModerationSettings | None = None, **limits: Any
) -> AsyncIterator[House]:
    """A house on `folder`, which may hold what an earlier one left."""
    clock = Clock()
    store = await Store.open(folder / "atelier.db", clock)
    try:
        yield House(folder, store, clock, pool or FakePool(), moderation, **limits)
    finally:
        await store.close()


def started(job: Job, delivery: int | None = None) -> Started:
    """The pool's word that it is about to hand the job over."""
    return Started(job=job.id, attempt=job.attempt, delivery=delivery or job.deliveries + 1, worker="fake:0")


def progress(job: Job, fraction: float) -> Progress:
    """The pool's word on how far the job is."""
    return Progress(job=job.id, attempt=job.attempt, delivery=job.deliveries, fraction=fraction)


def painting(job: Job, **facts: Any) -> Done:
    """The pool's word that the job is painted."""
    return done(job, job.deliveries, **facts)


def failure(job: Job, reason: FailureReason) -> Failed:
    """The pool's word that the job has failed."""
    return Failed(job=job.id, attempt=job.attempt, delivery=job.deliveries, worker="fake:0", reason=reason)
