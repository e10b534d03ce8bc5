"""Large paintings over the wire: to devices with enough memory, of several agents and within one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.ports import RenderJob
from renderer.options import RenderOptions
from renderer.protocol import Done
from tests.fakes.nats.scene import NatsScene, nats_scene, replaced


async def huge(scene: NatsScene, **wish: Any) -> RenderJob:
    return replaced(await scene.job(**wish), options=RenderOptions(size=4096))


async def painter(scene: NatsScene, job: RenderJob) -> str:
    done = await scene.end_of(job)
    assert isinstance(done, Done)
    return done.worker


async def test_large_paintings_go_to_the_large_device_though_another_agent_has_nothing_to_do(tmp_path: Path) -> None:
    async with nats_scene(tmp_path, agents=0) as scene:
        await scene.agent("small", memory=(6,))
        await scene.agent("large", memory=(80,))
        await scene.served(2)
        jobs = [await huge(scene, s=0.3) for _ in range(2)]
        for job in jobs:
            await scene.pool.submit(job)
        assert [await painter(scene, job) for job in jobs] == ["large-0"] * 2


async def test_within_an_agent_the_small_device_passes_over_what_only_the_large_one_can_paint(tmp_path: Path) -> None:
    async with nats_scene(tmp_path, agents=0) as scene:
        await scene.agent("gpu", memory=(80, 6))
        await scene.served(2)
        jobs = [await huge(scene, s=0.5) for _ in range(2)]
        for job in jobs:
            await scene.pool.submit(job)
        usual = await scene.job()
        await scene.pool.submit(usual)
        assert await painter(scene, usual) == "gpu-1"
        assert [await painter(scene, job) for job in jobs] == ["gpu-0"] * 2


async def test_a_small_agent_with_nothing_to_do_gets_what_suits_it_of_what_waits_behind_others(tmp_path: Path) -> None:
    async with nats_scene(tmp_path, agents=0) as scene:
        await scene.agent("large", memory=(80, 80))
        await scene.served(2)
        begun = [await huge(scene, s=30) for _ in range(2)]
        for job in begun:
            await scene.pool.submit(job)
        for job in begun:
            await scene.painting(job)
        usual, last = await scene.job(), await huge(scene)
        await scene.pool.submit(usual)
        await scene.pool.submit(last)
        await scene.agent("small", memory=(6,))
        assert await painter(scene, usual) == "small-0"
        await scene.pool.cancel(begun[0].id, 1)
        assert await painter(scene, last) in ("large-0", "large-1")
        await scene.pool.cancel(begun[1].id, 1)
        await scene.empty()
