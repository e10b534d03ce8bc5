"""The bot on a real store between a pool and a platform that do as they are told, and what must always hold."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections import Counter
from collections.abc import Awaitable, Iterator
from pathlib import Path
from unittest import mock

import structlog
from sqlalchemy import select

from bot.errors import Busy, NotReady
from bot.jobs import ENDED, MAX_ATTEMPTS, MAX_DELIVERIES, Job, Priority, Status, new_id
from bot.ports import PREFETCH
from bot.store import Store, engine
from bot.store.jobs import Room
from bot.store.tables import ReplyState, jobs, outbox, usage
from renderer.options import RenderOptions
from renderer.protocol import StyleInput
from tests.bot.life.hands import Crash, HandPlatform, HandPool
from tests.bot.life.turns import Waiting, faded, in_turn
from tests.fakes.house import Clock, House

SLOTS = 2
ROOM = Room(per_requester=12, in_all=16)
LIMITS = {"open_jobs_per_requester": ROOM.per_requester, "open_jobs": ROOM.in_all, "jobs_per_hour": 1000}
#: Replies that are in nobody's hands any more.
SETTLED = {ReplyState.SENT, ReplyState.REFUSED, ReplyState.UNCERTAIN}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without a log."""
    before = structlog.get_config()
    structlog.configure(processors=[_drop])
    try:
        yield
    finally:
        structlog.configure(**before)


