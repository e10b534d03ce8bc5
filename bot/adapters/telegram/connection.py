"""The way to Telegram: made, kept, and told of when it breaks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import structlog
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.adapters.telegram.failures import seconds_of
from bot.adapters.telegram.inbox import KINDS, Inbox, KeepingQueue
from bot.adapters.telegram.limits import Limits
from bot.errors import AdapterDown
from bot.tls import trusted
from config.settings import TelegramSettings

log = structlog.get_logger(__name__)

App = Application[Any, Any, Any, Any, Any, None]

WRONG_TOKEN = (  # nosec B105  # a sentence
    "Telegram does not know this token; set ATELIER_TELEGRAM__TOKEN to the one that @BotFather gave."
)
UP = "up"

_TOKEN = re.compile(r"\d+:[\w-]+")
#: Seconds between tries to reach Telegram.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_POLL_S = 25
_TIMEOUT_S = 20.0
_UPLOAD_S = 120.0
#: Updates that are fetched and not looked at yet; beyond that Telegram keeps them.
_WAITING = 1000
#: How Telegram answers a token that it does not know.
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})
#: What is counted of a poll that failed, by its status. Any other is made again, and nothing is lost by it.
_KINDS: dict[int, str] = {
    HTTPStatus.TOO_MANY_REQUESTS: "429",
    HTTPStatus.CONFLICT: "conflict",
    **dict.fromkeys(_REFUSALS, "denied"),
}


class Connection:
    """One bot's connection; `state` is ``up``, or what is the matter. `failed` is told the kind of each failed poll."""

    def __init__(self, settings: TelegramSettings, limits: Limits, inbox: Inbox, failed: Callable[[str], None]) -> None:
        assert settings.token is not None
        self._settings = settings
        self._token = settings.token.get_secret_value()
        self._limits = limits
        self._inbox = inbox
        self._failed = failed
        self._refused = asyncio.Event()
        self.state = "connecting"

    def application(self) -> App:
        """The bot, which has not spoken to Telegram yet; raises AdapterDown where its token cannot be one."""
        if not _TOKEN.fullmatch(self._token):
            raise AdapterDown(WRONG_TOKEN)
        builder = ApplicationBuilder().token(self._token).job_queue(None).rate_limiter(self._limits)
        builder = builder.base_url(self._settings.base_url).base_file_url(self._settings.base_file_url)
        request = HTTPXRequest(
            read_timeout=_TIMEOUT_S,
            write_timeout=_TIMEOUT_S,
            media_write_timeout=_UPLOAD_S,
            pool_timeout=_TIMEOUT_S,
            httpx_kwargs={"verify": trusted()},
        )
        builder = builder.request(request).get_updates_request(_Polling(self._heard, self._inbox))
        return builder.update_queue(KeepingQueue(self._inbox, _WAITING)).build()

    async def open(self, application: App) -> None:
        """Get to know the bot itself, as soon as Telegram can be reached. Raises AdapterDown."""
        await self._patiently(application.initialize)

    async def listen(self, application: App) -> None:
        """Begin to receive updates, by polling or a webhook. Raises AdapterDown."""
        await self._patiently(lambda: self._receive(application))
        self._tell(UP)

    async def lost(self) -> str:
        """Returns once Telegram refuses the token for good; why."""
        await self._refused.wait()
        return WRONG_TOKEN

    async def _receive(self, application: App) -> None:
        updater, settings = application.updater, self._settings
        assert updater is not None
        if settings.webhook_url is None:
            await updater.start_polling(timeout=_POLL_S, allowed_updates=KINDS, error_callback=_known_already)
            return
        await self._check_port()
        secret = settings.webhook_secret
        await updater.start_webhook(
            listen=settings.webhook_listen,
            port=settings.webhook_port,
            url_path=settings.webhook_path,
            webhook_url=settings.webhook_url,
            secret_token=secret.get_secret_value() if secret else None,
            allowed_updates=KINDS,
            max_connections=1,  # more would arrive in any order
        )

    async def _check_port(self) -> None:
        """Raise AdapterDown where nobody could listen, before Telegram is told to send updates there."""
        host, port = self._settings.webhook_listen, self._settings.webhook_port
        try:
            server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
        except OSError as error:
            why = error.strerror or error
            raise AdapterDown(f"Telegram's updates cannot be listened for on {host}, port {port}: {why}.") from error
        server.close()
        await server.wait_closed()

    async def _patiently(self, step: Callable[[], Awaitable[object]]) -> None:
        """Try until it works, in growing intervals; raises AdapterDown for what does not become better by itself."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await step()
                return
            except InvalidToken as error:
                raise AdapterDown(WRONG_TOKEN) from error
            except (BadRequest, Forbidden) as error:
                raise AdapterDown(f"Telegram refuses the bot: {error.message}.") from error
            except RetryAfter as told:
                wait_s = seconds_of(told)
            except TelegramError as error:
                wait_s, pause_s = pause_s, min(2 * pause_s, _LONGEST_PAUSE_S)
                self._tell(f"no connection to Telegram ({first_line(error)}), trying again")
            await asyncio.sleep(wait_s)

    def _heard(self, what: int | TelegramError) -> None:
        """What became of a poll: its HTTP status, or how it failed."""
        if what != HTTPStatus.OK:
            self._failed("later" if isinstance(what, TelegramError) else _KINDS.get(what, "later"))
        if isinstance(what, TelegramError):
            self._tell(f"no connection to Telegram ({first_line(what)}), trying again")
        elif what in _REFUSALS:
            self._refused.set()
        elif what == HTTPStatus.CONFLICT:
            self._tell("another program receives the updates of the same bot; stop it")
        elif what == HTTPStatus.OK:
            self._tell(UP)

    def _tell(self, state: str) -> None:
        if state != self.state:
            (log.info if state == UP else log.warning)("telegram", state=state)
        self.state = state


class _Polling(HTTPXRequest):
    """Keeps what a poll brings before it is handed on: the next poll tells Telegram to forget it.

    Tells what becomes of each poll, too: of a lost connection or a token withdrawn nobody else hears.
    """

    def __init__(self, heard: Callable[[int | TelegramError], None], inbox: Inbox) -> None:
        super().__init__(
            connection_pool_size=1,
            read_timeout=_TIMEOUT_S,
            pool_timeout=_TIMEOUT_S,
            httpx_kwargs={"verify": trusted()},
        )
        self._tell = heard
        self._inbox = inbox

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As its parent's."""
        try:
            status, payload = await super().do_request(*args, **kwargs)
        except NetworkError as error:
            self._tell(error)
            raise
        if status in _REFUSALS and (poll := asyncio.current_task()):
            # PTB makes a task of each poll, and asks none that fails while polling stops.
            poll.add_done_callback(_ask)
        self._tell(status)
        if status == HTTPStatus.OK:
            await self._keep(payload)
        return status, payload

    async def _keep(self, payload: bytes) -> None:
        try:
            await self._inbox.keep(self.parse_json_payload(payload)["result"])
        except Exception as error:
            log.exception("updates could not be kept; they are fetched again")
            raise NetworkError("updates not kept") from error


def _ask(task: asyncio.Task[Any]) -> None:
    """Retrieve what became of a task, so that nobody complains that it was never retrieved."""
    if not task.cancelled():
        task.exception()


def _known_already(error: TelegramError) -> None:
    """What fails while polling is told by `_Polling`, and tried again by PTB."""


def first_line(error: TelegramError) -> str:
    """The first line, without the library's name."""
    return error.message.partition("\n")[0].removeprefix("httpx.") or type(error).__name__
