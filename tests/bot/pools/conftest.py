"""What tests of pools share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.nats.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The bot's side of agents."""
    desk = Desk(tmp_path)
    yield desk
    desk.close()
