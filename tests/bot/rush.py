"""An hour's rush in fast time: the real store, scheduler, dispatch, desk and outbox, and a renderer that only pretends.

The clock stands still while anything is left to be done, and then moves on to what comes next: an order, or the end
of a painting. All that asks for the time, the store and the order of its queue too, reads this clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import heapq
import itertools
import random
import statistics
import time
from array import array
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot.jobs import Job, Status, new_id
from bot.store import Store
from bot.store.jobs import Room
from renderer.options import RenderOptions
from renderer.protocol import StyleInput
from tests.bot.life.hands import HandPool, Seat
from tests.bot.life.world import HandClock, quiet
from tests.fakes.house import House
from tests.fakes.pool import done
from tests.fakes.watched import PATIENCE_S

#: What is asked for, and how many seconds it takes on average: the renderer is a quick one.
KINDS = (
    (RenderOptions(size=256, quality="draft"), 3.0),
    (RenderOptions(size=512, quality="draft"), 6.0),
    (RenderOptions(size=512), 12.0),
    (RenderOptions(size=768), 20.0),
)
_ASPECT = 4 / 3
#: A painting takes so much more or less than like ones.
_SPREAD = 0.2
_HISTORY = 5
_LAG_S = 0.005
_ROOM = Room(per_requester=100_000, in_all=100_000)


@dataclasses.dataclass(frozen=True)
class Plan:
    """Who asks for what. The busy order all of theirs in the first minutes and wait from then on."""

    people: int
    jobs: int
    busy: int  #: of the people
    busy_jobs: int  #: of each of these
    slots: int
    within_s: float = 3600


@dataclasses.dataclass
class Rush:
    """What came of it."""

    delivered: int
    seconds: dict[str, float]  #: render seconds of those that waited all the time, in that time
    told: list[tuple[str, float, float]]  #: whose, seconds told at acceptance, seconds that it took
    longest_line: int
    lags: array[float]  #: seconds that the event loop came late to a task that only sleeps
    resident: list[float]  #: megabytes, every tenth of the jobs
    lasted_s: float  #: of the clock's time
    took_s: float  #: of ours

    @property
    def fairness(self) -> float:
        """The most that one of the equally backlogged has had, over the least."""
        return max(self.seconds.values()) / min(self.seconds.values())

    @property
    def eta_error(self) -> float:
        """By how much of the wait that there was the time that was told was wrong, in the median."""
        return statistics.median(abs(told_s - took_s) / took_s for _, told_s, took_s in self.told)

    @property
    def wait_s(self) -> float:
        """Seconds from acceptance to the painting, in the median."""
        return statistics.median(took_s for _, _, took_s in self.told)

    def lag(self, part: float) -> float:
        """Seconds of lag that this part of all looks kept within."""
        return sorted(self.lags)[int(part * (len(self.lags) - 1))]


async def simulate(folder: Path, plan: Plan, seed: int = 1) -> Rush:
    """Let the rush come and go."""
    with quiet():
        async with _house(folder, plan.slots) as (house, pool, clock):
            return await _Hour(house, pool, clock, plan, random.Random(seed)).run()


@contextlib.asynccontextmanager
async def _house(folder: Path, slots: int) -> AsyncIterator[tuple[House, HandPool, HandClock]]:
    clock, pool = HandClock(), HandPool(slots)
    store = await Store.open(folder / "atelier.db", clock)
    house = House(folder, store, clock, pool)  # type: ignore[arg-type]
    await pool.start(house.dispatch.on_event)
    sending = asyncio.create_task(house.outbox.run())
    try:
        yield house, pool, clock
    finally:
        house.outbox.stop()
        await sending
        await store.close()


class _Hour:
    def __init__(self, house: House, pool: HandPool, clock: HandClock, plan: Plan, chance: random.Random) -> None:
        self._house = house
        self._pool = pool
        self._clock = clock
        self._plan = plan
        self._chance = chance
        self._begun = clock()
        self._numbers = itertools.count()
        self._ends: list[tuple[float, int, Seat]] = []
        self._known: dict[str, tuple[float, float]] = {}  # when a job was accepted, and the wait that was told
        self._had: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)  # ends of paintings, and seconds
        self._means = {(options.size, options.quality): mean_s for options, mean_s in KINDS}
        self._rush = Rush(0, {}, [], 0, array("d"), [], 0, 0)

    async def run(self) -> Rush:
        begun = time.monotonic()
        self._content, self._style = await self._house.blob(b"content"), await self._house.blob(b"style")
        await self._paint_some_before()
        orders = sorted(self._orders(), key=lambda order: order[0])
        tenth = len(orders) // 10
        lagging = asyncio.create_task(self._measure_lag())
        while orders or self._ends:
            next_order = orders[0][0] if orders else float("inf")
            if self._ends and self._ends[0][0] <= next_order:
                await self._end()
                if self._rush.delivered % tenth == 0:
                    gc.collect()
                    self._rush.resident.append(_resident_mb())
            else:
                await self._order(*orders.pop(0))
            await self._supply()
        await self._all_sent()
        lagging.cancel()
        self._rush.lasted_s = self._clock() - self._begun
        self._rush.took_s = time.monotonic() - begun
        self._rush.seconds = self._of_the_busy()
        return self._rush

    def _orders(self) -> Iterator[tuple[float, str, RenderOptions]]:
        """When who asks for what."""
        plan, kinds = self._plan, [options for options, _ in KINDS]
        for person in range(plan.busy):
            # Each mostly for one kind: who asks for long ones gets no more seconds than who asks for short ones.
            weights = [1 + 8 * (number == person % len(kinds)) for number in range(len(kinds))]
            for options in self._chance.choices(kinds, weights, k=plan.busy_jobs):
                yield self._begun + self._chance.uniform(0, plan.within_s / 12), f"busy:{person}", options
        for number in range(plan.jobs - plan.busy * plan.busy_jobs):
            person = number % (plan.people - plan.busy)
            at = self._begun + self._chance.uniform(0, plan.within_s)
            yield at, f"usual:{person}", self._chance.choice(kinds)

    async def _paint_some_before(self) -> None:
        """The service knows how long such paintings take."""
        for number in range(_HISTORY * len(KINDS)):
            options, _ = KINDS[number % len(KINDS)]
            job = await self._accept("earlier:1", options, 1)
            await self._house.store.jobs.hand_over(job.id, 1, 1)
            await self._painted(job.id, job.attempt, 1, self._length_s(options))

    async def _order(self, at: float, requester: str, options: RenderOptions) -> None:
        self._clock.ahead_s += at - self._clock()
        job = await self._accept(requester, options, await self._house.estimates.seconds(options, _ASPECT))
        view = await self._house.desk.look(job.id, requester)
        self._known[job.id] = at, view.eta_s or 0
        self._rush.longest_line = max(self._rush.longest_line, view.position or 0)

    async def _accept(self, requester: str, options: RenderOptions, estimate_s: float) -> Job:
        number = next(self._numbers)
        job = Job(
            id=new_id(),
            adapter="fake",
            source=str(number),
            requester=requester,
            content=self._content,
            styles=(StyleInput(picture=self._style),),
            options=options,
            created_at=self._clock(),
        )
        return await self._house.store.jobs.add(job, estimate_s=estimate_s, room=_ROOM)

    async def _end(self) -> None:
        at, _, seat = heapq.heappop(self._ends)
        self._clock.ahead_s += at - self._clock()
        job = await self._house.store.jobs.get(seat.job.id)
        assert job is not None and job.started_at is not None
        seconds = at - job.started_at
        self._had[job.requester].append((at, seconds))
        accepted_at, told_s = self._known[job.id]
        self._rush.told.append((job.requester, told_s, at - accepted_at))
        await self._painted(job.id, job.attempt, seat.delivery, seconds)
        self._pool.seats.remove(seat)
        self._rush.delivered += 1
        # What the fakes remember for other tests would look like a leak.
        for remembered in (self._pool.told, self._pool.submitted, self._house.adapter.replies):
            remembered.clear()

    async def _painted(self, job_id: str, attempt: int, delivery: int, seconds: float) -> None:
        job = await self._house.store.jobs.get(job_id)
        assert job is not None
        size = job.options.size or 512
        event = done(job, delivery, seconds=seconds)
        await self._house.dispatch.on_event(
            event.model_copy(update={"width": size, "height": round(size / _ASPECT), "attempt": attempt})
        )

    async def _supply(self) -> None:
        """The scheduler looks until the pool has enough, and each free worker takes the next."""
        while True:
            await self._house.scheduler._supply()
            if not self._pool.queue or len(self._pool.seats) == self._pool.slots:
                return
            await self._pool.begin()
            seat = self._pool.seats[-1]
            ends_at = self._clock() + self._length_s(seat.job.options)
            heapq.heappush(self._ends, (ends_at, next(self._numbers), seat))

    def _length_s(self, options: RenderOptions) -> float:
        mean_s = self._means[options.size, options.quality]
        return mean_s * self._chance.uniform(1 - _SPREAD, 1 + _SPREAD)

    async def _measure_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_LAG_S)
            self._rush.lags.append(max(0.0, time.monotonic() - before - _LAG_S))

    async def _all_sent(self) -> None:
        """The outbox is through."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self._house.store.queue.counts())[Status.RENDERED]:  # noqa: ASYNC110
                await asyncio.sleep(_LAG_S)

    def _of_the_busy(self) -> dict[str, float]:
        """What each of the busy has had from the time on when all have ordered, to when the first has all they want."""
        busy = {who: ends for who, ends in self._had.items() if who.startswith("busy")}
        since, until = self._begun + self._plan.within_s / 12, min(ends[-1][0] for ends in busy.values())
        return {who: sum(seconds for at, seconds in ends if since < at < until) for who, ends in busy.items()}


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
