"""How the service stands, for who is about to send pictures."""

from __future__ import annotations

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.operations import Operation, routes_of
from bot.adapters.web.api.parts import answers_with
from bot.adapters.web.fresh import FRESH_S, Fresh
from bot.desk import Desk
from bot.intake import Intake


class ServiceApi:
    """The handler of ``GET /api/v1/status``."""

    def __init__(self, intake: Intake, desk: Desk) -> None:
        self._intake = intake
        self._desk = desk
        self._status = Fresh(self._look)

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
        return answer(await self._status.get())

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
