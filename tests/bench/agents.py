"""How much of a linear gain further agents bring, and what the way to them costs: ``python -m tests.bench.agents``.

Real agents and a real server, with a renderer that takes a second and paints nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from bot.errors import PoolFull
from renderer.protocol import Done
from tests.bench.figures import ROOT
from tests.bot.life.world import quiet
from tests.fakes.nats.scene import NatsScene, nats_scene

PAINT_S = 1.0


async def _paint(scene: NatsScene, number: int, seconds: float) -> float:
    """Seconds until so many are painted, fed as the scheduler does."""
    jobs = [await scene.job(s=seconds) for _ in range(number)]
    before = len([event for event in scene.events if isinstance(event, Done)])
    began = time.perf_counter()
    for job in jobs:
        while True:
            try:
                await scene.pool.submit(job)
                break
            except PoolFull:
                ended = len(scene.events)
                await scene.until(lambda ended=ended: len(scene.events) > ended)  # type: ignore[misc]
    await scene.until(lambda: sum(isinstance(event, Done) for event in scene.events) == before + number)
    return time.perf_counter() - began


async def _measure(agents: int, each: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with nats_scene(Path(folder), agents, lease_s=30) as scene:
            await _paint(scene, agents, 0)  # everything is there once
            at_once_s = await _paint(scene, 20, 0) / 20
            return await _paint(scene, agents * each, PAINT_S), at_once_s


def main() -> None:
    # The pretended renderers are modules of the tests, which are not installed.
    os.environ["PYTHONPATH"] = str(ROOT)
    parser = argparse.ArgumentParser()
    parser.add_argument("--agents", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--each", type=int, default=10, help="paintings for each agent")
    given = parser.parse_args()
    print("| Agents | Paintings | Seconds | Of linear | A painting of 0 s |\n|---|---|---|---|---|")
    for agents in given.agents:
        with quiet():
            took_s, at_once_s = asyncio.run(_measure(agents, given.each))
        linear = given.each * PAINT_S / took_s
        print(
            f"| {agents} | {agents * given.each} | {took_s:.2f} | {linear:.1%} | {at_once_s * 1000:.0f} ms |",
            flush=True,
        )


if __name__ == "__main__":
    main()
