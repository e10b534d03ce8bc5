"""A stop of the bot in the midst of work: nothing goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path

from bot.blobs import DirectoryBlobs
from bot.pools.nats.pool import NatsPool
from renderer.wire.line import Address
from tests.fakes.nats.desk import Desk


async def test_a_stop_ends_what_is_begun_while_it_ends_the_rest(tmp_path: Path) -> None:
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(work, name=name))
        return tasks[-1]

    pool = NatsPool(Address("nats://nowhere"), DirectoryBlobs(tmp_path), spawn)

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
