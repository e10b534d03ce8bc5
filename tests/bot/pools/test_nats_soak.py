"""Everything breaks at once, at random: each job is delivered once, whatever came first.

More of it by hand: ``python -m tests.bot.pools.test_nats_soak SEED…``.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from bot.errors import PoolFull
from bot.ports import RenderJob
from renderer.protocol import Done, Event, Failed, FailureReason, Started
from tests.fakes.nats.child import painting
from tests.fakes.nats.scene import NatsScene, Process, nats_scene

AGENTS = 3
#: Seconds for each job, and for the last lease of all.
EACH_S, LAST_S = 1.5, 45


class Soak:
    """A bot that offers its jobs as the scheduler does, and somebody who breaks things."""

    def __init__(self, scene: NatsScene, seed: int, jobs: int) -> None:
        self.scene = scene
        self.jobs = jobs
        self.random = random.Random(seed)
        self.ends: dict[str, Done | Failed] = {}
        self.deliveries: dict[str, int] = {}
        self.acts: list[str] = []

    async def on_event(self, event: Event) -> None:
        """As the store does: the first end wins, and hand-overs are counted."""
        if isinstance(event, Started):
            self.deliveries[event.job] = max(event.delivery, self.deliveries[event.job])
        elif isinstance(event, (Done, Failed)):
            self.ends.setdefault(event.job, event)

    async def run(self) -> None:
        self.scene.before = self.on_event
        jobs = [await self.scene.job(s=self.random.choice([0, 0.3, 0.8])) for _ in range(self.jobs)]
        self.deliveries = {job.id: 0 for job in jobs}
        breaking = asyncio.create_task(self._break(), name="breaking")
        try:
            async with asyncio.timeout(EACH_S * self.jobs + LAST_S):
                await self._offer(jobs)
        except TimeoutError:
            left = [job.id for job in jobs if job.id not in self.ends]
            raise AssertionError(f"no end of {left} after {self.acts}; held {await self.scene.pool.held()}") from None
        finally:
            breaking.cancel()
            await asyncio.wait([breaking])
        if not breaking.cancelled() and (error := breaking.exception()):
            raise error
        for job in jobs:
            self._look_at(job)

    def _look_at(self, job: RenderJob) -> None:
        end = self.ends[job.id]
        if isinstance(end, Failed):
            assert (end.reason, self.deliveries[job.id]) == (FailureReason.POISONED, 3), (end, self.acts)
        else:
            content = self.scene.blobs.path(job.content).read_bytes()
            assert self.scene.blobs.path(end.result).read_bytes() == painting(content, 0)

    async def _offer(self, jobs: list[RenderJob]) -> None:
        while len(self.ends) < len(jobs):
            for job in jobs:
                if job.id not in self.ends and (job.id, 1) not in await self.scene.pool.held():
                    await self.scene.pool.glimpse(job)
                    offered = RenderJob(job.id, 1, self.deliveries[job.id], job.content, job.styles, job.options)
                    if self.deliveries[job.id] >= 3:  # as the scheduler, which sets it aside
                        self.ends[job.id] = Failed(job=job.id, attempt=1, delivery=3, reason=FailureReason.POISONED)
                        continue
                    try:
                        await self.scene.pool.submit(offered)
                    except PoolFull:
                        break
            await asyncio.sleep(0.05)

    async def _break(self) -> None:
        running = {f"gpu{number}": agent for number, agent in enumerate(self.scene.agents)}
        acts = [
            self._kill_agent,
            self._kill_child,
            self._stop_agent,
            self._kill_server,
            self._lose_server,
            self._restart,
        ]
        while True:
            await asyncio.sleep(self.random.uniform(0.2, 1.5))
            act = self.random.choice(acts)
            name = self.random.choice(list(running))
            self.acts.append(f"{act.__name__} {name}")
            await act(name, running)

    async def _kill_agent(self, name: str, running: dict[str, Process]) -> None:
        await running[name].kill()
        running[name] = await self.scene.agent(name)

    async def _kill_child(self, name: str, running: dict[str, Process]) -> None:
        for child in running[name].children():
            os.kill(child, signal.SIGKILL)

    async def _stop_agent(self, name: str, running: dict[str, Process]) -> None:
        running[name].send(signal.SIGSTOP)
        await asyncio.sleep(self.random.choice([0.5, 1.5 * self.scene.lease_s]))
        running[name].send(signal.SIGCONT)

    async def _kill_server(self, name: str, running: dict[str, Process]) -> None:
        await self.scene.server.kill()
        await self.scene.server.start()

    async def _lose_server(self, name: str, running: dict[str, Process]) -> None:
        await self.scene.server.kill(with_store=True)
        await self.scene.server.start()

    async def _restart(self, name: str, running: dict[str, Process]) -> None:
        await self.scene.restart_bot()


async def soak(folder: Path, seed: int, jobs: int) -> list[str]:
    async with nats_scene(folder, AGENTS) as scene:
        soak = Soak(scene, seed, jobs)
        await soak.run()
        await scene.empty()
        await scene.restart_bot()  # which sweeps what the dead have left
        await scene.nothing_is_left()
        return soak.acts


@pytest.mark.slow
async def test_whatever_breaks_each_job_is_delivered_once(tmp_path: Path) -> None:
    assert await soak(tmp_path, seed=9, jobs=60)


if __name__ == "__main__":
    for given in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as root:
            print(given, len(asyncio.run(soak(Path(root), given, jobs=200))), "acts", flush=True)
