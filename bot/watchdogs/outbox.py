"""Whether finished paintings reach people."""

from __future__ import annotations

from collections.abc import Callable

from bot.replies import duration
from bot.store.outbox import OutboxRows
from bot.store.tables import ReplyState
from bot.texts import say

#: Seconds that a reply may be due.
LATE_S = 900.0


class OutboxWatch:
    """Tells of replies that do not get through. `reply_due` lets the outbox look anew."""

    name = "outbox"

    def __init__(self, rows: OutboxRows, reply_due: Callable[[], None]) -> None:
        self._rows = rows
        self._reply_due = reply_due

    async def look(self) -> str | None:
        """To which platforms replies are late."""
        late = {
            group.adapter: group.oldest_s
            for group in await self._rows.unsettled()
            if group.state is not ReplyState.UNCERTAIN and group.oldest_s >= LATE_S
        }
        if not late:
            return None
        return "; ".join(f"a reply to {name} has waited for {say(duration(age_s))}" for name, age_s in late.items())

    async def act(self) -> None:
        """Ring: a bell that was missed is all that the bot itself may be to blame for."""
        self._reply_due()
