"""`python -m tests.bench.gpu_service`: paintings a second on a CUDA device, alone, behind the bot and behind an agent.

A table, and bench-out/gpu_service.json. The renderer is confined as the service confines it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import torch

from bot.control import ask
from renderer import weights
from renderer.options import RenderOptions
from tests.bench import subjects
from tests.bench.child import warm_child
from tests.bench.figures import ROOT, Figure, report
from tests.bench.gpu import DEVICE, JOBS, throughput
from tests.bench.resident import children
from tests.fakes.nats.server import Server
from tests.service import START_S, Customer, Service, running

OPTIONS = RenderOptions(size=256, quality="draft")
_AT_ONCE = 4
_NO_LIMIT = {"ATELIER_LIMITS__OPEN_JOBS_PER_REQUESTER": str(2 * JOBS), "ATELIER_LIMITS__JOBS_PER_HOUR": "1000"}


def main() -> int:
    if not torch.cuda.is_available():
        print("No CUDA device here: what the way to a GPU costs is left out.")
        return 0
    found = weights.find("vgg16", ROOT / "data" / "weights")
    assert found, "the encoder's weights are missing; run `make setup` first"
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measured(Path(folder), found[1].parent))
    report("gpu_service.json", figures, gpu=torch.cuda.get_device_name(DEVICE), torch=torch.__version__)
    return 0


async def measured(folder: Path, weights_dir: Path) -> list[Figure]:
    content, style = subjects.saved(folder)
    async with warm_child(DEVICE, content, style) as child:
        await child.paint(OPTIONS)
        alone = await throughput(child, OPTIONS, _AT_ONCE)
    own = {**_NO_LIMIT, "ATELIER_RENDERER__DEVICE": DEVICE}
    async with running(folder / "own", weights_dir, **own) as (service, customer):
        behind_bot = await served(service, customer, content, style)
        print(f"The bot's own renderer is{'' if is_confined(service.child()) else ' not'} confined.")
    server = Server(folder / "nats")
    await server.start()
    try:
        remote = {**_NO_LIMIT, "ATELIER_POOLS": server.url}
        async with (
            running(folder / "bot", weights_dir, **remote) as (service, customer),
            agent(server.url, folder / "agent", weights_dir) as pid,
        ):
            behind_agent = await served(service, customer, content, style)
            print(f"The agent's renderer is{'' if all(map(is_confined, children(pid))) else ' not'} confined.")
    finally:
        await server.kill()
    return [
        Figure(f"256 px draft, {JOBS} in a row: a renderer alone", alone, "paintings/s"),
        Figure("the same, ordered from the API and painted by the bot's own renderer", behind_bot, "paintings/s"),
        Figure("the same, painted by an agent", behind_agent, "paintings/s"),
        Figure("what the agent adds to each painting", 1000 * (1 / behind_agent - 1 / behind_bot), "ms", 30),
    ]


@contextlib.asynccontextmanager
async def agent(url: str, folder: Path, weights_dir: Path) -> AsyncIterator[int]:
    """`atelier agent` on the device, and its process id."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    environment |= {"ATELIER_DATA_DIR": str(folder), "ATELIER_RENDERER__WEIGHTS_DIR": str(weights_dir)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "agent", "--nats", url, "--name", "gpu0", "--devices", DEVICE),
        env=environment,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def served(service: Service, customer: Customer, content: Path, style: Path) -> float:
    """Paintings a second, from the first order to the last delivery; one was painted before."""
    async with asyncio.timeout(START_S):
        while " · idle" not in (workers := await asyncio.to_thread(ask, service.data, "workers", "")):  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.1)
    print(workers.partition("\n")[0])
    await customer.until(await ordered(customer, content, style, JOBS), "delivered")
    began = time.monotonic()
    jobs = [await ordered(customer, content, style, seed) for seed in range(JOBS)]
    for job in jobs:
        await customer.until(job, "delivered")
    return JOBS / (time.monotonic() - began)


async def ordered(customer: Customer, content: Path, style: Path, seed: int) -> str:
    """The id of a painting's job."""
    options = OPTIONS.model_copy(update={"seed": seed})
    return await customer.order(content, style, options.model_dump_json(include={"size", "quality", "seed"}))


def is_confined(pid: int) -> bool:
    """Whether the kernel looks at the system calls of a process; proc(5)."""
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


if __name__ == "__main__":
    sys.exit(main())
