"""The service: the only place where settings, store, pool, adapters and outbox are put together."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path

import structlog

from bot.accounts import Accounts
from bot.adapters.web.api.webhooks import told
from bot.adapters.web.server import WebAdapter
from bot.adapters.web.services import Services as WebServices
from bot.admin import Admin
from bot.admin.agents import resting
from bot.backup.restoring import finish
from bot.blobs import DirectoryBlobs
from bot.child import child_of
from bot.control import Control
from bot.desk import Desk
from bot.disk import Disk
from bot.dispatch import Dispatch
from bot.erasure import Erasure
from bot.errors import AdapterDown, OperatorError
from bot.estimates import Estimates
from bot.films import Films
from bot.gallery import Gallery
from bot.intake import Intake
from bot.jobs import Job
from bot.keys import Keys
from bot.metrics import Metrics
from bot.moderation import Moderation
from bot.notices import Notices
from bot.outbox import Outbox
from bot.pairing import Pairing
from bot.pools.local import LocalPool
from bot.pools.several import SeveralPools
from bot.ports import Adapter, RenderPool
from bot.privacy import statement
from bot.processes import set_confined
from bot.retention import Retention
from bot.scheduler import Scheduler
from bot.spending import Budget
from bot.store import Store
from bot.thumbnails import Thumbnails
from bot.watchdogs import ClockWatch, DispatchWatch, LoopWatch, OutboxWatch, RenderersWatch, Watchdogs
from bot.webhooks import Webhooks
from config.confinement import lacking
from config.installation import key_of
from config.lock import DataDirectory
from config.log import setup
from config.privacy import Pseudonyms
from config.settings import Settings
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

#: Seconds that a painting under way may still take when the service is told to stop.
GRACE_S = 3.0
_BLOBS = "blobs"
_FILMS = "cache/films"
_THUMBNAILS = "cache/thumbnails"


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; raises OperatorError where there is nothing to serve or no place to do it."""
    with DataDirectory(settings.data_dir) as directory:
        finish(directory.path)
        pseudonyms = Pseudonyms(key_of(directory.path))
        setup(settings.log, settings.secret_values(), pseudonyms)
        store = await Store.open(directory.path / "atelier.db")
        try:
            await _Service(settings, store, directory.path, pseudonyms).run()
        finally:
            await store.close()


