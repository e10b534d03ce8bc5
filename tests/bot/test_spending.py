from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import OverBudget
from bot.spending import Budget, total
from bot.store import Store

NOON = datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC).timestamp()
HOUR = 3600.0


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "atelier.db", clock)
    yield store
    await store.close()


def budget(store: Store, clock: Clock, per_day: float = 1, per_month: float = 3) -> Budget:
    return Budget(store, "x", {"mention": 0.001, "reply": 0.01, "free": 0}, per_day, per_month, clock)


async def test_calls_are_entered_by_kind(store: Store, clock: Clock) -> None:
    x = budget(store, clock)
    for _ in range(3):
        await x.spend("mention", 7)
    await x.spend("reply")
    await x.spend("free", 2)
    await x.spend("mention", 0)
    today = await x.today()
    assert {kind: spent.calls for kind, spent in today.items()} == {"mention": 21, "reply": 1, "free": 2}
    assert total(today) == pytest.approx(0.031)
    other = Budget(store, "y", {"mention": 1.0}, 1, 1, clock)
    assert await other.today() == {}


async def test_a_limit_is_not_passed_by_a_cent_and_ends_with_the_day(store: Store, clock: Clock) -> None:
    x = budget(store, clock, per_day=0.1)
    for _ in range(10):
        async with x.reserved(0.01):
            await x.spend("reply")
    assert await x.used() == pytest.approx(1)
    with pytest.raises(OverBudget, match=r"\$0.1 a day") as over:
        async with x.reserved(0.01):
            pass
    assert over.value.until_s == 12 * HOUR
    async with x.reserved(0):
        pass
    clock.now += 12 * HOUR
    async with x.reserved(0.1):
        pass
    assert await x.used() == 0


async def test_what_is_set_aside_is_spent_by_nobody_else(store: Store, clock: Clock) -> None:
    x = budget(store, clock, per_day=0.1)
    assert await x.room(0.01, 5, 100) == 10
    async with x.reserved(0.04):
        assert await x.room(0.01, 5, 100) == 6
        with pytest.raises(OverBudget):
            async with x.reserved(0.07):
                pass
        await x.spend("reply", 2)
    assert await x.room(0.01, 5, 100) == 8
    assert await x.room(0.01, 5, 7) == 7
    with pytest.raises(OverBudget):
        await x.room(0.02, 5, 100)
    assert await x.room(0, 5, 100) == 100


async def test_the_month_has_a_limit_too(store: Store, clock: Clock) -> None:
    x = budget(store, clock, per_day=10, per_month=0.02)
    clock.now -= 10 * 24 * HOUR
    await x.spend("reply", 2)
    clock.now += 24 * HOUR
    with pytest.raises(OverBudget, match="a month") as over:
        async with x.reserved(0.001):
            pass
    assert over.value.until_s == 9 * 24 * HOUR + 12 * HOUR
    assert await x.used() == pytest.approx(1)
    clock.now += over.value.until_s
    async with x.reserved(0.001):
        pass


async def test_nothing_is_allowed_where_the_limit_is_nothing(store: Store, clock: Clock) -> None:
    x = budget(store, clock, per_day=0)
    assert await x.used() == 1
    with pytest.raises(OverBudget):
        async with x.reserved(0.001):
            pass
