"""What many agents cost the bot: ``python -m tests.bench.fleet``, an hour and a half for 100,000 paintings.

The bot's real store, scheduler, dispatch, outbox and pool, a real server that syncs every write, and real agents, in a
process of their own, whose children only pretend. Begun again with the same folder it goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import itertools
import json
import os
import sqlite3
import sys
import time
from array import array
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing, redirect_stderr
from pathlib import Path
from typing import Any

from bot.blobs import DirectoryBlobs
from bot.jobs import Job, new_id
from bot.pools.nats.pool import NatsPool
from bot.ports import Reply, Sent
from bot.store import Store
from bot.store.jobs import Room
from config.log import setup
from config.settings import LogSettings
from renderer.options import RenderOptions
from renderer.protocol import StyleInput
from renderer.wire.line import Address
from tests.bench.figures import OUT, ROOT
from tests.bench.restart import processor_s
from tests.fakes.adapter import FakeAdapter
from tests.fakes.house import Clock, House
from tests.fakes.nats.scene import unreduced
from tests.fakes.nats.server import Server

#: Bytes of a content and of a style picture.
PICTURE = 200_000
_PEOPLE = 1000
_LAG_S = 0.05
_ROOM = Room(per_requester=1_000_000, in_all=1_000_000)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is measured."""

    agents: int
    jobs: int
    seconds: float  #: of a painting
    line: int  #: jobs that are open at a time
    rows: int  #: of the table


@dataclasses.dataclass(frozen=True)
class Row:
    """A part of the run. Processor time is of one core."""

    jobs: int  #: delivered so far
    per_s: float
    bot_ms: float  #: processor time for each job
    server_ms: float
    bot_mb: float  #: resident memory at the end of the part
    server_mb: float
    lag_ms: float  #: of the bot's event loop, 99 %

    def __str__(self) -> str:
        return (
            f"| {self.jobs:,} | {self.per_s:.1f} | {self.bot_ms:.1f} | {self.bot_mb:.0f} | {self.server_ms:.1f} "
            f"| {self.server_mb:.0f} | {self.lag_ms:.0f} |"
        )


HEAD = """| Paintings | A second | Bot, ms each | Bot, MB | Server, ms each | Server, MB | Lag, ms |
|---|---|---|---|---|---|---|"""


class _Platform(FakeAdapter):
    """Remembers no reply, and lets each painting go as retention would."""

    def __init__(self) -> None:
        super().__init__()
        self.settled = 0

    async def progress(self, job: Job, progress: object) -> None:
        pass

    async def find_reply(self, job: Job) -> Sent | None:
        self.settled += 1
        await self._tell()
        return None

    async def reply(self, job: Job, reply: Reply) -> Sent:
        assert reply.painting is not None, reply
        reply.painting.unlink()
        self.settled += 1
        await self._tell()
        return Sent(job.id)


