"""The whole service, stopped and started again with work to do."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.jobs import MAX_DELIVERIES
from tests.bench.restart import until_painted
from tests.queues import fill
from tests.service import PAINT_S, running

FIRST = 3


async def test_a_service_that_starts_with_a_thousand_queued_jobs_serves_and_keeps_their_order(
    tmp_path: Path, weights_dir: Path
) -> None:
    line = await fill(tmp_path, number=1000, people=250)
    async with running(tmp_path, weights_dir) as (service, _):
        async with asyncio.timeout(PAINT_S):
            painted = await until_painted(tmp_path, FIRST)
        assert await service.stop() == 0
    assert painted == line[:FIRST]
    assert not [line for line in service.log if "error" in line.lower() or "Traceback" in line]


async def test_a_restart_takes_the_delivery_back_even_the_last_that_there_is(tmp_path: Path, weights_dir: Path) -> None:
    """With its tenth restart, say, in one painting; `test_scheduler` has the ten."""
    [job] = await fill(tmp_path, number=1, people=1, iterations=500, deliveries=MAX_DELIVERIES - 1)
    for _ in range(2):
        async with running(tmp_path, weights_dir) as (service, _):
            await until(tmp_path, job, ("rendering", MAX_DELIVERIES))
            assert await service.stop() == 0
        await until(tmp_path, job, ("queued", MAX_DELIVERIES - 1))


async def until(folder: Path, job: str, wanted: tuple[str, int]) -> None:
    """Wait until the store has this status and number of deliveries."""
    query = "SELECT status, deliveries FROM jobs WHERE id = ?"
    async with asyncio.timeout(PAINT_S):
        while True:
            with closing(sqlite3.connect(folder / "atelier.db")) as connection:
                if connection.execute(query, (job,)).fetchone() == wanted:
                    return
            await asyncio.sleep(0.1)
