"""Who asks: what they may ask for, and an end to all that is theirs."""

from __future__ import annotations

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.hub import Hub
from bot.adapters.web.api.operations import Operation, routes_of
from bot.adapters.web.api.parts import answers_with
from bot.adapters.web.guard import requester_of
from bot.adapters.web.keys import is_expert
from bot.adapters.web.services import Services
from config.settings import LimitsSettings
from renderer.options import MAX_SIZE


class MeApi:
    """The handlers of ``/api/v1/me``."""

    def __init__(self, services: Services, hub: Hub, limits: LimitsSettings) -> None:
        self._accounts = services.accounts
        self._erasure = services.erasure
        self._hub = hub
        self._limits = limits

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "getMe",
        hdrs.METH_GET,
        "/api/v1/me",
        "requester",
        "What who asks may ask for",
        answers_with(models.Me, "quotas and limits"),
    )
    async def show(self, request: web.Request) -> web.Response:
        """What who asks may ask for, and how much of it is taken."""
        requester = requester_of(request)
        quotas = {
            allowance.name: models.Quota(used=allowance.most - allowance.left, allowed=allowance.most)
            for allowance in await self._accounts.allowances(requester)
        }
        used, allowed = await self._accounts.open_jobs(requester)
        return answer(
            models.Me(
                quotas=models.Quotas(hour=quotas["quota_hour"], day=quotas["quota_day"]),
                open_jobs=models.Quota(used=used, allowed=allowed),
                expert=is_expert(request),
                picture_mb=self._limits.picture_mb,
                picture_mp=self._limits.picture_mp,
                max_size=MAX_SIZE,
            )
        )

    @Operation(
        "deleteMine",
        hdrs.METH_DELETE,
        "/api/v1/me",
        "requester",
        "Delete everything of who asks, at once",
        answers_with(models.Erased, "how much that was"),
        "Jobs, pictures and paintings; what is being painted stops. How much was ordered is still counted for the "
        "quotas, and a ban stays.",
    )
    async def erase(self, request: web.Request) -> web.Response:
        """Delete everything of who asks, at once; what is being painted stops."""
        requester = requester_of(request)
        number = await self._erasure.erase(requester)
        self._hub.forget(requester)
        return answer(models.Erased(deleted=number))
