"""A requester's own jobs, page by page."""

from __future__ import annotations

import base64
import json
import math

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.operations import Operation, Parameter, routes_of
from bot.adapters.web.api.parts import answers_with
from bot.adapters.web.api.views import shown
from bot.adapters.web.guard import requester_of
from bot.adapters.web.language import language_of
from bot.desk import Desk, Place
from bot.errors import BadRequest
from bot.texts import phrase

LIMIT, MOST = 20, 100
_LIMITS = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}


class HistoryApi:
    """The handler of ``GET /api/v1/jobs``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "listJobs",
        hdrs.METH_GET,
        "/api/v1/jobs",
        "jobs",
        "Own jobs, the newest first",
        answers_with(models.JobPage, "a page of them"),
        parameters=(
            Parameter("limit", "query", f"jobs on a page; {LIMIT} by default", _LIMITS),
            Parameter("after", "query", "`next` of the page before", {"type": "string"}),
        ),
        problems=("bad_page",),
        query="limit=5",
    )
    async def show(self, request: web.Request) -> web.Response:
        """A page of own jobs; raises BadRequest (bad_page)."""
        limit, before = _limit(request.query.get("limit")), _place(request.query.get("after"))
        views, place = await self._desk.page(requester_of(request), limit, before)
        language = language_of(request)
        jobs = [shown(view, language) for view in views]
        return answer(models.JobPage(jobs=jobs, next=None if place is None else _cursor(place)))


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MOST):
        raise BadRequest(phrase("error-page-limit", most=MOST), "bad_page")
    return int(text)


def _cursor(place: Place) -> str:
    """Where a page begins, in letters that need no quoting in a URL; nobody else is to read it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        at, job_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (ValueError, TypeError, RecursionError) as exc:
        raise _bad_cursor() from exc
    if not (isinstance(at, float) and math.isfinite(at) and isinstance(job_id, str)):
        raise _bad_cursor()
    return at, job_id


def _bad_cursor() -> BadRequest:
    return BadRequest(phrase("error-page-after"), "bad_page")
