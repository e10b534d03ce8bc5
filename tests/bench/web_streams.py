"""Many who watch a painting: how fast the service answers meanwhile, and what it takes."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.bench import subjects
from tests.bench.__main__ import memory_of
from tests.bench.figures import ROOT, Figure
from tests.bench.resident import watched
from tests.bench.web_client import Client, photograph, quantile
from tests.service import Service

#: Streams on the job that is painted, and on each of those that wait: 200.
_ON_PAINTED, _ON_WAITING = 100, 5
_SESSIONS, _WAITING_EACH = 10, 2
_LOOKS, _LOOKS_PER_S = 500, 20
_TICKS_PER_S = 100

Job = tuple[Client, str]


async def streams(bot: Service, folder: Path) -> list[Figure]:
    """How fast jobs are told about while one of 512 px is painted and 200 streams are open."""
    async with aiohttp.ClientSession(bot.url) as http:
        painted = await _painted(http, folder)
        waiting = await _waiting(http)
        alone = await latencies([painted, *waiting], _LOOKS // 5)
        async with watching(bot, [painted] * _ON_PAINTED + waiting * _ON_WAITING) as onlookers:
            processor, began = Processor(bot.pid), time.monotonic()
            with watched(bot.pid) as resident:
                times = await latencies([painted, *waiting], _LOOKS)
            took_s = time.monotonic() - began
            used_s, waited_s = processor.since()
            child = memory_of(bot.child(), "VmHWM")
            client, job = painted
            assert (await client.look(job))["status"] == "rendering", "the painting ended before the measurement"
        held, received = await onlookers.result()
    print(f"200 streams: {received / took_s / 1e6:.2f} MB a second; the bot waited {waited_s:.1f} s for a processor")
    return [
        Figure("job's state while painting, p99 of 100", quantile(alone, 0.99) * 1000, "ms"),
        Figure("with 200 event streams open, median of 500", quantile(times, 0.5) * 1000, "ms"),
        Figure("with 200 event streams open, p99 of 500", quantile(times, 0.99) * 1000, "ms", 50),
        Figure("streams lost", len(onlookers.jobs) - held, "streams", 0),
        Figure("bot's part of one core", 100 * used_s / took_s, "%"),
        Figure("bot process, peak memory", resident.bot / 1e6, "MB", 200),
        Figure("renderer child, peak memory", child / 1e6, "MB"),
    ]


async def _painted(http: aiohttp.ClientSession, folder: Path) -> Job:
    """A job that is being painted."""
    content, style = (file.read_bytes() for file in subjects.saved(folder))
    client = Client(http)
    job = await client.order(content, style, 512)
    async with asyncio.timeout(120):
        while (await client.look(job))["progress"] < 0.02:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return client, job


async def _waiting(http: aiohttp.ClientSession) -> list[Job]:
    picture = photograph((320, 240), 80, 1)
    clients = [Client(http) for _ in range(_SESSIONS)]
    return [(client, await client.order(picture, picture, 256)) for client in clients for _ in range(_WAITING_EACH)]


async def latencies(jobs: list[Job], number: int) -> list[float]:
    """Seconds of so many looks, sorted; they begin on a clock, whether or not the one before is answered."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def timed(turn: int) -> float:
        await asyncio.sleep(began + turn / _LOOKS_PER_S - loop.time())
        client, job = jobs[turn % len(jobs)]
        started = time.perf_counter()
        await client.look(job)
        return time.perf_counter() - started

    return sorted(await asyncio.gather(*(timed(turn) for turn in range(number))))


class Onlookers:
    """Streams that a process of their own holds open (`tests.bench.onlookers`)."""

    def __init__(self, process: asyncio.subprocess.Process, jobs: list[Job]) -> None:
        self._process = process
        self.jobs = jobs

    async def begin(self) -> None:
        assert self._process.stdin and self._process.stdout
        lines = "".join(f"{job} {client.session}\n" for client, job in self.jobs)
        self._process.stdin.write(f"{lines}\n".encode())
        assert await self._process.stdout.readline() == b"open\n"

    async def result(self) -> tuple[int, int]:
        """End them; how many were still open, and how many bytes came."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        held, received = (await self._process.stdout.readline()).split()
        return int(held), int(received)


@contextlib.asynccontextmanager
async def watching(bot: Service, jobs: list[Job]) -> AsyncIterator[Onlookers]:
    """A stream on each of these jobs, which have begun."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.onlookers", bot.url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        onlookers = Onlookers(process, jobs)
        await onlookers.begin()
        yield onlookers
    except BaseException:
        process.kill()
        raise


class Processor:
    """What a process takes of the machine's processors from now on."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = self._now()

    def since(self) -> tuple[float, float]:
        """Seconds that it ran, and that its main thread was ready to run and could not."""
        used, waited = self._now()
        return used - self._before[0], waited - self._before[1]

    def _now(self) -> tuple[float, float]:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        waited_ns = int(Path(f"/proc/{self._pid}/schedstat").read_text().split()[1])
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S, waited_ns / 1e9
