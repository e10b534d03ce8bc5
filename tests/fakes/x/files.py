"""The host of pictures: no signature, several sizes, and all that strangers' hosts do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from tests.fakes.x.faults import Fault
from tests.fakes.x.media import SIZES, Media
from tests.fakes.x.world import World

_PIECE = 64 << 10


async def response(world: World, http: web.Request, fault: Fault | None) -> web.StreamResponse:
    """The file, whole or as a stream that is sent when this returns; a late fault tears it in the middle."""
    media = world.media.get(http.path)
    if "Authorization" in http.headers:
        world.blame(f"media: the host of pictures was sent a signature for {http.path}")
    if fault and fault.status:
        return fault.response(world.words.problems)
    if media is None or http.query.get("name", "medium") not in set(SIZES) - media.missing:
        return web.Response(status=404)
    if media.leads_to:
        return web.Response(status=302, headers={"Location": media.leads_to})
    if fault is None and media.size is None and not media.endless and not media.pause_s:
        return web.Response(body=media.data, content_type="image/jpeg")
    return await _streamed(http, media, torn=fault is not None)


async def _streamed(http: web.Request, media: Media, torn: bool) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    size = media.size or len(media.data)
    if not media.endless:
        stream.content_length = size
    try:
        await stream.prepare(http)
        sent = 0
        async for piece in _pieces(media, size):
            await stream.write(piece)
            sent += len(piece)
            if torn and sent >= size // 2:
                return stream
            # Also without a pause, or an endless file would leave no time for anything else.
            await asyncio.sleep(media.pause_s)
        await stream.write_eof()
    except ConnectionError:
        pass  # whoever has had enough hangs up, which is what a test wants to see
    return stream


async def _pieces(media: Media, size: int) -> AsyncIterator[bytes]:
    # Slow files come in small pieces, torn ones in halves.
    length = max(1, min(256, size // 8)) if media.pause_s else min(_PIECE, max(1, size // 2))
    data = media.data[:size]
    for start in range(0, len(data), length):
        yield data[start : start + length]
    left = size - len(data)
    while media.endless or left > 0:
        piece = bytes(length if media.endless else min(length, left))
        left -= len(piece)
        yield piece
