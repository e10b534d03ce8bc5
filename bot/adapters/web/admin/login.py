"""Who may look after the service: whoever has the password or the token."""

from __future__ import annotations

import asyncio
import hmac

from aiohttp import web

from bot.adapters.web.admin.attempts import Attempts
from bot.adapters.web.admin.sessions import WHOLE_S, Session, Sessions
from bot.adapters.web.clients import address_of, is_https, network_of
from bot.adapters.web.guard import is_local_name
from bot.adapters.web.keys import bearer_of, is_secret
from bot.admin.audit import Audit
from bot.errors import Busy, Forbidden
from bot.passwords import fits
from config.settings import WebSettings

COOKIE = "atelier_admin"
PATH = "/admin"
CSRF_HEADER = "X-CSRF-Token"


class Login:
    """Lets admins in, by a session or by the token itself, and says who asks."""

    def __init__(self, settings: WebSettings, audit: Audit) -> None:
        self._settings = settings
        self._audit = audit
        self._sessions = Sessions()
        self._attempts = Attempts()
        # A hash takes 64 MiB: one at a time.
        self._trying = asyncio.Lock()

    async def begin(self, request: web.Request, password: str) -> tuple[str, Session]:
        """A new session and its token, for who has the password or the admins' token.

        Raises Forbidden (bad_login, needs_https) and Busy (too_many_logins).
        """
        self._check_connection(request)
        async with self._trying:
            self._check_attempts(request)
            async with self._audit.entry(f"page:{address_of(request)}", "login") as entry:
                if not await self._is_good(password):
                    self._attempts.failed(network_of(request))
                    raise Forbidden("That is not the password.", "bad_login")
                entry.said = "Logged in."
        self._attempts.succeeded(network_of(request))
        # Never one that the browser has brought: somebody else might know it.
        self._sessions.end(request.cookies.get(COOKIE, ""))
        return self._sessions.begin()

    def keep(self, request: web.Request, response: web.Response, token: str) -> None:
        """Let the browser keep a session's token."""
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(WHOLE_S),
            path=PATH,
            secure=is_https(request),
            httponly=True,
            samesite="Strict",
        )

    async def end(self, request: web.Request, response: web.Response) -> None:
        """End the request's session."""
        self._sessions.end(request.cookies.get(COOKIE, ""))
        response.del_cookie(COOKIE, path=PATH)
        async with self._audit.entry(f"page:{address_of(request)}", "logout"):
            pass

    def session(self, request: web.Request, acts: bool = False) -> Session:
        """The request's session; raises Forbidden (no_session, needs_https)."""
        self._check_connection(request)
        session = self._sessions.find(request.cookies.get(COOKIE, ""), acts)
        if session is None:
            raise Forbidden("Log in first.", "no_session")
        return session

    async def reader(self, request: web.Request) -> None:
        """Let a request look; raises Forbidden (no_session, bad_key, needs_https)."""
        if bearer_of(request) is None:
            self.session(request)
        else:
            await self._check_token(request)

    async def actor(self, request: web.Request) -> str:
        """Let a request change something; returns who asks. Raises as `reader`, and Forbidden (bad_csrf).

        With the token itself there is no session that another site could abuse.
        """
        if bearer_of(request) is not None:
            await self._check_token(request)
            return f"token:{address_of(request)}"
        session = self.session(request, acts=True)
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), session.csrf.encode()):
            raise Forbidden("This request does not come from the admin page; load it anew.", "bad_csrf")
        return f"page:{address_of(request)}"

    async def _check_token(self, request: web.Request) -> None:
        self._check_connection(request)
        given, token = bearer_of(request) or "", self._settings.admin_token
        if token is not None and is_secret(given, token):
            return
        self._check_attempts(request)
        # Before anything is waited for: of many at once, few are let try.
        self._attempts.failed(network_of(request))
        async with self._audit.entry(f"token:{address_of(request)}", "login"):
            raise Forbidden("This is not the admins' token (ATELIER_WEB__ADMIN_TOKEN).", "bad_key")

    async def _is_good(self, given: str) -> bool:
        """Whether it is the password or the token; both are looked at, so that the time tells nothing of either."""
        token, kept = self._settings.admin_token, self._settings.admin_password_hash
        is_token = token is not None and is_secret(given, token)
        is_password = kept is not None and await asyncio.to_thread(fits, given, kept.get_secret_value())
        return is_token or is_password

    def _check_attempts(self, request: web.Request) -> None:
        wait_s = self._attempts.wait_s(network_of(request))
        if wait_s:
            raise Busy("There were too many wrong passwords; wait a little.", "too_many_logins", wait_s)

    def _check_connection(self, request: web.Request) -> None:
        """Raise Forbidden (needs_https) where what is sent could be read on the way."""
        if not (is_https(request) or is_local_name(request.host) or self._settings.admin_http):
            raise Forbidden(
                "The admin page is served over HTTPS, or under the name localhost: on this connection a password could "
                "be read on the way. Whoever runs the service can allow that with ATELIER_WEB__ADMIN_HTTP=true.",
                "needs_https",
            )
