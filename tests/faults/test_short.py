"""Killed at every point of a job's life, twice, and struck by every other fault: everybody gets what is theirs, once.

`make soak` does the same at length.
"""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.faults.ledger import POINTS, Kind
from tests.faults.report import table
from tests.faults.run import run

_ORDERS, _SEED = 60, 27

pytestmark = [
    pytest.mark.slow,
    # aiohttp's own doing, where a bot was killed in the middle of an upload.
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"),
    pytest.mark.filterwarnings(r"ignore:unread_data\(\) is deprecated:DeprecationWarning"),
]


async def test_whatever_is_killed_or_fails_everybody_gets_what_is_theirs_once(tmp_path: Path) -> None:
    found = await run(_ORDERS, _SEED, tmp_path)
    gc.collect()  # what is left of such an upload, before another test finds it
    assert not found.breaches, "\n".join([table(found), *found.breaches])
    for point in POINTS:
        assert sum(found.kills[f"{target} {point}"] for target in ("bot", "child", "both")) >= 2, point
    assert {fault.kind for order in found.orders for fault in order.faults if fault.struck} == set(Kind)
    assert found.uncertain, "what cannot be known was never met"
