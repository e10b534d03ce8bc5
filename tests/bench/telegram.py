"""`python -m tests.bench.telegram`: the memory of `atelier run` with the Telegram bot, while somebody uses it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench.__main__ import memory_of
from tests.bench.figures import ROOT, Figure, report
from tests.conversation import Story, telegram_service

_MOST_MB = 130


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with telegram_service(Path(folder) / "data", ROOT / "data" / "weights") as (telegram, service):

            def resident(name: str, field: str = "VmRSS") -> Figure:
                return Figure(f"bot process, {name}", memory_of(service.pid, field) / 1e6, "MB", _MOST_MB)

            figures = [resident("started")]
            story = Story(telegram, words="size=128 draft")
            await story.ask()
            figures.append(resident("gallery shown"))
            painting = await story.choose("Waves")
            await story.variation(painting, "Stronger")
            return [*figures, resident("two paintings later"), resident("peak", "VmHWM")]


def main() -> int:
    report("telegram.json", asyncio.run(measure()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
