"""`make bench`: how fast and how large, on this machine, today. A table, and bench-out/bench.json.

Whole commands are timed from outside, as a person would; nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from renderer import weights
from renderer.options import Quality, RenderOptions
from renderer.protocol import Progress
from tests.bench import subjects
from tests.bench.child import WarmChild, warm_child
from tests.bench.figures import ROOT, Figure, median, report
from tests.service import running


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="paintings of each size; the median counts")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        content, style = subjects.saved(Path(folder))
        before = Processors.now()
        figures = [
            *paint(content, style, 256, "standard", 15, runs),
            *paint(content, style, 512, "standard", 60, runs),
            *paint(content, style, 512, "draft", 15, runs),
            *asyncio.run(in_a_child(content, style)),
            *asyncio.run(serve(content, style, Path(folder))),
            second_start(Path(folder)),
        ]
        stolen = Processors.now().stolen_since(before)
    report("bench.json", figures, stolen=round(stolen, 3))
    print(f"Taken by other guests of this host meanwhile: {100 * stolen:.0f} % of the processors' time.")
    return 0


@dataclass(frozen=True)
class Processors:
    """Time of all processors since the machine's start, in ticks: in all, and taken by other guests of the host."""

    total: int
    stolen: int

    @classmethod
    def now(cls) -> Processors:
        ticks = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return cls(sum(ticks), ticks[7])

    def stolen_since(self, before: Processors) -> float:
        """Part of the time, 0..1: above a few hundredths the figures are the neighbours' too."""
        return (self.stolen - before.stolen) / max(1, self.total - before.total)


def paint(content: Path, style: Path, size: int, quality: Quality, limit: float, runs: int) -> Iterator[Figure]:
    """`atelier paint` as a whole process, and what of it is not painting."""
    walls, starts, memory = [], [], []
    for _ in range(runs):
        output = content.with_name("painting.png")
        command = [sys.executable, "-m", "bot", "paint", str(content), str(style), "-o", str(output)]
        options = ["--size", str(size), "--quality", quality, "--device", "cpu", "--json"]
        began = time.monotonic()
        process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
        memory.append(peak_of_child(process))
        walls.append(time.monotonic() - began)
        assert process.stdout and process.returncode == 0
        starts.append(walls[-1] - json.loads(process.stdout.read())["seconds"])
    name = f"{size} px {quality}"
    yield Figure(f"{name}, command to file (median of {runs})", median(walls), "s", limit)
    yield Figure(f"{name}, of that start-up", median(starts), "s", 8)
    yield Figure(f"{name}, peak memory of the renderer", max(memory) / 1e6, "MB", 1500)


def peak_of_child(process: subprocess.Popen[str]) -> int:
    """Wait for the command; the most memory in bytes that its renderer child held."""
    peak = 0
    while process.poll() is None:
        for pid in renderer_children(process.pid):
            peak = max(peak, memory_of(pid, "VmHWM"))
        time.sleep(0.05)
    return peak


def renderer_children(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if "renderer.worker" in Path(f"/proc/{child}/cmdline").read_text()]
    except OSError:
        return []


def memory_of(pid: int, field: str) -> int:
    """Bytes, from /proc: VmRSS now, VmHWM at its highest."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(field)), 0)


async def in_a_child(content: Path, style: Path) -> list[Figure]:
    """What a child does that has just become ready: its first preview, and a picture that is large for a CPU."""
    async with warm_child("cpu", content, style) as child:
        preview = await first_preview(child, RenderOptions(size=512))
    async with warm_child("cpu", content, style) as child:
        await child.paint(RenderOptions(size=2048, quality="draft", iterations=2))
        assert child.supervisor.pid
        memory = memory_of(child.supervisor.pid, "VmHWM")
    return [
        Figure("512 px standard, ready child to first preview", preview, "s", 2),
        Figure("2048 px, two iterations, peak memory of the renderer", memory / 1e6, "MB", 3000),
    ]


async def first_preview(child: WarmChild, options: RenderOptions) -> float:
    """Seconds; the painting ends with the child."""
    began = time.monotonic()
    async for event in child.painting(options):
        if isinstance(event, Progress) and event.preview:
            break
    return time.monotonic() - began


async def serve(content: Path, style: Path, folder: Path) -> list[Figure]:
    """The bot's memory, and how fast the page and a job's state are answered while a painting runs."""
    found = weights.find("vgg16", ROOT / "data" / "weights")
    assert found
    unlimited = {"ATELIER_WEB__REQUESTS_PER_MINUTE": "0"}
    async with running(folder / "data", found[1].parent, **unlimited) as (service, customer):
        job = await customer.order(content, style, '{"size": 512}')
        await customer.until(job, "rendering", progress=0.01)
        page, view = await latencies(service.url, f"/api/v1/jobs/{job}")
        memory = memory_of(service.pid, "VmHWM")
    return [
        Figure("page while painting, p99 of 1,000", page * 1000, "ms", 50),
        Figure("job's state while painting, p99 of 1,000", view * 1000, "ms", 50),
        Figure("bot process, peak memory", memory / 1e6, "MB", 120),
    ]


async def latencies(url: str, job: str) -> tuple[float, float]:
    times: dict[str, list[float]] = {"/": [], job: []}
    async with aiohttp.ClientSession() as session:
        for _ in range(1000):
            for path, measured in times.items():
                began = time.perf_counter()
                async with session.get(url + path) as answer:
                    await answer.read()
                    assert answer.status == 200
                measured.append(time.perf_counter() - began)
    return sorted(times["/"])[989], sorted(times[job])[989]


def second_start(folder: Path) -> Figure:
    """`make run` where all is set up already, until it says where it is."""
    environment = os.environ | {"ATELIER_DATA_DIR": str(folder / "second"), "ATELIER_WEB__PORT": "0"}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "--silent", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    while "open at" not in process.stdout.readline():
        assert process.poll() is None, "make run ended"
    took = time.monotonic() - began
    os.killpg(process.pid, 15)
    process.wait()
    return Figure("second make run, until the page is open", took, "s", 10)


if __name__ == "__main__":
    sys.exit(main())
