"""Jobs as rows and back, and the one way in which a stored job changes."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import ENDED, IllegalTransition, Job, Status, check_transition
from bot.store.engine import note_step
from bot.store.order import charge
from bot.store.tables import ReplyState, WebhookState, blob_refs, jobs, outbox, webhooks
from renderer.options import RenderOptions
from renderer.protocol import StyleInput

_FIELDS = tuple(field.name for field in dataclasses.fields(Job))
#: The columns that a Job is made of.
JOB_COLUMNS = tuple(jobs.c[name] for name in _FIELDS)

# Built once, for they are executed for every job: to put a statement together takes longer than to answer it.
_ITS_ID = jobs.c.id == bindparam("its_id")
_ONE = select(*JOB_COLUMNS).where(_ITS_ID)
_ASKED = select(jobs.c.cancel_requested, jobs.c.estimate_s).where(_ITS_ID)
_REFER = insert(blob_refs).on_conflict_do_nothing()
_STEP = update(jobs).where(
    _ITS_ID,
    jobs.c.status == bindparam("its_status"),
    jobs.c.attempt == bindparam("its_attempt"),
    jobs.c.deliveries == bindparam("its_deliveries"),
)
_REPLY = insert(outbox).on_conflict_do_nothing()
_WEBHOOK = update(webhooks).where(webhooks.c.job == bindparam("its_id"), webhooks.c.state == WebhookState.WAITING)


def to_row(job: Job) -> dict[str, Any]:
    """A job as column values."""
    row = {name: getattr(job, name) for name in _FIELDS}
    row["styles"] = [style.model_dump() for style in job.styles]
    row["options"] = job.options.model_dump(mode="json")
    return row


def to_job(row: RowMapping) -> Job:
    """The job in a row that has all of `JOB_COLUMNS`."""
    values = {name: row[name] for name in _FIELDS}
    values["status"] = Status(row["status"])
    values["styles"] = tuple(StyleInput.model_validate(style) for style in row["styles"])
    values["options"] = RenderOptions.model_validate(row["options"])
    return Job(**values)


async def one_job(connection: AsyncConnection, job_id: str) -> Job | None:
    """The job with this id, or None."""
    row = (await connection.execute(_ONE, {"its_id": job_id})).mappings().one_or_none()
    return None if row is None else to_job(row)


async def refer(connection: AsyncConnection, job: Job, role: str, blob: str) -> None:
    """Note that a job needs a blob, so that nobody removes it; once is enough."""
    await connection.execute(_REFER, {"job": job.id, "role": role, "blob": blob, "requester": job.requester})


async def step(connection: AsyncConnection, before: Job, after: Job, now: float, **columns: Any) -> Job:
    """Store `after` in place of `before`; with an end, reply and webhook are due. Returns what is stored.

    A job whose cancel was asked for goes neither back to the queue nor to failed: it is cancelled instead.
    Raises IllegalTransition where the table forbids the step or the row is no longer as in `before`.
    """
    if before.status is Status.RENDERING:
        asked = await connection.execute(_ASKED, {"its_id": before.id})
        cancelled, estimate_s = asked.one_or_none() or (False, 0.0)
        if cancelled and after.status in {Status.QUEUED, Status.FAILED}:
            after = dataclasses.replace(before, status=Status.CANCELLED, reason="cancelled")
    check_transition(before.status, after.status)
    if after.status in ENDED:
        after = dataclasses.replace(after, ended_at=now)
    unchanged = {
        "its_id": before.id,
        "its_status": before.status,
        "its_attempt": before.attempt,
        "its_deliveries": before.deliveries,
    }
    if (await connection.execute(_STEP, unchanged | to_row(after) | columns)).rowcount != 1:
        raise IllegalTransition(f"{before.id} is no longer {before.status} in attempt {before.attempt}")
    if before.status is Status.RENDERING:
        await charge(connection, before, after, estimate_s, now)
    if after.status in ENDED | {Status.RENDERED}:
        # From rendered on there is one already.
        await connection.execute(_REPLY, {"job": after.id, "state": ReplyState.READY, "due_at": now, "tries": 0})
    if after.status in ENDED:
        await connection.execute(_WEBHOOK, {"its_id": after.id, "state": WebhookState.DUE, "due_at": now})
    note_step(connection, before, after)
    return after
