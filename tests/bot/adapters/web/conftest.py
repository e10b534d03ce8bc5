from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.adapters.web.visiting import Visitor, visitor
from tests.fakes.web import WebHouse, open_web_house


@pytest.fixture
async def web_house(tmp_path: Path) -> AsyncIterator[WebHouse]:
    async with open_web_house(tmp_path) as web:
        yield web


@pytest.fixture
async def alice(web_house: WebHouse) -> AsyncIterator[Visitor]:
    async with visitor(web_house, "a") as alice:
        yield alice


@pytest.fixture
async def bob(web_house: WebHouse) -> AsyncIterator[Visitor]:
    async with visitor(web_house, "b") as bob:
        yield bob
