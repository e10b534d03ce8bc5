"""The job store: the only truth about jobs and people, in one SQLite file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bot.store.accounts import AccountRows
from bot.store.addresses import Addresses
from bot.store.admin import AdminRows
from bot.store.audit import AuditRows
from bot.store.blobs import BlobRefs
from bot.store.due import DueTimes
from bot.store.engine import Database, Watcher
from bot.store.erasure import Erasing
from bot.store.inbox import InboxRows
from bot.store.jobs import Jobs
from bot.store.keys import KeyRows
from bot.store.migrate import upgrade
from bot.store.notices import NoticeRows
from bot.store.outbox import OutboxRows
from bot.store.pending import PendingRows
from bot.store.queue import Queue
from bot.store.retention import RetentionRows
from bot.store.spending import SpendingRows
from bot.store.switches import Switches
from bot.store.votes import Votes
from bot.store.webhooks import WebhookRows


class Store:
    """An open store. `clock` gives Unix seconds."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self.jobs = Jobs(database, clock)
        self.queue = Queue(database)
        self.outbox = OutboxRows(database, clock)
        self.blobs = BlobRefs(database)
        self.accounts = AccountRows(database)
        self.addresses = Addresses(database)
        self.admin = AdminRows(database, clock)
        self.audit = AuditRows(database, clock)
        self.due = DueTimes(database)
        self.erasing = Erasing(database)
        self.inbox = InboxRows(database, clock)
        self.keys = KeyRows(database, clock)
        self.notices = NoticeRows(database, clock)
        self.pending = PendingRows(database, clock)
        self.retention = RetentionRows(database)
        self.spending = SpendingRows(database)
        self.switches = Switches(database)
        self.votes = Votes(database)
        self.webhooks = WebhookRows(database, clock)

    @classmethod
    async def open(cls, file: Path, clock: Callable[[], float] = time.time) -> Store:
        """The store in `file`, made where there is none and brought to the newest schema.

        Raises OperatorError when it cannot be used or was written by a newer version.
        """
        await asyncio.to_thread(upgrade, file)
        database = Database(file)
        await database.connect()
        return cls(database, clock)

    def watch(self, watcher: Watcher) -> None:
        """Tell `watcher` of each step that a job takes from now on, once it is committed; it must not raise."""
        self._database.watchers.append(watcher)

    async def close(self) -> None:
        """Close the file; every change that returned is on the disk already."""
        await self._database.close()
