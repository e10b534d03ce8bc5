"""Bodies that nobody wants: not sent by who asks first, else taken and thrown away, so that the answer arrives."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

#: Seconds in which what is left of a body is still taken: 20 MB at 3 Mbit a second.
LINGER_S = 60.0


async def later(request: web.Request) -> None:
    """Say nothing yet to ``Expect: 100-continue`` (RFC 9110, 10.1.1); for routes whose handlers call `go_on`."""


async def go_on(request: web.Request) -> None:
    """Let a client that waits for it send its body."""
    if request.version >= (1, 1) and request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # of the response, which has not begun


@web.middleware
async def hear_out(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take the rest of a body after the answer: a browser reads none before it has sent all, or if it is cut off.

    aiohttp would do so, too, but not notice where the client goes. Who was told to be too slow is cut off.
    """
    response = await handler(request)
    is_slow = response.status == HTTPStatus.REQUEST_TIMEOUT
    if request.body_exists and not request.content.is_eof() and not is_slow:
        await response.prepare(request)
        await response.write_eof()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(LINGER_S):
                while await request.content.readany():
                    pass
    return response
