"""Jobs in the API: handed in, looked at, followed, cancelled."""

from __future__ import annotations

import hashlib
import secrets
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web

from bot.adapters.web.api import events
from bot.adapters.web.api.upload import receive
from bot.adapters.web.api.views import as_json, path_of
from bot.adapters.web.api.wishes import wanted
from bot.adapters.web.guard import has_key, requester_of
from bot.adapters.web.language import language_of
from bot.adapters.web.services import Services
from bot.errors import BadRequest
from bot.intake import Order
from bot.texts import phrase
from config.settings import LimitsSettings, WebSettings

MAX_KEY = 128


class JobsApi:
    """The handlers under ``/api/v1/jobs``; every error leaves them as an exception."""

    def __init__(
        self,
        services: Services,
        hub: events.Hub,
        settings: WebSettings,
        limits: LimitsSettings,
        uploads: Path,
    ) -> None:
        """`settings.api_key` opens the expert options to programs; without one nobody has them."""
        self._intake = services.intake
        self._desk = services.desk
        self._gallery = services.gallery
        self._hub = hub
        self._key = settings.api_key
        self._limits = limits
        self._uploads = uploads

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        job = path_of("{id}")
        return [
            web.post("/api/v1/jobs", self.accept),
            web.get(job, self.look),
            web.delete(job, self.cancel),
            web.get(f"{job}/events", self.follow, allow_head=False),
        ]

    async def accept(self, request: web.Request) -> web.Response:
        """Take a job in: 202 with its id, status and position."""
        requester = requester_of(request)
        source = _source(request, requester)
        keyed = has_key(request, self._key)
        async with receive(request, self._uploads, self._limits) as upload:
            styles, options = await wanted(upload, self._gallery, keyed)
            language = language_of(request)
            order = Order("web", source, requester, upload.content, styles, options, language=language)
            job = await self._intake.accept(order)
        view = as_json(await self._desk.look(job.id, requester), language)
        body = {name: view[name] for name in ("id", "status", "position")}
        return web.json_response(body, status=HTTPStatus.ACCEPTED, headers={hdrs.LOCATION: path_of(job.id)})

    async def look(self, request: web.Request) -> web.Response:
        """A job as it stands."""
        view = await self._desk.look(_job_id(request), requester_of(request))
        return web.json_response(as_json(view, language_of(request)))

    async def cancel(self, request: web.Request) -> web.Response:
        """Stop a job: 200 with how it stands now."""
        view = await self._desk.cancel(_job_id(request), requester_of(request))
        self._hub.moved(view.job.id)
        return web.json_response(as_json(view, language_of(request)))

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """A job's state and previews as server-sent events, until it ends."""
        return await events.stream(request, self._desk, self._hub, _job_id(request))


def _job_id(request: web.Request) -> str:
    return request.match_info["id"]


def _source(request: web.Request, requester: str) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return secrets.token_hex(16)
    if not 0 < len(key) <= MAX_KEY:
        raise BadRequest(phrase("error-idempotency-key", most=MAX_KEY), "bad_idempotency_key")
    return hashlib.sha256(f"{requester}\n{key}".encode()).hexdigest()[:32]
