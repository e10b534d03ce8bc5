"""The web adapter's two services in memory: jobs move when a test says so."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

from bot import jobs
from bot.accounts import Accounts
from bot.adapters.web.server import WebAdapter
from bot.adapters.web.services import Services
from bot.admin import Admin
from bot.desk import Desk, JobView
from bot.erasure import Erasure
from bot.errors import NotReady, UnknownJob
from bot.films import Films
from bot.gallery import Gallery
from bot.intake import Intake, Order
from bot.jobs import OPEN, Job, Status
from bot.keys import Key, Keys
from bot.metrics import Metrics
from bot.ports import Reply
from bot.privacy import statement
from bot.texts import verbatim
from bot.thumbnails import Thumbnails
from config.settings import LimitsSettings, RetentionSettings, Settings, WebSettings
from renderer.protocol import Progress, StyleInput


class FakeIntake(Intake):
    """Accepts every order, remembers it with the pictures' bytes, or raises what the test put into `refusal`."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.pictures: list[tuple[bytes, ...]] = []
        self.masks: list[tuple[bytes | None, ...]] = []
        self.refusal: Exception | None = None
        self.jobs: dict[str, Job] = {}

    async def expect(
        self, adapter: str, source: str, requester: str, place: str | None = None, network: str | None = None
    ) -> Job | None:
        known = (job for job in self.jobs.values() if (job.adapter, job.source) == (adapter, source))
        return next(known, None)

    async def accept(self, order: Order) -> Job:
        self.orders.append(order)
        if self.refusal is not None:
            raise self.refusal
        known = await self.expect(order.adapter, order.source, order.requester)
        if known is not None:
            return known
        files = (order.content, *(style.picture for style in order.styles))
        self.pictures.append(tuple(file.read_bytes() for file in files))
        self.masks.append(tuple(style.mask.read_bytes() if style.mask else None for style in order.styles))
        job = Job(
            id=jobs.new_id(),
            adapter=order.adapter,
            source=order.source,
            requester=order.requester,
            content="content",
            styles=tuple(StyleInput(picture="style", weight=style.weight) for style in order.styles),
            options=order.options,
            created_at=time.time(),
        )
        self.jobs[job.id] = job
        return job


class FakeDesk(Desk):
    """Shows the jobs of a `FakeIntake`; `move` changes one as the bot would."""

    def __init__(self, intake: FakeIntake) -> None:
        self.jobs = intake.jobs
        self.latest: dict[str, Progress] = {}
        self.paintings: dict[str, Path] = {}
        self.time_lapses: dict[str, Path] = {}
        self.workers: list[dict[str, str]] = [{"name": "cpu", "state": "idle"}]
        self.failure: Exception | None = None

    def move(self, job_id: str, **changes: Any) -> Job:
        job = dataclasses.replace(self.jobs[job_id], **changes)
        self.jobs[job_id] = job
        return job

    async def look(self, job_id: str, requester: str) -> JobView:
        if self.failure is not None:
            raise self.failure
        job = self._mine(job_id, requester)
        waiting = [other.id for other in self.jobs.values() if other.status is Status.QUEUED]
        position = {Status.QUEUED: 1, Status.RENDERING: 0}.get(job.status)
        if job.status is Status.QUEUED:
            position = 1 + waiting.index(job.id)
        eta_s = None if position is None else 40.0 * (position + 1)
        is_kept = job.result is None or job_id in self.paintings
        return JobView(job, position, eta_s, self.latest.get(job_id), is_kept=is_kept)

    async def look_at(self, job_ids: Collection[str]) -> dict[str, JobView]:
        there = self.jobs.keys() & set(job_ids)
        return {job_id: await self.look(job_id, self.jobs[job_id].requester) for job_id in there}

    async def cancel(self, job_id: str, requester: str) -> JobView:
        if self._mine(job_id, requester).status not in OPEN:
            raise NotReady("This painting is finished already.", "no_longer_cancellable")
        self.move(job_id, status=Status.CANCELLED, reason="cancelled")
        return await self.look(job_id, requester)

    async def painting(self, job_id: str, requester: str) -> Path:
        job = self._mine(job_id, requester)
        if job.status in OPEN and job.result is None:
            raise NotReady("This painting is not ready yet.")
        if job_id not in self.paintings:
            raise NotReady("There is no painting of this job.", "not_painted")
        return self.paintings[job_id]

    async def frames(self, job_id: str, requester: str) -> Path:
        await self.painting(job_id, requester)
        if job_id not in self.time_lapses:
            raise NotReady("There is no time-lapse of this painting.", "no_timelapse")
        return self.time_lapses[job_id]

    async def facts(self, job_id: str, requester: str) -> dict[str, Any]:
        await self.painting(job_id, requester)
        job = self.jobs[job_id]
        return {"options": job.options.model_dump(mode="json"), "notes": []} | (job.result_info or {})

    async def health(self) -> dict[str, Any]:
        workers = [{"device": None, "reason": None} | worker for worker in self.workers]
        return {
            "status": "degraded",
            "renderer": {"slots": 1, "queued": 0, "workers": workers},
            "adapters": {"telegram": "down: token"},
            "queue": {"queued": 0},
        }

    def _mine(self, job_id: str, requester: str) -> Job:
        job = self.jobs.get(job_id)
        if job is None or job.requester != requester:
            raise UnknownJob
        return job


