"""The admin page: its files, its session, the state that it shows, and the verbs that it says."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from bot.adapters.web.admin.login import Login
from bot.adapters.web.admin.sessions import Session
from bot.adapters.web.admin.watch import Watch
from bot.adapters.web.keys import bearer_of
from bot.adapters.web.static import routes_of
from bot.admin import VERBS, Admin
from bot.errors import BadRequest, Forbidden
from config.settings import WebSettings

PAGE = Path(__file__).parent / "page"

#: Stricter than the public page's: no picture but its own icon, and no script that writes HTML.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)


class AdminApi:
    """The handlers under ``/admin``."""

    def __init__(self, settings: WebSettings, admin: Admin) -> None:
        self._admin = admin
        self._login = Login(settings, admin.audit)
        self._watch = Watch(admin)
        self._page = (PAGE / "index.html").read_text("utf-8")

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return [
            *(web.get(path, self.page) for path in ("/admin", "/admin/")),
            *routes_of(PAGE, "/admin/page"),
            web.get("/admin/api/session", self.session),
            web.post("/admin/api/session", self.log_in),
            web.delete("/admin/api/session", self.log_out),
            web.get("/admin/api/state", self.state),
            web.get("/admin/events", self.events, allow_head=False),
            web.post("/admin/api/do", self.do),
        ]

    async def end(self, app: web.Application) -> None:
        """End every stream; for ``on_shutdown``."""
        self._watch.close()

    async def page(self, request: web.Request) -> web.Response:
        """The page, which shows nothing before somebody is logged in."""
        return web.Response(text=self._page, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def session(self, request: web.Request) -> web.Response:
        """The browser's session, which this prolongs: ``{"csrf", "verbs"}``, of these how each is used."""
        return _told(self._login.session(request, acts=True))

    async def log_in(self, request: web.Request) -> web.Response:
        """Begin a session with ``{"password"}``: as `session`, and a cookie."""
        match await _body(request):
            case {"password": str(password)}:
                token, session = await self._login.begin(request, password)
                response = _told(session)
                self._login.keep(request, response, token)
                return response
        raise BadRequest("Send a JSON object with the password.")

    async def log_out(self, request: web.Request) -> web.Response:
        """End the session: 204."""
        await self._login.actor(request)
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        await self._login.end(request, response)
        return response

    async def state(self, request: web.Request) -> web.Response:
        """How all stands: `bot.admin.state.State`, and ``now``."""
        await self._login.reader(request)
        return web.json_response(await self._watch.parts())

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The same as server-sent events ``state``, at first whole, then by the parts that change; at last ``over``."""
        await self._login.reader(request)
        return await self._watch.stream(request, lambda: self._may_look(request))

    async def do(self, request: web.Request) -> web.Response:
        """Do a verb, ``{"verb", "arguments"}``, as in a chat: ``{"text"}``, or a problem that says why not."""
        by = await self._login.actor(request)
        match await _body(request):
            case {"verb": str(verb), "arguments": str(arguments)}:
                text = await self._admin.do(verb, arguments, by, private=True)
                self._watch.forget()
                return web.json_response({"text": text})
        raise BadRequest("Send a JSON object with a verb and arguments.")

    def _may_look(self, request: web.Request) -> bool:
        if bearer_of(request) is not None:
            return True
        try:
            self._login.session(request)
        except Forbidden:
            return False
        return True


def _told(session: Session) -> web.Response:
    return web.json_response({"csrf": session.csrf, "verbs": {name: verb.usage for name, verb in VERBS.items()}})


async def _body(request: web.Request) -> object:
    """A request's JSON, or None where it has none; a form of another site cannot send that type unasked."""
    if request.content_type != "application/json":
        return None
    try:
        body: object = await request.json()
    except ValueError:
        return None
    return body
