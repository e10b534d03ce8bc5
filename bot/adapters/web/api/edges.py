"""Pictures in the API that may be had small."""

from __future__ import annotations

from aiohttp import web

from bot.adapters.web.api.operations import Parameter
from bot.errors import BadRequest
from bot.texts import phrase
from bot.thumbnails import LEAST_EDGE, MOST_EDGE

EDGE = Parameter(
    "edge",
    "query",
    "a JPEG whose longest edge is at most so many pixels, in place of the picture itself",
    {"type": "integer", "minimum": LEAST_EDGE, "maximum": MOST_EDGE},
)


def edge_of(request: web.Request) -> int | None:
    """The longest edge in pixels that is asked for; raises BadRequest (bad_edge)."""
    text = request.query.get("edge")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and LEAST_EDGE <= int(text) <= MOST_EDGE):
        raise BadRequest(phrase("error-edge", least=LEAST_EDGE, most=MOST_EDGE), "bad_edge")
    return int(text)
