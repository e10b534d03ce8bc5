"""`python -m tests.bench.web_load`: the page on a phone, many who watch a painting, many uploads at once.

The service is a process of its own, with the real renderer and the defaults of all settings.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.bench.__main__ import Processors
from tests.bench.figures import ROOT, Figure, report
from tests.bench.web_page import page_ready
from tests.bench.web_streams import streams
from tests.bench.web_uploads import pairs, uploads
from tests.service import Service, running

_PARTS = ("page", "streams", "uploads")
_READY_S = 180


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.web_load", description=__doc__)
    parser.add_argument("--only", default=",".join(_PARTS), help="parts, with commas between them")
    only = parser.parse_args().only.split(",")
    before = Processors.now()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), only))
    stolen = Processors.now().stolen_since(before)
    report("web_load.json", figures, stolen=round(stolen, 3))
    print(f"Taken by other guests of this host meanwhile: {100 * stolen:.0f} % of the processors' time.")
    return 0


async def measure(folder: Path, only: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    if "page" in only:
        async with service(folder / "page") as bot:
            figures += await page_ready(bot.url)
    if "streams" in only:
        async with service(folder / "streams") as bot:
            figures += await streams(bot, folder)
    if "uploads" in only:
        twelve, twenty_four = pairs((4000, 3000), 83), pairs((6000, 4000), 88)
        async with service(folder / "light") as bot:
            figures += await uploads(bot, "100 uploads of two pictures, 5 MB together (12 MP)", twelve)
        async with service(folder / "heavy") as bot:
            figures += await uploads(bot, "100 uploads of two pictures, 5 MB each (24 MP)", twenty_four)
        async with service(folder / "one") as bot:
            figures += await uploads(bot, "as the first, all of one session", twelve, sessions=1)
    return figures


@contextlib.asynccontextmanager
async def service(data: Path) -> AsyncIterator[Service]:
    """The whole service, ready to paint."""
    async with running(data, ROOT / "data" / "weights") as (bot, _), aiohttp.ClientSession(bot.url) as http:
        async with asyncio.timeout(_READY_S):
            while (await http.get("/readyz")).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        yield bot


if __name__ == "__main__":
    sys.exit(main())
