"""The order in which the queued jobs are painted; nobody else decides it.

First the class of a job (`bot.jobs.Priority`), raised by the time it has waited. Within a class the requester comes
first who has had least of the renderers: the seconds of late, fading, those that are under way and those that their
own earlier jobs will take. Then first come, first served. Of one requester's own jobs the first comes first.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Float, Integer, bindparam, case, cast, delete, func, literal, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import Job, Status
from bot.store.tables import jobs, usage

#: Waiting for so many seconds lifts a job by a class, but not above the first.
LIFT_S = 900.0
#: Who has waited for so long comes before everybody, whatever they have had: nothing starves.
OVERDUE_S = 2 * 3600.0
#: Seconds after which a render second that somebody has had counts half.
HALF_LIFE_S = 3600.0
#: What somebody had before that many half-lives is nothing any more.
_FORGOTTEN = 24

#: Behind a class's number stands one that no class has, for those that come before all.
_HANDED_OVER, _OVERDUE, _FIRST_CLASS = -1, 0, 1

#: The index has all that the order is made of. Left to itself SQLite reads each row, which is wide, and sorts them.
_QUEUED = """
    SELECT id, requester, created_at, estimate_s, not_before, priority FROM jobs INDEXED BY ix_jobs_queued
    WHERE status = 'queued'
"""


def _line() -> CTE:
    names = ("id", "requester", "created_at", "estimate_s", "not_before", "priority")
    waiting = text(_QUEUED).columns(*(jobs.c[name] for name in names)).subquery("waiting")
    own: Any = {"partition_by": waiting.c.requester, "order_by": (waiting.c.created_at, waiting.c.id)}
    behind_s = func.coalesce(func.sum(waiting.c.estimate_s).over(**own, rows=(None, -1)), 0.0)
    # A later job of somebody's never comes before their earlier one of a lower class.
    priority = func.max(waiting.c.priority).over(**own, rows=(None, 0))
    columns = [column for column in waiting.c if column.name != "priority"]
    queued = select(*columns, behind_s.label("behind_s"), priority.label("priority")).subquery()
    under_way = (
        select(jobs.c.requester, func.sum(jobs.c.estimate_s).label("under_way_s"))
        .where(jobs.c.status == Status.RENDERING)
        .group_by(jobs.c.requester)
        .subquery()
    )
    now = bindparam("now", type_=Float)
    had_s = func.coalesce(_faded(usage.c.seconds, usage.c.at, now), 0.0)
    waited_s = func.max(0.0, now - queued.c.created_at)
    rank = case(
        (queued.c.id.in_(bindparam("handed_over", expanding=True)), _HANDED_OVER),
        (waited_s >= OVERDUE_S, _OVERDUE),
        else_=func.max(_FIRST_CLASS, queued.c.priority - cast(waited_s / LIFT_S, Integer)),
    )
    share = case((rank <= _OVERDUE, 0.0), else_=had_s + func.coalesce(under_way.c.under_way_s, 0.0) + queued.c.behind_s)
    return (
        select(*(queued.c[column.name] for column in columns), rank.label("rank"), share.label("share"))
        .select_from(
            queued.outerjoin(usage, usage.c.requester == queued.c.requester).outerjoin(
                under_way, under_way.c.requester == queued.c.requester
            )
        )
        .cte("line")
    )


async def charge(connection: AsyncConnection, before: Job, after: Job, estimate_s: float, now: float) -> None:
    """Note the seconds that a job has just had of a renderer, if its end is its requester's or its own.

    What an attempt that is made again has cost is nobody's. Where the painting does not say how long it took, it is
    the time since the hand-over, but no more than was expected: the machine may have slept, or its clock been set.
    """
    if before.status is not Status.RENDERING or after.status is Status.QUEUED:
        return
    known: float | None = (after.result_info or {}).get("seconds")
    seconds = min(max(0.0, now - (before.started_at or now)), estimate_s) if known is None else known
    await connection.execute(delete(usage).where(usage.c.at < now - _FORGOTTEN * HALF_LIFE_S))
    row = insert(usage).values(requester=after.requester, seconds=seconds, at=now)
    so_far = _faded(usage.c.seconds, usage.c.at, now)
    changes = {"seconds": so_far + row.excluded.seconds, "at": now}
    await connection.execute(row.on_conflict_do_update(index_elements=["requester"], set_=changes))


def _faded(seconds: Any, at: Any, now: Any) -> Any:
    """Seconds as they count `now`: half every `HALF_LIFE_S`, evenly less in between (SQLite may have no powers)."""
    age = func.min(func.max(0.0, now - at) / HALF_LIFE_S, float(_FORGOTTEN))
    whole = cast(age, Integer)
    return seconds * (1 - (age - whole) / 2) / literal(1).bitwise_lshift(whole)


#: The queued jobs: id, requester, created_at, estimate_s, not_before, and what they are sorted by. Parameters: `now`
#: (Unix seconds) and `handed_over`, ids of those that a pool has already, and will paint before any other.
LINE = _line()
#: What the rows of `LINE` are sorted by.
BY_TURN = (LINE.c.rank, LINE.c.share, LINE.c.created_at, LINE.c.id)
