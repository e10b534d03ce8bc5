"""Errors as RFC 9457 problem details: one table from our own errors to statuses, one middleware that applies it."""

from __future__ import annotations

import math
import secrets
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, LooseHeaders
from structlog.contextvars import bound_contextvars

from bot.adapters.web.language import language_of
from bot.errors import (
    BadPicture,
    BadRequest,
    Busy,
    Forbidden,
    NotReady,
    TooExpensive,
    UnknownJob,
    UnknownStyle,
    UnknownWord,
    Unwritable,
    UserError,
)
from bot.texts import phrase, say

log = structlog.get_logger(__name__)

STATUS_OF: dict[type[UserError], HTTPStatus] = {
    BadPicture: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadRequest: HTTPStatus.BAD_REQUEST,
    UnknownWord: HTTPStatus.BAD_REQUEST,
    UnknownStyle: HTTPStatus.BAD_REQUEST,
    Forbidden: HTTPStatus.FORBIDDEN,
    UnknownJob: HTTPStatus.NOT_FOUND,
    NotReady: HTTPStatus.CONFLICT,
    TooExpensive: HTTPStatus.UNPROCESSABLE_ENTITY,
    Busy: HTTPStatus.TOO_MANY_REQUESTS,
}
#: Codes for which HTTP has a better word than their class has.
STATUS_OF_CODE: dict[str, HTTPStatus] = {
    "picture_too_heavy": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "picture_missing": HTTPStatus.BAD_REQUEST,
    "bad_key": HTTPStatus.UNAUTHORIZED,
    "key_missing": HTTPStatus.UNAUTHORIZED,
    "bad_login": HTTPStatus.UNAUTHORIZED,
    "no_session": HTTPStatus.UNAUTHORIZED,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "no_timelapse": HTTPStatus.NOT_FOUND,
    "closing": HTTPStatus.SERVICE_UNAVAILABLE,
    "disk_full": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_busy": HTTPStatus.SERVICE_UNAVAILABLE,
}


#: Seconds after which the store can probably be written again.
_STORE_S = 10.0


def status_of(kind: type[UserError], code: str) -> HTTPStatus:
    """The status of an error of this class with this code."""
    return STATUS_OF_CODE.get(code) or STATUS_OF[kind]


def problem(status: int, code: str, detail: str, headers: LooseHeaders | None = None) -> web.Response:
    """A response of type ``application/problem+json``; `code` is stable, `detail` is one sentence for a person."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    return web.json_response(body, status=status, headers=headers, content_type="application/problem+json")


def problem_of(error: UserError, language: str = "en") -> web.Response:
    """The problem that tells a person, in their language, what they can mend."""
    status = status_of(type(error), error.code)
    headers = {}
    if isinstance(error, Busy):
        headers[hdrs.RETRY_AFTER] = str(math.ceil(error.retry_after_s))
    if status is HTTPStatus.UNAUTHORIZED:
        headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    return problem(status, error.code, say(error.said, language), headers)


@web.middleware
async def as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error below into a problem; what is not ours is logged whole and told only by an id."""
    # What is logged on the way is about the job that was asked for.
    with bound_contextvars(**_job_of(request)):
        return await _answer(request, handler)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except UserError as error:
        return problem_of(error, language_of(request))
    except Unwritable as why:
        log.warning("request not stored", method=request.method, path=request.path, why=str(why))
        return problem_of(Busy(phrase("busy-store"), "store_busy", _STORE_S), language_of(request))
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _problem_of_http(request, error)
    except ConnectionError:
        raise  # the client went away: aiohttp drops the connection without a word
    except Exception:
        error_id = secrets.token_hex(4)
        log.exception("request failed", error_id=error_id, method=request.method, path=request.path)
        if request.writer.output_size:
            raise  # a stream has begun; aiohttp can only cut it
        detail = f"Something went wrong on our side. Whoever runs this service can look up error {error_id}."
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)


def _job_of(request: web.Request) -> dict[str, str]:
    job = request.match_info.get("id")
    return {} if job is None else {"job": job}


def _problem_of_http(request: web.Request, error: web.HTTPException) -> web.Response:
    status = HTTPStatus(error.status)
    details = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {request.path}.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.path} does not take {request.method}.",
    }
    allow = {hdrs.ALLOW: error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else None
    return problem(status, status.name.lower(), details.get(status, status.description), allow)
