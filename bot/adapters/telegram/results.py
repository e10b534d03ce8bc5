"""A painting as Telegram takes it: the picture, and the short words under it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from telegram import InputMediaDocument, InputMediaPhoto

from bot.errors import NotReady, UnknownStyle
from bot.gallery import Gallery
from bot.jobs import Job
from bot.replies import duration, notes
from bot.shrinking import jpeg_within
from bot.texts import Said, phrase, say, together, verbatim

#: What Telegram takes of a bot: bytes, the sum of a photo's sides (px), and longest side over shortest.
MAX_PHOTO = 10_000_000
MAX_FILE = 50_000_000
MAX_SIDES = 10_000
MAX_RATIO = 20
MAX_CAPTION = 1024

Media = InputMediaPhoto | InputMediaDocument


async def shown(job: Job, painting: Path, caption: str) -> Media:
    """The painting to be looked at: a photo; a document where Telegram would refuse the photo for its shape."""
    # Decoding takes its time; PIL lets other threads run.
    picture = await asyncio.to_thread(_as_photo, painting)
    if picture is None:
        return await filed(job, painting, caption)
    return InputMediaPhoto(picture, caption=caption)


async def filed(job: Job, painting: Path, caption: str | None = None) -> InputMediaDocument:
    """The painting to be kept, with every pixel as painted. Raises NotReady where it is too large."""
    return InputMediaDocument(await read(painting), caption=caption, filename=f"{name_of(job)}{painting.suffix}")


async def read(file: Path) -> bytes:
    """The bytes of a file that is to be sent. Raises NotReady where Telegram takes none so large."""
    return await asyncio.to_thread(_read, file)


def name_of(job: Job) -> str:
    """What a file of this job is called, without its suffix."""
    return f"atelier-{job.id[:8]}"


def caption_of(job: Job, address: Mapping[str, Any], gallery: Gallery) -> str:
    """``Woodcut · 42 seconds``, and whatever else is to be known of the painting; in the job's language."""
    seconds = duration((job.result_info or {}).get("seconds", 0))
    short = phrase("painting-caption", style=style_of(job, address, gallery), seconds=seconds)
    return say(together(short, *notes(job), by="\n"), job.language or "en")[:MAX_CAPTION]


def style_of(job: Job, address: Mapping[str, Any], gallery: Gallery) -> Said:
    """What a painting's style is called; `address` has the gallery's names where it came from there."""
    if not job.styles:
        return phrase("painting-style-dream")
    names = address.get("styles") or []
    if not names:
        return phrase("painting-style-sent", count=len(job.styles))
    return together(*(verbatim(_title(name, gallery)) for name in names), by=" + ")


def _title(name: str, gallery: Gallery) -> str:
    try:
        return gallery.find(name).title
    except UnknownStyle:  # the operator has taken it away meanwhile
        return name


def _read(file: Path) -> bytes:
    if (size := file.stat().st_size) > MAX_FILE:
        megabytes = -(-size // 1_000_000)
        raise NotReady(phrase("painting-file-too-large", megabytes=megabytes, most=MAX_FILE // 1_000_000), "too_large")
    return file.read_bytes()


def _as_photo(painting: Path) -> bytes | None:
    """The file as it is where it is small enough, else as a JPEG; None where no photo has such a shape."""
    with Image.open(painting) as picture:
        if max(picture.size) > MAX_RATIO * min(picture.size):
            return None
        if painting.stat().st_size <= MAX_PHOTO and sum(picture.size) <= MAX_SIDES:
            return painting.read_bytes()
        return _as_jpeg(picture.convert("RGB"))


def _as_jpeg(picture: Image.Image) -> bytes:
    if sum(picture.size) > MAX_SIDES:
        picture = ImageOps.scale(picture, MAX_SIDES / sum(picture.size) * 0.999, Image.Resampling.LANCZOS)
    return jpeg_within(picture, MAX_PHOTO)
