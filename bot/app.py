"""The service: the only place where settings, store, pool, adapters and outbox are put together."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path

import structlog

from bot.adapters.web.server import WebAdapter
from bot.blobs import DirectoryBlobs
from bot.child import child_of
from bot.desk import Desk
from bot.dispatch import Dispatch
from bot.errors import AdapterDown, OperatorError
from bot.estimates import Estimates
from bot.films import Films
from bot.gallery import Gallery
from bot.intake import Intake
from bot.outbox import Outbox
from bot.pools.local import LocalPool
from bot.ports import Adapter
from bot.scheduler import Scheduler
from bot.store import Store
from config.lock import DataDirectory
from config.settings import Settings
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

#: Seconds that a painting under way may still take when the service is told to stop.
GRACE_S = 3.0


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; raises OperatorError where there is nothing to serve or no place to do it."""
    with DataDirectory(settings.data_dir) as directory:
        store = await Store.open(directory.path / "atelier.db")
        try:
            await _Service(settings, store, directory.path).run()
        finally:
            await store.close()


class _Service:
    """Everything that lives as long as the process."""

    def __init__(self, settings: Settings, store: Store, folder: Path) -> None:
        blobs = _blobs(folder / "blobs")
        spec, patience = child_of(settings)
        latest: dict[str, Progress] = {}
        self._adapters: dict[str, Adapter] = {}
        self._states: dict[str, str] = _not_in_this_version(settings)
        self._tasks: asyncio.TaskGroup
        self._pool = LocalPool(spec, patience, blobs, self._spawn)
        self._outbox = Outbox(store, blobs, self._adapters)
        self._scheduler = Scheduler(store, self._pool, latest, self._outbox.ring)
        self._dispatch = Dispatch(
            store, blobs, self._pool, self._adapters, latest, self._scheduler.ring, self._outbox.ring
        )
        estimates = Estimates(store.queue, self._pool)
        intake = Intake(store, blobs, settings.limits, estimates, self._scheduler)
        desk = Desk(store, blobs, self._pool, self._scheduler, latest, lambda: self._states, self._outbox.ring)
        self._gallery = Gallery(settings)
        if settings.web.enabled:
            films = Films(folder / "cache" / "films")
            self._web = WebAdapter(
                settings.web, settings.limits, intake, desk, self._gallery, films, folder / "uploads"
            )
            self._adapters[self._web.name] = self._web
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Run until told to stop; an unexpected death of any part stops all, with its reason."""
        if not self._adapters:
            raise OperatorError("there is nothing to serve: ATELIER_WEB__ENABLED is false and no bot's token is set")
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, self._stop.set)
        async with asyncio.TaskGroup() as self._tasks:
            await self._pool.start(self._dispatch.on_event)
            scheduling = self._spawn(self._scheduler.run(), "scheduler")
            sending = self._spawn(self._outbox.run(), "outbox")
            serving = [self._spawn(self._serve(adapter), f"adapter {name}") for name, adapter in self._adapters.items()]
            at_first = (self._spawn(self._announce(), "announcement"), self._spawn(self._gallery.examine(), "gallery"))
            await self._stop.wait()
            log.info("stopping")
            for task in (*at_first, *serving):
                task.cancel()
            await asyncio.wait(serving)
            self._scheduler.stop()
            await scheduling
            await self._dispatch.stop(GRACE_S)
            await self._pool.drain(0)
            await self._dispatch.settle()
            self._outbox.stop()
            await sending
        if not self._any_up():
            raise OperatorError("; ".join(state.removeprefix("down: ") for state in self._states.values()))

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        return self._tasks.create_task(work, name=name)

    async def _serve(self, adapter: Adapter) -> None:
        """One platform, whose fall does not stop the others; when none is left, the service ends."""
        self._states[adapter.name] = "up"
        try:
            await adapter.run()
        except AdapterDown as exc:
            log.error("adapter down", adapter=adapter.name, reason=str(exc))
            self._states[adapter.name] = f"down: {exc}"
        if not self._any_up():
            self._stop.set()

    def _any_up(self) -> bool:
        return "up" in self._states.values()

    async def _announce(self) -> None:
        if "web" in self._adapters:
            await self._web.listening.wait()
            sys.stdout.write(f"\n  Atelier is open at {self._web.url}  (Ctrl-C closes it)\n\n")
            sys.stdout.flush()


def _blobs(folder: Path) -> DirectoryBlobs:
    try:
        blobs = DirectoryBlobs(folder)
        blobs.sweep()
    except OSError as exc:
        raise OperatorError(f"the folder {folder} cannot be used: {exc.strerror}: {exc.filename}") from exc
    return blobs


def _not_in_this_version(settings: Settings) -> dict[str, str]:
    """States of the platforms that are asked for by their tokens and cannot be served yet."""
    x = settings.x
    wanted = {
        "telegram": settings.telegram.token,
        "x": x.consumer_key or x.consumer_secret or x.access_token or x.access_token_secret,
    }
    return {
        name: "down: this version of Atelier has no adapter for it yet" for name, secret in wanted.items() if secret
    }
