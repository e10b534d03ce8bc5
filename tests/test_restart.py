"""The whole service, stopped and started again with work to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.jobs import MAX_DELIVERIES
from tests.bench.restart import until_painted
from tests.fakes.watched import PATIENCE_S
from tests.queues import fill
from tests.service import running

FIRST = 3


async def test_a_service_that_starts_with_a_thousand_queued_jobs_serves_and_keeps_their_order(
    tmp_path: Path, weights_dir: Path
) -> None:
    line = await fill(tmp_path, number=1000, people=250)
    async with running(tmp_path, weights_dir) as (service, _):
        async with asyncio.timeout(PATIENCE_S):
            painted = await until_painted(tmp_path, FIRST)
        assert await service.stop() == 0
    assert painted == line[:FIRST]
    assert not [line for line in service.log if "error" in line.lower() or "Traceback" in line]


async def test_more_restarts_than_a_job_has_deliveries_do_not_set_it_aside(
    tmp_path: Path, weights_dir: Path, photographs: dict[str, Path], pattern: Path
) -> None:
    async with running(tmp_path / "data", weights_dir) as (service, customer):
        job = await customer.order(photographs["rocket"], pattern, '{"size": 384, "iterations": 500}')
        for _ in range(MAX_DELIVERIES):
            await customer.until(job, "rendering", progress=0.001)
            assert await service.stop() == 0
            await service.start()
        view = await customer.until(job, "rendering", progress=0.001)
        assert view["status"] == "rendering"
        await customer.cancel(job)
