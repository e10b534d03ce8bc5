"""What watches the service asks it: the metrics, and whether it is ready."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.operations import Answer, Operation, routes_of
from bot.adapters.web.guard import check_reader
from bot.desk import Desk
from bot.metrics import CONTENT_TYPE, Metrics
from config.settings import WebSettings


class MonitoringApi:
    """The handlers of ``/healthz``, ``/readyz`` and, where that is set, ``/metrics``."""

    def __init__(self, settings: WebSettings, desk: Desk, metrics: Metrics) -> None:
        self._settings = settings
        self._desk = desk
        self._metrics = metrics

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        # The page may be public: what is not wanted is not there.
        return [*routes_of(self), *([web.get("/metrics", self.show)] if self._settings.metrics else [])]

    @Operation(
        "getHealth",
        hdrs.METH_GET,
        "/healthz",
        "service",
        "How the parts of the service are",
        {
            HTTPStatus.OK: Answer("jobs can be painted", {"application/json": models.Health}),
            HTTPStatus.SERVICE_UNAVAILABLE: Answer("every worker is down", {"application/json": models.Health}),
        },
    )
    async def health(self, request: web.Request) -> web.Response:
        """How the service is: 200, or 503 while nothing can be painted."""
        health = await self._desk.health()
        # Another platform's trouble is told in the body; restarting this service would not mend it.
        able = any(worker["state"] != "down" for worker in health["renderer"]["workers"])
        status = HTTPStatus.OK if able else HTTPStatus.SERVICE_UNAVAILABLE
        return answer(models.Health.model_validate(health), status)

    @Operation(
        "getReadiness",
        hdrs.METH_GET,
        "/readyz",
        "service",
        "Whether an order would be taken in and painted",
        {
            HTTPStatus.OK: Answer("it would", {"application/json": models.Readiness}),
            HTTPStatus.SERVICE_UNAVAILABLE: Answer("it would not", {"application/json": models.Readiness}),
        },
    )
    async def ready(self, request: web.Request) -> web.Response:
        """Whether an order would be taken in and painted: 200, or 503 with the reasons why not."""
        obstacles = await self._desk.obstacles()
        status = HTTPStatus.SERVICE_UNAVAILABLE if obstacles else HTTPStatus.OK
        return answer(models.Readiness(ready=not obstacles, why=obstacles), status)

    async def show(self, request: web.Request) -> web.Response:
        """All metrics in Prometheus' text format; raises Forbidden."""
        check_reader(request, self._settings)
        return web.Response(body=await self._metrics.text(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})
