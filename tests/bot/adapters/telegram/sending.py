"""The sending side of the Telegram adapter over a real house and the fake Bot API, for its tests."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

from PIL import Image
from sqlalchemy import select
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.adapters.telegram.buttons import Buttons
from bot.adapters.telegram.limits import Limits
from bot.adapters.telegram.live import Live
from bot.adapters.telegram.services import Services
from bot.films import Films
from bot.gallery import Gallery
from bot.jobs import Job, new_id
from bot.ports import Sent
from bot.privacy import statement
from bot.replies import reply_to
from bot.store.tables import votes
from bot.tls import trusted
from config.settings import LimitsSettings, RetentionSettings, Settings
from renderer.options import RenderOptions
from renderer.protocol import Done, FailureReason, Progress, StyleInput
from tests import pictures
from tests.fakes.house import ROOM, House, failure, open_house, painting, started
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person, fake_telegram

#: So much faster than the clock runs the time of the limits.
_HURRY = 200


def hurried() -> Limits:
    """Limits whose seconds are short."""
    return Limits(clock=lambda: time.monotonic() * _HURRY, sleep=lambda s: asyncio.sleep(s / _HURRY))


@dataclasses.dataclass
class Sending:
    """All that sends, with one person to send to."""

    telegram: FakeTelegram
    house: House
    services: Services
    bot: ExtBot[Any]
    limits: Limits
    live: Live
    buttons: Buttons
    alice: Person
    obeyed: list[bool] = dataclasses.field(default_factory=list)  #: what `Buttons.press` said of each press

    @property
    def message(self) -> Message:
        """The bot's newest message to Alice."""
        return self.telegram.chat(self.alice).from_bot[-1]

    async def asked(
        self,
        whose: Person | None = None,
        chat: Chat | None = None,
        language: str = "en",
        picture: bytes | None = None,
        address: dict[str, Any] | None = None,
        **options: Any,
    ) -> tuple[Job, dict[str, Any]]:
        """A job as the receiving side leaves it, with its address, before anything was sent."""
        whose = whose or self.alice
        request = await whose.text("/paint", chat)
        private = chat is None
        place = None if private else f"telegram:{request.chat.id}"
        address = _ADDRESS | {"chat": request.chat.id, "request": request.id, "private": private} | (address or {})
        content = await self.house.blob(picture or pictures.png())
        style = StyleInput(picture=await self.house.blob(pictures.png(32)))
        job = Job(
            id=new_id(),
            adapter="telegram",
            source=f"{request.chat.id}:{request.id}",
            requester=f"telegram:{whose.id}",
            content=content,
            styles=() if options.get("mode") == "dream" else (style,),
            options=RenderOptions(**options),
            created_at=self.house.clock(),
            place=place,
            language=language,
        )
        return await self.house.store.jobs.add(job, estimate_s=50, room=ROOM, address=address), address

    async def begun(self, **how: Any) -> tuple[Job, Message]:
        """A job whose message has been sent."""
        job, address = await self.asked(**how)
        await self.live.begin(job, address)
        return job, self.telegram.chat(address["chat"]).from_bot[-1]

    async def rendering(self, job: Job) -> Job:
        """Let a worker begin the job."""
        await self.house.dispatch.on_event(started(job))
        return await self.house.read(job)

    async def progress(self, job: Job, fraction: float, preview: bytes | None = None) -> None:
        """Report of a job that is being rendered, at a time when the limits allow an edit."""
        await self.until_limits_allow(job)
        report = Progress(job=job.id, attempt=1, delivery=job.deliveries, fraction=fraction, preview=preview)
        await self.live.progress(job, report)

    async def until_limits_allow(self, job: Job) -> None:
        chat = (await self.addressed(job))["chat"]
        await self.telegram.until(lambda: self.limits.may_edit(chat))

    async def painted(self, job: Job, **facts: Any) -> Job:
        """Let a job end in a painting that the requester is not told of yet."""
        job = await self.rendering(job)
        done: Done = painting(job).model_copy(update=facts)
        await self.house.dispatch.on_event(done)
        return await self.house.read(job)

    async def failed(self, job: Job, reason: FailureReason = FailureReason.BAD_INPUT) -> Job:
        """Let a job end without a painting."""
        job = await self.rendering(job)
        await self.house.dispatch.on_event(failure(job, reason))
        return await self.house.read(job)

    async def deliver(self, job: Job) -> Sent:
        """What the outbox does with a job that has ended."""
        file = self.house.blobs.path(job.result) if job.result else None
        sent = await self.live.reply(job, reply_to(job, file))
        await self.live.settle()
        return sent

    async def delivered(self, **how: Any) -> tuple[Job, Message]:
        """A painting in its message."""
        job, message = await self.begun(**how)
        job = await self.painted(job)
        await self.deliver(job)
        return job, message

    async def job_of(self, message: Message) -> Job:
        """The job whose buttons a message has."""
        data = next(button.data for row in message.now.rows for button in row)
        assert data is not None
        job = await self.house.store.jobs.get(data.split(":")[1])
        assert job is not None
        return job

    async def votes(self, job: Job) -> dict[str, int]:
        """Who thinks what of a painting."""
        query = select(votes.c.requester, votes.c.value).where(votes.c.job == job.id)
        async with self.house.store.votes._database.read() as connection:
            return {requester: value for requester, value in await connection.execute(query)}

    async def addressed(self, job: Job) -> dict[str, Any]:
        """The job's address as it is kept."""
        address = await self.services.addresses.get(job.id)
        assert address is not None
        return address

    async def obey(self) -> None:
        """Hand every press to the buttons, until cancelled."""
        offset = None
        while True:
            for update in await self.bot.get_updates(offset=offset, timeout=10):
                offset = update.update_id + 1
                self.obeyed.append(await self.buttons.press(update))
                await self.telegram.told()


