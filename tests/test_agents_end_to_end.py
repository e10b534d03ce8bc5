"""The whole service and an agent as processes of their own, with a NATS server between them; the bot is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.control import ask
from renderer.wire import subjects
from tests.fakes.nats.scene import NatsScene, Process
from tests.fakes.nats.server import Server
from tests.fakes.watched import PATIENCE_S
from tests.service import running


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[NatsScene]:
    """A server and an agent, without a bot."""
    server = Server(tmp_path / "nats")
    await server.start()
    scene = NatsScene(tmp_path, server)
    try:
        await scene.agent("gpu0")
        yield scene
    finally:
        for agent in scene.agents:
            await agent.kill()
        await server.kill()


@contextmanager
def standing_still(agent: Process) -> Iterator[None]:
    """What it paints takes as long as this."""
    children = agent.children()
    for child in children:
        os.kill(child, signal.SIGSTOP)
    try:
        yield
    finally:
        for child in children:
            os.kill(child, signal.SIGCONT)


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "atelier.db")) as connection:
        return connection.execute(query).fetchall()


async def test_a_painting_ordered_on_the_page_is_painted_by_an_agent_though_the_bot_is_killed_twice(
    tmp_path: Path, photographs: dict[str, Path], pattern: Path, scene: NatsScene
) -> None:
    data = tmp_path / "data"
    async with running(data, tmp_path, ATELIER_POOLS=scene.server.url) as (service, customer):
        job = await customer.order(photographs["chelsea"], pattern, '{"size": 128}')
        await customer.until(job, "rendering", progress=0.1)
        with standing_still(scene.agents[0]):
            await service.kill()  # while it is painted …
            await service.start()
            await customer.until(job, "rendering")
            await service.kill()  # … and once more, until it is done
        await scene.messages(subjects.REPORTS, 2)
        await service.start()
        await customer.until(job, "delivered")
        assert (await customer.result(job)).startswith(b"\x89PNG")
        following = await customer.order(photographs["coffee"], pattern, '{"size": 128}')
        await customer.until(following, "delivered")
    assert rows(data, "SELECT status, deliveries FROM jobs") == [("delivered", 1)] * 2
    assert not [line for line in service.log if "Traceback" in line]


async def test_a_bot_stopped_in_good_order_takes_up_what_an_agent_goes_on_with(
    tmp_path: Path, photographs: dict[str, Path], pattern: Path, scene: NatsScene
) -> None:
    data = tmp_path / "data"
    async with running(data, tmp_path, ATELIER_POOLS=scene.server.url) as (service, customer):
        jobs = [await customer.order(photographs[name], pattern, '{"size": 128}') for name in ("chelsea", "coffee")]
        await customer.until(jobs[0], "rendering", progress=0.1)
        with standing_still(scene.agents[0]):
            assert await service.stop() == 0
        await service.start()
        for job in jobs:
            await customer.until(job, "delivered")
    assert rows(data, "SELECT status, deliveries FROM jobs") == [("delivered", 1)] * 2
    assert not [line for line in service.log if "Traceback" in line]


async def test_an_agent_drained_by_the_command_stays_so_over_a_restart_until_it_is_undrained(
    tmp_path: Path, photographs: dict[str, Path], pattern: Path, scene: NatsScene
) -> None:
    data = tmp_path / "data"

    async def admin(verb: str, arguments: str = "") -> str:
        return await asyncio.to_thread(ask, data, verb, arguments)

    async def until_shown(text: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while text not in await admin("workers"):  # noqa: ASYNC110 (it tells nobody who has come)
                await asyncio.sleep(0.05)

    async with running(data, tmp_path, ATELIER_POOLS=scene.server.url) as (service, customer):
        await until_shown("gpu0-0 · idle")
        assert "gpu0 is given nothing more" in await admin("drain", "gpu0")
        await service.kill()
        await service.start()
        await until_shown("agent gpu0 holds 0 and paints 0 at a time")
        assert (await admin("workers")).splitlines()[0].endswith(" · drained")
        job = await customer.order(photographs["chelsea"], pattern, '{"size": 128}')
        assert "1 waiting, 0 being painted" in await admin("queue")
        assert await admin("undrain", "gpu0") == "gpu0 is given work again."
        await customer.until(job, "delivered")
        assert "drained" not in await admin("workers")
    done = rows(data, "SELECT verb, arguments, outcome FROM audit ORDER BY id")
    assert done == [("drain", "gpu0", "ok"), ("undrain", "gpu0", "ok")]
