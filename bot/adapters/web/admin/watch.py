"""How the house stands, as JSON: asked once a second however many look, and told by what has changed."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.adapters.web.fresh import FRESH_S, Fresh
from bot.adapters.web.streams import HEARTBEAT_S, event_stream, write
from bot.admin import Admin

#: `bot.admin.state.State`.
Parts = dict[str, Any]


class Watch:
    """Asks `admin`."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._state = Fresh(self._ask)
        self._closed = asyncio.Event()

    async def parts(self) -> Parts:
        """How all stands, as it was a second ago at most."""
        return await self._state.get()

    def forget(self) -> None:
        """Something was done: whoever looks next sees it."""
        self._state.forget()

    def close(self) -> None:
        """End every stream; the server is stopping."""
        self._closed.set()

    async def stream(self, request: web.Request, may: Callable[[], bool]) -> web.StreamResponse:
        """Tell all parts, then those that change, while the reader `may` look; at the end of that, ``over``."""
        response = event_stream()
        await response.prepare(request)
        # A closed tab is no error.
        with contextlib.suppress(ConnectionError):
            await self._tell(request, response, may)
            if not self._closed.is_set():
                await write(request, response, b"event: over\ndata: {}\n\n")
        return response

    async def _tell(self, request: web.Request, response: web.StreamResponse, may: Callable[[], bool]) -> None:
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
                await write(request, response, line.encode())
                told, told_at = parts, time.monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FRESH_S):
                    await self._closed.wait()

    async def _ask(self) -> Parts:
        return dataclasses.asdict(await self._admin.state())
