"""Other paintings from the pictures of a job, in the API."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web
from pydantic import ValidationError

from bot.adapters.web.api import models
from bot.adapters.web.api.jobs import accepted, source_of
from bot.adapters.web.api.operations import Body, Operation, routes_of
from bot.adapters.web.api.parts import ACCEPTED, JOB, JOB_ID, KEY, ORDER
from bot.adapters.web.api.webhooks import webhook_of
from bot.adapters.web.api.wishes import checked
from bot.adapters.web.guard import requester_of
from bot.adapters.web.keys import is_expert
from bot.adapters.web.language import language_of
from bot.adapters.web.limits import counted_network
from bot.adapters.web.services import Services
from bot.errors import BadRequest, NotReady
from bot.intake import Again
from bot.jobs import Job
from bot.texts import phrase
from bot.variations import VARIATIONS, varied
from config.settings import WebSettings
from renderer.options import RenderOptions

MAX_BYTES = 65_536


class VariationsApi:
    """The handler of ``POST /api/v1/jobs/{id}/variations``."""

    def __init__(self, services: Services, settings: WebSettings) -> None:
        self._intake = services.intake
        self._desk = services.desk
        self._webhooks_private = settings.webhooks_private

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "createVariation",
        hdrs.METH_POST,
        f"{JOB}/variations",
        "jobs",
        "Order another painting from the pictures of a job",
        ACCEPTED,
        "Either a variation that the job offers, or other options in place of its own.",
        parameters=(JOB_ID, KEY),
        body=Body("application/json", models.VariationWish),
        problems=(
            *ORDER,
            *("bad_body", "unknown_job", "unknown_variation", "at_its_limit", "input_gone"),
            *("not_ready", "not_painted", "picture_missing"),
        ),
        curl='--json \'{"variation": "again"}\'',
    )
    async def accept(self, request: web.Request) -> web.Response:
        """Take in a job from the pictures of another: 202 as for any job."""
        requester, keyed = requester_of(request), is_expert(request)
        # First: of others' jobs nobody learns whether a wish would be good.
        job = await self._desk.own(request.match_info["id"], requester)
        wish = await _wish(request)
        if wish.variation is None:
            options = _other(job, wish.options or {}, keyed)
        else:
            options = await self._varied(job, wish.variation)
        source = source_of(request, requester, job.id)
        again = Again(
            job,
            "web",
            source,
            requester,
            options,
            language=language_of(request),
            network=counted_network(request),
            webhook=webhook_of(request, wish.webhook, self._webhooks_private),
        )
        return await accepted(self._desk, await self._intake.again(again))

    async def _varied(self, job: Job, variation: str) -> RenderOptions:
        if variation not in VARIATIONS:
            known = ", ".join(VARIATIONS)
            raise BadRequest(phrase("error-variation", name=variation[:40], names=known), "unknown_variation")
        options = varied(await self._desk.painted_job(job.id, job.requester), variation)
        if options is None:
            raise NotReady(phrase("painting-at-its-limit"), "at_its_limit")
        return options


def _other(job: Job, changes: dict[str, Any], keyed: bool) -> RenderOptions:
    return checked(changes, keyed, job.options.model_dump(mode="json", exclude_defaults=True))


async def _wish(request: web.Request) -> models.VariationWish:
    if request.content_type != "application/json":
        raise BadRequest(phrase("error-body-kind"), "bad_body")
    try:
        wish = models.VariationWish.model_validate_json(await _body(request))
    except ValidationError as exc:
        raise BadRequest(phrase("error-body-variation"), "bad_body") from exc
    if (wish.variation is None) == (wish.options is None):
        raise BadRequest(phrase("error-body-variation"), "bad_body")
    return wish


async def _body(request: web.Request) -> bytes:
    body = b""
    async for chunk in request.content.iter_chunked(MAX_BYTES):
        body += chunk
        if len(body) > MAX_BYTES:
            raise BadRequest(phrase("error-body-long", most=MAX_BYTES), "bad_body")
    return body
