"""A whole run: the service, the platforms, those who order, what goes wrong, and the comparison at the end."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.control import ask
from tests.fakes.telegram import FakeTelegram, fake_telegram
from tests.fakes.x import FakeX, fake_x
from tests.faults.audit import breaches
from tests.faults.books import Books, Row, until
from tests.faults.crowd import Page, Platform, Seen, Telegram, X
from tests.faults.director import Director
from tests.faults.keeper import Keeper
from tests.faults.ledger import OURS, Order
from tests.faults.plan import planned

#: Orders that are under way together.
_AT_ONCE = 16
#: Seconds in which nothing at all happens before the run is given up.
_PATIENCE_S = 180
#: Calls of each operation that the fake X takes: as many as there may be.
_MANY = 1_000_000


@dataclasses.dataclass
class Outcome:
    """What came of a run."""

    orders: Sequence[Order]
    rows: dict[int, list[Row]]
    uncertain: set[int]
    breaches: list[str]
    kills: Counter[str]
    starts: int
    ends: list[str]  #: how the service ended each time that it did
    seed: int
    seconds: float
    log: Path


class Harness:
    """One run in a folder."""

    def __init__(self, folder: Path, orders: Sequence[Order], seed: int, telegram: FakeTelegram, x: FakeX) -> None:
        self._folder = folder
        self._orders = {order.number: order for order in orders}
        self._seed = seed
        self._x = x
        self._books = Books(folder / "data" / "atelier.db")
        self._telegram = Telegram(telegram, self._books)
        weights = folder / "weights"
        weights.mkdir(parents=True)
        self._weights = weights
        self._keeper = Keeper(folder, self._settings(telegram, x), self._died)
        self._page = Page(self._keeper, self._books)
        self._platforms: dict[str, Platform] = {
            "telegram": self._telegram,
            "x": X(x, self._books),
            "web": self._page,
        }
        self._director = Director(self._orders, self._books, seed, self._platforms)
        self._director.keeper = self._keeper
        self._uncertain: set[int] = set()
        self._began = time.monotonic()

    def _settings(self, telegram: FakeTelegram, x: FakeX) -> dict[str, str]:
        x.limits.update(dict.fromkeys(x.limits, _MANY))
        return {
            "ATELIER_RENDERER__WEIGHTS_DIR": str(self._weights),
            "ATELIER_RENDERER__DEVICE": "cpu",
            "ATELIER_RENDERER__TICK_TIMEOUT_S": "3",
            "ATELIER_WEB__PORT": "0",
            "ATELIER_WEB__REQUESTS_PER_MINUTE": "0",
            "ATELIER_RETENTION__LOW_DISK_MB": "0",
            # All who order on this machine's page without a key are one requester.
            "ATELIER_LIMITS__OPEN_JOBS_PER_REQUESTER": str(_AT_ONCE),
            "ATELIER_LIMITS__JOBS_PER_HOUR": str(_MANY),
            "ATELIER_LIMITS__JOBS_PER_DAY": str(_MANY),
            "ATELIER_MODERATION__ADAPTERS": "none",
            "ATELIER_TELEGRAM__TOKEN": telegram.token,
            "ATELIER_TELEGRAM__BASE_URL": telegram.base_url,
            "ATELIER_TELEGRAM__BASE_FILE_URL": telegram.base_file_url,
            "ATELIER_TELEGRAM__ALBUM_PAUSE_S": "0.3",
            **x.settings,
            "ATELIER_X__DAILY_LIMIT": "1000",
            "ATELIER_X__MONTHLY_LIMIT": "1000",
        }

    async def run(self) -> Outcome:
        """Let everybody order, wait for every end, settle what is uncertain as an operator would, and compare."""
        await self._director.open(self._weights)
        keeping = asyncio.create_task(self._keeper.run(), name="keeper")
        try:
            # X's bot answers nothing that was said before it was there.
            await self._x.until(lambda: any(call.name == "mentions" for call in self._x.calls), _PATIENCE_S)
            await self._all_orders()
            found = await self._compared()
            await self._keeper.stop()
            await keeping
        finally:
            self._keeper.abandon()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._page.close()
            await self._director.close()
        return found

    async def _all_orders(self) -> None:
        places = asyncio.Semaphore(_AT_ONCE)
        stuck = asyncio.create_task(self._watch(), name="watch")
        ordering = [asyncio.create_task(self._one(order, places)) for order in self._orders.values()]
        try:
            running = {*ordering}
            while running and not stuck.done():
                ended, running = await asyncio.wait({*running, stuck}, return_when=asyncio.FIRST_COMPLETED)
                running.discard(stuck)
                for task in ended:
                    task.result()
        finally:
            for task in (stuck, *ordering):
                task.cancel()
            await asyncio.gather(stuck, *ordering, return_exceptions=True)

    async def _one(self, order: Order, places: asyncio.Semaphore) -> None:
        async with places:
            order.note("asked")
            platform = self._platforms[order.platform]
            ordering = asyncio.create_task(platform.order(order))
            try:
                await asyncio.sleep(0)  # its person is there now
                for fault in order.due("asking"):
                    await self._director.strike(order, fault)
                await ordering
            finally:
                ordering.cancel()
            order.note("over")

    async def _watch(self) -> None:
        """Returns once nothing has happened for too long."""
        before, since = -1, time.monotonic()
        while time.monotonic() - since < _PATIENCE_S:
            await asyncio.sleep(1)
            # Writes alone are no progress: the service looks after itself, too. Neither are refusals.
            now = sum(not what.startswith("told") for order in self._orders.values() for _, what in order.history)
            if now != before:
                before, since = now, time.monotonic()

    def _died(self, how: str) -> None:
        """What the store says in the moment of a death: whose reply nobody can know about."""
        self._telegram.died()
        for number, rows in self._books.rows().items():
            order = self._orders[number]
            if any(row.reply == "sending" and row.address.get("unsure") for row in rows):
                order.uncertain = f"the bot {how} while it sent, and there is no message that could be edited"
            if any(row.status not in ("delivered", "failed", "cancelled", "expired") for row in rows):
                order.note(f"the bot {how}")

    async def _compared(self) -> Outcome:
        found: list[str] = []
        self._uncertain = {number for number, rows in self._books.rows().items() if _has_uncertain(rows)}
        self._director.calm()
        await self._settle()
        rows = self._books.rows()
        for number, order in self._orders.items():
            seen = await self._seen(order, rows.get(number, []))
            wrong = list(breaches(order, rows.get(number, []), seen, number in self._uncertain))
            # A platform's fault waits for a call that may never come: the bot is killed before it, for another order.
            missed = [fault for fault in order.faults if fault.kind in OURS and not fault.struck and not wrong]
            wrong += [f"this did not happen: {fault}" for fault in missed]
            found += [self._described(order, one) for one in wrong]
        seconds = time.monotonic() - self._began
        told = "\n".join(self._described(order, "") for order in self._orders.values())
        (self._folder / "orders.txt").write_text(told)
        return Outcome(
            list(self._orders.values()),
            rows,
            self._uncertain,
            found,
            self._director.kills,
            self._keeper.starts,
            self._keeper.ends,
            self._seed,
            seconds,
            self._keeper.log,
        )

    async def _settle(self) -> None:
        """As an operator who looks into the chat: what has arrived is counted as sent, else it is sent again."""
        for number in sorted(self._uncertain):
            order = self._orders[number]
            (row,) = self._books.rows()[number]
            there = bool((await self._seen(order, [row])).paintings)  # type: ignore[union-attr]
            order.note("settled: " + ("sent" if there else "resend"))
            await self._keeper.open.wait()
            verb = f"{row.id} {'sent' if there else 'resend'}"
            await asyncio.to_thread(ask, self._folder / "data", "uncertain", verb)
        async with asyncio.timeout(_PATIENCE_S):
            await until(lambda: all(row.is_over for rows in self._books.rows().values() for row in rows))

    async def _seen(self, order: Order, rows: Sequence[Row]) -> Seen | None:
        return await self._platforms[order.platform].seen(order, rows[0]) if len(rows) == 1 else None

    def _described(self, order: Order, wrong: str) -> str:
        what = f"order {order.number} ({order.platform}, {order.way}): {wrong}"
        return f"{what}\n    {order.told(self._began)}"


def _has_uncertain(rows: Sequence[Row]) -> bool:
    return any(row.reply == "uncertain" for row in rows)


async def run(number: int, seed: int, folder: Path | None = None) -> Outcome:
    """So many orders, with what goes wrong by this seed."""
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        async with fake_telegram() as telegram, fake_x() as x:
            # What could not be noted, or was not before a kill, is done once more: an edit, the answer to a press.
            telegram.expect("message is not modified")
            telegram.expect("query is too old")
            found = await Harness(folder, planned(number, seed), seed, telegram, x).run()
            found.breaches += [f"Telegram would have refused: {one}" for one in telegram.violations]
            found.breaches += [f"X would have refused: {one}" for one in x.violations]
            for platform in (telegram, x):
                platform.expect("")  # anything: it is told already
            return found
