"""The files that a page is made of, held in memory: compressed once, and sent again only where they have changed."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import mimetypes
from pathlib import Path

from aiohttp import hdrs, web

#: What gains by it; pictures and fonts are compressed as they are.
_COMPRESSED = frozenset({".html", ".css", ".js", ".json", ".svg", ".txt"})
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclasses.dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    compressed: bytes | None
    media_type: str
    tag: str

    @classmethod
    def of(cls, body: bytes, suffix: str) -> Asset:
        """An asset of these bytes, of the kind that the suffix (``.css``) says."""
        media_type = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        compressed = gzip.compress(body, mtime=0) if suffix in _COMPRESSED else None
        return cls(body, compressed, media_type, hashlib.sha256(body).hexdigest()[:16])

    def respond(self, request: web.Request) -> web.Response:
        """The asset, or 304 where the browser has it already."""
        packed = self.compressed is not None and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
        tag = f"{self.tag}-gzip" if packed else self.tag
        # Asked for each time: an update of the service may change a file without changing its name.
        headers = {hdrs.CACHE_CONTROL: "no-cache", hdrs.ETAG: f'"{tag}"', hdrs.VARY: hdrs.ACCEPT_ENCODING}
        if any(known.value in (tag, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        if packed:
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        charset = "utf-8" if self.compressed is not None else None
        body = self.compressed if packed else self.body
        return web.Response(body=body, headers=headers, content_type=self.media_type, charset=charset)


def routes_of(folder: Path, under: str) -> list[web.RouteDef]:
    """A route for each file of the folder but its HTML, such as ``/page/style.css`` under ``/page``."""
    files = (file for file in sorted(folder.iterdir()) if file.is_file() and file.suffix != ".html")
    return [_route(f"{under}/{file.name}", Asset.of(file.read_bytes(), file.suffix)) for file in files]


def _route(path: str, asset: Asset) -> web.RouteDef:
    async def send(request: web.Request) -> web.Response:
        return asset.respond(request)

    return web.get(path, send)
