"""The least pace of a request's body: who sends next to nothing holds no handler."""

from __future__ import annotations

import asyncio

from aiohttp import StreamReader, web
from aiohttp.typedefs import Handler

from bot.errors import BadRequest
from bot.texts import phrase

#: Bytes that each so many seconds bring at least, until the body is whole: forty kilobits in a second, since an upload
#: holds one of few places (`bot.adapters.web.api.places`).
LEAST_BYTES = 150_000
WITHIN_S = 30.0


@web.middleware
async def paced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Cut a request whose body comes too slowly: raises BadRequest (too_slow)."""
    if not request.body_exists:
        return await handler(request)
    try:
        async with asyncio.timeout(None) as limit:
            watch = _Watch(request.content, limit)
            try:
                return await handler(request)
            finally:
                watch.stop()
    except TimeoutError as exc:
        if not limit.expired():
            raise
        raise BadRequest(phrase("error-upload-slow"), "too_slow") from exc


class _Watch:
    """Looks at a body now and then, and ends a timeout when too little has come."""

    def __init__(self, body: StreamReader, limit: asyncio.Timeout) -> None:
        self._body = body
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._begin()

    def stop(self) -> None:
        self._timer.cancel()

    def _begin(self) -> None:
        self._seen = self._body.total_bytes
        self._timer = self._loop.call_later(WITHIN_S, self._look)

    def _look(self) -> None:
        if self._body.is_eof():
            return
        if self._body.total_bytes - self._seen < LEAST_BYTES:
            self._limit.reschedule(self._loop.time())
        else:
            self._begin()
