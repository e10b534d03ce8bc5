from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.dispatch import Dispatch
from bot.errors import Stuck
from bot.jobs import Status
from bot.metrics.service import _WATCHDOGS
from bot.ports import WorkerStatus
from bot.store.tables import ReplyState
from bot.watchdogs import ClockWatch, DispatchWatch, LoopWatch, OutboxWatch, RenderersWatch, Watchdog, Watchdogs
from bot.watchdogs.dispatch import END_S, TELL_S
from bot.watchdogs.loop import BLOCKED_S
from bot.watchdogs.outbox import LATE_S
from bot.watchdogs.renderers import WITHIN_S
from bot.watchdogs.watching import EVERY_S
from renderer.protocol import FailureReason
from tests.fakes.house import House, failure, painting, started
from tests.fakes.watched import PATIENCE_S


class Dog:
    """Says what a test wants."""

    name = "loop"

    def __init__(self) -> None:
        self.matter: str | None = None
        self.acts = 0

    async def look(self) -> str | None:
        return self.matter

    async def act(self) -> None:
        self.acts += 1


class Round:
    """Watchdogs in a house, in a time that a test moves on."""

    def __init__(self, house: House, *watchdogs: Watchdog) -> None:
        self.now = 1000.0
        self.barks: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.watchdogs = Watchdogs(watchdogs, self._bark, self._tell, lambda: self.now, self._sleep)
        self.naps: list[float] = []  #: how much longer each sleep takes; after the last the round ends
        self._metrics = house.metrics

    def _bark(self, name: str) -> None:
        self.barks.append(name)
        self._metrics.barked(name)

    async def _tell(self, kind: str, text: str) -> None:
        self.told.append((kind, text))

    async def _sleep(self, seconds: float) -> None:
        if not self.naps:
            raise asyncio.CancelledError
        self.now += seconds + self.naps.pop(0)


# ---- what all have in common


async def test_what_is_amiss_is_logged_counted_told_once_and_acted_upon_as_long_as_it_lasts(house: House) -> None:
    dog = Dog()
    ward = Round(house, dog)
    with capture_logs() as logs:
        for matter in (None, "it rains", "it rains", None, "it pours"):
            dog.matter = matter
            await ward.watchdogs.round()
    barks = [(line["event"], line.get("matter")) for line in logs]
    assert barks == [("watchdog", "it rains"), ("watchdog at rest", None), ("watchdog", "it pours")]
    assert (ward.barks, dog.acts) == (["loop", "loop"], 3)
    assert ward.told == [("loop", "it rains")]  # admins are not told twice within an hour
    assert b'atelier_watchdog_barks_total{watchdog="loop"} 2.0' in await house.metrics.text()


async def test_every_watchdog_has_a_series_from_the_start(house: House) -> None:
    text = await house.metrics.text()
    assert all(f'atelier_watchdog_barks_total{{watchdog="{name}"}} 0.0'.encode() in text for name in _WATCHDOGS)
    classes = (ClockWatch, DispatchWatch, LoopWatch, OutboxWatch, RenderersWatch)
    assert sorted(watch.name for watch in classes) == sorted(_WATCHDOGS)


async def test_after_the_process_stood_still_nothing_is_said_to_hang(house: House) -> None:
    dog = Dog()
    dog.matter = "hangs"
    ward = Round(house, dog)
    ward.naps = [10 * EVERY_S]
    with pytest.raises(asyncio.CancelledError):
        await ward.watchdogs.run()
    assert ward.barks == []
    ward.naps = [0.0]
    with pytest.raises(asyncio.CancelledError):
        await ward.watchdogs.run()
    assert ward.barks == ["loop"]


async def test_a_watchdog_that_hangs_itself_does_not_hold_up_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watchdogs.watching._PATIENCE_S", 0.01)

    class Hung(Dog):
        async def look(self) -> str | None:
            await asyncio.Event().wait()
            return None

    dog = Dog()
    dog.matter = "it rains"
    ward = Round(house, Hung(), dog)
    with capture_logs() as logs:
        await ward.watchdogs.round()
    assert [line["event"] for line in logs] == ["watchdog cannot look", "watchdog"]


# ---- jobs that stand still


async def test_a_report_that_is_not_dealt_with_is_told_and_ends_the_service(house: House) -> None:
    now = [0.0]
    dispatch = _dispatch(house, lambda: now[0])
    ways_out: list[float] = []
    watch = DispatchWatch(dispatch, house.scheduler, ways_out.append)
    job = await house.job()
    await dispatch.on_event(started(job))
    assert await watch.look() is None
    async with house.store.jobs._database.write():  # somebody keeps the store to himself
        ending = asyncio.create_task(dispatch.on_event(painting(await house.read(job))))
        await _until(lambda: bool(dispatch._endings))
        now[0] = TELL_S
        assert await watch.look() == f"a renderer's report is not dealt with since {TELL_S:.0f} s"
        await watch.act()
        now[0] = END_S
        await watch.look()
        with pytest.raises(Stuck, match="report is not dealt with"):
            await watch.act()
    await ending
    assert len(ways_out) == 1
    assert await watch.look() is None
    assert (await house.read(job)).status is Status.RENDERED


