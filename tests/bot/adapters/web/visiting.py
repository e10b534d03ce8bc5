"""Browsers and programs that use the API of a real house."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from tests import pictures
from tests.bot.adapters.web.test_jobs import upload
from tests.fakes.web import WebHouse

CONTENT, STYLE = pictures.png(640, 320), pictures.jpeg(160, 120)


class Visitor:
    """One browser, with its anonymous session; or, without one, whoever is at this address."""

    def __init__(self, web: WebHouse, http: aiohttp.ClientSession) -> None:
        self.web = web
        self.house = web.house
        self.http = http

    async def order(self, key: str | None = None, **parts: Any) -> str:
        """Order a painting; returns its job's id."""
        form = upload(**({"content": CONTENT, "style": STYLE} | parts))
        async with self.http.post("/api/v1/jobs", data=form, headers={"Idempotency-Key": key} if key else {}) as answer:
            assert answer.status == 202, await answer.text()
            job_id: str = (await answer.json())["id"]
            return job_id

    async def painted(self, **parts: Any) -> str:
        """Order a painting and have it painted; returns its job's id."""
        job_id = await self.order(**parts)
        await self.house.pool.paint(job_id)
        return job_id

    async def get(self, path: str, **query: Any) -> Any:
        """What there is under ``/api/v1``."""
        async with self.http.get(f"/api/v1{path}", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def job(self, job_id: str) -> Any:
        """A job as the API shows it."""
        return await self.get(f"/jobs/{job_id}")


@contextlib.asynccontextmanager
async def visitor(web: WebHouse, session: str | None = None) -> AsyncIterator[Visitor]:
    """Somebody whose session's token is `session` repeated to its length: a hex digit."""
    headers = {"Cookie": f"atelier_session={session * 32}"} if session else {}
    async with aiohttp.ClientSession(web.url, headers=headers) as http:
        yield Visitor(web, http)
