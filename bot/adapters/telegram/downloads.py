"""Pictures fetched from Telegram into files that are gone afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from pathlib import Path

import httpx
import structlog
import telegram
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.adapters.scratch import Scratch
from bot.adapters.telegram.heard import Picture
from bot.errors import BadPicture, UserError
from bot.patience import needing_room
from bot.texts import phrase
from bot.tls import trusted

log = structlog.get_logger(__name__)

#: What Telegram hands out to a bot (bytes).
MAX_DOWNLOAD = 20_000_000
#: Files fetched at the same time.
_AT_ONCE = 4
#: Seconds before each further try.
_PAUSES_S = (1.0, 3.0)
_TIMEOUT_S = 60.0


def check_size(picture: Picture) -> None:
    """Raise BadPicture (picture_too_heavy) where Telegram would not hand the picture out."""
    if picture.size and picture.size > MAX_DOWNLOAD:
        megabytes, most = -(-picture.size // 1_000_000), MAX_DOWNLOAD // 1_000_000
        raise BadPicture(phrase("telegram-picture-heavy", megabytes=megabytes, most=most), "picture_too_heavy")


class Downloads:
    """Fetches into `folder`, which is emptied of what an earlier run has left."""

    def __init__(self, bot: ExtBot[None], folder: Path) -> None:
        self._bot = bot
        self._scratch = Scratch(folder)
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def sweep(self) -> None:
        """Make the folder, and remove what a service that was killed left in it."""
        self._scratch.sweep()

    @contextlib.asynccontextmanager
    async def fetched(self, pictures: Sequence[Picture]) -> AsyncIterator[list[Path]]:
        """The pictures as files, as long as the context lasts.

        Raises BadPicture (picture_too_heavy; picture_missing where it is no longer there), UserError (not_fetched) and
        Busy (disk_full).
        """
        with self._scratch.files(len(pictures)) as files:
            for picture, file in zip(pictures, files, strict=True):
                async with self._gate:
                    with needing_room():
                        await self._fetch(picture, file)
            yield files

    async def _fetch(self, picture: Picture, file: Path) -> None:
        check_size(picture)
        for pause_s in (*_PAUSES_S, None):
            try:
                found = await self._bot.get_file(picture.file, read_timeout=_TIMEOUT_S)
                check_size(Picture(picture.file, picture.message, found.file_size))
                await _save(found, file)
                return
            except BadRequest as refused:
                log.info("picture not to be had", why=refused)
                raise _refused(refused) from refused
            except (TelegramError, httpx.HTTPError) as broken:
                # Whatever it is called: a file that is gone from Telegram's disk is answered as a wrong token.
                log.warning("picture not fetched", why=broken)
                if pause_s is None:
                    raise UserError(phrase("telegram-not-fetched"), "not_fetched") from broken
            await asyncio.sleep(pause_s)


async def _save(found: telegram.File, file: Path) -> None:
    """Chunk by chunk: the library would hold the whole picture in memory, some of them more than once."""
    assert found.file_path is not None
    if Path(found.file_path).is_absolute():  # a Bot API server on this machine that serves no files
        await asyncio.to_thread(shutil.copyfile, found.file_path, file)
        return
    async with (
        httpx.AsyncClient(timeout=_TIMEOUT_S, verify=trusted()) as client,
        client.stream("GET", found.file_path) as answer,
    ):
        if answer.status_code != HTTPStatus.OK:
            raise NetworkError(f"status {answer.status_code}")
        with file.open("wb") as opened:
            async for chunk in answer.aiter_bytes():
                opened.write(chunk)


def _refused(error: BadRequest) -> BadPicture:
    if "too big" in error.message.lower():
        most = MAX_DOWNLOAD // 1_000_000
        return BadPicture(phrase("telegram-picture-too-heavy", most=most), "picture_too_heavy")
    return BadPicture(phrase("telegram-picture-gone"), "picture_missing")
