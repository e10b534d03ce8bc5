"""`python -m tests.bench.gpu`: speed, memory and throughput on a CUDA device. A table, and bench-out/gpu.json.

Paintings are timed inside a warm child: it has painted once before, so that kernels are loaded and chosen.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import torch

from renderer.options import Quality, RenderOptions
from tests.bench import subjects
from tests.bench.child import WarmChild, warm_child
from tests.bench.figures import Figure, median, report

DEVICE = "cuda:0"
JOBS = 32
CONCURRENT = (1, 2, 4, 8)
_SAMPLING_S = 0.02


def main() -> int:
    if not torch.cuda.is_available():
        print("No CUDA device here: the figures of GPUs are left out.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measured(*subjects.saved(Path(folder))))
    report("gpu.json", figures, gpu=torch.cuda.get_device_name(DEVICE), torch=torch.__version__)
    return 0


async def measured(content: Path, style: Path) -> list[Figure]:
    async with Memory.watched() as memory, warm_child(DEVICE, content, style) as child:
        await child.paint(RenderOptions(size=256))
        figures = [
            Figure("512 px standard, median of 5", await seconds(child, 512, 5), "s", 1.5),
            Figure("1024 px standard, median of 3", await seconds(child, 1024, 3), "s", 5),
            Figure("4096 px standard", await seconds(child, 4096, 1), "s", 90),
            Figure("4096 px standard, peak memory of the device", memory.peak / 1e9, "GB", 6),
            Figure(
                "1024 px instant, from the order to the file, median of 5",
                await seconds(child, 1024, 5, "instant"),
                "s",
            ),
        ]
        for concurrent in CONCURRENT:
            pace = await throughput(child, RenderOptions(size=256, quality="draft"), concurrent)
            figures.append(Figure(f"256 px draft, {concurrent} at once", pace, "paintings/s"))
    return figures


async def seconds(child: WarmChild, size: int, runs: int, quality: Quality = "standard") -> float:
    """Of one painting, as the child says."""
    return median([(await child.paint(RenderOptions(size=size, quality=quality))).seconds for _ in range(runs)])


async def throughput(child: WarmChild, options: RenderOptions, concurrent: int) -> float:
    """Paintings a second while the child always holds so many."""
    waiting = iter(range(JOBS))

    async def customer() -> None:
        for _ in waiting:
            await child.paint(options)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrent):
            group.create_task(customer())
    return JOBS / (time.monotonic() - began)


class Memory:
    """The most memory in bytes that the device has given out since the watch began, to the child in the main."""

    def __init__(self) -> None:
        self._before = self._in_use()
        self.peak = 0

    @classmethod
    @asynccontextmanager
    async def watched(cls) -> AsyncIterator[Memory]:
        memory = cls()
        task = asyncio.create_task(memory._watch(), name="memory")
        try:
            yield memory
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, self._in_use() - self._before)
            await asyncio.sleep(_SAMPLING_S)

    @staticmethod
    def _in_use() -> int:
        free, total = torch.cuda.mem_get_info(DEVICE)
        return total - free


if __name__ == "__main__":
    sys.exit(main())
