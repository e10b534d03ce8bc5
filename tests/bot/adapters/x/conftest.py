from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.adapters.x.summoning import Booth, open_booth
from tests.fakes.x import FakeX, fake_x


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with open_booth(tmp_path) as booth:
        yield booth


@pytest.fixture
async def x() -> AsyncIterator[FakeX]:
    async with fake_x() as x:
        yield x
