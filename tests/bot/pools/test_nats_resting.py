"""Agents drained and evicted by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import AgentStatus
from renderer.protocol import Done, Failed, Started
from tests.fakes.nats.scene import NatsScene, nats_scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[NatsScene]:
    """A bot and one agent."""
    async with nats_scene(tmp_path) as scene:
        yield scene


async def agent_of(scene: NatsScene, name: str) -> AgentStatus:
    [agent] = [worker.agent for worker in (await scene.pool.status()).workers if worker.name == f"{name}-0"]
    assert agent
    return agent


async def test_a_drained_agent_ends_what_it_paints_and_what_waits_there_goes_to_another(scene: NatsScene) -> None:
    begun, behind = await scene.job(s=2), await scene.job()
    await scene.pool.submit(begun)
    await scene.painting(begun)
    await scene.pool.submit(behind)
    await scene.pool.rest(frozenset({"gpu0"}))
    assert (await agent_of(scene, "gpu0")).is_resting
    await scene.agent("gpu1")
    for job, worker in ((behind, "gpu1-0"), (begun, "gpu0-0")):
        done = await scene.end_of(job)
        assert isinstance(done, Done) and (done.worker, done.delivery) == (worker, 1)
    following = await scene.job()
    await scene.pool.submit(following)
    assert (await scene.begun(following)).worker == "gpu1-0"
    await scene.empty()


async def test_what_waits_for_a_drained_agent_is_painted_once_it_is_undrained(scene: NatsScene) -> None:
    begun, behind = await scene.job(s=1), await scene.job()
    await scene.pool.submit(begun)
    await scene.painting(begun)
    await scene.pool.submit(behind)
    await scene.pool.rest(frozenset({"gpu0"}))
    await scene.end_of(begun)
    assert not scene.of(behind, Started)
    assert await scene.pool.held() == {(behind.id, 1)}
    await scene.pool.rest(frozenset())
    assert isinstance(await scene.end_of(behind), Done)


async def test_what_an_evicted_agent_has_goes_to_another_at_once_and_counts_for_nothing(scene: NatsScene) -> None:
    begun, behind = await scene.job(s=20), await scene.job()
    await scene.pool.submit(begun)
    await scene.painting(begun)
    await scene.pool.submit(behind)
    await scene.pool.rest(frozenset({"gpu0"}))
    await scene.pool.evict("gpu0")
    await scene.agent("gpu1")
    again = await scene.begun(begun, times=2)
    assert (again.worker, again.delivery) == ("gpu1-0", 1)
    assert (await agent_of(scene, "gpu0")).held == 0
    # It was told to stop: with the painting it would be at work for a good while yet.
    await scene.until_workers(lambda states: states["gpu0-0"] == "idle", 10)
    await scene.pool.cancel(begun.id, 1)
    assert isinstance(await scene.end_of(begun), Failed)
    done = await scene.end_of(behind)
    assert isinstance(done, Done) and (done.worker, done.delivery) == ("gpu1-0", 1)
    await scene.nothing_is_left()


async def test_a_drained_agent_is_given_nothing_by_a_bot_that_is_started_anew(scene: NatsScene) -> None:
    await scene.restart_bot(frozenset({"gpu0"}))
    await scene.agent("gpu1")
    await scene.served(1)
    for _ in range(2):
        job = await scene.job()
        await scene.pool.submit(job)
        done = await scene.end_of(job)
        assert isinstance(done, Done) and done.worker == "gpu1-0"
