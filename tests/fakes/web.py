"""The web adapter on a free port, over the bot's real services and a pool that paints when a test says so."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

from bot.adapters.web.server import WebAdapter
from bot.adapters.web.services import Services
from bot.gallery import Gallery
from bot.privacy import statement
from config.settings import LimitsSettings, RetentionSettings, Settings, WebSettings
from tests.fakes.house import House, open_house
from tests.fakes.watched import PATIENCE_S


@dataclasses.dataclass
class WebHouse:
    """A house with a web page."""

    house: House
    adapter: WebAdapter

    @property
    def url(self) -> str:
        return self.adapter.url


@contextlib.asynccontextmanager
async def page_of(
    house: House, settings: WebSettings | None = None, limits: LimitsSettings | None = None
) -> AsyncIterator[WebAdapter]:
    """The web adapter of a house, which listens until the context ends."""
    services = Services(
        intake=house.intake,
        desk=house.desk,
        accounts=house.accounts,
        erasure=house.erasure,
        gallery=Gallery(Settings(data_dir=house.folder)),
        films=house.films,
        thumbnails=house.thumbnails,
        admin=house.admin,
        metrics=house.metrics,
        keys=house.keys,
        privacy=statement(RetentionSettings(), LimitsSettings()),
    )
    adapter = WebAdapter(
        settings or WebSettings(port=0), limits or LimitsSettings(), services, house.folder / "uploads"
    )
    house.adapters["web"] = adapter
    serving = asyncio.create_task(adapter.run())
    listening = asyncio.create_task(adapter.listening.wait())
    try:
        await asyncio.wait({serving, listening}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        assert listening.done(), serving.exception() if serving.done() else "the page is not up"
        yield adapter
    finally:
        for task in (serving, listening):
            task.cancel()
        await asyncio.wait([serving, listening])


@contextlib.asynccontextmanager
async def open_web_house(
    folder: Path, settings: WebSettings | None = None, limits: LimitsSettings | None = None
) -> AsyncIterator[WebHouse]:
    """A house with a page that serves, schedules and sends until the context ends."""
    limits = limits or LimitsSettings()
    async with (
        open_house(folder, **limits.model_dump(exclude_unset=True)) as house,
        house.running(),
        page_of(house, settings, limits) as adapter,
    ):
        yield WebHouse(house, adapter)
