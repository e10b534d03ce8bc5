"""Somebody at the page: pictures are brought as a person brings them, and the painter paints when the test says so."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import JSHandle, Page, expect

from bot.jobs import Job
from config.settings import LimitsSettings, WebSettings
from tests import pictures
from tests.bot.adapters.web.test_results import frames
from tests.browser.dropping import transfer_of
from tests.fakes.web import WebHouse, open_web_house

CONTENT, STYLE = pictures.png(64, 48), pictures.jpeg(80, 60)
PREVIEW = pictures.jpeg(40, 30)
NAMED = {CONTENT: ("town.png", "image/png"), STYLE: ("waves.jpg", "image/jpeg")}


@dataclasses.dataclass
class Sitting:
    """A page that is open on a house."""

    page: Page
    web: WebHouse

    async def choose(self, easel: str, *data: bytes) -> None:
        """Choose pictures in the file dialogue of an easel, ``content`` or ``style``."""
        async with self.page.expect_file_chooser() as chooser:
            await self.page.click(f"#{easel}-easel .frame")
        files = [{"name": NAMED[one][0], "mimeType": NAMED[one][1], "buffer": one} for one in data]
        await (await chooser.value).set_files(files)  # type: ignore[arg-type]

    async def transfer(self, *data: bytes) -> JSHandle:
        """A DataTransfer of the browser's own with these pictures."""
        return await transfer_of(self.page, *((*NAMED[one], one) for one in data))

    async def begin(self) -> str:
        """Choose two pictures and paint; the job's id."""
        await self.choose("content", CONTENT)
        await self.choose("style", STYLE)
        return await self.paint()

    async def paint(self) -> str:
        """Press the button; the id of the job that comes of it."""
        await self.page.click("#paint")
        await self.page.wait_for_url("**/#job=*")
        await expect(self.page.locator("#stage-title")).to_be_visible()
        return self.job_id

    @property
    def job_id(self) -> str:
        """Of the job that the page shows."""
        return self.page.url.rpartition("#job=")[2]

    async def job(self) -> Job:
        """The job that the page shows, from the store."""
        job = await self.web.house.store.jobs.get(self.job_id)
        assert job is not None
        return job

    async def advance(self, job_id: str, fraction: float, preview: bytes | None = PREVIEW) -> None:
        """Let a job be painted so far."""
        await self.web.house.pool.progress(job_id, fraction, preview=preview)

    async def finish(self, job_id: str, with_film: bool = True) -> None:
        """Let a job be painted to its end, by the fake painter: its content is the painting."""
        film = await self.web.house.blob(frames(self.web.house.folder).read_bytes()) if with_film else None
        await self.web.house.pool.paint(job_id, frames=film)

    async def busy(self) -> str:
        """Give the painter somebody else's job; its id."""
        house = self.web.house
        job = await house.intake.accept(house.order(source=f"other {len(house.pool.submitted)}"))
        await house.pool.until_held(job.id)
        return job.id


@contextlib.asynccontextmanager
async def sitting(
    page: Page, folder: Path, settings: WebSettings | None = None, limits: LimitsSettings | None = None
) -> AsyncIterator[Sitting]:
    """A sitting at the page of a house of its own."""
    async with open_web_house(folder, settings, limits) as web:
        await page.goto(web.url)
        yield Sitting(page, web)
        await page.close()
