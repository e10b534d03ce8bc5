"""What a request's API key opens, found once for each request."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from pydantic import SecretStr

from bot.errors import Forbidden
from bot.keys import SCOPES, Keys, requester_of_key
from bot.texts import phrase
from config.settings import WebSettings

API = "/api/v1/"
SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})

#: What describes the API is for everybody.
_DESCRIPTION = ("/api/v1/openapi", "/api/v1/docs")


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    """What a key opens."""

    scopes: tuple[str, ...]
    requester: str | None  #: whose the jobs are; None for the key of the settings, which owns none


_GRANT = web.RequestKey("grant", Grant)


def keyed(keys: Keys, settings: WebSettings) -> Middleware:
    """A middleware that finds the key of each request to the API.

    It raises Forbidden: bad_key for one that is not in force, missing_scope for what it does not open, and key_missing
    where there is none and the settings require one.
    """

    @web.middleware
    async def find(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(API) and not request.path.startswith(_DESCRIPTION):
            given = bearer_of(request)
            if given is not None:
                request[_GRANT] = await _granted(given, keys, settings)
                need(request, "read" if request.method in SAFE_METHODS else "paint")
            elif settings.require_key:
                raise Forbidden(phrase("error-key-missing"), "key_missing")
        return await handler(request)

    return find


def grant_of(request: web.Request) -> Grant | None:
    """What the request's key opens; None where it has none."""
    return request.get(_GRANT)


def has_scope(request: web.Request, scope: str) -> bool:
    """Whether the request has a key that opens this."""
    grant = grant_of(request)
    return grant is not None and scope in grant.scopes


def is_expert(request: web.Request) -> bool:
    """Whether the request may use the expert options."""
    return has_scope(request, "expert")


def need(request: web.Request, scope: str) -> None:
    """Raise Forbidden (missing_scope) where the request's key does not open this."""
    if not has_scope(request, scope):
        raise Forbidden(phrase("error-missing-scope", scope=scope), "missing_scope")


def bearer_of(request: web.Request) -> str | None:
    """What the request carries as ``Authorization: Bearer …``."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    # A proxy in front may have a login of its own.
    return given.strip() if scheme.lower() == "bearer" else None


def is_secret(given: str, secret: SecretStr) -> bool:
    """Whether a text is the secret; takes as long for any text."""
    return hmac.compare_digest(_digest(given), _digest(secret.get_secret_value()))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()


async def _granted(given: str, keys: Keys, settings: WebSettings) -> Grant:
    if settings.api_key is not None and is_secret(given, settings.api_key):
        return Grant(SCOPES, None)
    key = await keys.holder_of(given)
    if key is None:
        raise Forbidden(phrase("error-bad-key"), "bad_key")
    return Grant(key.scopes, requester_of_key(key))
