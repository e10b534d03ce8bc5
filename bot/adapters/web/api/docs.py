"""The API's document, for programs and for people."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web

from bot.adapters.web.api.document import document
from bot.adapters.web.api.operations import Answer, Operation, routes_of
from bot.adapters.web.api.reference import page
from bot.adapters.web.static import Asset

_STYLE = Path(__file__).parent / "docs.css"


class DocsApi:
    """The handlers that describe the others: those of `apis`, and themselves."""

    def __init__(self, apis: Iterable[object]) -> None:
        self._apis = [*apis, self]
        self._style = Asset.of(_STYLE.read_bytes(), ".css")

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return [*routes_of(self), web.get("/api/v1/docs.css", self.style)]

    @Operation(
        "getDocument",
        hdrs.METH_GET,
        "/api/v1/openapi.json",
        "service",
        "This document (OpenAPI 3.1)",
        {HTTPStatus.OK: Answer("the document", {"application/json": {"type": "object"}})},
    )
    async def show(self, request: web.Request) -> web.Response:
        """The document."""
        described, _ = await self._made()
        return described.respond(request)

    @Operation(
        "readDocument",
        hdrs.METH_GET,
        "/api/v1/docs",
        "service",
        "This document as a page for people",
        {HTTPStatus.OK: Answer("the page", {"text/html": {"type": "string"}})},
    )
    async def read(self, request: web.Request) -> web.Response:
        """The page."""
        _, told = await self._made()
        return told.respond(request)

    async def _made(self) -> tuple[Asset, Asset]:
        # When it is asked for: few ask, and every start would wait a fifth of a second.
        return await asyncio.to_thread(lambda: self._both)

    @functools.cached_property
    def _both(self) -> tuple[Asset, Asset]:
        """The document and the page."""
        described = document(self._apis)
        text = json.dumps(described, ensure_ascii=False)
        return Asset.of(text.encode(), ".json"), Asset.of(page(described).encode(), ".html")

    async def style(self, request: web.Request) -> web.Response:
        """How the page looks."""
        return self._style.respond(request)
