"""The whole service and an agent as processes of their own, with a NATS server between them; the bot is killed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.nats.scene import NatsScene
from tests.fakes.nats.server import Server
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
        await service.kill()  # while it is painted …
        await service.start()
        await customer.until(job, "rendering")
        await service.kill()  # … and once more, until it is done
        await asyncio.sleep(3)
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
        assert await service.stop() == 0
        await service.start()
        for job in jobs:
            await customer.until(job, "delivered")
    assert rows(data, "SELECT status, deliveries FROM jobs") == [("delivered", 1)] * 2
    assert not [line for line in service.log if "Traceback" in line]
