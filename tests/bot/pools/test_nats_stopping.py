"""A stop of the bot in the midst of work: nothing goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path

from bot.blobs import DirectoryBlobs
from bot.pools.nats.pool import NatsPool
from renderer.protocol import Done, Started
from renderer.wire.line import Address
from tests.fakes.nats.desk import Desk
from tests.fakes.nats.scene import nats_scene, unreduced


async def test_a_stop_ends_what_is_begun_while_it_ends_the_rest(tmp_path: Path) -> None:
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(work, name=name))
        return tasks[-1]

    pool = NatsPool(Address("nats://nowhere"), DirectoryBlobs(tmp_path), spawn, unreduced)

    async def hear() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            pool._spawn(asyncio.sleep(3600), "what was heard last")

    pool._spawn(hear(), "hearing")
    await asyncio.sleep(0)
    await pool.drain(0)
    assert len(tasks) == 2 and all(task.done() for task in tasks)


def test_who_has_nothing_to_paint_is_given_nothing_once_the_bot_stops(desk: Desk) -> None:
    desk.hear("busy")
    for number in (1, 2):
        desk.given(number, to="busy")
    desk.hear("idle")
    desk.assigner.is_stopped = True
    desk.assigner.balance()
    assert desk.background == []
    desk.assigner.is_stopped = False
    desk.assigner.balance()
    assert [name for name, _ in desk.background] == ["revoking job2"]


async def test_a_painting_that_could_not_be_stored_before_a_stop_is_taken_in_after_the_next_start(
    tmp_path: Path,
) -> None:
    async with nats_scene(tmp_path) as scene:
        job = await scene.job()
        await scene.unstorable(job)
        await scene.pool.drain(0)
        scene.before = None
        scene.events.clear()
        await scene.restart_bot()
        assert await scene.pool.held() == {(job.id, 1)}
        end = await scene.end_of(job)
        assert isinstance(end, Done) and end.delivery == 1
        assert [event.delivery for event in scene.of(job, Started)] == [1], "it was not painted again"
        await scene.nothing_is_left()
