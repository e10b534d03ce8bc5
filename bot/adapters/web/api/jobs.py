"""Jobs in the API: handed in, looked at, followed, cancelled."""

from __future__ import annotations

import hashlib
import secrets
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web

from bot.adapters.web.api import events, models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.hub import Hub
from bot.adapters.web.api.operations import Answer, Body, Operation, Parameter, routes_of
from bot.adapters.web.api.parts import ACCEPTED, EVENT, JOB, JOB_ID, KEY, MAX_KEY, ORDER, UNUSABLE, answers_with
from bot.adapters.web.api.places import Places
from bot.adapters.web.api.upload import PICTURES, announced, receive
from bot.adapters.web.api.views import path_of, shown
from bot.adapters.web.api.webhooks import webhook_of
from bot.adapters.web.api.wishes import wanted
from bot.adapters.web.guard import requester_of
from bot.adapters.web.keys import is_expert
from bot.adapters.web.language import language_of
from bot.adapters.web.limits import counted_network
from bot.adapters.web.services import Services
from bot.desk import Desk
from bot.errors import BadRequest
from bot.intake import Order
from bot.jobs import Job
from bot.texts import phrase
from config.settings import LimitsSettings, WebSettings


class JobsApi:
    """The handlers under ``/api/v1/jobs``; every error leaves them as an exception."""

    def __init__(
        self,
        services: Services,
        hub: Hub,
        settings: WebSettings,
        limits: LimitsSettings,
        uploads: Path,
    ) -> None:
        self._intake = services.intake
        self._desk = services.desk
        self._gallery = services.gallery
        self._hub = hub
        self._webhooks_private = settings.webhooks_private
        self._limits = limits
        self._places = Places(settings.uploads_at_once, limits.open_jobs_per_requester)
        self._uploads = uploads

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "createJob",
        hdrs.METH_POST,
        "/api/v1/jobs",
        "jobs",
        "Order a painting",
        ACCEPTED,
        "Of a content picture, in the manner of style pictures, of styles of the gallery that `words` name, or of "
        "both. A dream (`mode`) has no style. `options` and `words` may say the same, but not different things.",
        parameters=(KEY,),
        body=Body(
            "multipart/form-data",
            models.Upload,
            {
                **dict.fromkeys(("content", "style", "mask"), ", ".join(PICTURES)),
                **dict.fromkeys(("options", "weights"), "application/json"),
            },
        ),
        problems=(
            *ORDER,
            *UNUSABLE,
            *("bad_upload", "picture_missing", "mask_mismatch", "unknown_word", "unknown_style", "busy"),
        ),
        curl="-F content=@photo.jpg -F style=@waves.jpg -F 'options={\"size\": 256}'",
    )
    async def accept(self, request: web.Request) -> web.Response:
        """Take a job in: 202 with its id, status and position."""
        requester, network = requester_of(request), counted_network(request)
        source = source_of(request, requester)
        # All that can be said against it before the pictures have come.
        job = await self._intake.expect("web", source, requester, network=network)
        if job is None:
            with self._places.one(requester, network, announced(request, self._limits)):
                job = await self._take(request, source, requester, network)
        return await accepted(self._desk, job)

    async def _take(self, request: web.Request, source: str, requester: str, network: str | None) -> Job:
        async with receive(request, self._uploads, self._limits) as upload:
            styles, options = await wanted(upload, self._gallery, is_expert(request))
            order = Order(
                "web",
                source,
                requester,
                upload.content,
                styles,
                options,
                language=language_of(request),
                network=network,
                webhook=webhook_of(request, upload.webhook, self._webhooks_private),
            )
            return await self._intake.accept(order)

    @Operation(
        "getJob",
        hdrs.METH_GET,
        JOB,
        "jobs",
        "A job as it stands",
        answers_with(models.Job, "the job"),
        parameters=(JOB_ID,),
        problems=("unknown_job",),
    )
    async def look(self, request: web.Request) -> web.Response:
        """A job as it stands."""
        view = await self._desk.look(_job_id(request), requester_of(request))
        return answer(shown(view, language_of(request)))

    @Operation(
        "cancelJob",
        hdrs.METH_DELETE,
        JOB,
        "jobs",
        "Stop a job",
        answers_with(models.Job, "the job; one that is being painted ends as `cancelled` a moment later"),
        parameters=(JOB_ID,),
        problems=("unknown_job", "no_longer_cancellable"),
    )
    async def cancel(self, request: web.Request) -> web.Response:
        """Stop a job: 200 with how it stands now."""
        view = await self._desk.cancel(_job_id(request), requester_of(request))
        self._hub.moved(view.job.id)
        return answer(shown(view, language_of(request)))

    @Operation(
        "followJob",
        hdrs.METH_GET,
        f"{JOB}/events",
        "jobs",
        "Follow a job until it has ended",
        {
            HTTPStatus.OK: Answer("server-sent events", {"text/event-stream": EVENT}),
            HTTPStatus.NO_CONTENT: Answer("the job has ended, and `Last-Event-ID` knows: do not come back"),
        },
        "An event `status` has the job as JSON, `preview` a JPEG in base64; what there is of each comes at once. "
        " Whoever comes back with the id of the last event is told only what is new.",
        parameters=(
            JOB_ID,
            Parameter("Last-Event-ID", "header", "id of the last event that was read", {"type": "string"}),
        ),
        problems=("unknown_job",),
        curl="--no-buffer",
    )
    async def follow(self, request: web.Request) -> web.StreamResponse:
        """A job's state and previews as server-sent events, until it ends."""
        return await events.stream(request, self._hub, _job_id(request))


async def accepted(desk: Desk, job: Job) -> web.Response:
    """What is said of a job that has been taken in: 202, and where it is."""
    view = await desk.look(job.id, job.requester)
    model = models.Accepted(id=job.id, status=view.job.status, position=view.position)
    return answer(model, HTTPStatus.ACCEPTED, {hdrs.LOCATION: path_of(job.id)})


def _job_id(request: web.Request) -> str:
    return request.match_info["id"]


def source_of(request: web.Request, requester: str, *about: str) -> str:
    """Id of a request that makes a job: of two with the same Idempotency-Key about the same, the same.

    Raises BadRequest (bad_idempotency_key).
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return secrets.token_hex(16)
    if not 0 < len(key) <= MAX_KEY:
        raise BadRequest(phrase("error-idempotency-key", most=MAX_KEY), "bad_idempotency_key")
    return hashlib.sha256("\n".join([requester, *about, key]).encode(errors="surrogateescape")).hexdigest()[:32]
