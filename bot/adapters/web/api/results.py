"""What a job was made of and what it leaves, in the API: the pictures, the time-lapse and the painting's facts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.edges import EDGE, edge_of
from bot.adapters.web.api.operations import Operation, Parameter, routes_of
from bot.adapters.web.api.parts import DOWNLOAD, JOB, JOB_ID, PAINTED, answers_with, answers_with_file
from bot.adapters.web.api.upload import MAX_STYLES
from bot.adapters.web.guard import requester_of
from bot.desk import Desk
from bot.films import KINDS, Films
from bot.thumbnails import Thumbnails

_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


class ResultsApi:
    """The handlers below a job that send files."""

    def __init__(self, desk: Desk, films: Films, thumbnails: Thumbnails) -> None:
        self._desk = desk
        self._films = films
        self._thumbnails = thumbnails

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "getPainting",
        hdrs.METH_GET,
        f"{JOB}/result",
        "pictures",
        "The painting",
        answers_with_file("the painting, a PNG, or with `edge` a JPEG", "image/png", "image/jpeg"),
        parameters=(JOB_ID, EDGE, DOWNLOAD),
        problems=("bad_edge", *PAINTED),
        curl="-o painting.png",
    )
    async def painting(self, request: web.Request) -> web.FileResponse:
        """The painting itself, or a small copy."""
        return await self._picture(request, lambda: self._desk.painting(*_whose(request)))

    @Operation(
        "getContent",
        hdrs.METH_GET,
        f"{JOB}/content",
        "pictures",
        "The content picture",
        answers_with_file("the picture, as it is painted from", "image/png", "image/jpeg"),
        parameters=(JOB_ID, EDGE, DOWNLOAD),
        problems=("bad_edge", "unknown_job", "input_gone"),
        curl="-o content.jpg",
        query="edge=256",
    )
    async def content(self, request: web.Request) -> web.FileResponse:
        """The content picture, or a small copy."""
        return await self._picture(request, lambda: self._desk.content(*_whose(request)), "-content")

    @Operation(
        "getStyle",
        hdrs.METH_GET,
        f"{JOB}/styles/{{number:[1-9]}}",
        "pictures",
        "A style picture",
        answers_with_file("the picture, as it is painted from", "image/png", "image/jpeg"),
        parameters=(
            JOB_ID,
            Parameter("number", "path", "1 is the first", {"type": "integer", "minimum": 1, "maximum": MAX_STYLES}),
            EDGE,
            DOWNLOAD,
        ),
        problems=("bad_edge", "unknown_job", "not_found", "input_gone"),
        curl="-o style.jpg",
        query="edge=256",
    )
    async def style(self, request: web.Request) -> web.FileResponse:
        """A style picture, or a small copy."""
        number = int(request.match_info["number"])
        return await self._picture(request, lambda: self._style(request, number), f"-style-{number}")

    @Operation(
        "getTimelapse",
        hdrs.METH_GET,
        f"{JOB}/timelapse",
        "pictures",
        "How it was painted, as a film",
        answers_with_file("the film", *KINDS.values()),
        parameters=(
            JOB_ID,
            Parameter("format", "query", "of the film", {"type": "string", "enum": [*KINDS], "default": "mp4"}),
            DOWNLOAD,
        ),
        problems=("bad_format", *PAINTED, "no_timelapse"),
        curl="-o timelapse.gif",
        query="format=gif",
    )
    async def timelapse(self, request: web.Request) -> web.FileResponse:
        """How it was painted, as a film."""
        frames = await self._desk.frames(*_whose(request))
        kind = request.query.get("format", "mp4")
        film = await self._films.film(frames, kind)
        return _file(request, film, f".{kind}", KINDS[kind])

    @Operation(
        "getFacts",
        hdrs.METH_GET,
        f"{JOB}/metadata",
        "pictures",
        "What is known of the painting",
        answers_with(models.Facts, "the facts"),
        parameters=(JOB_ID,),
        problems=PAINTED,
    )
    async def metadata(self, request: web.Request) -> web.Response:
        """Options, encoder, losses and what else is known of the painting."""
        return answer(models.Facts.model_validate(await self._desk.facts(*_whose(request))))

    async def _style(self, request: web.Request, number: int) -> Path:
        pictures = await self._desk.styles(*_whose(request))
        if number > len(pictures):
            raise web.HTTPNotFound
        return pictures[number - 1]

    async def _picture(
        self, request: web.Request, find: Callable[[], Awaitable[Path]], name: str = ""
    ) -> web.FileResponse:
        file, edge = await find(), edge_of(request)
        if edge is not None:
            try:
                file = await self._thumbnails.thumbnail(file, edge)
            except FileNotFoundError:
                # Removed in this very moment; whoever looks for it says so.
                await find()
                raise
        return _file(request, file, f"{name}{file.suffix}", _TYPES[file.suffix])


def _whose(request: web.Request) -> tuple[str, str]:
    return request.match_info["id"], requester_of(request)


def _file(request: web.Request, file: Path, ending: str, media_type: str) -> web.FileResponse:
    kind = "attachment" if request.query.get("download") == "1" else "inline"
    headers = {
        hdrs.CONTENT_TYPE: media_type,
        hdrs.CONTENT_DISPOSITION: f'{kind}; filename="atelier-{request.match_info["id"][:8]}{ending}"',
        # Revalidated each time: who may see it can change, the picture cannot.
        hdrs.CACHE_CONTROL: "private, no-cache",
    }
    return web.FileResponse(file, headers=headers)
