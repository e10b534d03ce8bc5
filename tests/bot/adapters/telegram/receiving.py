"""The whole Telegram adapter over a real house and the fake Bot API, for its tests."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import func, null, select

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.limits import Limits
from bot.adapters.telegram.services import Services
from bot.films import Films
from bot.jobs import Job
from bot.pairing import Pending
from bot.privacy import statement
from bot.store.tables import inbox
from config.settings import LimitsSettings, RetentionSettings, Settings, TelegramSettings
from tests.bot.adapters.telegram.sending import hurried
from tests.fakes.gallery import QuickGallery
from tests.fakes.house import House, open_house
from tests.fakes.pool import FakePool
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person, fake_telegram
from tests.fakes.watched import PATIENCE_S

ALBUM_PAUSE_S = 0.4


@dataclasses.dataclass
class Reception:
    """The adapter at work, and one person to talk to it."""

    telegram: FakeTelegram
    house: House
    services: Services
    adapter: TelegramAdapter
    alice: Person

    async def heard(self, chat: Chat | Person | None = None, number: int = 1) -> Message:
        """The bot's newest message in a chat, by default Alice's, once there are so many that are not deleted."""
        where = self.telegram.chat(chat or self.alice)
        await self.telegram.until(lambda: len(where.from_bot) >= number)
        return where.from_bot[-1]

    async def said(self, words: str, chat: Chat | Person | None = None) -> Message:
        """The bot's newest message with these words in it, once there is one."""
        where = self.telegram.chat(chat or self.alice)
        await self.telegram.until(lambda: any(words in message.words for message in where.from_bot))
        return next(message for message in reversed(where.from_bot) if words in message.words)

    async def jobs(self, number: int = 1, whose: Person | None = None) -> list[Job]:
        """A person's jobs, oldest first, once there are so many and each has its message."""
        requester = f"telegram:{(whose or self.alice).id}"

        async def shown() -> bool:
            jobs = await self.services.desk.history(requester, 100)
            addresses = [await self.services.addresses.get(job.id) for job in jobs]
            return len(jobs) >= number and all(address and address["live"] for address in addresses)

        await _until(shown)
        jobs = await self.services.desk.history(requester, 100)
        assert len(jobs) == number
        return jobs[::-1]

    async def until_noted(self) -> None:
        """Returns once the question that Alice was asked is kept."""

        async def noted() -> bool:
            pending = await self.pending()
            return pending is not None and pending.address["prompt"] is not None

        await _until(noted)

    async def until_dealt_with(self) -> None:
        """Returns once nothing is left of what has come in."""

        async def is_empty() -> bool:
            async with self.house.store.inbox._database.read() as connection:
                query = select(func.count()).where(inbox.c.body.is_not(null()))
                return not self.telegram.delivery.waiting and not (await connection.execute(query)).scalar()

        await _until(is_empty)

    async def until_status(self, job: Job, status: str) -> None:
        """Returns once the job is that far."""

        async def is_there() -> bool:
            return (await self.house.read(job)).status == status

        await _until(is_there)

    async def pending(self, chat: Chat | None = None, whose: Person | None = None) -> Pending | None:
        """What somebody has begun."""
        person = whose or self.alice
        return await self.services.pairing.get(f"telegram:{person.id}", f"telegram:{(chat or person.chat).id}")

    async def widths(self, job: Job) -> list[int]:
        """Widths of the job's content and styles (px), by which a test knows them."""
        files = await self.services.desk.inputs(job.id)
        assert files is not None
        return [Image.open(io.BytesIO(file.read_bytes())).width for file in files]

    def scratch(self) -> list[Path]:
        """Files that were fetched and are still there."""
        return list((self.house.folder / "telegram").iterdir())


@contextlib.asynccontextmanager
async def open_reception(
    folder: Path,
    server: FakeTelegram | None = None,
    admins: tuple[str, ...] = (),
    alice: Person | None = None,
    running: bool = False,
    pool: FakePool | None = None,
    rates: Limits | None = None,
    **limits: Any,
) -> AsyncIterator[Reception]:
    """The adapter connected to Telegram; with `running`, jobs are brought to the pool and replies sent."""
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(fake_telegram()) if server is None else server
        house = await stack.enter_async_context(open_house(folder, pool, **limits))
        services = services_of(house)
        settings = TelegramSettings(
            token=telegram.token,
            base_url=telegram.base_url,
            base_file_url=telegram.base_file_url,
            album_pause_s=ALBUM_PAUSE_S,
            admins=admins,
        )
        adapter = TelegramAdapter(settings, services, folder / "telegram", rates or hurried())
        for part in (house.outbox, house.dispatch):
            part._adapters["telegram"] = adapter  # type: ignore[index]
        if running:
            await stack.enter_async_context(house.running())
        serving = asyncio.create_task(adapter.run())
        try:
            await asyncio.wait([asyncio.create_task(adapter.listening.wait()), serving], return_when="FIRST_COMPLETED")
            yield Reception(telegram, house, services, adapter, alice or telegram.person("Alice"))
        finally:
            serving.cancel()
            await asyncio.wait([serving])
        if not serving.cancelled():
            await serving


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what the store knows, which has no bell for tests."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def services_of(house: House) -> Services:
    """The house's services, as the application puts them together."""
    store = house.store
    return Services(
        intake=house.intake,
        desk=house.desk,
        accounts=house.accounts,
        pairing=house.pairing,
        erasure=house.erasure,
        gallery=QuickGallery(Settings(data_dir=house.folder)),
        films=Films(house.folder / "films"),
        blobs=house.blobs,
        addresses=store.addresses,
        inbox=store.inbox,
        admin=house.admin,
        notices=house.notices,
        metrics=house.metrics,
        privacy=statement(RetentionSettings(), LimitsSettings()),
    )
