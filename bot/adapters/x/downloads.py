"""Pictures of posts, fetched into files that are gone afterwards: from known hosts, and no more than they may weigh."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from pathlib import Path

import httpx
import structlog

from bot.adapters.scratch import Scratch
from bot.adapters.x.posts import Photo
from bot.errors import BadPicture, Busy, Forbidden
from bot.patience import needing_room
from bot.texts import phrase
from bot.tls import trusted

log = structlog.get_logger(__name__)

#: As X calls them, the largest first; of some pictures there is not every one.
_SIZES = ("orig", "4096x4096", "large")
_AT_ONCE = 4
_TIMEOUT_S = 30.0
_RETRY_S = 60.0
_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})
#: Where a picture may come without encryption: from this machine, by an operator's setting.
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class Downloads:
    """Fetches into `folder` from `hosts`, at most `most_bytes` a picture."""

    def __init__(self, folder: Path, hosts: Sequence[str], most_bytes: int) -> None:
        self._scratch = Scratch(folder)
        self._hosts = frozenset(hosts)
        self._most = most_bytes
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def sweep(self) -> None:
        """Make the folder, and remove what a service that was killed left in it."""
        self._scratch.sweep()

    @contextlib.asynccontextmanager
    async def fetched(self, photos: Sequence[Photo]) -> AsyncIterator[list[Path]]:
        """The pictures as files, as long as the context lasts.

        Raises BadPicture (picture_too_heavy, picture_missing), Forbidden (foreign_host), and Busy (not_fetched) where
        another try may help.
        """
        with self._scratch.files(len(photos)) as files:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, verify=trusted()) as client:
                for photo, file in zip(photos, files, strict=True):
                    async with self._gate:
                        with needing_room():
                            await self._fetch(client, photo, file)
            yield files

    async def _fetch(self, client: httpx.AsyncClient, photo: Photo, file: Path) -> None:
        url = self._checked(photo.url)
        problem = BadPicture(phrase("x-picture-gone"), "picture_missing")
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                for size in _SIZES:
                    try:
                        if await self._saved(client, _sized(url, size), file):
                            return
                    except BadPicture as too_heavy:
                        problem = too_heavy
        except (httpx.HTTPError, TimeoutError) as broken:
            log.warning("picture not fetched", why=broken)
            raise Busy(phrase("x-not-fetched"), "not_fetched", _RETRY_S) from broken
        raise problem

    def _checked(self, address: str) -> httpx.URL:
        url = httpx.URL(address)
        host = url.host if url.port in (None, 443) else f"{url.host}:{url.port}"
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.host in _HERE)
        if host not in self._hosts or not is_safe:
            raise Forbidden(f"pictures are not fetched from {url.scheme}://{host}", "foreign_host")
        return url

    async def _saved(self, client: httpx.AsyncClient, url: httpx.URL, file: Path) -> bool:
        """Whether there is a picture of that size."""
        async with client.stream("GET", url) as answer:
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code in _LATER:
                answer.raise_for_status()
            if answer.status_code != HTTPStatus.OK:  # a redirect, too, leads nowhere that is known
                log.info("picture not to be had", status=answer.status_code)
                return False
            await self._save(answer, file)
            return True

    async def _save(self, answer: httpx.Response, file: Path) -> None:
        size = 0
        with file.open("wb") as opened:
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                if size > self._most:
                    most = self._most // 1_000_000
                    raise BadPicture(phrase("x-picture-heavy", most=most), "picture_too_heavy")
                opened.write(chunk)


def _sized(url: httpx.URL, size: str) -> httpx.URL:
    suffix = url.path.rpartition(".")[2]
    return url.copy_with(params={"format": suffix if suffix in ("jpg", "png", "webp") else "jpg", "name": size})
