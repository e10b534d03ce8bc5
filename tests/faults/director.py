"""Listens to the points that the service's processes reach, and lets happen there what is planned."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults.books import Books, until
from tests.faults.crowd import Platform, Struck
from tests.faults.keeper import Keeper
from tests.faults.ledger import RANDOM, Fault, Kind, Order, Way
from tests.faults.points import FULL, GO, OLD, SOCKET

#: What fails while the disk is full.
_WRITES = frozenset({"commit", "blob", "download", "painting written"})
#: Seconds for which a stopped bot hangs, nobody being there to notice it.
_STANDSTILL_S = 1.0
#: Seconds after which the database is free again, where nobody has asked for it.
_LONGEST_BUSY_S = 5.0
#: Within so many points a process is killed that is killed anywhere.
_FUSE = 60
#: Seconds in which somebody's cancel arrives.
_CANCEL_S = 30


class Director:
    """Answers each hit."""

    def __init__(self, orders: Mapping[int, Order], books: Books, seed: int, platforms: Mapping[str, Platform]) -> None:
        self.keeper: Keeper | None = None
        self.reached: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()  #: by point and target
        self._orders = orders
        self._books = books
        self._chance = random.Random(seed)
        self._platforms = platforms
        self._troubles: list[tuple[Fault, Struck]] = []
        self._fuses: list[tuple[int, str, Order]] = []
        self._full = 0  # writes that fail yet
        self._is_calm = False
        self._busy: asyncio.Event | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def open(self, folder: Path) -> None:
        """Listen in this folder."""
        self._server = await asyncio.start_unix_server(self._welcome, folder / SOCKET)

    async def close(self) -> None:
        assert self._server
        self._server.close()
        for task in (*self._beside, *self._lines):
            task.cancel()
        await asyncio.gather(*self._beside, *self._lines, return_exceptions=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: that of asyncio's would complain where it is cancelled.
        line = asyncio.create_task(self._attend(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                hit = json.loads(line)
                answer = await self._answer(hit)
                writer.write(answer.encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _answer(self, hit: dict[str, Any]) -> str:
        point, order = hit["point"], self._orders.get(hit["order"])
        self.reached[point] += 1
        if order:
            order.note(point)
        if self._is_calm:
            return GO
        if point == "not written" and self._busy and "locked" in hit["why"]:
            self._busy.set()
        await self._burn()
        if self._full and point in _WRITES:
            self._full -= 1
            return FULL
        if order:
            await self._stage(order, point)
            if point == "accepted" and order.way is Way.EXPIRED:
                return OLD
        return GO

    def calm(self) -> None:
        """Let nothing go wrong any more. Of the platforms' faults only those count that a call has met with."""
        self._is_calm = True
        for fault, struck in self._troubles:
            fault.struck = min(fault.struck, struck.hits)
            struck.end()

    async def _stage(self, order: Order, point: str) -> None:
        self._platforms[order.platform].reached(order, point)
        if point == "painting" and order.way is Way.CANCELLED:
            await self._until_cancelled(order)
        for fault in order.due(point):
            await self.strike(order, fault)
        if point == "accepted":
            for fault in order.due(RANDOM):
                fault.struck += 1
                self._fuses.append((self._chance.randint(1, _FUSE), fault.target, order))

    async def strike(self, order: Order, fault: Fault) -> None:
        """Let one thing go wrong, here and now."""
        fault.struck += 1
        order.note(f"⚡ {fault}")
        match fault.kind:
            case Kind.KILL:
                await self._kill(fault.target, fault.point)
            case Kind.HANG:
                await self._stop(fault.target)
            case Kind.DISK:
                self._full = self._chance.randint(1, 4)
            case Kind.BUSY:
                self._spawn(self._keep_busy(self._chance.randint(1, 3)))
                await asyncio.sleep(0)
            case _:
                self._troubles.append((fault, self._platforms[order.platform].trouble(order, fault)))

    async def _burn(self) -> None:
        burning, self._fuses = self._fuses, []
        for left, target, order in burning:
            if left > 1:
                self._fuses.append((left - 1, target, order))
                continue
            order.note(f"⚡ {Kind.KILL} {target} here")
            if self._chance.random() < 0.5:
                await self._kill(target, RANDOM)
            else:
                self._spawn(self._kill_soon(target, self._chance.uniform(0, 0.2)))

    async def _kill_soon(self, target: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._kill(target, RANDOM)

    async def _kill(self, target: str, point: str) -> None:
        """The child first: it would be gone by itself when the bot is."""
        keeper = self._keeper
        self.kills[f"{target} {point}"] += 1
        if target in ("child", "both"):
            keeper.signal(keeper.child(), signal.SIGKILL)
        if target in ("bot", "both"):
            keeper.signal(keeper.pid, signal.SIGKILL)

    async def _stop(self, target: str) -> None:
        keeper = self._keeper
        if target == "child":
            # The watchdog finds it out, if the bot lives for so long.
            child = keeper.child()
            if child is not None and keeper.signal(child, signal.SIGSTOP):
                keeper.stopped.append(child)
            return
        pid = keeper.pid
        keeper.signal(pid, signal.SIGSTOP)
        await asyncio.sleep(_STANDSTILL_S)
        keeper.signal(pid, signal.SIGCONT)

    async def _keep_busy(self, refusals: int) -> None:
        """Hold the database until so many have asked for it in vain."""
        if self._busy is not None:
            return
        self._busy = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_BUSY_S), self._books.kept_busy():
                for _ in range(refusals):
                    await self._busy.wait()
                    self._busy.clear()
        self._busy = None

    async def _until_cancelled(self, order: Order) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CANCEL_S):
                await until(lambda: any(row.asked_to_cancel for row in self._books.of(order.number)))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    @property
    def _keeper(self) -> Keeper:
        assert self.keeper
        return self.keeper
