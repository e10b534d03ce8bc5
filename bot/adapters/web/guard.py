"""Who may talk to the page: Host and Origin checks, security headers, and anonymous sessions."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.adapters.web.clients import address_of, is_https
from bot.adapters.web.keys import SAFE_METHODS, bearer_of, grant_of, is_secret
from bot.errors import Forbidden
from bot.texts import phrase
from config.settings import WebSettings

COOKIE = "atelier_session"
SESSION_S = 30 * 24 * 3600

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::\d+)?", re.IGNORECASE)
#: What proxies write into a request that they pass on.
_PASSED_ON = (hdrs.FORWARDED, hdrs.X_FORWARDED_FOR, hdrs.VIA, "X-Real-IP")
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_TOKEN = re.compile(r"[0-9a-f]{32}")


def guard(settings: WebSettings) -> Middleware:
    """A middleware that raises Forbidden for a foreign Host and for unsafe requests from other sites."""
    configured = f"[{settings.host}]" if ":" in settings.host else settings.host
    own = _LOCAL_NAMES | ({_host_name(name) for name in (configured, *settings.allowed_hosts)} - {None})

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.headers.get(hdrs.HOST, "")
        # A foreign name that resolves to this machine (DNS rebinding) would give its page our origin.
        if _host_name(host) not in own:
            raise Forbidden(phrase("error-foreign-host"), "foreign_host")
        if request.method not in SAFE_METHODS:
            _check_origin(request, host)
        return await handler(request)

    return check


def is_local_name(host: str) -> bool:
    """Whether a request's Host is a name that machines have for themselves."""
    return _host_name(host) in _LOCAL_NAMES


def _host_name(authority: str) -> str | None:
    match = _AUTHORITY.fullmatch(authority)
    return match[1].lower() if match else None


def _check_origin(request: web.Request, host: str) -> None:
    """Browsers say where a request comes from; other clients send neither header and hold no cookie to abuse."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get(hdrs.ORIGIN)
    foreign_site = site is not None and site not in ("same-origin", "none")
    # An opaque origin ("null") is ours only where the browser itself says so.
    foreign_origin = (
        origin is not None and origin.partition("://")[2] != host and (origin, site) != ("null", "same-origin")
    )
    if foreign_site or foreign_origin:
        raise Forbidden(phrase("error-foreign-origin"), "foreign_origin")


def check_reader(request: web.Request, settings: WebSettings) -> None:
    """Raise Forbidden (bad_key, foreign_address) for who may not read the metrics."""
    given, token = bearer_of(request), settings.metrics_token
    if given is not None and token is not None:
        if not is_secret(given, token):
            raise Forbidden("This is not the token of the metrics (ATELIER_WEB__METRICS_TOKEN).", "bad_key")
    elif not _is_near(request, settings):
        if token is not None:
            raise Forbidden("The metrics are for those who have the token (ATELIER_WEB__METRICS_TOKEN).", "bad_key")
        raise Forbidden("The metrics are not for this address (ATELIER_WEB__METRICS_FROM).", "foreign_address")


def _is_near(request: web.Request, settings: WebSettings) -> bool:
    """Whether a request comes from this machine or from an address that the settings name."""
    if any(header in request.headers for header in _PASSED_ON):
        return False  # the address is that of a proxy, and anybody may be behind it
    try:
        address = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    networks = (ipaddress.ip_network(place, strict=False) for place in settings.metrics_from)
    return address.is_loopback or any(address in network for network in networks)


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Give a response the security headers; for ``on_response_prepare``."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Not which versions of what: that helps nobody but who looks for holes.
    response.headers[hdrs.SERVER] = "Atelier"


def requester_of(request: web.Request) -> str:
    """Whose request this is: a key's where it has one, else a browser's session's, else the address's."""
    grant = grant_of(request)
    if grant is not None and grant.requester is not None:
        return grant.requester
    token = _session(request)
    if token is None:
        return f"web:address:{address_of(request)}"
    # Hashed, so that neither the store nor a log holds what would let somebody else in.
    return f"web:{hashlib.sha256(token.encode()).hexdigest()[:32]}"


def keep_session(request: web.Request, response: web.StreamResponse) -> None:
    """Begin the browser's anonymous session, or prolong it."""
    response.set_cookie(
        COOKIE,
        _session(request) or secrets.token_hex(16),
        max_age=SESSION_S,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="Strict",
    )


def _session(request: web.Request) -> str | None:
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None
