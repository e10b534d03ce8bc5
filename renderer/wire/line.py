"""A connection to a NATS server that is made anew whenever it breaks, for ever."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

log = structlog.get_logger(__name__)

#: 2.9 rejects `sync_interval: always` and stalls after a filtered purge.
OLDEST_SERVER = (2, 10)
#: Bytes of a message that a server must take, as it does by default: a chunk of a file has half of it.
SMALLEST_PAYLOAD = 1 << 20
_CONNECT_S = 5.0
#: A peer that is gone without a word is noticed after this many seconds, twice.
_PING_S = 5
_RECANCEL_S = 0.5
_PAUSES_S = (0.1, 0.5, 1.0, 2.0)
#: Failures in a row after which who only looks has seen enough: a server may hang up once before its reason is read.
_ENOUGH = 3
#: Tries after which it is told that something is not to be had.
_TELLING = 5

#: What goes wrong with a connection or a server that is coming up, and passes.
PASSING = (nats.errors.Error, OSError, TimeoutError)

Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class Address:
    """Where the server is, and who is calling."""

    url: str  #: ``nats://host:4222`` or ``tls://host:4222``, without a password
    user: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    tls_ca: Path | None = None  #: PEM of who signed the server's certificate, where the system does not know them


class Line:
    """Keeps one connection; `on_open` is called with each new one before anybody else gets it.

    nats-py's own way of reconnecting is switched off: it gives up for good after some errors, and what was subscribed
    or asked meanwhile may wait for nobody.
    """

    def __init__(
        self, address: Address, name: str, on_open: Callable[[Client], Awaitable[None]], inbox: str = "_INBOX"
    ) -> None:
        self._address = address
        self._name = name
        self._on_open = on_open
        self._inbox = inbox
        self._client: Client | None = None
        self._lost = asyncio.Event()
        self._failure: Exception | None = None
        #: To connect, in a row.
        self._failures = 0
        self._changed = asyncio.Condition()
        self._asking: set[asyncio.Timeout] = set()
        #: Why there is no connection; None while there is one.
        self.trouble: str | None = "not connected yet"

    async def run(self) -> None:
        """Dial, and dial again, until cancelled; raises what a listener has raised."""
        while True:
            try:
                await self._one_connection()
                self._failures = 0
            except PASSING as exc:
                if self._failure is not None and not isinstance(self._failure, PASSING):
                    raise self._failure from exc
                self._failures += 1
                await self._set(None, f"{self._address.url} cannot be reached: {str(exc) or 'no answer'}")
            await asyncio.sleep(_PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)])

    async def client(self) -> Client:
        """The connection, as soon as there is one."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._client is not None)
            assert self._client is not None
            return self._client

    async def first(self, within_s: float) -> Client | None:
        """The connection, for who only looks; None where a few tries were in vain, and `trouble` says why."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: self._client is not None or self._failures >= _ENOUGH)
        return self._client

    async def listen(self, client: Client, subject: str, hear: Callable[[Msg], Awaitable[None]]) -> None:
        """Give each message of a subject to `hear`. What that raises ends the line; nats-py would only note it."""

        async def on_message(message: Msg) -> None:
            try:
                await hear(message)
            except Exception as exc:  # raised again by `run`
                self._failure = exc
                self._lose(self._lost)

        await client.subscribe(subject, cb=on_message)

    def reopen(self) -> None:
        """Begin with a new connection: something of this one does not work as it should."""
        self._lose(self._lost)

    async def insist(
        self, act: Callable[[JetStreamContext], Awaitable[Result]], answer_s: float = _CONNECT_S
    ) -> Result:
        """Do something with JetStream that may be done twice, as often as it takes; `client` for what may fail.

        The server has `answer_s` seconds for each answer.
        """
        pause = 0
        while True:
            client = await self.client()
            try:
                return await self._while_it_lasts(act(client.jetstream(timeout=answer_s)))
            except PASSING as exc:
                log.log(logging.WARNING if pause == _TELLING else logging.DEBUG, "asking again", why=repr(exc))
            await asyncio.sleep(_PAUSES_S[min(pause, len(_PAUSES_S) - 1)])
            pause += 1

    async def is_live(self, within_s: float) -> bool:
        """Whether the server answers now; what it had sent before has come then."""
        client = self._client
        if client is None:
            return False
        try:
            await client.flush(max(1, round(within_s)))
        except PASSING:
            return False
        return True

    async def say(self, subject: str, data: bytes) -> None:
        """Publish what may be lost."""
        client = self._client
        if client is not None:
            with contextlib.suppress(*PASSING):
                await client.publish(subject, data)

    async def _while_it_lasts(self, act: Awaitable[Result]) -> Result:
        """Ask something over this connection; raises TimeoutError as soon as it is lost.

        nats-py would wait for the answer, which nobody can give any more.
        """
        async with asyncio.timeout(None) as scope:
            self._asking.add(scope)
            try:
                return await act
            finally:
                self._asking.discard(scope)

    def _lose(self, connection: asyncio.Event) -> None:
        connection.set()
        if connection is self._lost:
            for scope in self._asking:
                if not scope.expired():
                    scope.reschedule(asyncio.get_running_loop().time())

    async def _one_connection(self) -> None:
        """Returns when it is lost."""
        self._lost, self._failure = asyncio.Event(), None
        client = await self._dial(self._lost)
        try:
            await self._while_it_lasts(self._on_open(client))
            await self._set(client, None)
            log.info("connected", server=self._address.url)
            await self._lost.wait()
            if self._failure is not None:
                raise self._failure
            await self._set(None, f"the connection to {self._address.url} is lost")
        finally:
            self._client = None
            with contextlib.suppress(*PASSING):
                await client.close()

    async def _dial(self, lost: asyncio.Event) -> Client:
        errors: list[Exception] = []

        async def on_closed() -> None:
            self._lose(lost)

        async def on_error(error: Exception) -> None:
            log.debug("from the connection", error=repr(error))
            if isinstance(error, PASSING):
                errors.append(error)
            if self._client is None:  # it may try for a while
                await self._set(None, f"{address.url} cannot be reached: {str(error) or 'no answer'}")

        address = self._address
        client = Client()
        try:
            await client.connect(
                address.url,
                name=self._name,
                allow_reconnect=False,
                max_reconnect_attempts=1,  # also of the first connection, for which it would try for two minutes
                reconnect_time_wait=0,
                connect_timeout=int(_CONNECT_S),
                ping_interval=_PING_S,
                max_outstanding_pings=2,
                closed_cb=on_closed,
                disconnected_cb=on_closed,
                error_cb=on_error,
                inbox_prefix=self._inbox,
                user=address.user,
                password=address.password,
                tls=ssl.create_default_context(cafile=address.tls_ca) if address.url.startswith("tls:") else None,
            )
        except PASSING as exc:
            with contextlib.suppress(*PASSING):
                await client.close()  # a socket may be open at which nobody answered
            raise (errors or [exc])[0] from exc
        version = tuple(map(int, re.findall(r"\d+", str(client.connected_server_version))[:2]))
        if version < OLDEST_SERVER:
            await client.close()
            raise nats.errors.Error(f"it is NATS {'.'.join(map(str, version))}, and 2.10 or later is needed")
        if client.max_payload < SMALLEST_PAYLOAD:
            await client.close()
            raise nats.errors.Error(f"its max_payload is {client.max_payload}, and {SMALLEST_PAYLOAD} is needed")
        return client

    async def _set(self, client: Client | None, trouble: str | None) -> None:
        async with self._changed:
            if trouble != self.trouble and trouble:
                log.warning("no connection", reason=trouble)
            self._client, self.trouble = client, trouble
            self._changed.notify_all()


async def trouble_with(address: Address, within_s: float = 10.0) -> str | None:
    """Why there is no JetStream to be had at this address; None where there is."""

    async def on_open(client: Client) -> None:
        await client.jetstream(timeout=within_s).account_info()

    line = Line(address, "a look", on_open)
    running = asyncio.create_task(line.run(), name="line")
    try:
        await line.first(within_s)
        return line.trouble
    finally:
        await end([running])


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks that speak over a line, until they have ended.

    Once is not enough: in Python 3.11 `asyncio.wait_for`, by which nats-py waits, passes over a cancel that comes in
    the moment of its answer, and nats-py makes another error of one that meets a closed connection.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_RECANCEL_S)
