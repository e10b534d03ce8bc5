"""What a platform that charges for its calls may cost."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
from collections.abc import AsyncIterator, Callable, Mapping

from bot.errors import OverBudget
from bot.patience import patiently
from bot.store import Store
from bot.store.spending import Spent as Spent  # what is asked for here

#: Less than the price of anything.
_ROUNDING = 1e-9


class Budget:
    """The ledger of one platform, with its limits (US dollars; a day and a month are UTC's).

    `prices` are dollars by kind of call; `clock` gives Unix seconds.
    """

    def __init__(
        self,
        store: Store,
        platform: str,
        prices: Mapping[str, float],
        per_day: float,
        per_month: float,
        clock: Callable[[], float],
    ) -> None:
        self._rows = store.spending
        self.platform = platform
        self.prices = prices
        self.per_day = per_day
        self.per_month = per_month
        self._clock = clock
        self._reserved = 0.0
        self._reserving = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def reserved(self, cost: float) -> AsyncIterator[None]:
        """Set so many dollars aside for calls that are noted meanwhile. Raises OverBudget where a limit forbids it."""
        async with self._reserving:
            left = await self._left()
            if cost > left + _ROUNDING:
                raise await self._over()
            self._reserved += cost
        try:
            yield
        finally:
            self._reserved -= cost

    async def room(self, price: float, least: int, most: int, owed: float = 0) -> int:
        """How many things of that price can be paid for beside what is `owed` (US dollars), `most` at most.

        Raises OverBudget for fewer than `least`.
        """
        left = await self._left() - owed
        if price * most <= max(left, 0):
            return most
        number = int((left + _ROUNDING) / price)
        if number < least:
            raise await self._over()
        return number

    async def _left(self) -> float:
        """Dollars that may still be spent, by the limit that leaves less."""
        today, month = total(await self.today()), total(await self.this_month())
        return min(self.per_day - today, self.per_month - month) - self._reserved

    async def _over(self) -> OverBudget:
        """The limit that is nearer, and when it ends."""
        now = self._now()
        today, month = total(await self.today()), total(await self.this_month())
        if self.per_month - month <= self.per_day - today:
            first = (now.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
            return OverBudget(f"the limit of ${self.per_month:g} a month is reached", _seconds_to(first, now))
        tomorrow = now + datetime.timedelta(days=1)
        return OverBudget(f"the limit of ${self.per_day:g} a day is reached", _seconds_to(tomorrow, now))

    async def spend(self, kind: str, calls: int = 1) -> None:
        """Note calls that were made."""
        if calls:
            note = functools.partial(self._rows.add, self.platform, utc_day(self._clock()), kind, calls)
            # The call is made, and its answer not to be lost.
            await patiently(lambda: note(self.prices[kind]))

    async def used(self) -> float:
        """The part of the day's or the month's limit that is spent, whichever is more: 1 at the limit."""
        parts = ((await self.today(), self.per_day), (await self.this_month(), self.per_month))
        return max(total(spent) / limit if limit else 1.0 for spent, limit in parts)

    async def today(self) -> dict[str, Spent]:
        """What was spent today, by kind."""
        return await self._rows.within(self.platform, utc_day(self._clock()))

    async def this_month(self) -> dict[str, Spent]:
        """What was spent this month, by kind."""
        return await self._rows.within(self.platform, self._now().strftime("%Y-%m"))

    def _now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)


def utc_day(at: float) -> str:
    """The day of a moment (Unix seconds) by UTC, as the ledger writes it: ``2026-11-27``."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d")


def total(spent: Mapping[str, Spent]) -> float:
    """Dollars in all."""
    return sum(kind.dollars for kind in spent.values())


def _seconds_to(day: datetime.datetime, now: datetime.datetime) -> float:
    """Seconds until that day begins."""
    return (day.replace(hour=0, minute=0, second=0, microsecond=0) - now).total_seconds()
