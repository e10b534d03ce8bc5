"""What a finished painting leaves, in the API: the picture, its time-lapse and its facts."""

from __future__ import annotations

from pathlib import Path

from aiohttp import hdrs, web

from bot.adapters.web.api.views import path_of
from bot.adapters.web.guard import requester_of
from bot.desk import Desk
from bot.films import KINDS, Films


class ResultsApi:
    """The handlers below a job that need a painting."""

    def __init__(self, desk: Desk, films: Films) -> None:
        self._desk = desk
        self._films = films

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        job = path_of("{id}")
        return [
            web.get(f"{job}/result", self.painting),
            web.get(f"{job}/timelapse", self.timelapse),
            web.get(f"{job}/metadata", self.metadata),
        ]

    async def painting(self, request: web.Request) -> web.FileResponse:
        """The painting, a PNG; with ``?download=1`` as a file to keep."""
        return _file(request, await self._desk.painting(*_whose(request)), "png", "image/png")

    async def timelapse(self, request: web.Request) -> web.FileResponse:
        """How it was painted, a film: ``?format=mp4`` (or gif, webp), ``&download=1``."""
        frames = await self._desk.frames(*_whose(request))
        kind = request.query.get("format", "mp4")
        return _file(request, await self._films.film(frames, kind), kind, KINDS[kind])

    async def metadata(self, request: web.Request) -> web.Response:
        """Options, encoder, losses and what else is known of the painting."""
        return web.json_response(await self._desk.facts(*_whose(request)))


def _whose(request: web.Request) -> tuple[str, str]:
    return request.match_info["id"], requester_of(request)


def _file(request: web.Request, file: Path, suffix: str, media_type: str) -> web.FileResponse:
    kind = "attachment" if request.query.get("download") == "1" else "inline"
    headers = {
        hdrs.CONTENT_TYPE: media_type,
        hdrs.CONTENT_DISPOSITION: f'{kind}; filename="atelier-{request.match_info["id"][:8]}.{suffix}"',
        # Revalidated each time: who may see it can change, the picture cannot.
        hdrs.CACHE_CONTROL: "private, no-cache",
    }
    return web.FileResponse(file, headers=headers)
