"""Work that has nobody to tell of a full disk or a store that another program holds: it waits until that has passed."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import structlog

from bot.errors import Busy, Unwritable
from bot.texts import phrase

log = structlog.get_logger(__name__)

#: What a disk that is full says.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: When to come back to a disk that is full: nobody knows.
_ROOM_S = 600.0
#: Seconds between two tries, at first and at most.
_FIRST_S, _LONGEST_S = 0.5, 30.0

Result = TypeVar("Result")


def is_full(error: BaseException) -> bool:
    """Whether it is the disk that has no room."""
    return isinstance(error, OSError) and error.errno in FULL


def no_room() -> Busy:
    """What people are told of a disk that is full."""
    return Busy(phrase("busy-disk-full"), "disk_full", _ROOM_S)


@contextlib.contextmanager
def needing_room() -> Iterator[None]:
    """What is written within raises Busy (disk_full) where there is no room for it."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        log.error("no room on the disk", why=str(error))
        raise no_room() from error


async def patiently(step: Callable[[], Awaitable[Result]], going_on: Callable[[], bool] = lambda: True) -> Result:
    """Do something that may be done again where it failed, as often as it takes.

    Raises Unwritable, or the OSError of a full disk, only once there is no `going_on`; anything else at once.
    """
    pause_s = _FIRST_S
    while True:
        try:
            return await step()
        except (Unwritable, OSError) as why:
            if not going_on() or not (isinstance(why, Unwritable) or is_full(why)):
                raise
            log.warning("waiting until it can be written", why=str(why), pause_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_S)
