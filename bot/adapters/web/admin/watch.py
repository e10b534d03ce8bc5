"""How the house stands, as JSON: asked once a second however many look, and told by what has changed."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web

from bot.admin import Admin

#: Seconds for which an answer holds, and between two looks of a stream.
FRESH_S = 1.0
#: Less than what proxies allow a silent connection.
HEARTBEAT_S = 15.0

#: `bot.admin.state.State`.
Parts = dict[str, Any]


class Watch:
    """Asks `admin`."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._parts: Parts = {}
        self._asked_at = -FRESH_S
        self._asking = asyncio.Lock()
        self._closed = asyncio.Event()

    async def parts(self) -> Parts:
        """How all stands, as it was a second ago at most."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= FRESH_S:
                self._parts = dataclasses.asdict(await self._admin.state())
                self._asked_at = time.monotonic()
            return self._parts

    def forget(self) -> None:
        """Something was done: whoever looks next sees it."""
        self._asked_at = -FRESH_S

    def close(self) -> None:
        """End every stream; the server is stopping."""
        self._closed.set()

    async def stream(self, request: web.Request, may: Callable[[], bool]) -> web.StreamResponse:
        """Tell all parts, then those that change, while the reader `may` look; at the end of that, ``over``."""
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        # A closed tab is no error.
        with contextlib.suppress(ConnectionError):
            await self._tell(response, may)
            if not self._closed.is_set():
                await response.write(b"event: over\ndata: {}\n\n")
        return response

    async def _tell(self, response: web.StreamResponse, may: Callable[[], bool]) -> None:
        told: Parts = {}
        told_at = 0.0
        while may() and not self._closed.is_set():
            parts = await self.parts()
            news = {name: part for name, part in parts.items() if name != "now" and told.get(name) != part}
            if news:
                data = json.dumps({"now": parts["now"], **news}, separators=(",", ":"))
                line = f"event: state\ndata: {data}\n\n"
            else:
                line = ": still here\n\n" if time.monotonic() - told_at >= HEARTBEAT_S else ""
            if line:
                await response.write(line.encode())
                told, told_at = parts, time.monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FRESH_S):
                    await self._closed.wait()
