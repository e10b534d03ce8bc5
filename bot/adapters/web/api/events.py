"""How a browser follows a job: server-sent events.

An event's id says what its reader knows by then: digests of the last status and of the last preview. Whoever comes back
with it (``Last-Event-ID``) is told only what is new; a service that was restarted meanwhile understands it as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from http import HTTPStatus

from aiohttp import web

from bot.adapters.web.api.hub import Followed, Hub, News
from bot.adapters.web.guard import requester_of
from bot.adapters.web.language import language_of
from bot.adapters.web.streams import HEARTBEAT_S, event_stream, write

#: When a browser that was cut off comes back.
RETRY_MS = 3000

_ID = re.compile(r"([0-9a-f]{12}|0)-([0-9a-f]{12}|0)")


async def stream(request: web.Request, hub: Hub, job_id: str) -> web.StreamResponse:
    """Tell a job's state and previews, the current ones first, until it ends; raises UnknownJob before that.

    204, which tells a browser not to come back, where it has ended and the reader knows.
    """
    with hub.follow(job_id) as (followed, doorbell):
        await hub.look(job_id, requester_of(request))
        reader = _Reader(request)
        if reader.knows_the_end(followed):
            return web.Response(status=HTTPStatus.NO_CONTENT)
        # A closed tab is no error.
        with contextlib.suppress(ConnectionError):
            await reader.response.prepare(request)
            await reader.follow(hub, job_id, followed, doorbell)
        return reader.response


class _Reader:
    """Who reads a stream: what they know, and when they last heard of us."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.response = event_stream()
        self._language = language_of(request)
        known = _ID.fullmatch(request.headers.get("Last-Event-ID", "0-0"))
        self._status, self._preview = known.groups() if known else ("0", "0")
        self._loop = asyncio.get_running_loop()
        self._told_at = 0.0

    def knows_the_end(self, followed: Followed) -> bool:
        """Whether there is nothing to tell any more."""
        state = followed.state
        return state is not None and state.has_ended and state.status(self._language).digest == self._status

    async def follow(self, hub: Hub, job_id: str, followed: Followed, doorbell: asyncio.Event) -> None:
        """Tell what is new until the job has ended or is gone, or the hub is closed."""
        await self._write(b"retry: %d\n\n" % RETRY_MS)
        while not (hub.closed or followed.gone):
            doorbell.clear()
            if followed.failure is not None:
                raise RuntimeError("the job could not be looked at") from followed.failure
            state = followed.state
            if state is not None:
                await self._tell_status(state.status(self._language))
                if state.has_ended:
                    return
            preview = hub.preview(job_id)
            if preview is not None:
                await self._tell_preview(preview.told)
            await self._wait(doorbell)

    async def _tell_status(self, news: News) -> None:
        if news.digest != self._status:
            self._status = news.digest
            await self._tell(b"status", news)

    async def _tell_preview(self, news: News) -> None:
        if news.digest != self._preview:
            self._preview = news.digest
            await self._tell(b"preview", news)

    async def _tell(self, name: bytes, news: News) -> None:
        known = f"{self._status}-{self._preview}".encode()
        await self._write(b"event: %b\nid: %b\ndata: %b\n\n" % (name, known, news.data))

    async def _wait(self, doorbell: asyncio.Event) -> None:
        try:
            async with asyncio.timeout_at(self._told_at + HEARTBEAT_S):
                await doorbell.wait()
        except TimeoutError:
            await self._write(b": still here\n\n")

    async def _write(self, text: bytes) -> None:
        await write(self._request, self.response, text)
        self._told_at = self._loop.time()
