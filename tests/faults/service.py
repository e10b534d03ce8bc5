"""`atelier run` with named points in it: the service as it is, but told when to wait for the harness.

Time-outs and pauses that people never notice are shortened, or the harness would mostly wait for them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import __main__, app, blobs, child, retention
from bot.adapters.telegram import downloads as telegram_downloads
from bot.adapters.x import downloads as x_downloads
from bot.dispatch import Dispatch
from bot.errors import Unwritable
from bot.jobs import Job, Status
from bot.store import engine, tables
from bot.store.jobs import Jobs
from bot.store.outbox import OutboxRows
from config.settings import Settings
from renderer.supervisor import ChildSpec, Patience
from tests.faults.points import FULL, OLD, Points

#: Seconds, in place of those that the service takes.
_HURRIED: dict[str, dict[str, Any]] = {
    "bot.adapters.telegram.adapter": {"_UNCONNECTED_S": 0.3},
    "bot.adapters.telegram.connection": {"_TIMEOUT_S": 8.0, "_UPLOAD_S": 8.0, "_POLL_S": 2, "_LONGEST_PAUSE_S": 1.0},
    "bot.adapters.telegram.downloads": {"_PAUSES_S": (0.1, 0.3), "_TIMEOUT_S": 8.0},
    "bot.adapters.telegram.failures": {"_NETWORK_S": 0.3},
    "bot.adapters.x.adapter": {"_UNCONNECTED_S": 0.3},
    "bot.adapters.x.answering": {"_SOONEST_S": 0.3, "_LATEST_S": 1.0},
    "bot.adapters.x.downloads": {"_RETRY_S": 0.3, "_TIMEOUT_S": 4.0},
    "bot.adapters.x.failures": {"_FAULT_S": 0.5},
    "bot.adapters.x.transport": {"_TIMEOUT_S": (4.0, 4.0)},
    "bot.patience": {"_FIRST_S": 0.1, "_LONGEST_S": 0.5, "_ROOM_S": 0.5},
    "bot.intake": {"_CLOSED_S": 0.5},
    "bot.retention": {"_EVERY_S": 0.5},
    "renderer.supervisor": {"_END_S": 0.5},
}
#: Seconds before a further attempt at a painting, at most.
_RETRY_S = 0.3
#: Seconds after which a post is looked for that may have been made.
_SETTLE_S = 1.0
#: Milliseconds for which another program may keep the database.
_BUSY_MS = "300"

#: Hours after which a job that waits is surely given up.
_TOO_LONG_H = 49

points: Points


def main() -> None:
    """Serve as `atelier run`."""
    global points
    points = Points("bot", Path(os.environ["ATELIER_RENDERER__WEIGHTS_DIR"]))
    for module, values in _HURRIED.items():
        for name, value in values.items():
            assert hasattr(importlib.import_module(module), name), f"{module} has no {name}"
            setattr(sys.modules[module], name, value)
    _hurry_defaults()
    engine.WRITER["busy_timeout"] = _BUSY_MS
    _paint_fast()
    _tell_of_jobs()
    _tell_of_writes()
    _be_old()
    sys.argv = ["atelier", "run"]
    __main__.main()


def _hurry_defaults() -> None:
    """What is bound already where it is defined, or is no plain number."""
    from bot import retries
    from bot.adapters.telegram.messages import UPLOAD
    from bot.adapters.x.adapter import XAdapter

    retries.POLICIES = {
        reason: dataclasses.replace(policy, delay_s=min(policy.delay_s, _RETRY_S))
        for reason, policy in retries.POLICIES.items()
    }
    UPLOAD.update(write_timeout=8, read_timeout=8)
    sleep, _ = XAdapter.__init__.__defaults__ or (None, None)
    XAdapter.__init__.__defaults__ = (sleep, _SETTLE_S)


def _paint_fast() -> None:
    def child_of(settings: Settings, pictures: Path, made: Path) -> tuple[ChildSpec, Patience]:
        spec, patience = child.child_of(settings, pictures, made)
        # Not confined: it talks to the harness.
        return dataclasses.replace(spec, module="tests.faults.painter", reach=None), patience

    app.child_of = child_of  # type: ignore[attr-defined]


def _tell_of_jobs() -> None:
    add, claim, sent, painted = Jobs.add, OutboxRows.claim, OutboxRows.sent, Dispatch._painted

    @functools.wraps(add)
    async def added(self: Jobs, job: Job, **more: Any) -> Job:
        kept = await add(self, job, **more)
        if kept is job and _at("accepted", job) == OLD:
            await _age(self, job)
        return kept

    @functools.wraps(sent)
    async def been_sent(self: OutboxRows, job: Job, message_id: str) -> None:
        _at("taken", job)
        await sent(self, job, message_id)
        _at("sent", job)

    @functools.wraps(painted)
    async def been_painted(self: Dispatch, job: Job, done: Any) -> Job:
        _at("kept", job)
        return await painted(self, job, done)

    @functools.wraps(claim)
    async def claimed(self: OutboxRows, job: Job) -> None:
        await claim(self, job)
        _at("sending", job)

    Jobs.add = added  # type: ignore[method-assign]
    Jobs.hand_over = _after(Jobs.hand_over, "claimed", Status.RENDERING)  # type: ignore[method-assign,assignment]
    Jobs.painted = _after(Jobs.painted, "stored", Status.RENDERED)  # type: ignore[method-assign,assignment]
    OutboxRows.claim = claimed  # type: ignore[method-assign]
    OutboxRows.sent = been_sent  # type: ignore[method-assign]
    Dispatch._painted = been_painted  # type: ignore[method-assign]


def _after(step: Callable[..., Awaitable[Job]], point: str, status: Status) -> Callable[..., Awaitable[Job]]:
    @functools.wraps(step)
    async def told(*arguments: Any) -> Job:
        job = await step(*arguments)
        if job.status is status:
            _at(point, job)
        return job

    return told


def _at(point: str, job: Job) -> str:
    return points.reached(point, job.options.seed)


async def _age(jobs: Jobs, job: Job) -> None:
    """Let a job have waited for days, and not be painted for as long again."""
    at, long_s = time.time(), _TOO_LONG_H * 3600
    values = {"created_at": at - long_s, "not_before": at + long_s}
    async with jobs._database.write() as connection:
        await connection.execute(update(tables.jobs).where(tables.jobs.c.id == job.id).values(values))


def _tell_of_writes() -> None:
    write, connect, put = engine.Database.write, engine.Database.connect, blobs.DirectoryBlobs._put
    of_telegram, of_x = telegram_downloads._save, x_downloads.Downloads._save

    @contextlib.asynccontextmanager
    async def written(self: engine.Database) -> AsyncIterator[AsyncConnection]:
        try:
            async with write(self) as connection:
                yield connection
                # When it is opened there is nothing that would need room.
                if points.reached("commit") == FULL and is_open(self):
                    full = sqlite3.OperationalError("database or disk is full")
                    full.sqlite_errorcode, full.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
                    raise OperationalError("COMMIT", {}, full)
        except Unwritable as why:
            points.reached("not written", why=str(why))
            raise
        points.reached("committed")

    def is_open(database: engine.Database) -> bool:
        return bool(getattr(database, "_opened", False))

    async def connected(self: engine.Database) -> None:
        await connect(self)
        self._opened = True  # type: ignore[attr-defined]

    engine.Database.connect = connected  # type: ignore[method-assign]

    def been_put(self: blobs.DirectoryBlobs, file: Path) -> str:
        points.write("blob")
        return put(self, file)

    async def saved(*arguments: Any) -> None:
        points.write("download")
        await of_telegram(*arguments)

    async def saved_of_x(*arguments: Any) -> None:
        points.write("download")
        await of_x(*arguments)

    engine.Database.write = written  # type: ignore[method-assign]
    blobs.DirectoryBlobs._put = been_put  # type: ignore[method-assign]
    telegram_downloads._save = saved  # type: ignore[assignment]
    x_downloads.Downloads._save = saved_of_x  # type: ignore[method-assign,assignment]


def _be_old() -> None:
    """Be as if there had been painting for weeks, so that what waits too long is given up at once."""
    begin = retention.Retention.__init__

    @functools.wraps(begin)
    def begun(self: retention.Retention, *arguments: Any, **more: Any) -> None:
        begin(self, *arguments, **more)
        self._painting_since -= 30 * 24 * 3600

    retention.Retention.__init__ = begun  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
