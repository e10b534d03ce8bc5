"""The X adapter at work over a server of ours, with all of the bot's services but a real renderer."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.adapters.x.adapter import XAdapter
from bot.adapters.x.services import Services
from bot.jobs import Job
from bot.ports import RenderJob
from bot.spending import Budget
from config.settings import ModerationSettings, Settings, XSettings
from tests.fakes.gallery import QuickGallery
from tests.fakes.house import House, open_house
from tests.fakes.pool import FakePool, done
from tests.fakes.watched import PATIENCE_S
from tests.fakes.x import FakeX, fake_x
from tests.fakes.x.people import Person
from tests.fakes.x.posts import Post

#: Far more than any test asks for.
NOBODY_LOOKS = ModerationSettings(adapters=("none",))
RICH = {"daily_limit": 1000.0, "monthly_limit": 10_000.0}


class PaintingPool(FakePool):
    """Paints every job as soon as it has it, by giving the content back; `idle` is for jobs that wait."""

    idle = False

    async def submit(self, job: RenderJob) -> None:
        before = len(self.submitted)
        await super().submit(job)
        if len(self.submitted) > before and not self.idle:
            held = self._held[job.id, job.attempt]
            held.outcomes.put_nowait(done(job, held.delivery + 1))


@dataclasses.dataclass
class Booth:
    """The bot's side of X, and somebody to summon it."""

    x: FakeX
    house: House
    services: Services
    adapter: XAdapter
    serving: asyncio.Task[None]  #: ends by itself where X denies the bot something
    alice: Person

    async def answer(self, post: Post) -> Post:
        """The one answer to a post, once there is one."""
        await self.x.until(lambda: bool(self.x.replies_to(post)))
        (answer,) = self.x.replies_to(post)
        return answer

    async def job(self, post: Post) -> Job | None:
        """The job that a post has made."""
        return await self.house.store.jobs.by_source("x", post.id)

    async def made(self, post: Post) -> Job:
        """The job that a post makes, once it is accepted."""

        async def is_there() -> bool:
            return await self.job(post) is not None

        await until(is_there)
        job = await self.job(post)
        assert job is not None
        return job

    async def quiet(self) -> None:
        """Returns once every mention so far was read and dealt with, and no reply is due."""
        newest = max((int(post.id) for post in self.x.posts if post.author is not self.x.bot), default=0)

        async def is_quiet() -> bool:
            cursor = await self.house.store.switches.get("x-cursor")
            if cursor is None or int(cursor["since"]) < newest:
                return False
            open_jobs = await self.house.store.queue.open_jobs()
            return not await unread(self.house) and not open_jobs

        await until(is_quiet)

    async def down(self) -> None:
        """Returns once the adapter has ended by itself."""
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([self.serving])

    async def until_opted_out(self) -> None:
        """Returns once Alice has."""

        async def is_out() -> bool:
            return (await self.services.accounts.get(f"x:{self.alice.id}")).opted_out

        await until(is_out)

    async def silent(self, post: Post) -> None:
        """Nothing is ever said to this post: it is read, as is one that is answered afterwards."""
        beacon = await self.x.person("Beacon").post(f"@{self.x.bot.username} surprise", [picture(70)])
        await self.answer(beacon)
        assert self.x.replies_to(post) == []


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns once the condition holds, which no bell announces."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def unread(house: House) -> list[str]:
    """Keys of letters that are not dealt with."""
    from sqlalchemy import null, select

    from bot.store.tables import inbox

    async with house.store.inbox._database.read() as connection:
        query = select(inbox.c.key).where(inbox.c.body.is_not(null()))
        return list((await connection.execute(query)).scalars())


def picture(width: int) -> bytes:
    """A picture that is known by its width."""
    from tests import pictures

    return pictures.jpeg(width, 48)


def settings_for(x: FakeX, **more: Any) -> XSettings:
    """The bot's settings, as its operator has them."""
    return XSettings.model_validate(
        {
            "consumer_key": x.keys.consumer_key,
            "consumer_secret": x.keys.consumer_secret,
            "access_token": x.keys.access_token,
            "access_token_secret": x.keys.access_token_secret,
            "api_base_url": x.base_url,
            "media_hosts": [x.media_host],
            "field_names": x.field_names,
            "poll_interval_s": 1,
            **RICH,
            **more,
        }
    )


def services_of(house: House, settings: XSettings) -> Services:
    """The house's services, as the application puts them together."""
    store = house.store
    budget = Budget(store, "x", settings.prices, settings.daily_limit, settings.monthly_limit, house.clock)
    return Services(
        intake=house.intake,
        desk=house.desk,
        accounts=house.accounts,
        erasure=house.erasure,
        gallery=QuickGallery(Settings(data_dir=house.folder)),
        blobs=house.blobs,
        moderation=house.moderation,
        addresses=store.addresses,
        inbox=store.inbox,
        switches=store.switches,
        budget=budget,
        notices=house.notices,
        metrics=house.metrics,
        open_jobs=store.queue.open_of,
        job_of=store.outbox.job_of,
        picture_bytes=2_000_000,
        clock=house.clock,
    )


Sleep = Callable[[float], Awaitable[None]]


async def hurried(seconds: float) -> None:
    """Ten looks at the mentions in a second."""
    await asyncio.sleep(min(seconds, 0.1))


@contextlib.asynccontextmanager
async def open_booth(
    folder: Path,
    x: FakeX | None = None,
    alice: Person | None = None,
    pool: FakePool | None = None,
    moderation: ModerationSettings = NOBODY_LOOKS,
    sleep: Sleep = hurried,
    limits: dict[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[Booth]:
    """The adapter connected to X, and everything behind it at work."""
    async with contextlib.AsyncExitStack() as stack:
        x = await stack.enter_async_context(fake_x()) if x is None else x
        house = await stack.enter_async_context(
            open_house(folder, pool or PaintingPool(), moderation, **(limits or {}))
        )
        chosen = settings_for(x, **settings)
        services = services_of(house, chosen)
        adapter = XAdapter(chosen, services, folder / "x", sleep, settle_s=0.1)
        for part in (house.outbox, house.dispatch):
            part._adapters["x"] = adapter  # type: ignore[index]
        serving = asyncio.create_task(adapter.run())
        try:
            listening = asyncio.create_task(adapter.listening.wait())
            await asyncio.wait([listening, serving], return_when="FIRST_COMPLETED")
            listening.cancel()
            if serving.done():
                await serving
            # A reply that is due before there is a connection waits for seconds.
            await stack.enter_async_context(house.running())
            yield Booth(x, house, services, adapter, serving, alice or x.person("Alice"))
        finally:
            serving.cancel()
            await asyncio.wait([serving])
        if not serving.cancelled():
            await serving


async def notices(booth: Booth) -> list[str]:
    """What admins have been told, the newest first."""
    return [notice.text for notice in await booth.house.notices.latest(20)]