_ADDRESS = {"thread": None, "live": None, "photo": False, "notified": False, "swappable": True}


@contextlib.asynccontextmanager
async def open_sending(
    folder: Path, admins: frozenset[int] = frozenset(), limits: Limits | None = None
) -> AsyncIterator[Sending]:
    """Obeys presses until the context ends."""
    async with fake_telegram() as telegram, open_house(folder) as house:
        limits = limits or hurried()
        bot = ExtBot(
            telegram.token,
            telegram.base_url,
            telegram.base_file_url,
            request=HTTPXRequest(read_timeout=1, httpx_kwargs={"verify": trusted()}),
            get_updates_request=HTTPXRequest(httpx_kwargs={"verify": trusted()}),
            rate_limiter=limits,
        )
        services = _services(house)
        live = Live(bot, limits, services, house.clock)
        buttons = Buttons(bot, live, services, admins=admins)
        async with bot:
            sending = Sending(telegram, house, services, bot, limits, live, buttons, telegram.person("Alice"))
            obeying = asyncio.create_task(sending.obey())
            try:
                yield sending
            finally:
                obeying.cancel()
                await asyncio.wait([obeying])
                await live.settle()
        if not obeying.cancelled():
            await obeying


def _services(house: House) -> Services:
    gallery, films = Gallery(Settings(data_dir=house.folder)), Films(house.folder / "films")
    people = (house.accounts, house.pairing, house.erasure)
    store = house.store
    nobody = cast(Any, None)
    return Services(
        *(house.intake, house.desk, *people, gallery, films, house.blobs),
        *(store.addresses, store.inbox, nobody, nobody, house.metrics),
        privacy=statement(RetentionSettings(), LimitsSettings()),
    )


def preview(colour: str = "red") -> bytes:
    """A small JPEG of one colour."""
    return pictures.encoded(Image.new("RGB", (64, 48), colour), "JPEG")


def opened(data: bytes | None) -> Image.Image:
    """The picture in a message."""
    assert data is not None
    return Image.open(io.BytesIO(data))
