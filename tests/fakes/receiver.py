"""A receiver of webhooks: a real HTTP server that answers as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ssl
from collections.abc import AsyncIterator

from aiohttp import web

from tests.fakes.watched import Watched


@dataclasses.dataclass(frozen=True)
class Got:
    """A request that came."""

    path: str
    headers: dict[str, str]  #: names in lower case
    body: bytes


class Receiver(Watched):
    """Keeps what comes, and answers with the next of `answers`, at last with 204."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Got] = []
        self.answers: list[web.Response | int] = []
        self.hold: asyncio.Event | None = None  #: answers nothing before it is set
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Got(request.path_qs, headers, await request.read()))
        answer = self.answers.pop(0) if self.answers else 204
        await self._tell()
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=answer) if isinstance(answer, int) else answer

    @contextlib.asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
        """Listens until the context ends, on the port that it had before."""
        runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls)
        await site.start()
        self.port = site.port
        try:
            yield self
        finally:
            await runner.cleanup()


@contextlib.asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens on a free port."""
    async with Receiver().listening() as receiver:
        yield receiver
