"""The pool on this machine, over a real store of blobs and a child that does what a test says."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.blobs import DirectoryBlobs
from bot.errors import PoolFull
from bot.pools.local import LocalPool
from bot.ports import RenderJob
from renderer.options import RenderOptions
from renderer.protocol import Done, Event, Failed, FailureReason, Glimpse, Paint, Ready, Started, StyleInput
from renderer.supervisor import ChildSpec, OnEvent, Patience
from tests.fakes.watched import PATIENCE_S, Watched


class FakeSupervisor(Watched):
    """Stands in for `renderer.supervisor.Supervisor`, whose real child takes seconds to load."""

    def __init__(self, name: str, spec: ChildSpec, on_event: OnEvent, patience: Patience) -> None:
        self.name = name
        self.ready: Ready | None = None
        self.memory: int | None = None
        self.down: str | None = None
        self.restarts = 0
        self.orders: list[Paint] = []
        self.cancelled: list[str] = []
        self.can_glimpse = False
        self.glimpsed: list[str] = []
        self._on_event = on_event
        super().__init__()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def wait_ready(self) -> Ready:
        await self._until(lambda: self.ready is not None)
        assert self.ready
        return self.ready

    async def paint(self, order: Paint) -> None:
        if self.ready is None:
            await self._on_event(_failed(order, FailureReason.RENDERER_DIED))
            return
        self.orders.append(order)
        await self._tell()

    async def cancel(self, job: str, attempt: int) -> None:
        self.cancelled.append(job)

    async def glimpse(self, order: Glimpse) -> None:
        self.glimpsed.append(order.job)

    async def come(self) -> None:
        self.ready = Ready(device="cpu", device_name="CPU", encoder="vgg16")
        await self._tell()

    async def die(self) -> None:
        self.ready = None
        order = self.orders[-1] if self.orders else None
        if order:
            await self._on_event(_failed(order, FailureReason.RENDERER_DIED))

    async def end(self, reason: FailureReason) -> None:
        await self._on_event(_failed(self.orders[-1], reason))

    async def finish(self) -> None:
        """End the last order as the real child would: what it names is written."""
        order = self.orders[-1]
        assert order.frames
        for name in (order.output, order.frames):
            Path(name).write_bytes(f"written as {Path(name).suffix}".encode())
        facts = {"width": 8, "height": 6, "seconds": 1.0, "iterations": 3, "losses": {}, "device": "cpu"}
        address = {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}
        await self._on_event(Done(**address, **facts, result=order.output, frames=order.frames))

    async def until_orders(self, number: int) -> Paint:
        await self._until(lambda: len(self.orders) >= number)
        return self.orders[-1]


def _failed(order: Paint, reason: FailureReason) -> Failed:
    return Failed(job=order.job, attempt=order.attempt, delivery=order.delivery, reason=reason)


class Room:
    """A local pool with one child, and what it told the bot."""

    def __init__(self, folder: Path, spawn: Callable[..., asyncio.Task[None]]) -> None:
        self.blobs = DirectoryBlobs(folder)
        self.pool = LocalPool(ChildSpec(folder, device="cpu"), Patience(), self.blobs, spawn)
        self.events: list[Event] = []
        self.at_start: Callable[[Started], Awaitable[None]] | None = None
        self._changed = asyncio.Condition()

    @property
    def child(self) -> FakeSupervisor:
        child = self.pool._seats[0].supervisor
        assert isinstance(child, FakeSupervisor)
        return child

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Started) and self.at_start:
            await self.at_start(event)
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    async def job(self, number: str) -> RenderJob:
        file = self.blobs.scratch(".png")
        file.write_bytes(b"a picture")
        name = await self.blobs.put(file)
        return RenderJob(number, 1, 0, name, (StyleInput(picture=name),), RenderOptions())

    async def end_of(self, job: RenderJob) -> Done | Failed:
        def its_end() -> Done | Failed | None:
            return next((e for e in self.events if e.job == job.id and isinstance(e, (Done, Failed))), None)

        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(its_end)
        end = its_end()
        assert end
        return end

    def left_over(self) -> list[Path]:
        """Scratch files that nobody has put away."""
        return list(self.blobs.scratch("").parent.iterdir())

    def deliveries(self) -> list[int]:
        return [event.delivery for event in self.events if isinstance(event, Started)]


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr("bot.pools.local.Supervisor", FakeSupervisor)
    async with _open_room(tmp_path) as room:
        yield room


@asynccontextmanager
async def _open_room(folder: Path) -> AsyncIterator[Room]:
    async with asyncio.TaskGroup() as tasks:
        room = Room(folder, lambda work, name: tasks.create_task(work, name=name))
        await room.pool.start(room.on_event)
        yield room
        await room.pool.drain(0)


async def test_a_job_is_taken_once_and_no_more_than_one_waits_behind_it(room: Room) -> None:
    await room.child.come()
    first, second, third = [await room.job(number) for number in "123"]
    for job in (first, first):
        await room.pool.submit(job)
    await room.child.until_orders(1)
    for job in (first, second, second):
        await room.pool.submit(job)
    with pytest.raises(PoolFull):
        await room.pool.submit(third)
    assert await room.pool.held() == {("1", 1), ("2", 1)}
    await room.child.end(FailureReason.BAD_INPUT)
    assert (await room.child.until_orders(2)).job == "2"


async def test_a_child_that_dies_costs_a_delivery_and_after_three_the_job_is_poisoned(room: Room) -> None:
    job = await room.job("1")
    await room.pool.submit(job)
    for number in (1, 2, 3):
        await room.child.come()
        await room.child.until_orders(number)
        await room.child.die()
    await room.child.come()
    end = await room.end_of(job)
    assert isinstance(end, Failed) and end.reason is FailureReason.POISONED
    assert room.deliveries() == [1, 2, 3]


async def test_a_child_that_dies_idle_costs_the_next_job_nothing(room: Room) -> None:
    await room.child.come()
    await room.pool.submit(await room.job("1"))
    await room.child.until_orders(1)
    await room.child.end(FailureReason.BAD_INPUT)
    while await room.pool.held():  # noqa: ASYNC110 (the pool tells nobody that it waits for a further job)
        await asyncio.sleep(0)
    room.child.ready = None

    await room.pool.submit(await room.job("2"))
    for _ in range(10):  # turns of the loop in which it could be handed over, wrongly
        await asyncio.sleep(0)
    assert [worker.state for worker in (await room.pool.status()).workers] == ["starting"]
    await room.child.come()
    assert (await room.child.until_orders(2)).delivery == 1
    assert room.deliveries() == [1, 1]


async def test_a_job_cancelled_while_it_is_handed_over_never_reaches_the_child(room: Room) -> None:
    async def refuse(event: Started) -> None:
        await room.pool.cancel(event.job, event.attempt)

    room.at_start = refuse
    job = await room.job("1")
    await room.pool.submit(job)
    await room.child.come()
    end = await room.end_of(job)
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    assert room.child.orders == []


async def test_a_waiting_job_is_cancelled_at_once(room: Room) -> None:
    job = await room.job("1")
    await room.pool.submit(job)
    for _ in range(2):
        await room.pool.cancel(job.id, 1)
    [end] = room.events
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    assert await room.pool.held() == set()


async def test_a_child_that_dies_of_a_cancel_does_not_bring_the_job_back(room: Room) -> None:
    job = await room.job("1")
    await room.pool.submit(job)
    await room.child.come()
    await room.child.until_orders(1)
    await room.pool.cancel(job.id, 1)
    assert room.child.cancelled == [job.id]
    await room.child.die()
    end = await room.end_of(job)
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED


async def test_a_picture_that_is_gone_fails_its_job_and_the_next_goes_on(room: Room) -> None:
    gone = await room.job("1")
    await room.child.come()
    await room.blobs.delete(gone.content)
    await room.pool.submit(gone)
    end = await room.end_of(gone)
    assert isinstance(end, Failed) and end.reason is FailureReason.BAD_INPUT
    assert end.detail == "A picture of this painting is no longer kept."
    await room.pool.submit(await room.job("2"))
    assert (await room.child.until_orders(1)).job == "2"


async def test_the_child_gets_paths_and_the_bot_gets_blob_names(room: Room) -> None:
    job = await room.job("1")
    job = dataclasses.replace(job, styles=(StyleInput(picture=job.content, weight=2, mask=job.content),))
    await room.child.come()
    await room.pool.submit(job)
    order = await room.child.until_orders(1)
    path = str(room.blobs.path(job.content))
    assert order.styles == (StyleInput(picture=path, weight=2, mask=path),)
    assert (order.content, order.initial, order.steps) == (path, None, None)

    await room.child.finish()
    end = await room.end_of(job)
    assert isinstance(end, Done) and end.frames
    assert room.blobs.path(end.result).read_bytes() == b"written as .png"
    assert room.blobs.path(end.frames).read_bytes() == b"written as .zip"
    assert room.left_over() == []


async def test_what_a_failed_or_dead_child_has_written_is_removed(room: Room) -> None:
    job = await room.job("1")
    await room.pool.submit(job)
    for number in (1, 2):
        await room.child.come()
        order = await room.child.until_orders(number)
        output = Path(order.output)
        assert order.frames
        for left in (output, output.with_name(f".{output.name}.77.part"), Path(order.frames)):
            left.write_bytes(b"half a picture")
        if number == 1:
            await room.child.die()
    await room.child.end(FailureReason.OUT_OF_MEMORY)
    while await room.pool.held():  # noqa: ASYNC110 (the pool tells nobody that it waits for a further job)
        await asyncio.sleep(0)
    assert room.left_over() == []


async def test_what_a_stopped_pool_could_not_end_it_still_holds(room: Room) -> None:
    await room.child.come()
    await room.pool.submit(await room.job("1"))
    await room.child.until_orders(1)
    await room.pool.submit(await room.job("2"))
    await room.pool.drain(0)
    assert await room.pool.held() == {("1", 1), ("2", 1)}
    with pytest.raises(PoolFull):
        await room.pool.submit(await room.job("3"))


async def test_a_child_that_cannot_show_what_waits_is_not_asked_to(room: Room) -> None:
    painted, waiting, gone = [await room.job(number) for number in "123"]
    assert not await room.pool.glimpse(waiting), "there is no child yet"
    await room.child.come()
    await room.pool.submit(painted)
    await room.child.until_orders(1)
    assert not await room.pool.glimpse(waiting)
    room.child.can_glimpse = True
    assert await room.pool.glimpse(waiting)
    assert await room.pool.glimpse(painted), "it is seen to: it is being painted"
    assert await room.pool.glimpse(dataclasses.replace(gone, content="0" * 64 + ".png")), "nobody else can, either"
    assert room.child.glimpsed == ["2"]
