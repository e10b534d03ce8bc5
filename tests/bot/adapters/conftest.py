from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from config.settings import LimitsSettings
from tests.fakes.services import Studio, open_studio


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with open_studio(tmp_path / "uploads", limits=LimitsSettings(picture_mb=0.1)) as studio:
        yield studio


@pytest.fixture
async def http(studio: Studio) -> AsyncIterator[aiohttp.ClientSession]:
    """A client without cookies, as curl: aiohttp's jar takes none from a bare address."""
    async with aiohttp.ClientSession(studio.adapter.url) as session:
        yield session
