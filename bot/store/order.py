"""The order in which the queued jobs are painted; nobody else decides it.

First the class of a job (`bot.jobs.Priority`), better once it has waited. Within a class the requester comes
first who has had least of the renderers: the seconds of late, fading, those that are under way and those that their
own earlier jobs will take. Then first come, first served. Of one requester's own jobs the first comes first.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from typing import Any

from sqlalchemy import CTE, Float, Integer, Select, bindparam, case, cast, delete, func, literal, select, text
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import Job, Priority, Status
from bot.store.tables import jobs, usage

#: Waiting for so many seconds lifts a job of a batch to the usual ones; higher it would hold up who asks for one.
LIFT_S = 900.0
#: Who has waited for so long comes before everybody, whatever they have had: nothing starves.
OVERDUE_S = 2 * 3600.0
#: Seconds after which a render second that somebody has had counts half.
HALF_LIFE_S = 3600.0
#: The last seconds whose orders tell what is going to come; at least so many are needed to tell.
_RECENT_S, _LEAST_RECENT_S = 900.0, 120.0
#: What somebody had before that many half-lives is nothing any more.
_FORGOTTEN = 24

#: Behind a class's number stands one that no class has, for those that come before all.
_HANDED_OVER, _OVERDUE = -1, 0

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
        ((queued.c.priority == Priority.BATCH) & (waited_s >= LIFT_S), int(Priority.USUAL)),
        else_=queued.c.priority,
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


@dataclasses.dataclass(frozen=True, slots=True)
class Inflow:
    """What is ordered of late, and where that comes to stand: who has had less goes before who waits."""

    shares: tuple[float, ...]  #: those of each requester's next order, ascending
    rates: tuple[float, ...]  #: render seconds a second that these and all before them order together

    def before(self, share: float) -> float:
        """Render seconds a second that come and are painted before a job of this share."""
        number = bisect.bisect_left(self.shares, share)
        return self.rates[number - 1] if number else 0.0


async def inflow(connection: AsyncConnection, now: float) -> Inflow:
    """What has come in the last quarter of an hour, as if it went on like that."""
    rows = (await connection.execute(_INFLOW, {"now": now})).all()
    oldest_at = min((row.first_at for row in rows), default=now)
    within_s = max(_LEAST_RECENT_S, now - oldest_at)
    pairs = sorted((row.share, row.ordered_s / within_s) for row in rows)
    return Inflow(tuple(share for share, _ in pairs), tuple(itertools.accumulate(rate for _, rate in pairs)))


def _inflow() -> Select[Any]:
    now = bindparam("now", type_=Float)
    # All states are named, so that the index over (status, created_at) serves.
    recent = jobs.c.status.in_(list(Status)) & (jobs.c.created_at > now - _RECENT_S)
    ordered = (
        select(
            jobs.c.requester,
            func.sum(jobs.c.estimate_s).label("ordered_s"),
            func.min(jobs.c.created_at).label("first_at"),
        )
        .where(recent)
        .group_by(jobs.c.requester)
        .subquery()
    )
    still = (
        select(jobs.c.requester, func.sum(jobs.c.estimate_s).label("still_s"))
        .where(jobs.c.status.in_([Status.QUEUED, Status.RENDERING]))
        .group_by(jobs.c.requester)
        .subquery()
    )
    had_s = func.coalesce(_faded(usage.c.seconds, usage.c.at, now), 0.0)
    share = had_s + func.coalesce(still.c.still_s, 0.0)
    return select(ordered.c.ordered_s, ordered.c.first_at, share.label("share")).select_from(
        ordered.outerjoin(usage, usage.c.requester == ordered.c.requester).outerjoin(
            still, still.c.requester == ordered.c.requester
        )
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
    await connection.execute(_FORGET, {"now": now})
    await connection.execute(_CHARGE, {"requester": after.requester, "seconds": seconds, "at": now})


def _charge() -> Insert:
    new = insert(usage)
    so_far = _faded(usage.c.seconds, usage.c.at, new.excluded.at)
    changes = {"seconds": so_far + new.excluded.seconds, "at": new.excluded.at}
    return new.on_conflict_do_update(index_elements=["requester"], set_=changes)


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
_INFLOW = _inflow()
_FORGET = delete(usage).where(usage.c.at < bindparam("now", type_=Float) - _FORGOTTEN * HALF_LIFE_S)
_CHARGE = _charge()
