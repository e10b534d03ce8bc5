"""How the service stands, for who is about to send pictures."""

from __future__ import annotations

import asyncio

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.operations import Operation, routes_of
from bot.adapters.web.api.parts import answers_with
from bot.desk import Desk
from bot.intake import Intake

#: Seconds for which an answer serves all that ask.
FRESH_S = 1.0


class ServiceApi:
    """The handler of ``GET /api/v1/status``."""

    def __init__(self, intake: Intake, desk: Desk) -> None:
        self._intake = intake
        self._desk = desk
        self._looking = asyncio.Lock()
        self._known: models.ServiceStatus | None = None
        self._known_at = 0.0

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "getStatus",
        hdrs.METH_GET,
        "/api/v1/status",
        "service",
        "Whether jobs are taken in and painted",
        answers_with(models.ServiceStatus, f"how the service stood {FRESH_S:g} s ago at most"),
    )
    async def show(self, request: web.Request) -> web.Response:
        """Whether jobs are taken in and painted, and how many there are."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if self._known is None or now - self._known_at >= FRESH_S:
                self._known, self._known_at = await self._look(), now
            return answer(self._known)

    async def _look(self) -> models.ServiceStatus:
        why, load = await self._intake.why_closed(), await self._desk.load()
        return models.ServiceStatus(
            open=why is None,
            why=why,
            paused=load.paused,
            waiting=load.waiting,
            painting=load.painting,
            workers=load.workers,
        )
