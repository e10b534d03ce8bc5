"""The JSON API that the page uses, and everybody else may."""

from __future__ import annotations

import hashlib
import secrets
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web
from pydantic import SecretStr

from bot.adapters.web import events
from bot.adapters.web.guard import has_key, requester_of
from bot.adapters.web.upload import receive
from bot.adapters.web.views import as_json, path_of
from bot.adapters.web.wishes import wanted
from bot.desk import Desk
from bot.errors import BadRequest
from bot.gallery import Gallery
from bot.intake import Intake, Order
from bot.texts import phrase
from config.settings import LimitsSettings

MAX_KEY = 128


class Api:
    """The handlers of jobs and of ``/healthz``; every error leaves them as an exception."""

    def __init__(
        self,
        intake: Intake,
        desk: Desk,
        gallery: Gallery,
        hub: events.Hub,
        limits: LimitsSettings,
        key: SecretStr | None,
        uploads: Path,
    ) -> None:
        """`key` opens the expert options to programs; without one nobody has them."""
        self._intake = intake
        self._desk = desk
        self._gallery = gallery
        self._hub = hub
        self._limits = limits
        self._key = key
        self._uploads = uploads

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        job = path_of("{id}")
        return [
            web.post("/api/v1/jobs", self.accept),
            web.get(job, self.look),
            web.delete(job, self.cancel),
            web.get(f"{job}/events", self.follow, allow_head=False),
            web.get("/healthz", self.health),
        ]

    async def accept(self, request: web.Request) -> web.Response:
        """Take a job in: 202 with its id, status and position."""
        requester = requester_of(request)
        source = _source(request, requester)
        keyed = has_key(request, self._key)
        async with receive(request, self._uploads, self._limits) as upload:
            styles, options = await wanted(upload, self._gallery, keyed)
            job = await self._intake.accept(Order("web", source, requester, upload.content, styles, options))
        view = as_json(await self._desk.look(job.id, requester))
        body = {name: view[name] for name in ("id", "status", "position")}
        return web.json_response(body, status=HTTPStatus.ACCEPTED, headers={hdrs.LOCATION: path_of(job.id)})

    async def look(self, request: web.Request) -> web.Response:
        """A job as it stands."""
        return web.json_response(as_json(await self._desk.look(_job_id(request), requester_of(request))))

    async def cancel(self, request: web.Request) -> web.Response:
        """Stop a job: 200 with how it stands now."""
        view = await self._desk.cancel(_job_id(request), requester_of(request))
        self._hub.moved(view.job.id)
        return web.json_response(as_json(view))

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """A job's state and previews as server-sent events, until it ends."""
        return await events.stream(request, self._desk, self._hub, _job_id(request), requester_of(request))

    async def health(self, request: web.Request) -> web.Response:
        """How the service is: 200, or 503 while nothing can be painted."""
        health = await self._desk.health()
        # Another platform's trouble is told in the body; restarting this service would not mend it.
        able = any(worker["state"] != "down" for worker in health["renderer"]["workers"])
        return web.json_response(health, status=HTTPStatus.OK if able else HTTPStatus.SERVICE_UNAVAILABLE)


def _job_id(request: web.Request) -> str:
    return request.match_info["id"]


def _source(request: web.Request, requester: str) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return secrets.token_hex(16)
    if not 0 < len(key) <= MAX_KEY:
        raise BadRequest(phrase("error-idempotency-key", most=MAX_KEY), "bad_idempotency_key")
    return hashlib.sha256(f"{requester}\n{key}".encode()).hexdigest()[:32]
