"""The Telegram adapter: a bot that receives by polling or webhook, and sends what is due."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import structlog
import telegram
from telegram.error import TelegramError
from telegram.ext import TypeHandler

from bot.adapters.telegram.admins import Admins
from bot.adapters.telegram.buttons import Buttons
from bot.adapters.telegram.commands import Commands
from bot.adapters.telegram.connection import App, Connection
from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.downloads import Downloads
from bot.adapters.telegram.erasing import Erasing
from bot.adapters.telegram.failures import kind_of
from bot.adapters.telegram.inbox import Inbox
from bot.adapters.telegram.limits import Limits
from bot.adapters.telegram.live import Live
from bot.adapters.telegram.menus import show_menus
from bot.adapters.telegram.ordering import Ordering
from bot.adapters.telegram.own_jobs import OwnJobs
from bot.adapters.telegram.presses import Presses
from bot.adapters.telegram.prompt import Prompt
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.settings_menu import SettingsMenu
from bot.adapters.telegram.speech import PLATFORM, Voice
from bot.adapters.telegram.updates import Updates
from bot.errors import AdapterDown, Retry
from bot.jobs import Job
from bot.patience import patiently
from bot.ports import Reply, Sent
from config.settings import TelegramSettings
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

#: Seconds after which a reply is tried again that came while there was no connection.
_UNCONNECTED_S = 5.0
#: Seconds that each step of stopping may take.
_GRACE_S = 4.0


class TelegramAdapter:
    """Serves one bot. `scratch` is a folder for pictures that are being fetched; `limits` are Telegram's."""

    name = PLATFORM
    shows_progress = True

    def __init__(
        self, settings: TelegramSettings, services: Services, scratch: Path, limits: Limits | None = None
    ) -> None:
        self._settings = settings
        self._services = services
        self._scratch = scratch
        intervals = (settings.edit_interval_s, settings.group_edit_interval_s)
        self._limits = limits or Limits(*intervals, failed=self._count)
        self._connection: Connection | None = None
        self._inbox = Inbox(services.inbox)
        self._live: Live | None = None
        self._replying = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.listening = asyncio.Event()  #: set while updates are received

    @property
    def state(self) -> str:
        """``up``, or what is the matter with the connection."""
        return self._connection.state if self._connection else "connecting"

    async def run(self) -> None:
        """Serve until cancelled; raises AdapterDown where Telegram refuses the bot."""
        failed = functools.partial(self._services.metrics.platform_error, self.name)
        self._connection = connection = Connection(self._settings, self._limits, self._inbox, failed)
        application = connection.application()
        updates = telling = None
        try:
            await connection.open(application)
            self._live = Live(application.bot, self._limits, self._services)
            updates = await self._furnish(application, self._live)
            telling = asyncio.create_task(self._live.keep_telling_of_pauses(), name="telegram pauses")
            await connection.listen(application)
            await self._begin(application, updates)
            self.listening.set()
            log.info("telegram bot is up", name=application.bot.username)
            raise AdapterDown(await connection.lost())
        finally:
            if telling:
                telling.cancel()
            await self._close(application, updates)

    async def progress(self, job: Job, progress: Progress) -> None:
        """Show how far the job is, if the limits allow it now."""
        if self._live:
            await self._live.progress(job, progress)

    async def reply(self, job: Job, reply: Reply) -> Sent:
        """Put the end of the job into its message; raises Retry, Refused or Unknown."""
        async with self._connected() as live:
            return await live.reply(job, reply)

    async def find_reply(self, job: Job) -> Sent | None:
        """After Unknown: the edit is repeated, which is safe. Raises as `reply` does."""
        async with self._connected() as live:
            return await live.find_reply(job)

    def _count(self, error: TelegramError) -> None:
        kind = kind_of(error)
        if kind is not None:
            self._services.metrics.platform_error(self.name, kind)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Live]:
        """While this lasts the connection is not closed."""
        if self._live is None:
            raise Retry(_UNCONNECTED_S)
        self._replying += 1
        self._quiet.clear()
        try:
            yield self._live
        finally:
            self._replying -= 1
            if not self._replying:
                self._quiet.set()

    async def _furnish(self, application: App, live: Live) -> Updates:
        """All that deals with updates, put together and in its place."""
        bot, services = application.bot, self._services
        voice = Voice(bot)
        downloads = Downloads(bot, self._scratch)
        await asyncio.to_thread(downloads.sweep)
        question = Prompt(bot, services.gallery, voice)
        conversation = Conversation(services, Ordering(services, downloads, live), question, voice)
        own_jobs = OwnJobs(bot, services, conversation, voice)
        settings = SettingsMenu(bot, services, voice)
        erasing = Erasing(services, conversation, live, voice)
        admins = Admins(self._settings.admins, services.admin, own_jobs, voice)
        services.notices.listeners.append(admins.tell)
        updates = Updates(
            bot.bot,
            self._settings.album_pause_s,
            self._inbox,
            services,
            conversation,
            Commands(voice, conversation, question, own_jobs, settings, erasing, services.privacy),
            admins,
            Presses(services.gallery, conversation, question, settings, erasing),
            Buttons(bot, live, services, self.name, admins.ids),
            voice,
        )

        async def take(update: telegram.Update, _: object) -> None:
            await updates.take(update)

        application.add_handler(TypeHandler(telegram.Update, take))
        return updates

    async def _begin(self, application: App, updates: Updates) -> None:
        """Deal with what an earlier run has left, and then with what is new, which waits in the queue until now."""
        for update in await patiently(self._inbox.suspects):
            try:
                await updates.give_up(telegram.Update.de_json(update, application.bot))
            except Exception:
                log.exception("update given up cannot be read", update=update["update_id"])
        for update in await patiently(self._inbox.left):
            try:
                await updates.take(telegram.Update.de_json(update, application.bot), left=True)
            except Exception:
                log.exception("update left over cannot be read", update=update["update_id"])
        await application.start()
        admins = frozenset(map(int, self._settings.admins))
        application.create_task(show_menus(application.bot, admins, self._services.admin), name="telegram menus")

    async def _close(self, application: App, updates: Updates | None) -> None:
        """Receive no more, deal with what has come in, let replies under way end, and only then hang up."""
        self.listening.clear()
        live, self._live = self._live, None
        updater = application.updater
        if updater and updater.running:
            await _briefly("updater", updater.stop())
        if application.running:
            await _briefly("application", application.stop())
        if updates:
            await updates.close(_GRACE_S)
        await _briefly("replies", self._quiet.wait())
        if live:
            await _briefly("notices", live.settle())
        await application.shutdown()
        await application.bot.shutdown()


async def _briefly(what: str, step: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(_GRACE_S):
            await step
    except TimeoutError:
        log.warning("telegram is slow to stop", waiting_for=what)
