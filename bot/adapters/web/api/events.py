"""How a browser follows a job: server-sent events, woken by the bot and backed by polling."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import hdrs, web

from bot.adapters.web.api.views import as_json
from bot.adapters.web.guard import requester_of
from bot.adapters.web.language import language_of
from bot.desk import Desk
from bot.errors import UnknownJob
from bot.jobs import ENDED

#: Positions and estimates move without anybody saying so.
POLL_S = 1.0
#: Less than what proxies allow a silent connection.
HEARTBEAT_S = 15.0
#: A fast renderer reports more often than an eye can follow.
PAUSE_S = 0.1


class Hub:
    """Latest preview of each running job, and the doorbells of the streams that show it."""

    def __init__(self) -> None:
        self._previews: dict[str, bytes] = {}
        self._doorbells: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    def preview(self, job_id: str) -> bytes | None:
        """The latest preview, a JPEG, or None."""
        return self._previews.get(job_id)

    def moved(self, job_id: str, preview: bytes | None = None) -> None:
        """A job has moved: keep its preview, if it brought one, and wake its streams."""
        if preview is not None:
            self._previews[job_id] = preview
        self._ring(job_id)

    def ended(self, job_id: str) -> None:
        """A job has ended: let its preview go and wake its streams."""
        self._previews.pop(job_id, None)
        self._ring(job_id)

    def close(self) -> None:
        """End every stream; the server is stopping."""
        self.closed = True
        for job_id in self._doorbells:
            self._ring(job_id)

    @contextlib.contextmanager
    def listen(self, job_id: str) -> Iterator[asyncio.Event]:
        """A doorbell that rings whenever the job has moved."""
        doorbell = asyncio.Event()
        listeners = self._doorbells.setdefault(job_id, set())
        listeners.add(doorbell)
        try:
            yield doorbell
        finally:
            listeners.discard(doorbell)
            if not listeners:
                self._doorbells.pop(job_id, None)

    def _ring(self, job_id: str) -> None:
        for doorbell in self._doorbells.get(job_id, ()):
            doorbell.set()


async def stream(request: web.Request, desk: Desk, hub: Hub, job_id: str) -> web.StreamResponse:
    """Tell a job's state and previews, the current ones first, until it ends; raises UnknownJob before that."""
    requester = requester_of(request)
    await desk.look(job_id, requester)
    response = web.StreamResponse(
        headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"},
    )
    await response.prepare(request)
    # A closed tab is no error, nor is a job that has gone.
    with hub.listen(job_id) as doorbell, contextlib.suppress(UnknownJob, ConnectionError):
        await _Stream(response, hub, language_of(request)).follow(desk, job_id, requester, doorbell)
    return response


class _Stream:
    """One browser's stream: what it was last told, and when."""

    def __init__(self, response: web.StreamResponse, hub: Hub, language: str) -> None:
        self._response = response
        self._hub = hub
        self._language = language
        self._status: dict[str, Any] | None = None
        self._preview: bytes | None = None
        self._written_at = 0.0

    async def follow(self, desk: Desk, job_id: str, requester: str, doorbell: asyncio.Event) -> None:
        while not self._hub.closed:
            doorbell.clear()
            view = await desk.look(job_id, requester)
            await self._tell_status(as_json(view, self._language))
            if view.job.status in ENDED:
                return
            await self._tell_preview(self._hub.preview(job_id))
            await asyncio.sleep(PAUSE_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await doorbell.wait()

    async def _tell_status(self, status: dict[str, Any]) -> None:
        if status != self._status:
            await self._write(f"event: status\ndata: {json.dumps(status)}\n\n")
            self._status = status
        elif asyncio.get_running_loop().time() - self._written_at >= HEARTBEAT_S:
            await self._write(": still here\n\n")

    async def _tell_preview(self, preview: bytes | None) -> None:
        if preview is not None and preview is not self._preview:
            await self._write(f"event: preview\ndata: {base64.b64encode(preview).decode()}\n\n")
            self._preview = preview

    async def _write(self, text: str) -> None:
        await self._response.write(text.encode())
        self._written_at = asyncio.get_running_loop().time()
