"""A job as it is uploaded: multipart parts streamed to files under caps, and the options among them."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import ValidationError

from bot.errors import BadPicture, BadRequest
from config.settings import LimitsSettings
from renderer.options import RenderOptions

MAX_STYLES = 4
MAX_OPTIONS_BYTES = 16_384
UPLOAD_TIMEOUT_S = 900
#: What multipart itself may add to the pictures.
_FRAMING_BYTES = 65_536
_CHUNK_BYTES = 65_536
_PREFIX = "web-"


@dataclass
class Upload:
    """What one request brought; the files live as long as the context that made it."""

    content: Path
    styles: list[Path]
    options: RenderOptions


@dataclass
class _Parts:
    content: list[Path] = field(default_factory=list)
    styles: list[Path] = field(default_factory=list)
    options: RenderOptions | None = None


@contextlib.asynccontextmanager
async def receive(request: web.Request, folder: Path, limits: LimitsSettings) -> AsyncIterator[Upload]:
    """The upload of a request, with its pictures as files in `folder` that are gone afterwards.

    Raises BadRequest (no multipart, unknown or missing part, wrong options) and BadPicture (missing, too heavy).
    """
    parts = _Parts()
    try:
        await _read(request, folder, limits, parts)
        yield _complete(parts)
    finally:
        for file in (*parts.content, *parts.styles):
            file.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Make the folder, and remove what a service that was killed left in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob(f"{_PREFIX}*"):
        if file.is_file():
            file.unlink()


def parse_options(text: str) -> RenderOptions:
    """Options out of a JSON object; raises BadRequest, which names the option and what is wrong with it."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadRequest("The options are not JSON.", "bad_options") from exc
    if not isinstance(values, dict):
        raise BadRequest('The options must be a JSON object, such as {"size": 512}.', "bad_options")
    for name in values:
        if name not in RenderOptions.model_fields:
            raise BadRequest(_unknown_option(name), "bad_options")
    try:
        return RenderOptions.model_validate(values)
    except ValidationError as exc:
        wrong = (f"{error['loc'][0]}: {error['msg'][:1].lower()}{error['msg'][1:]}" for error in exc.errors())
        raise BadRequest(f"These options cannot be used: {'; '.join(wrong)}.", "bad_options") from exc


def _unknown_option(name: str) -> str:
    known = list(RenderOptions.model_fields)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"There are {', '.join(known)}."
    return f"There is no option “{name[:40]}”. {hint}"


async def _read(request: web.Request, folder: Path, limits: LimitsSettings, parts: _Parts) -> None:
    if request.content_type != "multipart/form-data":
        raise BadRequest("Send the pictures as multipart/form-data.", "bad_upload")
    if (request.content_length or 0) > (1 + MAX_STYLES) * limits.picture_mb * 1e6 + MAX_OPTIONS_BYTES + _FRAMING_BYTES:
        raise _too_heavy("The pictures weigh", limits)
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            async for part in await request.multipart():
                await _take(part, folder, limits, parts)
    except TimeoutError as exc:
        raise BadRequest("The upload took too long.", "bad_upload") from exc
    # All that aiohttp's reader says to a malformed body.
    except (ValueError, RuntimeError, HttpProcessingError) as exc:
        raise BadRequest("The upload is not well-formed multipart/form-data.", "bad_upload") from exc


async def _take(part: object, folder: Path, limits: LimitsSettings, parts: _Parts) -> None:
    if not isinstance(part, BodyPartReader) or part.name not in ("content", "style", "options"):
        name = str(getattr(part, "name", None))[:40]
        raise BadRequest(f"There is no part “{name}”; send content, style and options.", "bad_upload")
    if part.name == "options":
        if parts.options is not None:
            raise BadRequest("There is more than one options part.", "bad_upload")
        parts.options = parse_options(await _text(part))
        return
    files, most = (parts.content, 1) if part.name == "content" else (parts.styles, MAX_STYLES)
    if len(files) == most:
        raise BadRequest(f"At most {most} {part.name} picture{'s' * (most > 1)} can be taken.", "bad_upload")
    file = folder / f"{_PREFIX}{secrets.token_hex(16)}"
    files.append(file)
    await _save(part, file, limits)


async def _text(part: BodyPartReader) -> str:
    text = b""
    while chunk := await part.read_chunk(MAX_OPTIONS_BYTES):
        text += chunk
        if len(text) > MAX_OPTIONS_BYTES:
            raise BadRequest(f"The options are longer than {MAX_OPTIONS_BYTES} bytes.", "bad_options")
    return text.decode()


async def _save(part: BodyPartReader, file: Path, limits: LimitsSettings) -> None:
    size = 0
    with await asyncio.to_thread(file.open, "xb") as sink:
        while chunk := await part.read_chunk(_CHUNK_BYTES):
            size += len(chunk)
            if size > limits.picture_mb * 1e6:
                raise _too_heavy(f"The {part.name} picture weighs", limits)
            await asyncio.to_thread(sink.write, chunk)


def _too_heavy(what: str, limits: LimitsSettings) -> BadPicture:
    return BadPicture(f"{what} too much: at most {limits.picture_mb:g} MB each are taken.", "picture_too_heavy")


def _complete(parts: _Parts) -> Upload:
    for name, files in (("content", parts.content), ("style", parts.styles)):
        if not files:
            raise BadPicture(f"The {name} picture is missing: send it as the part “{name}”.", "picture_missing")
    return Upload(parts.content[0], parts.styles, parts.options or RenderOptions())
