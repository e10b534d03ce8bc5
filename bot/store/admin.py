"""What admins ask of the store: the last days in numbers, anybody's job, and the replies that nobody knows about."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update

from bot.jobs import OPEN, IllegalTransition, Job, Status
from bot.store.engine import Database
from bot.store.quotas import DAY_S, HOUR_S
from bot.store.rows import JOB_COLUMNS, one_job, step, to_job
from bot.store.tables import ReplyState, accepted, accounts, inbox, jobs, outbox, pending, places, votes


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """The jobs asked for within a length of time, as they stand now."""

    people: int
    by_adapter: Counter[str]
    by_status: Counter[Status]
    failures: Counter[str]  #: reasons of those that failed
    painted: int  #: those that have a painting, whether it has arrived or not
    painting_s: float  #: what these took to paint, in all
    waiting_s: float  #: what these waited to be begun, in all
    likes: int
    dislikes: int

    @property
    def asked(self) -> int:
        """How many jobs."""
        return self.by_status.total()


@dataclasses.dataclass(frozen=True, slots=True)
class Activity:
    """How much one person, or one group, has asked for."""

    in_all: int  #: jobs that are still known
    open: int
    within_hour: int  #: as the quotas count
    within_day: int


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """A requester or a group: what they ask for, and what is decided about them."""

    who: str
    within_hour: int  #: jobs, as the quotas count
    within_day: int
    open: int
    banned: str | None  #: see `bot.store.accounts.Account`
    allowed: bool
    per_hour: int | None
    per_day: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class UncertainReply:
    """A reply that was perhaps sent."""

    job: Job
    since: float  #: Unix seconds
    error: str | None


class AdminRows:
    """Questions and changes that only admins have."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def period(self, length_s: float) -> Period:
        """The jobs asked for in the last `length_s` seconds."""
        # All states are named, so that the index over (status, created_at) serves.
        within = jobs.c.status.in_(list(Status)) & (jobs.c.created_at >= self._clock() - length_s)
        kind = (jobs.c.status, jobs.c.reason, jobs.c.adapter)
        waited_s = jobs.c.started_at - jobs.c.created_at
        numbers = select(
            *kind,
            func.count().label("number"),
            func.count(jobs.c.result).label("painted"),
            func.total(jobs.c.result_info["seconds"].as_float()).label("painting_s"),
            func.total(waited_s).filter(jobs.c.result.is_not(None)).label("waiting_s"),
        )
        people = select(func.count(jobs.c.requester.distinct())).where(within)
        up, down = (func.count().filter(votes.c.value == value) for value in (1, -1))
        liked = select(up, down).join_from(votes, jobs)
        async with self._database.read() as connection:
            rows = (await connection.execute(numbers.where(within).group_by(*kind))).all()
            likes, dislikes = (await connection.execute(liked.where(within))).one()
            return _period(rows, (await connection.execute(people)).scalar_one(), likes, dislikes)

    async def activity(self, who: str) -> Activity:
        """What a requester has asked for, or all in a group, by its place."""
        its_jobs = (jobs.c.requester == who) | (jobs.c.place == who)
        known = select(func.count(), func.count().filter(jobs.c.status.in_(OPEN))).where(its_jobs)
        now = self._clock()
        hour, day = (func.count().filter(accepted.c.at > now - length_s) for length_s in (HOUR_S, DAY_S))
        counted = select(hour, day).where((accepted.c.requester == who) | (accepted.c.place == who))
        async with self._database.read() as connection:
            in_all, still_open = (await connection.execute(known)).one()
            within_hour, within_day = (await connection.execute(counted)).one()
            return Activity(in_all, still_open, within_hour, within_day)

    async def people(self, askers: int, decided: int) -> list[Person]:
        """Who asked for most within a day, and whoever has been banned, invited or given a quota of their own.

        At most so many of each; who asks for most comes first.
        """
        within_day = accepted.c.at > self._clock() - DAY_S
        number = func.count()
        most = select(accepted.c.requester).where(within_day).group_by(accepted.c.requester).order_by(number.desc())
        about = accounts.c.banned.is_not(None) | accounts.c.allowed | accounts.c.per_hour.is_not(None)
        rows = select(accounts).where(about | accounts.c.per_day.is_not(None)).order_by(accounts.c.requester)
        async with self._database.read() as connection:
            known = {row.requester: row for row in await connection.execute(rows.limit(decided))}
            who = {*known, *(await connection.execute(most.limit(askers))).scalars()}
            # An account's name may be a place: a group has one, too.
            hour = func.count().filter(accepted.c.at > self._clock() - HOUR_S)
            asked: dict[str, tuple[int, int]] = {}
            still_open: dict[str, int] = {}
            for its, job_s in ((accepted.c.requester, jobs.c.requester), (accepted.c.place, jobs.c.place)):
                counted = select(its, hour, number).where(within_day, its.in_(who)).group_by(its)
                asked |= {name: (an_hour, a_day) for name, an_hour, a_day in await connection.execute(counted)}
                waiting = select(job_s, number).where(jobs.c.status.in_(OPEN), job_s.in_(who)).group_by(job_s)
                still_open |= {name: jobs_open for name, jobs_open in await connection.execute(waiting)}
        people = [_person(name, known.get(name), asked.get(name, (0, 0)), still_open.get(name, 0)) for name in who]
        return sorted(people, key=lambda person: (-person.within_day, person.who))

    async def names(self) -> set[str]:
        """Everybody, and every group, who is known by any row."""
        columns = (
            *(jobs.c.requester, jobs.c.place, accounts.c.requester, accepted.c.requester, accepted.c.place),
            *(votes.c.requester, pending.c.requester, inbox.c.requester, places.c.id),
        )
        async with self._database.read() as connection:
            found = [await connection.execute(select(column).distinct()) for column in columns]
            return {name for names in found for name in names.scalars() if name}

    async def failed(self, limit: int) -> list[Job]:
        """The failed ones among the jobs that were asked for last, those that failed last first."""
        query = select(*JOB_COLUMNS).where(jobs.c.status == Status.FAILED).order_by(jobs.c.created_at.desc())
        async with self._database.read() as connection:
            found = [to_job(row) for row in (await connection.execute(query.limit(limit))).mappings()]
        return sorted(found, key=lambda job: -(job.ended_at or 0))

    async def beginning_with(self, prefix: str, limit: int = 2) -> list[Job]:
        """The jobs, whoever's, whose ids begin with `prefix`, in lower-case hex."""
        # A range, which the key's index serves; LIKE would read the whole table.
        query = select(*JOB_COLUMNS).where(jobs.c.id >= prefix, jobs.c.id < prefix + "g").limit(limit)
        async with self._database.read() as connection:
            return [to_job(row) for row in (await connection.execute(query)).mappings()]

    async def uncertain(self) -> list[UncertainReply]:
        """The replies that were perhaps sent, the oldest first."""
        query = (
            select(*JOB_COLUMNS, outbox.c.due_at, outbox.c.last_error)
            .join_from(outbox, jobs)
            .where(outbox.c.state == ReplyState.UNCERTAIN)
            .order_by(outbox.c.due_at)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return [UncertainReply(to_job(row), row["due_at"], row["last_error"]) for row in rows]

    async def resend(self, job_id: str) -> None:
        """Let an uncertain reply be sent again; raises IllegalTransition where it is not uncertain."""
        await self._settle(job_id, state=ReplyState.READY, due_at=self._clock(), tries=0)

    async def count_as_sent(self, job_id: str) -> None:
        """Believe that an uncertain reply has arrived; raises IllegalTransition where it is not uncertain."""
        await self._settle(job_id, state=ReplyState.SENT)

    async def _settle(self, job_id: str, *, state: ReplyState, **values: Any) -> None:
        its_row = (outbox.c.job == job_id) & (outbox.c.state == ReplyState.UNCERTAIN)
        async with self._database.write() as connection:
            written = await connection.execute(update(outbox).where(its_row).values(values | {"state": state}))
            if written.rowcount != 1:
                raise IllegalTransition(f"the reply to {job_id} is not uncertain")
            job = await one_job(connection, job_id)
            if state is ReplyState.SENT and job is not None and job.status is Status.RENDERED:
                await step(connection, job, dataclasses.replace(job, status=Status.DELIVERED), self._clock())


def _person(who: str, row: Row[Any] | None, asked: tuple[int, int], still_open: int) -> Person:
    decided = (row.banned, row.allowed, row.per_hour, row.per_day) if row else (None, False, None, None)
    return Person(who, *asked, still_open, *decided)


def _period(rows: Sequence[Row[Any]], people: int, likes: int, dislikes: int) -> Period:
    by_adapter, by_status, failures = Counter[str](), Counter[Status](), Counter[str]()
    for row in rows:
        by_adapter[row.adapter] += row.number
        by_status[Status(row.status)] += row.number
        if row.status == Status.FAILED:
            failures[row.reason or "unknown"] += row.number
    return Period(
        people=people,
        by_adapter=by_adapter,
        by_status=by_status,
        failures=failures,
        painted=sum(row.painted for row in rows),
        painting_s=sum(row.painting_s for row in rows),
        waiting_s=sum(row.waiting_s for row in rows),
        likes=likes,
        dislikes=dislikes,
    )