class _Fleet:
    def __init__(
        self, folder: Path, plan: Plan, house: House, platform: _Platform, server: Server, settled: int
    ) -> None:
        """`settled` jobs were when the house was opened."""
        self._plan = plan
        self._before = settled
        self._house = house
        self._platform = platform
        self._server = server
        self._rows = folder / "rows.jsonl"
        self._lags = array("d")

    async def run(self) -> None:
        plan, house = self._plan, self._house
        content, style = await house.blob(b"c" * PICTURE), await house.blob(b"s" * PICTURE)
        done = self._before
        [(accepted,)] = _ask(house.folder, "SELECT count(*) FROM jobs")
        print(HEAD)
        for row in self._rows.read_text().splitlines() if self._rows.exists() else ():
            print(Row(**json.loads(row)), flush=True)
        lagging = asyncio.create_task(self._measure_lag())
        each, numbers = max(1, plan.jobs // plan.rows), itertools.count(accepted)
        begun, target = self._state(), (done // each + 1) * each
        while done + self._platform.settled < plan.jobs:
            sent = done + self._platform.settled
            while accepted < min(plan.jobs, sent + plan.line):
                await self._order(next(numbers), content, style)
                accepted += 1
            await self._platform.until(lambda before=sent: done + self._platform.settled > before)  # type: ignore[misc]
            if done + self._platform.settled >= target:
                begun, target = self._row(done + self._platform.settled, begun), target + each
        lagging.cancel()
        async with asyncio.timeout(60):
            while sum(_settled(house.folder).values()) < plan.jobs:  # noqa: ASYNC110 (the last replies are being noted)
                await asyncio.sleep(0.1)
        print(f"\n{_settled(house.folder)}; {self._platform.settled} replies by this run, {done} before it")

    async def _order(self, number: int, content: str, style: str) -> None:
        job = Job(
            id=new_id(),
            adapter="fake",
            source=str(number),
            requester=f"fake:{number % _PEOPLE}",
            content=content,
            styles=(StyleInput(picture=style),),
            options=RenderOptions(size=512),
            created_at=time.time(),
        )
        await self._house.store.jobs.add(job, estimate_s=self._plan.seconds, room=_ROOM)
        self._house.scheduler.ring(job.id)

    def _state(self) -> tuple[float, int, float, float]:
        """Time, replies sent so far, and processor seconds of bot and server."""
        return time.monotonic(), self._platform.settled, time.process_time(), processor_s(self._server.pid)

    def _row(self, jobs: int, before: tuple[float, int, float, float]) -> tuple[float, int, float, float]:
        now = self._state()
        seconds, number, bot_s, server_s = (after - earlier for after, earlier in zip(now, before, strict=True))
        lag_s = sorted(self._lags)[int(0.99 * (len(self._lags) - 1))]
        del self._lags[:]
        row = Row(
            jobs,
            number / seconds,
            1000 * bot_s / number,
            1000 * server_s / number,
            _resident_mb("self"),
            _resident_mb(self._server.pid),
            1000 * lag_s,
        )
        print(row, flush=True)
        with self._rows.open("a") as rows:
            rows.write(json.dumps(dataclasses.asdict(row)) + "\n")
        return now

    async def _measure_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_LAG_S)
            self._lags.append(max(0.0, time.monotonic() - before - _LAG_S))


def _settled(folder: Path) -> dict[str, int]:
    """How many jobs are done with, by status; a reply that a kill has left uncertain is left to people."""
    return dict(
        _ask(
            folder,
            "SELECT status, count(*) FROM jobs WHERE ended_at IS NOT NULL GROUP BY status "
            "UNION ALL SELECT 'uncertain', count(*) FROM outbox WHERE state = 'uncertain'",
        )
    )


def _ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    file = folder / "atelier.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


@asynccontextmanager
async def _house(folder: Path, server: Server, platform: _Platform) -> AsyncIterator[House]:
    """The bot as the service puts it together, with the pool."""
    async with asyncio.TaskGroup() as tasks:

        def spawn(work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
            return tasks.create_task(work, name=name)

        clock = Clock()
        store = await Store.open(folder / "atelier.db", clock)
        pool = NatsPool(Address(server.url), DirectoryBlobs(folder / "blobs"), spawn, unreduced)
        house = House(folder, store, clock, pool)  # type: ignore[arg-type]
        house.adapters["fake"] = platform
        try:
            async with house.running():
                yield house
        finally:
            await store.close()


@asynccontextmanager
async def _agents(folder: Path, server: Server, plan: Plan) -> AsyncIterator[None]:
    arguments = ["--nats", server.url, "--folder", str(folder), "--agents", str(plan.agents)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.nats.fleet", *arguments, "--seconds", str(plan.seconds)),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def measure(folder: Path, plan: Plan) -> None:
    """Print the table, and at the end what became of all."""
    server, platform, settled = Server(folder / "nats"), _Platform(), sum(_settled(folder).values())
    await server.start()
    try:
        async with _house(folder, server, platform) as house, _agents(folder / "agents", server, plan):
            while (await house.pool.status()).slots < plan.agents:  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.1)
            await _Fleet(folder, plan, house, platform, server, settled).run()
    finally:
        await server.kill()


def _resident_mb(process: int | str) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="that a painting takes")
    parser.add_argument("--line", type=int, default=500, help="jobs that are open at a time")
    parser.add_argument("--rows", type=int, default=10, help="of the table")
    parser.add_argument(
        "--folder", type=Path, default=OUT / "fleet", help="of the database, the blobs and the server's store"
    )
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # Its log is written, as a service's is.
    with (folder / "log").open("a") as log, redirect_stderr(log):
        setup(LogSettings(format="json"))
        asyncio.run(measure(folder, Plan(given.agents, given.jobs, given.seconds, given.line, given.rows)))


if __name__ == "__main__":
    main()
