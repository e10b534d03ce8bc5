"""`python -m tests.bench.restart`: a service with 1,000 queued jobs is started; how soon does it serve again?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import aiohttp

from renderer import weights
from tests.bench.figures import Figure, median, report
from tests.queues import fill
from tests.service import START_S, Service

_JOBS, _PEOPLE, _STARTS = 1000, 250, 5
_FIRST = 5


def main() -> int:
    found = weights.find("vgg16", Path("data/weights"))
    assert found, "the encoder's weights are missing; run `make setup` first"
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), found[1].parent))
    report("restart.json", figures)
    return not all(figure.met for figure in figures)


async def measure(folder: Path, weights_dir: Path) -> list[Figure]:
    """Start the service several times, the first until some of the queue are painted."""
    line = await fill(folder, _JOBS, _PEOPLE)
    opened, ready, processor, first = [], [], [], list[str]()
    for _ in range(_STARTS):
        service = Service(folder, weights_dir, ATELIER_LOG__LEVEL="warning")
        begun = time.monotonic()
        await service.start()
        opened.append(time.monotonic() - begun)
        processor.append(processor_s(service.pid))
        await until_ready(service)
        ready.append(time.monotonic() - begun)
        first = first or await until_painted(folder, _FIRST)
        await service.stop()
    return [
        Figure("queued jobs", _JOBS, ""),
        Figure("start until the page is open and orders are taken", median(opened), "s", 3),
        Figure("of that, processor time of the bot", median(processor), "s"),
        Figure("start until /readyz says 200, so that it is painting", median(ready), "s", 3),
        Figure(f"of the first {_FIRST} painted, out of turn", sum(map(str.__ne__, first, line)), "", 0),
    ]


async def until_ready(service: Service) -> None:
    """Wait until an order would be taken in and painted at once."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_S):
        while True:
            async with session.get(f"{service.url}/readyz") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.01)


async def until_painted(folder: Path, number: int) -> list[str]:
    """Ids of the first jobs that were painted, in the order in which they were begun, once there are so many."""
    query = "SELECT id FROM jobs WHERE result IS NOT NULL ORDER BY started_at LIMIT ?"
    while True:
        with closing(sqlite3.connect(folder / "atelier.db")) as connection:
            ids = [job_id for (job_id,) in connection.execute(query, (number,))]
        if len(ids) == number:
            return ids
        await asyncio.sleep(0.1)


def processor_s(pid: int) -> float:
    """Processor seconds that a process has used, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
