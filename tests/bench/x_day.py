"""`python -m tests.bench.x_day`: a day of 2,000 mentions on X in fast time, with a rush at noon."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from tests.bench.figures import Figure, report
from tests.bot.adapters.x.day import Day, simulate

_MENTIONS = 2000
_HOURS = 24
_RUSH = 300


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        day = asyncio.run(simulate(Path(folder), _MENTIONS, _HOURS, _RUSH))
    report("x_day.json", list(figures(day)))
    return bool(day.violations)


def figures(day: Day) -> Iterator[Figure]:
    """What came of it."""
    yield Figure("mentions", day.mentions, "", None)
    yield Figure("of them to be answered", day.to_be_answered, "", None)
    yield Figure("of these not answered exactly once", day.to_be_answered - day.answered, "", 0)
    yield Figure("looks at the mentions", day.polls, "", _HOURS * 3600 / 45 + 20)
    yield Figure("posts, short answers included", day.posts, "", None)
    yield Figure("posts within any quarter of an hour of X's", day.most_posts_in_a_window, "", 100)
    yield Figure("calls that X refused for its limits", day.refused_for_rate, "", 0)
    yield Figure("X's bill", day.bill, "$", None)
    yield Figure("bill and ledger apart by", abs(day.bill - day.ledger), "$", 0.001)
    yield Figure("resident memory after the first hour", day.resident[1], "MB", None)
    yield Figure("resident memory at the end, less that", day.resident[-1] - day.resident[1], "MB", 30)
    yield Figure("the whole day took", day.wall_s, "s", None)


if __name__ == "__main__":
    sys.exit(main())
