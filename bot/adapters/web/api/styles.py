"""The gallery in the API: what styles there are, and how they look."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from bot.errors import UnknownStyle
from bot.gallery import Entry, Gallery

_PATH = "/api/v1/gallery"
#: An operator's picture may be replaced by another of the same name.
_CACHED_S = 3600


class StylesApi:
    """The handlers under ``/api/v1/gallery``."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return [web.get(_PATH, self.show), web.get(f"{_PATH}/{{name}}/thumbnail", self.thumbnail)]

    async def show(self, request: web.Request) -> web.Response:
        """All styles with a name."""
        return web.json_response({"styles": [_as_json(entry) for entry in self._gallery.entries()]})

    async def thumbnail(self, request: web.Request) -> web.FileResponse:
        """One of them, small."""
        try:
            entry = self._gallery.find(request.match_info["name"])
        except UnknownStyle as unknown:
            raise web.HTTPNotFound from unknown
        file = await self._gallery.thumbnail(entry)
        kind = "image/jpeg" if file.suffix == ".jpg" else "image/png"
        return web.FileResponse(
            file, headers={hdrs.CONTENT_TYPE: kind, hdrs.CACHE_CONTROL: f"private, max-age={_CACHED_S}"}
        )


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "description": entry.description,
        "tags": sorted(entry.tags),
        "thumbnail": f"{_PATH}/{entry.name}/thumbnail",
    }
