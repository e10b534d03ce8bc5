"""`python -m tests.bench.load`: 1,000 people order 5,000 paintings in an hour of fast-forwarded time."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figure, report
from tests.bot.rush import Plan, Rush, simulate

PLAN = Plan(people=1000, jobs=5000, busy=50, busy_jobs=40, slots=10)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rush = asyncio.run(simulate(Path(folder), PLAN))
    figures = of(rush)
    report("load.json", figures)
    return not all(figure.met for figure in figures)


def of(rush: Rush) -> list[Figure]:
    """What is promised of it, and what helps to understand that."""
    return [
        Figure("jobs delivered", rush.delivered, ""),
        Figure("longest line", rush.longest_line, "jobs"),
        Figure("until the last was painted", rush.lasted_s / 60, "min"),
        Figure("wait, median", rush.wait_s / 60, "min"),
        Figure("render seconds of the equally backlogged, most over least", rush.fairness, "", 1.5),
        Figure("error of the time told at acceptance, median", 100 * rush.eta_error, "%", 25),
        Figure("event loop's lag, 99 %", 1000 * rush.lag(0.99), "ms", 50),
        Figure("event loop's lag, the most", 1000 * rush.lag(1), "ms"),
        Figure("resident memory after half of the jobs", rush.resident[4], "MB"),
        Figure("resident memory at the end, less that", rush.resident[-1] - rush.resident[4], "MB", 10),
        Figure("the whole took", rush.took_s, "s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
