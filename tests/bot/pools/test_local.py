"""The pool on this machine, with its real child: what the port promises."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest

from bot.blobs import DirectoryBlobs
from bot.errors import PoolFull
from bot.jobs import MAX_DELIVERIES
from bot.pools.local import LocalPool
from bot.ports import RenderJob
from renderer.options import RenderOptions
from renderer.protocol import Done, Event, Failed, FailureReason, Progress, Started, StyleInput
from renderer.supervisor import ChildSpec, Patience


class House:
    """A pool under test with its blobs, and what it told."""

    def __init__(self, weights_dir: Path, root: Path, content: Path, style: Path) -> None:
        self.blobs = DirectoryBlobs(root / "blobs")
        self.events: list[Event] = []
        self._pictures = content, style
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self.pool = LocalPool(ChildSpec(weights_dir, device="cpu"), Patience(), self.blobs, self._spawn)

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        return task

    async def start(self) -> None:
        self._names = [await self._put(file) for file in self._pictures]
        await self.pool.start(self._on_event)

    async def _put(self, file: Path) -> str:
        scratch = self.blobs.scratch(".png")
        shutil.copy(file, scratch)
        return await self.blobs.put(scratch)

    async def _on_event(self, event: Event) -> None:
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def job(self, name: str, iterations: int = 300, deliveries: int = 0) -> RenderJob:
        content, style = self._names
        options = RenderOptions(size=128, iterations=iterations)
        return RenderJob(name, 1, deliveries, content, (StyleInput(picture=style),), options)

    async def until(self, happened: Callable[[Event], bool], count: int = 1) -> Event:
        async with asyncio.timeout(90), self._changed:
            while sum(map(happened, self.events)) < count:
                await self._changed.wait()
        return [event for event in self.events if happened(event)][count - 1]

    async def end_of(self, name: str) -> Event:
        return await self.until(lambda event: event.job == name and isinstance(event, (Done, Failed)))

    async def painting(self, name: str, delivery: int = 1) -> None:
        """Wait until the child has begun on a delivery of the job."""
        await self.until(lambda e: e.job == name and isinstance(e, Progress) and e.delivery == delivery)

    def kill_child(self) -> None:
        pid = self.pool._seats[0].supervisor.pid
        assert pid
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
async def house(weights_dir: Path, tmp_path: Path, photographs: dict[str, Path], pattern: Path) -> AsyncIterator[House]:
    house = House(weights_dir, tmp_path, photographs["chelsea"], pattern)
    await house.start()
    yield house
    await house.pool.drain(0)
    assert all(task.cancelled() for task in house._tasks), "no part of the pool died"


async def test_a_job_is_started_painted_and_its_result_stored_before_done(house: House) -> None:
    job = house.job("one", iterations=2)
    await house.pool.submit(job)
    await house.pool.submit(job)
    done = await house.end_of("one")
    assert isinstance(done, Done)
    assert house.blobs.path(done.result).read_bytes().startswith(b"\x89PNG")
    kinds = [type(event) for event in house.events]
    assert kinds[0] is Started and kinds.count(Started) == 1, "submitted twice, it was painted once"
    assert {event.worker for event in house.events} == {"local-0"}
    (worker,) = (await house.pool.status()).workers
    assert worker.device == "cpu"
    assert worker.device_name and worker.device_name.startswith("CPU, ")
    assert worker.memory and worker.memory > 100 << 20


async def test_a_full_pool_refuses_and_a_waiting_job_is_cancelled_at_once(house: House) -> None:
    await house.pool.submit(house.job("painted"))
    await house.painting("painted")
    await house.pool.submit(house.job("waiting"))
    with pytest.raises(PoolFull):
        await house.pool.submit(house.job("too many"))
    assert await house.pool.held() == {("painted", 1), ("waiting", 1)}
    await house.pool.cancel("waiting", 1)
    end = await house.end_of("waiting")
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    assert not any(isinstance(event, Started) and event.job == "waiting" for event in house.events)
    await house.pool.cancel("painted", 1)
    end = await house.end_of("painted")
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED


async def test_a_job_that_waits_is_shown_while_another_is_painted(house: House) -> None:
    await house.pool.submit(house.job("painted"))
    await house.painting("painted")
    waiting = house.job("waiting")
    await house.pool.submit(waiting)
    await house.pool.glimpse(house.job("painted"))
    await house.pool.glimpse(waiting)
    shown = await house.until(lambda event: event.job == "waiting")
    assert isinstance(shown, Progress) and shown.fraction == 0 and shown.preview
    assert not any(isinstance(event, (Done, Failed)) for event in house.events)
    assert await house.pool.held() == {("painted", 1), ("waiting", 1)}


async def test_a_job_that_a_free_child_takes_next_needs_no_glimpse(house: House) -> None:
    job = house.job("next", iterations=1)
    await house.pool._seats[0].supervisor.wait_ready()
    await house.pool.submit(job)
    await house.pool.glimpse(job)
    await house.end_of("next")
    assert isinstance(house.events[0], Started)
    assert sum(isinstance(event, Progress) and event.fraction == 0 for event in house.events) == 1


async def test_a_job_that_kills_its_child_every_time_is_set_aside(house: House) -> None:
    await house.pool.submit(house.job("poison"))
    for delivery in range(1, MAX_DELIVERIES + 1):
        await house.painting("poison", delivery)
        house.kill_child()
    end = await house.end_of("poison")
    assert isinstance(end, Failed) and end.reason is FailureReason.POISONED
    started = [event.delivery for event in house.events if isinstance(event, Started)]
    assert started == [1, 2, 3]
    await house.pool.submit(house.job("next", iterations=1))
    assert isinstance(await house.end_of("next"), Done)


async def test_a_cancelled_job_whose_child_dies_is_not_painted_again(house: House) -> None:
    await house.pool.submit(house.job("unwanted"))
    await house.painting("unwanted")
    seat = house.pool._seats[0]
    assert seat.supervisor.pid
    os.kill(seat.supervisor.pid, signal.SIGSTOP)
    await house.pool.cancel("unwanted", 1)
    house.kill_child()
    end = await house.end_of("unwanted")
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED


async def test_a_job_whose_picture_is_gone_fails_alone(house: House) -> None:
    await house.pool.submit(dataclasses.replace(house.job("ghost"), content="0" * 64 + ".png"))
    end = await house.end_of("ghost")
    assert isinstance(end, Failed) and end.reason is FailureReason.BAD_INPUT


async def test_draining_keeps_what_is_unfinished_and_takes_no_more(house: House) -> None:
    await house.pool.submit(house.job("long"))
    await house.painting("long")
    await house.pool.drain(0)
    assert await house.pool.held() == {("long", 1)}
    with pytest.raises(PoolFull):
        await house.pool.submit(house.job("late"))
    assert house.pool._seats[0].supervisor.pid is None
