"""The gallery in the API: what styles there are, and how they look."""

from __future__ import annotations

from aiohttp import hdrs, web

from bot.adapters.web.api import models
from bot.adapters.web.api.answers import answer
from bot.adapters.web.api.edges import EDGE, edge_of
from bot.adapters.web.api.operations import Operation, Parameter, routes_of
from bot.adapters.web.api.parts import UNUSABLE, answers_with, answers_with_file
from bot.errors import UnknownStyle
from bot.gallery import THUMBNAIL_EDGE, Entry, Gallery
from bot.thumbnails import Thumbnails

_PATH = "/api/v1/gallery"
#: An operator's picture may be replaced by another of the same name.
_CACHED_S = 3600


class StylesApi:
    """The handlers under ``/api/v1/gallery``."""

    def __init__(self, gallery: Gallery, thumbnails: Thumbnails) -> None:
        self._gallery = gallery
        self._thumbnails = thumbnails

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return routes_of(self)

    @Operation(
        "listStyles",
        hdrs.METH_GET,
        _PATH,
        "gallery",
        "The styles with a name",
        answers_with(models.StyleList, "all of them"),
    )
    async def show(self, request: web.Request) -> web.Response:
        """All styles with a name."""
        return answer(models.StyleList(styles=[_shown(entry) for entry in self._gallery.entries()]))

    @Operation(
        "getStyleThumbnail",
        hdrs.METH_GET,
        f"{_PATH}/{{name}}/thumbnail",
        "gallery",
        "A style of the gallery, small",
        answers_with_file(f"a picture of at most {THUMBNAIL_EDGE} px", "image/jpeg", "image/png"),
        parameters=(Parameter("name", "path", "of the style, however it is written", {"type": "string"}), EDGE),
        problems=("not_found", "picture_missing", "bad_edge", *UNUSABLE),
        curl="-o woodcut.jpg",
    )
    async def thumbnail(self, request: web.Request) -> web.FileResponse:
        """One of them, small."""
        try:
            entry = self._gallery.find(request.match_info["name"])
        except UnknownStyle as unknown:
            raise web.HTTPNotFound from unknown
        edge = edge_of(request)
        file = entry.ready.get(edge or THUMBNAIL_EDGE) or await self._gallery.thumbnail(entry)
        if edge is not None and edge not in entry.ready:
            file = await self._thumbnails.thumbnail(file, edge)
        kind = "image/jpeg" if file.suffix == ".jpg" else "image/png"
        return web.FileResponse(
            file, headers={hdrs.CONTENT_TYPE: kind, hdrs.CACHE_CONTROL: f"private, max-age={_CACHED_S}"}
        )


def _shown(entry: Entry) -> models.Style:
    return models.Style(
        name=entry.name,
        title=entry.title,
        description=entry.description,
        tags=sorted(entry.tags),
        thumbnail=f"{_PATH}/{entry.name}/thumbnail",
    )
