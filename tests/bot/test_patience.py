from __future__ import annotations

import errno
import os

import pytest

from bot import patience
from bot.errors import Busy, Unwritable
from bot.patience import needing_room, patiently


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_S", 0.001)


class Step:
    """Fails with these errors, and then does what it should."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def full(number: int = errno.ENOSPC) -> OSError:
    return OSError(number, os.strerror(number))


async def test_what_passes_is_waited_for() -> None:
    step = Step(Unwritable("database is locked"), full(), full(errno.EDQUOT))
    assert await patiently(step) == "done"
    assert step.tries == 4


@pytest.mark.parametrize("error", [full(errno.EACCES), ValueError("a bug")])
async def test_what_does_not_pass_is_not(error: Exception) -> None:
    step = Step(error)
    with pytest.raises(type(error)):
        await patiently(step)
    assert step.tries == 1


async def test_who_stops_waits_no_longer() -> None:
    step = Step(*[Unwritable("database is locked")] * 9)
    with pytest.raises(Unwritable):
        await patiently(step, lambda: step.tries < 3)
    assert step.tries == 3


def test_people_are_told_of_a_full_disk_and_of_nothing_else() -> None:
    with pytest.raises(Busy) as busy, needing_room():
        raise full()
    assert busy.value.code == "disk_full"
    with pytest.raises(OSError, match="Permission"), needing_room():
        raise full(errno.EACCES)
