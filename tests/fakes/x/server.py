"""The HTTP side: calls in, answers out, and all that may go wrong between."""

from __future__ import annotations

import asyncio
import email.utils
import functools
import json
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.x import files
from tests.fakes.x.faults import Fault, next_fault, tears
from tests.fakes.x.rates import Call, Windows
from tests.fakes.x.refusals import Refusal, invalid, read_only, too_many
from tests.fakes.x.routes import ROUTES, Request, Route
from tests.fakes.x.signatures import Signatures
from tests.fakes.x.world import World

#: Larger than any picture that is taken, so that it is refused in words.
_MOST_BYTES = 32 << 20
_MEDIA = "/media/{key}.jpg"


class Server:
    """Listens on a free port of this machine, and on the same one again after it was down."""

    def __init__(self, world: World, signatures: Signatures, told: Callable[[], Awaitable[None]]) -> None:
        self.world = world
        self.signatures = signatures
        self.told = told  #: awaited after every call
        self.windows = Windows(world.now)
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.port = 0
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        assert self._runner is None, "it listens already"
        self._closing.clear()
        app = web.Application(client_max_size=_MOST_BYTES)
        for route in ROUTES:
            app.router.add_route(route.method, route.template, functools.partial(self._called, route))
        app.router.add_get(_MEDIA, self._downloaded)
        app.router.add_route("*", "/{path:.*}", self._lost)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self.world.host = f"http://127.0.0.1:{self.port}"

    async def close(self) -> None:
        """Refuse connections, and cut those that there are."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _called(self, route: Route, http: web.Request) -> web.StreamResponse:
        arrived, world, fault = self.world.now(), self.world, None
        headers: dict[str, str] = {}
        body: dict[str, Any] | None = None
        if tears(self.faults, route.name):
            return await self._torn(route, http)
        try:
            request = await _request(world, http)
            body = request.body
            self.signatures.check(http)
            fault = next_fault(self.faults, route.name)
            if fault and not fault.late:
                response = fault.response(world.words.problems)
            else:
                within = self.windows.take(route.name)
                headers = self.windows.headers(route.name)
                response = await self._done(route, request, within)
        except Refusal as refusal:
            if refusal.blame:
                world.blame(f"{route.name}: {refusal.words}")
            response = web.json_response(refusal.json(world.words.problems), status=refusal.status)
        except Exception:
            world.blame(f"{route.name}: {traceback.format_exc()}")
            response = web.Response(status=500)
        if fault and fault.status and fault.done:
            response = fault.response(world.words.problems)
        # By the clock that limits are counted by; a client has no other to compare them with.
        date = email.utils.formatdate(world.now(), usegmt=True)
        more = {**headers, "x-access-level": world.access_level, "Date": date}
        response.headers.update({name: value for name, value in more.items() if name not in response.headers})
        status = 0 if fault and fault.silent else response.status
        query = {} if http.method == "POST" else dict(http.query)
        self.calls.append(Call(arrived, http.method, route.name, route.template, query, _brief(body), status))
        await self.told()
        return await self._answered(http, response, fault)

    async def _torn(self, route: Route, http: web.Request) -> web.StreamResponse:
        """Hang up when the beginning of a request has come."""
        await http.content.readany()
        self.calls.append(Call(self.world.now(), http.method, route.name, route.template, {}, None, 0))
        await self.told()
        if http.transport:
            http.transport.abort()
        return web.Response()

    async def _done(self, route: Route, request: Request, within: bool) -> web.Response:
        if not within:
            raise too_many()
        if route.method == "POST" and self.world.access_level == "read":
            raise read_only()
        if route.method == "POST" and request.query:
            raise invalid(request.query[0][0], [], "There are no query parameters")
        answer = await route.handler(request)
        return web.json_response(answer.json, status=answer.status)

    async def _downloaded(self, http: web.Request) -> web.StreamResponse:
        fault = next_fault(self.faults, "media")
        # Noted before it is sent, of which there may be no end.
        at, silent = len(self.calls), bool(fault and fault.silent)
        self.calls.append(Call(self.world.now(), "GET", "media", _MEDIA, dict(http.query), None, 0))
        await self.told()
        if fault and fault.silent and not fault.late:
            return await self._answered(http, web.Response(), fault)
        response = await files.response(self.world, http, fault)
        self.calls[at] = self.calls[at]._replace(status=0 if silent else response.status)
        await self.told()
        return await self._answered(http, response, fault)

    async def _lost(self, http: web.Request) -> web.StreamResponse:
        self.world.blame(f"there is no {http.method} {http.path}")
        self.calls.append(Call(self.world.now(), http.method, "", http.path, dict(http.query), None, 404))
        await self.told()
        refusal = Refusal(404, "Not Found", blame=True)
        return web.json_response(refusal.json(self.world.words.problems), status=404)

    async def _answered(
        self, http: web.Request, response: web.StreamResponse, fault: Fault | None
    ) -> web.StreamResponse:
        if fault and fault.hang:
            await self._closing.wait()
        if fault and fault.silent and http.transport:
            http.transport.abort()
        return response


async def _request(world: World, http: web.Request) -> Request:
    query = list(http.query.items())
    if http.method == "GET":
        return Request(world, dict(http.match_info), query, None)
    if http.content_type == "multipart/form-data":
        fields = {name: value for name, value in (await http.post()).items()}
        picture = fields.pop("media", None)
        if isinstance(picture, web.FileField):
            with picture.file as file:
                picture = file.read()
        if not isinstance(picture, (bytes, bytearray)):
            raise invalid("media", [], "media is no file")
        return Request(world, {}, query, fields, bytes(picture))
    try:
        body = json.loads(await http.read())
    except ValueError:
        raise invalid("body", [], "The body is not JSON") from None
    if http.content_type != "application/json" or not isinstance(body, dict):
        raise invalid("body", [http.content_type], "The body is no object of JSON")
    return Request(world, {}, query, body)


def _brief(body: dict[str, Any] | None) -> dict[str, Any] | None:
    """A body without the picture, of which thousands would fill the memory."""
    if body is None or not isinstance(body.get("media"), str):
        return body
    return body | {"media": f"{len(body['media'])} characters"}
