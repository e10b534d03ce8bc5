"""Albums put together: Telegram sends each item alone, without their number and without an end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import telegram

Group = tuple[int, str]  # chat, media group

#: From the second picture on, this part of the pause: what is still missing of an album is on its way already.
_HASTE = 0.15
_REMEMBERED_S = 60.0


class Albums:
    """Collects the items of albums, which are updates with a message, and gives each album on as a whole.

    `whole` is called with the items when `pause_s` has passed since the last one, or a fraction of that once there
    are two. `late` is called with an item of an album that was given on less than a minute ago.
    """

    def __init__(
        self,
        pause_s: float,
        whole: Callable[[Sequence[telegram.Update]], None],
        late: Callable[[telegram.Update], None],
    ) -> None:
        self._pause_s = pause_s
        self._whole = whole
        self._late = late
        self._open: dict[Group, list[telegram.Update]] = {}
        self._timers: dict[Group, asyncio.TimerHandle] = {}
        self._handled: dict[Group, float] = {}

    def add(self, item: telegram.Update, hastily: bool = True) -> None:
        """Take one item, which has a media group; without haste the pause after it is a whole one."""
        assert item.message is not None
        group = (item.message.chat.id, item.message.media_group_id or "")
        self._forget_old()
        if group in self._handled:
            self._late(item)
            return
        items = self._open.setdefault(group, [])
        items.append(item)
        if timer := self._timers.pop(group, None):
            timer.cancel()
        pause_s = self._pause_s if len(items) == 1 or not hastily else self._pause_s * _HASTE
        self._timers[group] = asyncio.get_running_loop().call_later(pause_s, self._give, group)

    def flush(self) -> None:
        """Give on all that there is."""
        for group in list(self._open):
            self._timers[group].cancel()
            self._give(group)

    def _give(self, group: Group) -> None:
        self._timers.pop(group)
        self._handled[group] = time.monotonic()
        self._whole(self._open.pop(group))

    def _forget_old(self) -> None:
        oldest = time.monotonic() - _REMEMBERED_S
        while self._handled and next(iter(self._handled.values())) < oldest:
            self._handled.pop(next(iter(self._handled)))