class FakeMetrics(Metrics):
    """Has nothing to count."""

    def __init__(self) -> None:
        pass


class FakeKeys(Keys):
    """Has none."""

    def __init__(self) -> None:
        pass

    async def holder_of(self, text: str) -> Key | None:
        return None


@dataclasses.dataclass
class Studio:
    """A web adapter that listens on a free port, over fake services."""

    adapter: WebAdapter
    intake: FakeIntake
    desk: FakeDesk
    uploads: Path
    serving: asyncio.Task[None]

    @property
    def job(self) -> Job:
        """The latest job."""
        return list(self.intake.jobs.values())[-1]

    async def paint(self, job_id: str, fraction: float, preview: bytes | None = None) -> None:
        """Let a job be painted so far."""
        job = self.desk.move(job_id, status=Status.RENDERING)
        progress = Progress(job=job_id, attempt=1, delivery=1, fraction=fraction, preview=preview)
        self.desk.latest[job_id] = progress
        await self.adapter.progress(job, progress)

    async def finish(self, job_id: str, painting: Path, frames: Path | None = None) -> None:
        """Let a job end in a painting, with the frames of a time-lapse."""
        self.desk.paintings[job_id] = painting
        if frames:
            self.desk.time_lapses[job_id] = frames
        info = {"width": 64, "height": 48, "seconds": 74.2, "iterations": 65, "device": "cpu", "losses": {}}
        changes = {"result": "blob", "result_info": info, "frames": "blob" if frames else None}
        job = self.desk.move(job_id, status=Status.RENDERED, **changes)
        await self.adapter.reply(job, Reply(verbatim("Here it is."), painting))
        self.desk.move(job_id, status=Status.DELIVERED)

    async def fail(self, job_id: str, reason: str) -> None:
        """Let a job end without a painting."""
        job = self.desk.move(job_id, status=Status.FAILED, reason=reason)
        await self.adapter.reply(job, Reply(verbatim("There is no painting.")))


@contextlib.asynccontextmanager
async def open_studio(
    uploads: Path, settings: WebSettings | None = None, limits: LimitsSettings | None = None
) -> AsyncIterator[Studio]:
    """A studio that serves until the context ends."""
    intake = FakeIntake()
    desk = FakeDesk(intake)
    data = uploads.parent
    gallery, films = Gallery(Settings(data_dir=data), built_in=data / "none"), Films(data / "films")
    web, limits = settings or WebSettings(port=0), limits or LimitsSettings()
    services = Services(
        intake=intake,
        desk=desk,
        accounts=create_autospec(Accounts, instance=True),
        erasure=create_autospec(Erasure, instance=True),
        gallery=gallery,
        films=films,
        thumbnails=Thumbnails(data / "thumbnails"),
        admin=create_autospec(Admin, instance=True),
        metrics=FakeMetrics(),
        keys=FakeKeys(),
        privacy=statement(RetentionSettings(), LimitsSettings()),
    )
    adapter = WebAdapter(web, limits, services, uploads)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(adapter.run())
        async with asyncio.timeout(10):
            await adapter.listening.wait()
        yield Studio(adapter, intake, desk, uploads, serving)
        serving.cancel()