async def test_a_queue_that_nobody_looks_at_is_told_unless_nobody_should(house: House) -> None:
    now = [0.0]
    house.scheduler._steady = lambda: now[0]
    watch = DispatchWatch(house.dispatch, house.scheduler)
    now[0] = 2 * END_S
    assert await watch.look() is None  # it does not run
    job = await house.job()
    async with house.running():
        await house.pool.until_held(job.id)
        now[0] += TELL_S
        assert await watch.look() == f"nobody looks at the queue since {TELL_S:.0f} s"
        house.scheduler.ring("")
        await _until(lambda: house.scheduler.behind_s == 0)
        assert await watch.look() is None


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def _dispatch(house: House, clock: Callable[[], float]) -> Dispatch:
    wake, reply_due = house.scheduler.wake, house.outbox.ring
    return Dispatch(
        house.store, house.blobs, house.pool, house.adapters, house.latest, wake, reply_due, house.moderation, clock
    )


# ---- replies, renderers


async def test_replies_that_do_not_get_through_are_told_and_the_outbox_is_rung(house: House) -> None:
    rung: list[None] = []
    watch = OutboxWatch(house.store.outbox, lambda: rung.append(None))
    job = await house.job()
    await house.dispatch.on_event(started(job))
    await house.dispatch.on_event(failure(await house.read(job), FailureReason.BAD_INPUT))
    assert await watch.look() is None
    house.clock.ahead_s = LATE_S + 1
    assert await watch.look() == "a reply to fake has waited for 16 minutes"
    await watch.act()
    assert rung
    await house.store.outbox.claim(job)
    await house.store.outbox.uncertain(job)
    assert await watch.look() is None  # that is for people to settle


async def test_renderers_that_are_lost_again_and_again_are_told_with_the_reason(house: House) -> None:
    now = [0.0]
    watch = RenderersWatch(house.pool, lambda: now[0])

    async def after(seconds: float, restarts: int) -> str | None:
        now[0] += seconds
        house.pool.workers = (WorkerStatus("local-0", None, "down", reason="ended by SIGKILL", restarts=restarts),)
        return await watch.look()

    assert [await after(60, restarts) for restarts in (0, 1, 2)] == [None] * 3
    assert await after(60, 3) == ("renderers were lost 3 times within a quarter of an hour (local-0: ended by SIGKILL)")
    assert await after(WITHIN_S, 4) is None


# ---- the clock


async def test_a_clock_that_is_set_back_takes_what_is_due_along(house: House) -> None:
    woken: list[None] = []
    watch = ClockWatch(house.store, lambda: woken.append(None), house.clock, time.time)
    first, second = await house.job("1"), await house.job("2")
    rendering = await house.store.jobs.hand_over(first.id, 1, 1)
    await house.store.jobs.retry(rendering, delay_s=60)
    await house.dispatch.on_event(started(second))
    await house.dispatch.on_event(failure(await house.read(second), FailureReason.BAD_INPUT))
    await house.store.outbox.claim(second)
    await house.store.outbox.postpone(second, ReplyState.READY, 30, "busy")
    house.clock.ahead_s = -3600
    matter = await watch.look()
    assert matter and matter.startswith("the clock was set back by 3600 s")
    await watch.act()
    assert woken
    next_s = await house.store.outbox.seconds_to_next("fake")
    assert next_s is not None and next_s <= 30
    assert [job.id for job in await house.store.queue.next_queued(9, house.clock() + 61)] == [first.id]
    # What was counted an hour ahead would count for two.
    [hour, *_] = await house.accounts.allowances("fake:1")
    assert hour.more_in_s is not None and hour.more_in_s <= 3600


async def test_a_clock_that_goes_forward_is_told_and_a_slow_drift_is_not(house: House) -> None:
    wall = [1000.0]
    watch = ClockWatch(house.store, lambda: None, lambda: wall[0], lambda: 1000.0)
    wall[0] += 4
    assert await watch.look() is None
    wall[0] += 3600
    assert await watch.look() == "the clock went forward by 3600 s, or the machine slept"
    await watch.act()
    assert await watch.look() is None


# ---- the event loop


async def test_what_holds_up_the_event_loop_is_named(house: House) -> None:
    now = [100.0]
    watch = LoopWatch(lambda: now[0])
    beating = asyncio.create_task(watch.beat())
    await _until(lambda: bool(watch._thread))

    def hold_up() -> None:
        now[0] += BLOCKED_S
        for _ in range(2):
            looking = threading.Thread(target=watch.check)
            looking.start()
            looking.join()

    with capture_logs() as logs:
        hold_up()
    lines = [line for line in logs if line["event"] == "event loop blocked"]
    assert len(lines) == 1 and "hold_up" in lines[0]["stack"]
    matter = await watch.look()
    assert matter and matter.startswith(f"the event loop stood for {BLOCKED_S:.0f} s or more in ")
    assert await watch.look() is None
    beating.cancel()


async def test_a_block_is_noticed_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.watchdogs.loop.BLOCKED_S", 0.6)
    watch = LoopWatch()
    beating = asyncio.create_task(watch.beat())
    await _until(lambda: bool(watch._thread))
    ends_at = time.monotonic() + PATIENCE_S
    while watch._matter is None and time.monotonic() < ends_at:
        time.sleep(0.01)  # noqa: ASYNC251
    matter = await watch.look()
    assert matter and Path(__file__).name in matter
    beating.cancel()
