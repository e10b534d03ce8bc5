"""`python -m tests.bench.instant`: how soon there is something to see. A table, and bench-out/instant.json.

Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from PIL import Image

from renderer import patterns, weights
from renderer.options import RenderOptions
from tests.bench import subjects
from tests.bench.child import WarmChild, warm_child
from tests.bench.figures import ROOT, Figure, median, report
from tests.service import Customer, Service, running

SIZES_S = {512: 1.5, 1024: 6.0}
RUNS = 5
ORDERS = 20
STANDARD = '{"size": 512}'


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        content, style = subjects.saved(Path(folder))
        figures = [*asyncio.run(at_once(content, style)), *asyncio.run(first_pictures(content, Path(folder)))]
    report("instant.json", figures)
    return 0


async def at_once(content: Path, style: Path) -> list[Figure]:
    """Whole paintings in a warm child, from the order to the file."""
    async with warm_child("cpu", content, style) as child:
        await child.paint(RenderOptions(size=128, quality="instant"))
        return [figure for size, limit in SIZES_S.items() for figure in await of_size(child, style, size, limit)]


async def of_size(child: WarmChild, style: Path, size: int, limit: float) -> list[Figure]:
    new, known = [], []
    for number in range(RUNS):
        other_style(style, size + number)
        new.append((await child.paint(RenderOptions(size=size, quality="instant"))).seconds)
        known.append((await child.paint(RenderOptions(size=size, quality="instant"))).seconds)
    return [
        Figure(f"{size} px instant, in a style not seen before (median of {RUNS})", median(new), "s", limit),
        Figure(f"{size} px instant, in a style seen before (median of {RUNS})", median(known), "s", limit),
    ]


def other_style(file: Path, number: int) -> None:
    """Put another style picture in the file's place: one that no painting has been made in."""
    patterns.draw("brushwork", 768).rotate(number + 1, Image.Resampling.BICUBIC).save(file)


async def first_pictures(content: Path, folder: Path) -> list[Figure]:
    """From the moment at which both pictures are handed over to the first that a person is shown, in the service."""
    found = weights.find("vgg16", ROOT / "data" / "weights")
    assert found
    async with running(folder / "data", found[1].parent, ATELIER_LIMITS__MAX_RENDER_S="86400") as (service, customer):
        alone = [await first_picture(service, customer, content, style) for style in styles(folder, 0)]
        longest = await customer.order(content, next(styles(folder, ORDERS)), '{"size": 512, "iterations": 2000}')
        await customer.until(longest, "rendering", progress=0.001)
        beside = [await first_picture(service, customer, content, style) for style in styles(folder, ORDERS + 1)]
        await customer.cancel(longest)
    return [
        Figure(f"512 px standard, first picture shown, p95 of {ORDERS}", p95(alone), "s", 2.5),
        Figure(
            f"512 px standard while another is painted, first picture shown, p95 of {ORDERS}", p95(beside), "s", 2.5
        ),
    ]


def styles(folder: Path, first: int) -> Iterator[Path]:
    """Each another, in files of their own."""
    for number in range(first, first + ORDERS):
        file = folder / f"style-{number}.png"
        other_style(file, number)
        yield file


async def first_picture(service: Service, customer: Customer, content: Path, style: Path) -> float:
    """Seconds; the painting is cancelled then."""
    began = time.monotonic()
    job = await customer.order(content, style, STANDARD)
    async with aiohttp.ClientSession() as session, session.get(f"{service.url}/api/v1/jobs/{job}/events") as stream:
        async for line in stream.content:
            if line.startswith(b"event: preview"):
                break
    took = time.monotonic() - began
    await customer.cancel(job)
    await customer.until(job, "cancelled")
    return took


def p95(values: list[float]) -> float:
    return sorted(values)[-1 - len(values) // 20]


if __name__ == "__main__":
    sys.exit(main())
