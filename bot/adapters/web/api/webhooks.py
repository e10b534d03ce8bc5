"""Webhooks in the API: what a program may ask to be told, and what it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.adapters.web.api.views import as_json
from bot.adapters.web.keys import grant_of
from bot.desk import Desk
from bot.errors import Forbidden
from bot.jobs import Job
from bot.texts import phrase


def webhook_of(request: web.Request, url: str | None, private: bool) -> str | None:
    """The URL that a job's end is to be told to, or None; `private` as for `bot.webhooks.posting.checked`.

    Raises Forbidden (key_missing) without a key of the request's own, which signs, and BadRequest (bad_webhook).
    """
    if not url:
        return None
    grant = grant_of(request)
    if grant is None or grant.requester is None:
        raise Forbidden(phrase("error-webhook-key"), "key_missing")
    # Here, since few need it: its library takes some megabytes.
    from bot.webhooks.posting import checked

    return checked(url, private)


def told(desk: Desk) -> Callable[[Job], Awaitable[dict[str, Any]]]:
    """What receivers are told of a job: the view, as its owner sees it."""

    async def view(job: Job) -> dict[str, Any]:
        return as_json(await desk.look(job.id, job.requester), job.language or "en")

    return view
