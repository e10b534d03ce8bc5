"""A house for the tests of the bot's services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The bot's services on a fresh folder, with one slot to render in; nothing runs by itself."""
    async with open_house(tmp_path) as house:
        yield house
