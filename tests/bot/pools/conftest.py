"""What tests of pools share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.nats.desk import Desk
from tests.fakes.nats.scene import NatsScene, nats_scene


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The bot's side of agents."""
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[NatsScene]:
    """A bot and one agent."""
    async with nats_scene(tmp_path) as scene:
        yield scene


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[NatsScene]:
    """A bot and two agents."""
    async with nats_scene(tmp_path, agents=2) as scene:
        yield scene
