"""A job as it is uploaded: multipart parts, the pictures among them streamed to files under caps."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bot.adapters.web.bodies import go_on
from bot.errors import BadPicture, BadRequest
from bot.patience import needing_room
from bot.texts import phrase
from config.settings import LimitsSettings

MAX_STYLES = 4
#: What pictures may be; the decoder looks for itself.
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff")
MAX_TEXT_BYTES = 16_384
#: Of one style; only their ratios matter.
MAX_WEIGHT = 1_000_000
UPLOAD_TIMEOUT_S = 900
#: What multipart itself may add to the pictures.
_FRAMING_BYTES = 65_536
_CHUNK_BYTES = 65_536
_PREFIX = "web-"
#: Parts that are pictures, with how many of each there may be, and those that are text.
_MOST = {"content": 1, "style": MAX_STYLES, "mask": MAX_STYLES}
_TEXTS = ("options", "words", "weights", "webhook")
_WEIGHTS = TypeAdapter(
    list[Annotated[float, Field(gt=0, le=MAX_WEIGHT)]], config=ConfigDict(strict=True, allow_inf_nan=False)
)


@dataclass
class Upload:
    """What one request brought; the files live as long as the context that made it."""

    content: Path
    styles: list[Path]
    masks: list[Path]
    options: dict[str, Any]  #: as they came; nobody has looked at them
    words: str
    weights: list[float] | None  #: above 0; there may be more or fewer than styles
    webhook: str | None  #: as it came, as `options`


@dataclass
class _Parts:
    files: dict[str, list[Path]] = field(default_factory=lambda: {name: [] for name in _MOST})
    texts: dict[str, str] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def receive(request: web.Request, folder: Path, limits: LimitsSettings) -> AsyncIterator[Upload]:
    """The upload of a request, with its pictures as files in `folder` that are gone afterwards.

    Raises BadRequest (no multipart, unknown or missing part, options that are no object), BadPicture (missing, too
    heavy) and Busy (disk_full).
    """
    parts = _Parts()
    try:
        await _read(request, folder, limits, parts)
        yield _complete(parts)
    finally:
        for file in itertools.chain(*parts.files.values()):
            file.unlink(missing_ok=True)


def announced(request: web.Request, limits: LimitsSettings) -> int:
    """Bytes that the request may bring; raises BadPicture (picture_too_heavy) where they are too many anyway."""
    most = sum(_MOST.values()) * limits.picture_mb * 1e6 + len(_TEXTS) * MAX_TEXT_BYTES + _FRAMING_BYTES
    length = round(most) if request.content_length is None else request.content_length
    if length > most:
        raise BadPicture(phrase("error-upload-heavy", most=limits.picture_mb), "picture_too_heavy")
    return length


def sweep(folder: Path) -> None:
    """Make the folder, and remove what a service that was killed left in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob(f"{_PREFIX}*"):
        if file.is_file():
            file.unlink()


async def _read(request: web.Request, folder: Path, limits: LimitsSettings, parts: _Parts) -> None:
    if request.content_type != "multipart/form-data":
        raise BadRequest(phrase("error-upload-kind"), "bad_upload")
    await go_on(request)
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            async for part in await request.multipart():
                await _take(part, folder, limits, parts)
    except TimeoutError as exc:
        raise BadRequest(phrase("error-upload-slow"), "bad_upload") from exc
    # All that aiohttp's reader says to a malformed body.
    except (ValueError, RuntimeError, HttpProcessingError) as exc:
        raise BadRequest(phrase("error-upload-malformed"), "bad_upload") from exc


async def _take(part: object, folder: Path, limits: LimitsSettings, parts: _Parts) -> None:
    name = str(getattr(part, "name", None))
    if not isinstance(part, BodyPartReader) or name not in (*_MOST, *_TEXTS):
        raise BadRequest(phrase("error-upload-part", part=name[:40]), "bad_upload")
    if name in _TEXTS:
        if name in parts.texts:
            raise BadRequest(phrase("error-upload-part-twice", part=name), "bad_upload")
        parts.texts[name] = await _text(part)
        return
    files, most = parts.files[name], _MOST[name]
    if len(files) == most:
        raise BadRequest(phrase("error-upload-pictures", most=most, part=name), "bad_upload")
    file = folder / f"{_PREFIX}{secrets.token_hex(16)}"
    files.append(file)
    await _save(part, file, limits)


async def _text(part: BodyPartReader) -> str:
    text = b""
    while chunk := await part.read_chunk(MAX_TEXT_BYTES):
        text += chunk
        if len(text) > MAX_TEXT_BYTES:
            raise BadRequest(phrase("error-upload-text-long", part=str(part.name), most=MAX_TEXT_BYTES), "bad_options")
    return text.decode()


async def _save(part: BodyPartReader, file: Path, limits: LimitsSettings) -> None:
    size = 0
    with needing_room(), await asyncio.to_thread(file.open, "xb") as sink:
        while chunk := await part.read_chunk(_CHUNK_BYTES):
            size += len(chunk)
            if size > limits.picture_mb * 1e6:
                heavy = phrase("error-upload-picture-heavy", part=str(part.name), most=limits.picture_mb)
                raise BadPicture(heavy, "picture_too_heavy")
            await asyncio.to_thread(sink.write, chunk)


def _complete(parts: _Parts) -> Upload:
    if not parts.files["content"]:
        raise BadPicture(phrase("error-upload-no-content"), "picture_missing")
    return Upload(
        parts.files["content"][0],
        parts.files["style"],
        parts.files["mask"],
        _object(parts.texts.get("options", "{}")),
        parts.texts.get("words", ""),
        _weights(parts.texts["weights"]) if "weights" in parts.texts else None,
        parts.texts.get("webhook"),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadRequest(phrase("error-options-not-json"), "bad_options") from exc
    if not isinstance(values, dict):
        raise BadRequest(phrase("error-options-no-object"), "bad_options")
    return values


def _weights(text: str) -> list[float]:
    try:
        return _WEIGHTS.validate_json(text)
    except ValidationError as exc:
        raise BadRequest(phrase("error-weights", most=MAX_WEIGHT), "bad_options") from exc
