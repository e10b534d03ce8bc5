"""What waits, what is being painted, and how long such paintings took."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Set
from typing import Any

from sqlalchemy import Float, Integer, Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import OPEN, Job, Status
from bot.store.engine import Database
from bot.store.order import BY_TURN, LINE, Inflow, inflow
from bot.store.rows import JOB_COLUMNS, to_job
from bot.store.tables import jobs
from renderer.options import RenderOptions

#: Paintings whose long edges differ by more are not compared.
_LIKE_SIZE = 1.25
#: How many paintings are looked back on, lest the answer take longer with every one.
_REMEMBERED = 500
#: Those of jobs which are older than the option.
_FIRST_MODE = str(RenderOptions.model_fields["mode"].default)
_FIRST_QUALITY = str(RenderOptions.model_fields["quality"].default)


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """The work that stands between a queued job and its end; seconds are those expected when a job was accepted."""

    before: int  #: queued jobs before this one
    before_s: float
    own_s: float
    share: float = 0.0  #: what its place in the line is by (`bot.store.order`); 0 where nobody comes before it any more


class Queue:
    """Questions about many jobs; each answer is one snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_jobs(self) -> list[Job]:
        """All jobs that are not ended, the oldest first."""
        query = select(*JOB_COLUMNS).where(jobs.c.status.in_(OPEN)).order_by(jobs.c.created_at, jobs.c.id)
        async with self._database.read() as connection:
            return [to_job(row) for row in (await connection.execute(query)).mappings()]

    async def open_jobs_of(self, requester: str) -> list[Job]:
        """A requester's jobs that are not ended, the oldest first."""
        its = (jobs.c.requester == requester) & jobs.c.status.in_(OPEN)
        query = select(*JOB_COLUMNS).where(its).order_by(jobs.c.created_at, jobs.c.id)
        async with self._database.read() as connection:
            return [to_job(row) for row in (await connection.execute(query)).mappings()]

    async def next_queued(self, limit: int, now: float, handed_over: Collection[str] = ()) -> list[Job]:
        """The first queued jobs in the order in which they are to be painted, but for those that wait for later."""
        given = {"now": now, "handed_over": list(handed_over), "limit": limit}
        async with self._database.read() as connection:
            return [to_job(row) for row in (await connection.execute(_NEXT, given)).mappings()]

    async def underway(self, attempts: Set[tuple[str, int]]) -> set[tuple[str, int]]:
        """Those of these (id, attempt) that are the job's current attempt and have no end yet."""
        given = {"job_ids": [job_id for job_id, _ in attempts]}
        async with self._database.read() as connection:
            rows = await connection.execute(_UNDERWAY, given)
            return {(job_id, attempt) for job_id, attempt in rows} & attempts

    async def line(self, now: float, handed_over: Collection[str] = ()) -> list[str]:
        """Ids of all queued jobs in the order in which they are to be painted."""
        given = {"now": now, "handed_over": list(handed_over)}
        async with self._database.read() as connection:
            return list((await connection.execute(_ALL, given)).scalars())

    async def work(
        self, job_ids: Collection[str], now: float, handed_over: Collection[str] = ()
    ) -> tuple[list[tuple[Job, float]], dict[str, Work]]:
        """What workers hold now, with the seconds expected of each; and what stands before those that are queued."""
        given = {"now": now, "handed_over": list(handed_over), "job_ids": list(job_ids)}
        async with self._database.read() as connection:
            rendering = await _rendering(connection)
            waiting = (await connection.execute(_AHEAD, given)).all()
        return rendering, {
            job_id: Work(number - 1, sum_s - own_s, own_s, share) for job_id, own_s, share, number, sum_s in waiting
        }

    async def inflow(self, now: float) -> Inflow:
        """What is ordered of late, and before whom that comes."""
        async with self._database.read() as connection:
            return await inflow(connection, now)

    async def rendering(self) -> list[Job]:
        """The jobs that workers hold."""
        async with self._database.read() as connection:
            return [job for job, _ in await _rendering(connection)]

    async def open_of(self, adapter: str) -> int:
        """How many open jobs an adapter has taken in."""
        query = select(func.count()).where(jobs.c.adapter == adapter, jobs.c.status.in_(OPEN))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one()

    async def counts(self) -> dict[Status, int]:
        """How many open jobs there are in each state."""
        query = select(jobs.c.status, func.count()).where(jobs.c.status.in_(OPEN)).group_by(jobs.c.status)
        async with self._database.read() as connection:
            found = {Status(status): number for status, number in (await connection.execute(query))}
        return {status: found.get(status, 0) for status in (Status.QUEUED, Status.RENDERING, Status.RENDERED)}

    async def census(self) -> list[tuple[Status, str, str, int]]:
        """How many open jobs there are of each status, mode and adapter that there is one of."""
        mode = jobs.c.options["mode"].as_string()
        kind = (jobs.c.status, mode, jobs.c.adapter)
        query = select(*kind, func.count()).where(jobs.c.status.in_(OPEN)).group_by(*kind)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [(Status(status), mode or _FIRST_MODE, adapter, number) for status, mode, adapter, number in rows]

    async def waiting_s(self) -> dict[str, float]:
        """Render seconds expected of all that waits to be painted, by quality."""
        quality = func.coalesce(jobs.c.options["quality"].as_string(), _FIRST_QUALITY)
        query = select(quality, func.sum(jobs.c.estimate_s)).where(jobs.c.status == Status.QUEUED).group_by(quality)
        async with self._database.read() as connection:
            return {name: seconds for name, seconds in await connection.execute(query)}

    async def recent_paces(self, size: int, options: RenderOptions, device: str, limit: int) -> list[float]:
        """Render seconds per pixel of the last paintings of about this long edge that took as many steps.

        They were asked with the same `mode`, `quality` and `iterations`. `device` is a kind: cpu, cuda, mps.
        """
        recent = select(jobs.c.result_info, jobs.c.options, jobs.c.started_at).where(jobs.c.result.is_not(None))
        seen = recent.order_by(jobs.c.started_at.desc()).limit(_REMEMBERED).subquery()
        info = seen.c.result_info
        width, height = info["width"].as_integer(), info["height"].as_integer()
        on, asked = info["device"].as_string(), seen.c.options
        query = (
            select(info["seconds"].as_float() / (width * height))
            .where(
                func.max(width, height).between(size / _LIKE_SIZE, size * _LIKE_SIZE),
                *(_as_in(options, asked[name], name) for name in ("mode", "quality", "iterations")),
                or_(on == device, on.startswith(f"{device}:")),
                info["stopped_early"].as_boolean().is_(False),
            )
            .order_by(seen.c.started_at.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def last_device(self) -> str | None:
        """Name of the device that painted last."""
        painted = select(jobs.c.result_info["device"].as_string()).where(jobs.c.result.is_not(None))
        async with self._database.read() as connection:
            return (await connection.execute(painted.order_by(jobs.c.started_at.desc()).limit(1))).scalar()


def _next() -> Select[Any]:
    ready = LINE.c.not_before <= bindparam("now", type_=Float)
    first = select(LINE).where(ready).order_by(*BY_TURN).limit(bindparam("limit", type_=Integer)).cte("first")
    turn = (first.c[column.name] for column in BY_TURN)
    return select(*JOB_COLUMNS).join_from(first, jobs, first.c.id == jobs.c.id).order_by(*turn)


def _ahead() -> Select[Any]:
    so_far = [number.over(order_by=BY_TURN, rows=(None, 0)) for number in (func.count(), func.sum(LINE.c.estimate_s))]
    numbered = select(LINE.c.id, LINE.c.estimate_s, LINE.c.share, *so_far).subquery()
    return select(numbered).where(numbered.c.id.in_(bindparam("job_ids", expanding=True)))


# Built once: to put such a statement together takes longer than to answer it.
_NEXT, _ALL, _AHEAD = _next(), select(LINE.c.id).order_by(*BY_TURN), _ahead()
_UNDERWAY = select(jobs.c.id, jobs.c.attempt).where(
    jobs.c.id.in_(bindparam("job_ids", expanding=True)), jobs.c.status.in_([Status.QUEUED, Status.RENDERING])
)


def _as_in(options: RenderOptions, asked: Any, name: str) -> Any:
    """Whether the option `name` was asked as in `options`; a job older than the option was painted by its default."""
    value = getattr(options, name)
    stored = asked.as_integer() if isinstance(value, int) else asked.as_string()
    is_default = value == RenderOptions.model_fields[name].default
    return or_(stored == value, stored.is_(None)) if is_default else stored == value


async def _rendering(connection: AsyncConnection) -> list[tuple[Job, float]]:
    query = select(*JOB_COLUMNS, jobs.c.estimate_s).where(jobs.c.status == Status.RENDERING)
    return [(to_job(row), row["estimate_s"]) for row in (await connection.execute(query)).mappings()]
