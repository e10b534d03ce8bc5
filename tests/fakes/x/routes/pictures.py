"""Pictures that the bot brings, before a post shows them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import io

from PIL import Image

from tests.fakes.x import schemas
from tests.fakes.x.media import KEPT_S, Media, Upload
from tests.fakes.x.refusals import Refusal, invalid
from tests.fakes.x.routes.registry import Answer, Request

MOST_BYTES = 5 << 20
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


async def upload(request: Request) -> Answer:
    world, body = request.world, request.body
    picture = request.picture
    schemas.check(body if picture is None else (body or {}) | {"media": ""}, schemas.UPLOAD)
    assert body is not None
    if body["media_category"] != "tweet_image":
        raise invalid("media_category", [body["media_category"]], "media_category is not that of a post's picture")
    if picture is None:
        try:
            picture = base64.b64decode(body["media"], validate=True)
        except binascii.Error:
            raise invalid("media", [], "media is not encoded in base64") from None
    if len(picture) > MOST_BYTES:
        raise invalid("media", [], f"media of {len(picture)} bytes is larger than {MOST_BYTES}")
    mime, width, height = await asyncio.to_thread(_decoded, picture)
    kept = Upload(picture, mime, world.now(), Media("photo", picture, width, height))
    world.uploads[kept.id] = kept
    world.bill["upload"] += 1
    said = {
        "id": kept.id,
        "media_key": kept.media.media_key,
        "size": len(picture),
        "expires_after_secs": KEPT_S,
        "image": {"image_type": mime, "w": width, "h": height},
    }
    return Answer(200, {"data": said})


async def metadata(request: Request) -> Answer:
    schemas.check(request.body, schemas.METADATA)
    assert request.body is not None
    kept = request.world.uploads.get(request.body["id"])
    if kept is None:
        raise invalid("id", [request.body["id"]], "there is no media of this id")
    told = request.body.get("metadata", {})
    if "alt_text" in told:
        kept.media.alt = told["alt_text"]["text"]
    request.world.bill["metadata"] += 1
    return Answer(200, {"data": {"id": kept.id, "associated_metadata": told}})


def _decoded(picture: bytes) -> tuple[str, int, int]:
    """Its type, width and height; every pixel of it is looked at."""
    try:
        Image.open(io.BytesIO(picture), formats=_FORMATS).verify()
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as image:
            image.load()
            return Image.MIME[image.format or ""], *image.size
    except Exception as error:  # Pillow has many ways to say that something is no picture
        raise _no_picture() from error


def _no_picture() -> Refusal:
    return invalid("media", [], "media is no picture that can be decoded")
