"""A day on X in fast time: whenever nothing is left to be done now, the clock moves on to what comes next."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import gc
import heapq
import itertools
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from bot import intake
from bot.pictures import Picture
from bot.spending import total
from bot.store.tables import ReplyState
from config.settings import LimitsSettings
from tests.bot.adapters.x.summoning import Booth, open_booth, picture, unread
from tests.fakes.x import FakeX, Person, fake_x
from tests.fakes.x.posts import Post

_WINDOW_S = 900.0
_POLL_S = 45.0
_CONTENT, _STYLE = picture(64), picture(72)


@dataclasses.dataclass
class Day:
    """What came of it."""

    mentions: int
    to_be_answered: int
    answered: int  #: exactly once
    polls: int
    posts: int
    most_posts_in_a_window: int  #: of a quarter of an hour
    refused_for_rate: int
    bill: float  #: US dollars, as X has it
    ledger: float  #: as the bot has it
    resident: list[float]  #: MB, hour by hour
    wall_s: float
    violations: list[str]


class FastTime:
    """Sleeps that end when everything else rests; the clock is the house's, moved on."""

    def __init__(self) -> None:
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self.clock: Callable[[], float] = time.time
        self.polls = 0

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.clock() + seconds, next(self._numbers), woken))
        await woken

    @property
    def sleeping(self) -> int:
        return len(self._sleepers)

    def next_at(self) -> float:
        return self._sleepers[0][0]

    def wake(self) -> None:
        """Wake those whose time has come."""
        while self._sleepers and self._sleepers[0][0] <= self.clock():
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)


async def simulate(folder: Path, mentions: int, hours: float, burst: int, create_limit: int | None = None) -> Day:
    """So many mentions, spread by lot over so many hours, `burst` of them in one minute."""
    fast = FastTime()
    began = time.monotonic()
    async with fake_x() as x:
        if create_limit:
            x.limits["create"] = create_limit
        with _undecoded():
            async with open_booth(
                folder,
                x,
                sleep=fast.sleep,
                poll_interval_s=_POLL_S,
                limits={"open_jobs": 5000},
            ) as booth:
                fast.clock = x.clock = booth.house.clock
                posts, resident = await _live_through(booth, fast, mentions, hours, burst)
                ledger = total(await booth.services.budget.this_month())
        asked = [post for post, is_asking in posts if is_asking]
        created = [call.at for call in x.calls if call.name == "create" and call.status == 201]
        return Day(
            mentions=len(posts),
            to_be_answered=len(asked),
            answered=sum(len(x.replies_to(post)) == 1 for post in asked),
            polls=sum(call.name == "mentions" for call in x.calls),
            posts=len(created),
            most_posts_in_a_window=max(_in_windows(created)),
            refused_for_rate=sum(x.refused_for_rate.values()),
            bill=x.dollars,
            ledger=ledger,
            resident=resident,
            wall_s=time.monotonic() - began,
            violations=x.violations,
        )


async def _live_through(
    booth: Booth, fast: FastTime, mentions: int, hours: float, burst: int
) -> tuple[list[tuple[Post, bool]], list[float]]:
    lot, start = random.Random(7), fast.clock()
    people = [booth.x.person(f"Person {number}") for number in range(max(10, mentions // 4))]
    noon = hours * 1800
    at_noon = [noon + 60 * number / burst for number in range(burst)]
    times = sorted([lot.uniform(0, hours * 3600) for _ in range(mentions - burst)] + at_noon)
    due = collections.deque(times)
    posts: list[tuple[Post, bool]] = []
    resident: list[float] = []
    end = start + hours * 3600
    # After the day, what waits for a limit is still answered.
    while fast.clock() < end or not await _all_done(booth):
        await _rest(booth, fast)
        upcoming = [fast.next_at()]
        if due:
            upcoming.append(start + due[0])
        if (next_s := await booth.house.store.outbox.seconds_to_next("x")) is not None:
            upcoming.append(fast.clock() + next_s)
        booth.house.clock.ahead_s += max(0.0, min(upcoming) - fast.clock())
        while due and start + due[0] <= fast.clock():
            due.popleft()
            posts.append(await _post(booth, lot, people))
        if len(resident) < int((fast.clock() - start) / 3600) + 1:
            resident.append(_resident_mb(booth.x))
        fast.wake()
        booth.house.outbox.ring()
    return posts, resident


async def _post(booth: Booth, lot: random.Random, people: list[Person]) -> tuple[Post, bool]:
    person, kind = lot.choice(people), lot.random()
    bot = f"@{booth.x.bot.username}"
    if kind < 0.7:
        return await person.post(bot, [_CONTENT, _STYLE]), True
    if kind < 0.9:
        return await person.post(f"{bot} #woodcut strength={lot.randint(30, 90)}%", [_CONTENT]), True
    if kind < 0.95 and (
        painted := [post for post in booth.x.posts[-200:] if post.author is booth.x.bot and post.media]
    ):
        return await person.post("such a lovely picture", reply_to=lot.choice(painted)), False
    return await person.post(f"{bot} #woodcutt", [_CONTENT]), False  # answered, unless the person was told thrice


async def _rest(booth: Booth, fast: FastTime) -> None:
    """Returns once nothing goes on: all that is left sleeps."""
    while True:
        await asyncio.sleep(0.002)
        if not fast.sleeping or booth.adapter._replying:
            continue
        jobs = await booth.house.store.queue.open_jobs()
        if any(job.status != "rendered" for job in jobs):
            continue
        if len(await unread(booth.house)) > fast.sleeping - 1:  # all but the one that looks for mentions
            continue
        next_s = await booth.house.store.outbox.seconds_to_next("x")
        if next_s is None or next_s > 0:
            return


async def _all_done(booth: Booth) -> bool:
    counts = await booth.house.store.outbox.counts()
    waiting = counts.get(ReplyState.READY, 0) + counts.get(ReplyState.SENDING, 0)
    return not waiting and not await unread(booth.house)


def _resident_mb(x: FakeX) -> float:
    """Of this process, the server of ours included, which is made to forget all that it was told."""
    for upload in x.uploads:
        upload.data = upload.media.data = b""
    x.calls[:] = [call._replace(json=None, params={}) for call in x.calls]
    gc.collect()
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e3


def _in_windows(times: list[float]) -> Iterator[int]:
    """How many there are in each window of X's, which begins with the first call after the one before."""
    start, number = -_WINDOW_S, 0
    for at in sorted(times):
        if at - start >= _WINDOW_S:
            start, number = at, 0
        number += 1
        yield number


@contextlib.contextmanager
def _undecoded() -> Iterator[None]:
    """Pictures are taken as they are: a process for each would be most of the day."""

    async def normalise(raw: Path, scratch: Callable[[str], Path], limits: LimitsSettings) -> Picture:
        file = scratch(".png")
        shutil.copyfile(raw, file)
        return Picture(file, 64, 48)

    with mock.patch.object(intake, "normalise", normalise):
        yield