class _Service:
    """Everything that lives as long as the process."""

    def __init__(self, settings: Settings, store: Store, folder: Path, pseudonyms: Pseudonyms) -> None:
        self._settings = settings
        self._store = store
        self._folder = folder
        self._blobs = _blobs(folder / _BLOBS)
        _confine(settings.renderer.confined)
        # A painting is made where it waits to become a blob.
        spec, patience = child_of(settings, folder / _BLOBS, self._blobs.scratch("").parent)
        latest: dict[str, Progress] = {}
        self._thumbnails = thumbnails = Thumbnails(folder / _THUMBNAILS)
        thumbnails.sweep()
        self._adapters: dict[str, Adapter] = {}
        self._down: dict[str, str] = {}
        self._tasks: asyncio.TaskGroup
        pools = [
            LocalPool(spec, patience, self._blobs, self._spawn) if name == "local" else self._nats_pool(name)
            for name in settings.pools
        ]
        self._pool = pool = pools[0] if len(pools) == 1 else SeveralPools(pools, self._spawn)
        budgets = [self._x_budget()] if settings.x.is_wanted else []
        self._metrics = Metrics(store, pool, self._adapter_states, budgets)
        self._outbox = Outbox(store, self._blobs, self._adapters, self._metrics)
        reply_due = self._outbox.ring
        self._notices = Notices(store)
        self._moderation = moderation = Moderation(settings.moderation, self._notices.add)
        self._scheduler = Scheduler(store, pool, latest, reply_due, is_shown=self._is_shown)
        wake = self._scheduler.wake
        self._dispatch = Dispatch(store, self._blobs, pool, self._adapters, latest, wake, reply_due, moderation)
        operators = _operators(settings)
        self._accounts = Accounts(store, settings.limits, _invited(settings, operators), operators)
        estimates = Estimates(store.queue, pool)
        self._disk = Disk(folder, settings.retention, store, self._notices.add)
        self._intake = Intake(
            store, self._blobs, settings.limits, estimates, self._scheduler, self._accounts, moderation, self._disk
        )
        self._desk = Desk(store, self._blobs, pool, self._scheduler, latest, self._adapter_states, reply_due)
        self._films = films = Films(folder / _FILMS)
        self._erasure = Erasure(store, self._blobs, pool, films, thumbnails)
        self._retention = Retention(store, self._blobs, films, thumbnails, pool, settings.retention, reply_due)
        self._keys = Keys(store)
        self._admin = Admin(
            store,
            self._desk,
            pool,
            self._accounts,
            self._keys,
            self._notices,
            self._disk,
            settings,
            reply_due,
            pseudonyms,
            budgets,
        )
        self._control = Control(self._admin, folder)
        self._loop_watch = LoopWatch()
        self._watchdogs = Watchdogs(
            (
                # First: the others ask the store, which may be what hangs.
                DispatchWatch(self._dispatch, self._scheduler),
                self._loop_watch,
                ClockWatch(store, self._wake),
                OutboxWatch(store.outbox, reply_due),
                RenderersWatch(pool),
            ),
            self._metrics.barked,
            self._notices.add,
        )
        self._webhooks = Webhooks(store, told(self._desk), settings.web.webhooks_private)
        self._gallery = Gallery(settings)
        self._privacy = statement(settings.retention, settings.limits)
        if settings.web.enabled:
            self._web = self._web_adapter()
            self._adapters[self._web.name] = self._web
        if settings.telegram.token:
            telegram = self._telegram_adapter()
            self._adapters[telegram.name] = telegram
        if settings.x.is_wanted:
            x = self._x_adapter(*budgets)
            self._adapters[x.name] = x
        self._stop = asyncio.Event()

    def _nats_pool(self, url: str) -> RenderPool:
        # Here, since its client is an extra that a service on one machine does without.
        try:
            from bot.pools.nats.pool import NatsPool
            from renderer.wire.line import Address
        except ModuleNotFoundError as exc:
            raise OperatorError(f"the pool {url} needs nats-py: pip install 'atelier[nats]'") from exc
        nats = self._settings.nats
        password = nats.password.get_secret_value() if nats.password else None
        address, encoder = Address(url, nats.user, password, nats.tls_ca), self._settings.renderer.encoder
        return NatsPool(address, self._blobs, self._spawn, self._thumbnails.thumbnail, nats.lease_s, encoder)

    def _web_adapter(self) -> WebAdapter:
        services = WebServices(
            intake=self._intake,
            desk=self._desk,
            accounts=self._accounts,
            erasure=self._erasure,
            gallery=self._gallery,
            films=self._films,
            thumbnails=self._thumbnails,
            admin=self._admin,
            metrics=self._metrics,
            keys=self._keys,
            privacy=self._privacy,
        )
        return WebAdapter(self._settings.web, self._settings.limits, services, self._folder / "uploads")

    def _telegram_adapter(self) -> Adapter:
        # Here, since its library takes memory that a service without Telegram can do without.
        from bot.adapters.telegram.adapter import TelegramAdapter
        from bot.adapters.telegram.services import Services

        services = Services(
            intake=self._intake,
            desk=self._desk,
            accounts=self._accounts,
            pairing=Pairing(self._store, self._settings.limits.pending_s),
            inbox=self._store.inbox,
            erasure=self._erasure,
            gallery=self._gallery,
            films=self._films,
            blobs=self._blobs,
            addresses=self._store.addresses,
            admin=self._admin,
            notices=self._notices,
            metrics=self._metrics,
            privacy=self._privacy,
        )
        return TelegramAdapter(self._settings.telegram, services, self._folder / "telegram")

    def _x_budget(self) -> Budget:
        x = self._settings.x
        return Budget(self._store, "x", x.prices, x.daily_limit, x.monthly_limit, time.time)

    def _x_adapter(self, budget: Budget) -> Adapter:
        # Here, as Telegram's.
        from bot.adapters.x.adapter import XAdapter
        from bot.adapters.x.services import Services

        services = Services(
            intake=self._intake,
            desk=self._desk,
            accounts=self._accounts,
            erasure=self._erasure,
            gallery=self._gallery,
            blobs=self._blobs,
            moderation=self._moderation,
            addresses=self._store.addresses,
            inbox=self._store.inbox,
            switches=self._store.switches,
            budget=budget,
            notices=self._notices,
            metrics=self._metrics,
            open_jobs=self._store.queue.open_of,
            job_of=self._store.outbox.job_of,
            picture_bytes=int(self._settings.limits.picture_mb * 1e6),
            clock=time.time,
        )
        return XAdapter(self._settings.x, services, self._folder / "x")

    async def run(self) -> None:
        """Run until told to stop; an unexpected death of any part stops all, with its reason."""
        if not self._adapters:
            raise OperatorError("there is nothing to serve: ATELIER_WEB__ENABLED is false and no bot's token is set")
        self._check_moderation()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, self._stop.set)
        async with asyncio.TaskGroup() as self._tasks:
            await self._pool.rest(await resting(self._store))
            await self._pool.start(self._dispatch.on_event)
            scheduling = self._spawn(self._scheduler.run(), "scheduler")
            sending = self._spawn(self._outbox.run(), "outbox")
            serving = [self._spawn(self._serve(adapter), f"adapter {name}") for name, adapter in self._adapters.items()]
            beside = (
                self._spawn(self._announce(), "announcement"),
                self._spawn(self._gallery.examine(), "gallery"),
                self._spawn(self._control.run(), "control"),
                self._spawn(self._metrics.watch_loop(), "event loop lag"),
                self._spawn(self._loop_watch.beat(), "event loop beat"),
                self._spawn(self._watchdogs.run(), "watchdogs"),
                self._spawn(self._retention.run(), "retention"),
                self._spawn(self._disk.run(), "disk"),
                self._spawn(self._webhooks.run(), "webhooks"),
            )
            await self._stop.wait()
            log.info("stopping")
            for task in (*beside, *serving):
                task.cancel()
            await asyncio.wait(serving)
            self._scheduler.stop()
            await scheduling
            await self._dispatch.stop(GRACE_S)
            await self._pool.drain(0)
            await self._dispatch.settle()
            self._outbox.stop()
            await sending
        if not self._any_served():
            raise OperatorError("; ".join(self._down.values()))

    def _wake(self) -> None:
        self._scheduler.wake()
        self._outbox.ring()

    def _check_moderation(self) -> None:
        """Raise OperatorError where pictures of the page or of Telegram are to be looked at, and nothing can."""
        for name in self._adapters.keys() & {"web", "telegram"}:
            try:
                self._moderation.ready(name)
            except AdapterDown as exc:
                raise OperatorError(str(exc)) from exc

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        return self._tasks.create_task(work, name=name)

    async def _serve(self, adapter: Adapter) -> None:
        """One platform, whose fall does not stop the others; when none is left, the service ends."""
        try:
            await adapter.run()
        except AdapterDown as exc:
            log.error("adapter down", adapter=adapter.name, reason=str(exc))
            self._down[adapter.name] = str(exc)
        if not self._any_served():
            self._stop.set()

    def _any_served(self) -> bool:
        return bool(self._adapters.keys() - self._down.keys())

    def _is_shown(self, job: Job) -> bool:
        """Whether anybody sees a preview of a job."""
        adapter = self._adapters.get(job.adapter)
        return adapter is not None and adapter.shows_progress and not self._moderation.covers(job.adapter)

    def _adapter_states(self) -> dict[str, str]:
        served = {name: adapter.state for name, adapter in self._adapters.items()}
        return served | {name: f"down: {reason}" for name, reason in self._down.items()}

    async def _announce(self) -> None:
        if "web" in self._adapters:
            await self._web.listening.wait()
            sys.stdout.write(f"\n  Atelier is open at {self._web.url}  (Ctrl-C closes it)\n\n")
            sys.stdout.flush()


def _confine(confined: bool) -> None:
    """Let the processes that are started be confined, and say where the system cannot do that."""
    set_confined(confined)
    for reason in lacking() if confined else ("ATELIER_RENDERER__CONFINED is false",):
        log.warning("processes are not wholly confined", reason=reason)


def _blobs(folder: Path) -> DirectoryBlobs:
    try:
        blobs = DirectoryBlobs(folder)
        blobs.sweep()
    except OSError as exc:
        raise OperatorError(f"the folder {folder} cannot be used: {exc.strerror}: {exc.filename}") from exc
    return blobs


def _operators(settings: Settings) -> set[str]:
    """Those who run the service, as requesters."""
    return {f"telegram:{admin}" for admin in settings.telegram.admins}


def _invited(settings: Settings, operators: set[str]) -> set[str] | None:
    """The only ones who may order; None where everybody may."""
    if not settings.access.allow_list:
        return None
    return {*settings.access.allowed, *operators}