def _drop(_logger: object, _method: str, _event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    raise structlog.DropEvent


class HandClock(Clock):
    """The time of day, which only a test moves on."""

    def __call__(self) -> float:
        return 1_800_000_000.0 + self.ahead_s


class World:
    """One life of the service, with as many runs of the bot as it takes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._hurried = contextlib.ExitStack()
        # No power fails here, and nobody reads the log.
        self._hurried.enter_context(mock.patch.dict(engine.WRITER, synchronous="OFF"))
        self._hurried.enter_context(quiet())
        self._runner = asyncio.Runner()
        self._numbers = itertools.count()
        self.clock = HandClock()
        self.pool = HandPool(SLOTS)
        self.platform = HandPlatform()
        self.jobs: dict[str, Job] = {}  #: all that were accepted, as they were then
        self.ends: Counter[str] = Counter()  #: committed ends, by job
        self.run(self._open())

    def run(self, work: Awaitable[object]) -> None:
        """Let something be done, and all that follows from it."""

        async def to_its_end() -> None:
            try:
                await work
            finally:
                await self.house.dispatch.settle()

        self._runner.run(to_its_end())

    def close(self) -> None:
        self.run(self.house.store.close())
        self._runner.close()
        self._folder.cleanup()
        self._hurried.close()

    async def _open(self) -> None:
        folder = Path(self._folder.name)
        store = await Store.open(folder / "atelier.db", self.clock)
        store.watch(self._stepped)
        self.house = house = House(folder, store, self.clock, self.pool, **LIMITS)  # type: ignore[arg-type]
        house.adapters["fake"] = self.platform
        self.retention = house.letting_go(waiting_hours=3)
        await self.pool.start(house.dispatch.on_event)
        await house.scheduler._resume()
        self._blobs = [await house.blob(name) for name in (b"content", b"style")]

    def _stepped(self, before: Job, after: Job) -> None:
        assert before.status not in ENDED, f"{before.id} went on after its end"
        self.ends[after.id] += after.status in ENDED

    # ---- what happens

    async def submit(self, requester: str, estimate_s: float, priority: Priority) -> None:
        """Somebody orders, at an open door or a closed one."""
        store = self.house.store
        content, style = self._blobs
        number = next(self._numbers)
        job = Job(
            id=f"{number:032x}",
            adapter="fake",
            source=str(number),
            requester=requester,
            content=content,
            styles=(StyleInput(picture=style),),
            options=RenderOptions(size=512),
            created_at=self.clock(),
        )
        drained = await store.switches.get("drained") is not None
        try:
            await self.house.intake.check_open(requester, None)
        except Busy as busy:
            assert busy.code == ("closing" if drained else await self._full(requester))
            return
        assert not drained and await self._full(requester) is None
        self.jobs[job.id] = await store.jobs.add(job, estimate_s=estimate_s, room=ROOM, priority=priority)

    async def _full(self, requester: str) -> str | None:
        """Why there is no room for one more; a reply that nobody will send again takes none."""
        replies = await self._replies()
        taken = [
            job.requester
            for job in await self.house.store.queue.open_jobs()
            if replies.get(job.id) is not ReplyState.UNCERTAIN
        ]
        if taken.count(requester) >= ROOM.per_requester:
            return "too_many_jobs"
        return "queue_full" if len(taken) >= ROOM.in_all else None

    async def submit_again(self, job: Job) -> None:
        """A platform hands over once more what it has handed over."""
        again = Job(**{name: getattr(job, name) for name in Job.__slots__} | {"id": new_id()})
        known = await self.house.store.jobs.add(again, estimate_s=1, room=ROOM)
        assert known.id == job.id

    async def supply(self) -> None:
        """The scheduler looks; what it hands over is next in turn."""
        order, number = await self.order(), len(self.pool.submitted)
        ready = await self._may_begin()
        before = {job_id for job_id, _ in await self.pool.held()}
        paused = await self.house.store.switches.get("paused")
        await self.house.scheduler._supply()
        handed_over = [job.id for job in self.pool.submitted[number:]]
        assert not (handed_over and paused)
        next_ones = [job_id for job_id in order if job_id in ready and job_id not in before]
        assert handed_over == next_ones[: len(handed_over)]

    async def cancel(self, job: Job) -> None:
        """Its requester wants it no more."""
        before = await self.house.store.jobs.get(job.id)
        assert before
        try:
            await self.house.desk.cancel(job.id, job.requester)
        except NotReady:
            assert before.status not in {Status.QUEUED, Status.RENDERING}

    async def deliver(self, mood: str, can_be_asked: bool) -> None:
        """The outbox looks, and the platform answers as it likes; where the bot dies of it, it starts again."""
        self.platform.mood, self.platform.can_be_asked = mood, can_be_asked
        for due in await self.house.store.outbox.due("fake", limit=1):
            try:
                await self.house.outbox._handle(self.platform, due)
            except Crash:
                await self.restart(gracefully=False)

    async def restart(self, gracefully: bool, pool_goes_on: bool = False) -> None:
        """The bot ends and begins anew; a pool elsewhere goes on, one of our own ends with it."""
        if gracefully:
            await self.house.dispatch.stop(0)
        if not pool_goes_on:
            await self.pool.drain(0)
        await self.house.store.close()
        await self._open()

    async def finish_all(self) -> None:
        """Let everything come to its end."""
        for switch in ("paused", "drained"):
            await self.house.store.switches.put(switch, None)
        for _ in range(500):
            self.clock.ahead_s += 400
            await self.supply()
            while self.pool.queue and len(self.pool.seats) < SLOTS:
                await self.pool.begin()
            for seat in list(self.pool.seats):
                await self.pool.paint(seat, 20)
            await self.deliver("ok", can_be_asked=True)
            if await self._all_settled():
                return
        raise AssertionError("something never ends")

    async def _all_settled(self) -> bool:
        replies = await self._replies()
        waiting = [job for job in await self.house.store.queue.open_jobs() if job.status is not Status.RENDERED]
        return not waiting and not await self.pool.held() and set(replies.values()) <= SETTLED

    # ---- what must hold

    async def order(self) -> list[str]:
        """The jobs that wait in their turn, worked out by hand."""
        names = ("id", "requester", "created_at", "estimate_s", "priority")
        of = select(*(jobs.c[name] for name in names), jobs.c.status)
        now = self.clock()
        async with self.house.store.jobs._database.read() as connection:
            rows = (await connection.execute(of)).all()
            had = {who: faded(s, now - at) for who, s, at in await connection.execute(select(usage))}
        for row in rows:
            if row.status == Status.RENDERING:
                had[row.requester] = had.get(row.requester, 0.0) + row.estimate_s
        waiting = [Waiting(*row[:-1]) for row in rows if row.status == Status.QUEUED]
        return in_turn(waiting, had, {job_id for job_id, _ in await self.pool.held()}, now)

    async def check(self) -> None:
        """All that holds at any time."""
        store = self.house.store
        async with store.jobs._database.read() as connection:
            rows = {row.id: row for row in await connection.execute(select(jobs))}
        assert rows.keys() == self.jobs.keys()
        replies = await self._replies()
        open_jobs = Counter(Status(row.status) for row in rows.values())
        assert {status: number for status, number in (await store.queue.counts()).items() if number} == {
            status: number for status, number in open_jobs.items() if status not in ENDED
        }
        for row in rows.values():
            assert row.attempt <= MAX_ATTEMPTS and 0 <= row.deliveries <= MAX_DELIVERIES
            assert self.ends[row.id] == (row.status in ENDED)
            assert (row.id in replies) == (row.status in ENDED | {Status.RENDERED})
            assert (row.status in ENDED) == (row.ended_at is not None)
            assert not (row.cancel_requested and row.status in (Status.QUEUED, Status.FAILED) and not row.result)
        held = await store.queue.underway(await self.pool.held())
        assert len(held) <= SLOTS + PREFETCH
        assert max(Counter(self.platform.arrived).values(), default=0) <= 1
        line = await self.house.scheduler.line()
        assert line == await self.order()
        await self._check_outlooks(line)

    async def _check_outlooks(self, line: list[str]) -> None:
        known = await self.house.store.jobs.several(self.jobs)
        outlooks = await self.house.scheduler.outlooks(known)
        etas = []
        for place, job_id in enumerate(line, 1):
            assert outlooks[job_id].position == place
            etas.append(outlooks[job_id].eta_s)
        assert all(eta is not None and eta >= 0 for eta in etas)
        assert all(
            outlooks[job.id].position == (0 if job.status is Status.RENDERING else None)
            for job in known
            if job.status is not Status.QUEUED
        )

    async def _replies(self) -> dict[str, ReplyState]:
        async with self.house.store.jobs._database.read() as connection:
            rows = await connection.execute(select(outbox.c.job, outbox.c.state))
            return {job: ReplyState(state) for job, state in rows}

    async def _may_begin(self) -> set[str]:
        async with self.house.store.jobs._database.read() as connection:
            ready = select(jobs.c.id).where(jobs.c.status == Status.QUEUED, jobs.c.not_before <= self.clock())
            return set((await connection.execute(ready)).scalars())
