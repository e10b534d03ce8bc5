"""Pools side by side: over fakes that keep the port's promises, and this machine beside an agent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import PoolFull, Unsuited
from bot.pools.nats.ledger import Work
from bot.pools.nats.pool import NatsPool
from bot.pools.several import SeveralPools
from bot.ports import RenderJob
from renderer.options import RenderOptions
from renderer.protocol import Done, Event, Started
from renderer.wire.line import Address
from tests.fakes.nats.desk import beat
from tests.fakes.nats.scene import Scene, nats_scene, pretended_pool, unreduced
from tests.fakes.pool import FakePool


def job(number: int) -> RenderJob:
    return RenderJob(f"job{number}", 1, 0, "content", (), RenderOptions())


async def ignore(event: Event) -> None:
    pass


async def opened(*pools: FakePool) -> SeveralPools:
    several = SeveralPools(pools, lambda work, name: asyncio.create_task(work, name=name))
    await several.start(ignore)
    return several


async def test_each_job_goes_to_the_pool_with_most_room_for_its_slots() -> None:
    small, large = FakePool(slots=1, places=2), FakePool(slots=3, places=6)
    several = await opened(small, large)
    for number in range(8):
        await several.submit(job(number))
    assert (len(small.submitted), len(large.submitted)) == (2, 6)
    assert len(large.submitted[:3]) == 3 and small.submitted[0].id in ("job0", "job1")
    with pytest.raises(PoolFull):
        await several.submit(job(8))
    await several.drain(0)


async def test_a_pool_without_workers_is_asked_last() -> None:
    deserted, manned = FakePool(slots=0), FakePool(slots=1)
    several = await opened(deserted, manned)
    await several.submit(job(1))
    assert [pool.submitted for pool in (deserted, manned)] == [[], [job(1)]]
    await several.drain(0)


class Choosy(FakePool):
    async def submit(self, job: RenderJob) -> None:
        raise Unsuited


@pytest.mark.parametrize("turned", [False, True])
async def test_a_job_that_one_pool_does_not_suit_goes_to_another_or_is_said_to_be_unsuited(turned: bool) -> None:
    choosy, usual = Choosy(slots=2), FakePool(slots=1, places=1)
    several = await opened(*([usual, choosy] if turned else [choosy, usual]))
    await several.submit(job(1))
    assert usual.submitted == [job(1)]
    with pytest.raises(Unsuited):
        await several.submit(job(2))
    await several.drain(0)


class Away(FakePool):
    """As a pool of agents: what it has nobody for another pool may have."""

    def homeless(self) -> list[RenderJob]:
        return []

    def release(self, job: RenderJob) -> None:
        raise AssertionError("it was not asked to")


class Blind(FakePool):
    async def glimpse(self, job: RenderJob) -> bool:
        return False


async def test_a_job_that_waits_is_shown_by_one_pool_by_this_machine_s_own_where_that_can() -> None:
    for here, shown_by in ((FakePool(), "here"), (Blind(), "away")):
        away = Away()
        several = await opened(away, here)
        for pool in (here, away):
            await pool.submit(job(1))
            await pool.until_started("job1")
        assert await several.glimpse(job(2))
        assert {"here": here.glimpsed, "away": away.glimpsed} == {"here": [], "away": [], shown_by: [job(2)]}
        await several.drain(0)
    several = await opened(Blind(), Blind())
    assert not await several.glimpse(job(2))
    await several.drain(0)


async def test_agents_rest_and_are_evicted_wherever_they_are() -> None:
    first, second = FakePool(), FakePool()
    several = await opened(first, second)
    await several.rest(frozenset({"gpu1"}))
    await several.evict("gpu1")
    assert first.resting == second.resting == {"gpu1"}
    assert first.evicted == second.evicted == ["gpu1"]
    await several.drain(0)


async def test_a_job_that_one_pool_holds_is_given_to_no_other() -> None:
    first, second = FakePool(slots=1), FakePool(slots=5)
    several = await opened(first, second)
    await first.submit(job(1))
    await several.submit(job(1))
    assert second.submitted == []
    assert await several.held() == {("job1", 1)}
    await several.drain(0)


async def test_they_are_seen_and_cancelled_as_one() -> None:
    first, second = FakePool(slots=1), FakePool(slots=2, device="cuda:0")
    several = await opened(first, second)
    status = await several.status()
    assert (status.slots, status.queued, status.ahead, len(status.workers)) == (3, 0, 2, 3)
    await several.submit(job(1))
    await several.cancel("job1", 1)
    assert ("job1", 1) in first.cancelled + second.cancelled
    await several.drain(0)


class Following(FakePool):
    """Something happens whenever it has been given a job."""

    async def submit(self, job: RenderJob) -> None:
        await super().submit(job)
        self.then()

    def then(self) -> None:
        pass


async def test_a_homeless_job_that_an_agent_comes_for_meanwhile_is_painted_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    away = NatsPool(Address("nats://nowhere"), scene.blobs, scene.spawn, unreduced)
    here = Following(slots=5)
    several = SeveralPools([here, away], scene.spawn)
    await here.start(ignore)
    jobs = [await scene.job() for _ in range(3)]
    for job in jobs:
        away._ledger.add(Work(job, 1))

    def come() -> None:
        away._agents.heard(beat("gpu0"), 0.0)
        away._assigner.place()  # there is room for two there, and the first is one of them

    here.then = come  # type: ignore[method-assign]
    await several._move_homeless()
    assert here.submitted == jobs[:1]
    assert await away.held() == {(job.id, 1) for job in jobs[1:]}
    await several.drain(0)


async def test_this_machine_and_an_agent_share_the_work_and_what_the_agent_loses_is_painted_here(
    tmp_path: Path,
) -> None:
    async with nats_scene(tmp_path) as scene:
        away = scene.pool
        here = pretended_pool(scene)
        await here.start(scene.on_event)
        scene.pool = SeveralPools([here, away], scene.spawn)
        scene.spawn(scene.pool._rehouse(), "jobs between pools")
        await scene.served(2)
        jobs = [await scene.job(s=1) for _ in range(2)]
        for job in jobs:
            await scene.pool.submit(job)
        workers = {(await scene.begun(job)).worker for job in jobs}
        assert workers == {"local-0", "gpu0-0"}
        await scene.agents[0].kill()
        for job in jobs:
            assert isinstance(await scene.end_of(job), Done)
        [lost] = [job for job in jobs if len(scene.of(job, Started)) == 2]
        assert [(e.worker, e.delivery) for e in scene.of(lost, Started)] == [("gpu0-0", 1), ("local-0", 2)]
        await scene.empty()
