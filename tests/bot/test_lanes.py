from __future__ import annotations

import asyncio
from typing import Any

from bot.lanes import Lanes
from tests.fakes.watched import PATIENCE_S


async def test_each_lane_keeps_its_order_and_only_so_many_run_at_once() -> None:
    lanes, done, running, most = Lanes("test", at_once=3, room=1000), [], 0, 0

    def work(key: int, number: int) -> Any:
        async def run() -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            done.append((key, number))

        return run

    for number in range(5):
        for key in range(10):
            lanes.put(key, work(key, number))
    assert await lanes.close(5) == 0
    assert most == 3
    for key in range(10):
        assert [number for k, number in done if k == key] == [0, 1, 2, 3, 4]


async def test_work_that_fails_takes_nothing_else_of_its_lane_with_it() -> None:
    lanes, done = Lanes("test", at_once=1, room=10), []

    async def fail() -> None:
        raise RuntimeError("out of order")

    async def work() -> None:
        done.append("work")

    lanes.put("a", fail)
    lanes.put("a", work)
    assert await lanes.close(5) == 0
    assert done == ["work"]


async def test_a_full_house_keeps_its_supplier_waiting() -> None:
    lanes, gate = Lanes("test", at_once=1, room=2), asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    for key in range(2):
        await lanes.room()
        lanes.put(key, wait)
    supplier = asyncio.create_task(lanes.room())
    await asyncio.sleep(0)
    assert not supplier.done()
    gate.set()
    await asyncio.wait_for(supplier, PATIENCE_S)
    await lanes.close(5)


async def test_a_lane_is_full_at_its_own_limit_and_the_others_are_not() -> None:
    lanes = Lanes("test", at_once=1, room=10, room_of_one=2)
    for _ in range(2):
        assert not lanes.is_full("a")
        lanes.put("a", asyncio.Event().wait)  # type: ignore[arg-type]
    assert lanes.is_full("a") and not lanes.is_full("b")
    await lanes.close(0.01)


async def test_what_does_not_end_in_time_is_counted() -> None:
    lanes = Lanes("test", at_once=1, room=10)
    for _ in range(2):
        lanes.put("a", asyncio.Event().wait)  # type: ignore[arg-type]
    assert await lanes.close(0.01) == 2
