"""All that is due at a time of day, moved along when the clock is set back."""

from __future__ import annotations

from sqlalchemy import true, update

from bot.jobs import Status
from bot.store.engine import Database
from bot.store.tables import ReplyState, WebhookState, accepted, jobs, outbox, usage, webhooks


class DueTimes:
    """The times of retries, replies, webhooks and of what counts for quotas and turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def move(self, by_s: float, now: float) -> None:
        """Add `by_s` to all that lie after `now`."""
        unsettled = outbox.c.state.in_([ReplyState.READY, ReplyState.SENDING])
        places = (
            (outbox, outbox.c.due_at, unsettled),
            (webhooks, webhooks.c.due_at, webhooks.c.state == WebhookState.DUE),
            (jobs, jobs.c.not_before, jobs.c.status == Status.QUEUED),
            (accepted, accepted.c.at, true()),
            (usage, usage.c.at, true()),
        )
        async with self._database.write() as connection:
            for table, at, which in places:
                await connection.execute(update(table).where(at > now, which).values({at.name: at + by_s}))
