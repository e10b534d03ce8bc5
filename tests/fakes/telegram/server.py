"""The HTTP side: calls in, answers out, and all that may go wrong between."""

from __future__ import annotations

import asyncio
import json
import re
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.telegram.faults import Fault, next_fault, tears
from tests.fakes.telegram.files import UPLOAD_BYTES, Upload
from tests.fakes.telegram.methods import METHODS, Method
from tests.fakes.telegram.methods.registry import Request
from tests.fakes.telegram.rates import Call
from tests.fakes.telegram.refusals import WORDS, Refusal
from tests.fakes.telegram.world import World

_TOKEN = re.compile(r"\d{6,12}:[\w-]{35}")
Fields = dict[str, str | Upload]


class Server:
    """Listens on a free port of this machine until it is closed."""

    def __init__(self, world: World, token: str, told: Callable[[], Awaitable[None]]) -> None:
        self.world = world
        self.token = token
        self.told = told  #: awaited after every call
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.refuses_token = False
        self.port = 0
        self._closing = asyncio.Event()
        app = web.Application(client_max_size=UPLOAD_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        app.router.add_get("/file/bot{token}/{path:.+}", self._downloaded)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1, access_log=None)

    async def open(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        self._closing.set()
        self.world.delivery.stop_polls()
        await self.world.delivery.hook(None)
        await self._runner.cleanup()

    async def _called(self, http: web.Request) -> web.StreamResponse:
        arrived, name = time.monotonic(), http.match_info["method"]
        fault, values, chat = None, {}, None
        try:
            method = self._method(http, name)
            name = method.name
            if tears(self.faults, name):
                return await self._torn(http, name)
            fields = await _fields(http)
            chat = _number(fields.get("chat_id"))
            values = method.signature.read(fields)
            for unknown in method.signature.unknown(fields):
                self.world.blame(f"{name}: unknown parameter {unknown}")
            fault = self._fault(name, chat)
            answer = {"ok": True, "result": await self._done(method, values, fields, fault)}
        except Refusal as refusal:
            answer = refusal.json()
            if refusal.blame:
                self.world.blame(f"{name}: {refusal.description}")
        except Exception:
            self.world.blame(f"{name}: {traceback.format_exc()}")
            answer = Refusal(500, WORDS[500], blame=False).json()
        silent = bool(fault and (fault.drop or fault.hang))
        status = answer.get("error_code", 200)
        self.calls.append(Call(arrived, name, chat, values, 0 if silent else status))
        await self.told()
        return await self._answered(http, web.json_response(answer, status=status), fault)

    async def _torn(self, http: web.Request, name: str) -> web.StreamResponse:
        """Hang up when the beginning of a request has come."""
        await http.content.readany()
        self.calls.append(Call(time.monotonic(), name, None, {}, 0))
        await self.told()
        if http.transport:
            http.transport.abort()
        return web.Response()

    def _method(self, http: web.Request, name: str) -> Method:
        self._check_token(http)
        found = METHODS.get(name.lower())
        if found is None:
            raise Refusal(404, WORDS[404], blame=True)
        return found

    def _check_token(self, http: web.Request) -> None:
        token = unquote(http.match_info["token"])
        if not _TOKEN.fullmatch(token):
            raise Refusal(404, WORDS[404], blame=False)
        if self.refuses_token or token != self.token:
            raise Refusal(401, WORDS[401], blame=False)

    def _fault(self, name: str, chat: int | None) -> Fault | None:
        fault = next_fault(self.faults, name, chat)
        if fault and fault.status and not fault.done:
            raise fault.refusal()
        return fault

    async def _done(self, method: Method, values: dict[str, Any], fields: Fields, fault: Fault | None) -> Any:
        if fault and not fault.late:
            return None
        uploads = {name: raw for name, raw in fields.items() if isinstance(raw, Upload)}
        result = await method(Request(self.world, values, uploads))
        if fault and isinstance(result, dict) and "message_id" in result:
            message = self.world.chat(result["chat"]["id"]).find(result["message_id"])
            assert message is not None
            message.unsure = True
        if fault and fault.status:
            raise fault.refusal()
        return result

    async def _answered(
        self, http: web.Request, response: web.StreamResponse, fault: Fault | None
    ) -> web.StreamResponse:
        if fault and fault.hang:
            await self._closing.wait()
        if fault and (fault.hang or fault.drop) and http.transport:
            http.transport.abort()
        return response

    async def _downloaded(self, http: web.Request) -> web.StreamResponse:
        arrived, path = time.monotonic(), http.match_info["path"]
        fault = None
        try:
            self._check_token(http)
            fault = self._fault("download", None)
            file = self.world.files.at(path)
            if file is None:
                raise Refusal(404, WORDS[404], blame=False)
            response: web.StreamResponse = web.Response(body=file.data, content_type="application/octet-stream")
        except Refusal as refusal:
            response = web.json_response(refusal.json(), status=refusal.status)
        self.calls.append(Call(arrived, "download", None, {"path": path}, 0 if fault else response.status))
        await self.told()
        return await self._answered(http, response, fault)


async def _fields(http: web.Request) -> Fields:
    """The parameters, from the query, a form or JSON, as strings and uploads."""
    fields: Fields = dict(http.query)
    if http.content_type == "application/json":
        for name, value in (await http.json()).items():
            fields[name] = value if isinstance(value, str) else json.dumps(value)
        return fields
    try:
        posted = await http.post()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, WORDS[413], blame=True) from None
    for name, value in posted.items():
        if isinstance(value, web.FileField):
            fields[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            fields[name] = value if isinstance(value, str) else value.decode()
    return fields


def _number(raw: str | Upload | None) -> int | None:
    try:
        return int(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
