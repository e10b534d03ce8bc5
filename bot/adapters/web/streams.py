"""Server-sent events: how a stream begins, how often it gives a sign of life, and how it is written to."""

from __future__ import annotations

import asyncio

from aiohttp import hdrs, web

from bot.adapters.web import connections

#: Less than what proxies allow a silent connection.
HEARTBEAT_S = 15.0


def event_stream() -> web.StreamResponse:
    """The response of a stream, not begun yet."""
    return web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"})


async def write(request: web.Request, response: web.StreamResponse, data: bytes) -> None:
    """Write to a stream; raises ConnectionError where its reader has taken nothing for `connections.STALLED_S`."""
    try:
        async with asyncio.timeout(connections.STALLED_S):
            await response.write(data)
    except TimeoutError as exc:
        # Else the end of the response would wait for the reader, too.
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the reader takes nothing") from exc
