"""Whom programs want to be told of their jobs' ends, as stored; a row is due with its job's end (`rows.step`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import Job
from bot.store.engine import Database
from bot.store.rows import JOB_COLUMNS, to_job
from bot.store.tables import WebhookState, jobs, webhooks


@dataclasses.dataclass(frozen=True, slots=True)
class DueWebhook:
    """A receiver that waits to be told of a job's end."""

    job: Job
    url: str
    tries: int  #: how often it was tried


class WebhookRows:
    """The table of webhooks. A change to one that is gone, since its job was erased, is none."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def due(self, limit: int) -> list[DueWebhook]:
        """Those whose time has come, the longest due first."""
        query = (
            select(*JOB_COLUMNS, webhooks.c.url, webhooks.c.tries)
            .join_from(webhooks, jobs)
            .where(webhooks.c.state == WebhookState.DUE, webhooks.c.due_at <= self._clock())
            .order_by(webhooks.c.due_at)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return [DueWebhook(to_job(row), row["url"], row["tries"]) for row in rows]

    async def seconds_to_next(self) -> float | None:
        """Seconds until the next is due, 0 where one is; None without any."""
        query = select(func.min(webhooks.c.due_at)).where(webhooks.c.state == WebhookState.DUE)
        async with self._database.read() as connection:
            due_at: float | None = (await connection.execute(query)).scalar()
        return None if due_at is None else max(0.0, due_at - self._clock())

    async def postpone(self, job_id: str, delay_s: float, error: str) -> None:
        """Try again after `delay_s`."""
        later = {"due_at": self._clock() + delay_s, "tries": webhooks.c.tries + 1, "last_error": error}
        async with self._database.write() as connection:
            await connection.execute(update(webhooks).where(webhooks.c.job == job_id).values(later))

    async def settle(self, job_id: str, state: WebhookState, error: str | None = None) -> None:
        """There is nothing more to be done: sent, or given up. The address is forgotten."""
        over = {"state": state, "url": "", "tries": webhooks.c.tries + 1, "last_error": error}
        async with self._database.write() as connection:
            await connection.execute(update(webhooks).where(webhooks.c.job == job_id).values(over))


async def expect_webhook(connection: AsyncConnection, job_id: str, url: str) -> None:
    """Note a receiver for the end of a job that was just accepted."""
    row = {"job": job_id, "url": url, "state": WebhookState.WAITING, "due_at": 0.0, "tries": 0}
    await connection.execute(insert(webhooks).values(row))
