"""Somebody who looks after a house by its admin page: a browser that is logged in, or a program with the token."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from argon2 import PasswordHasher

from config.settings import WebSettings
from tests.fakes.house import House
from tests.fakes.web import page_of

PASSWORD, TOKEN = "correct horse battery", "a token of 24 characters"
#: As weak as argon2 goes, so that a test is quick.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclasses.dataclass
class Desk:
    """A browser at the admin page, whether it is logged in or not."""

    http: aiohttp.ClientSession
    csrf: str = ""

    async def log_in(self, password: str = PASSWORD, **headers: str) -> aiohttp.ClientResponse:
        """Try to; what is answered."""
        async with self.http.post("/admin/api/session", json={"password": password}, headers=headers) as answer:
            body = await answer.json()
            self.csrf = body.get("csrf", self.csrf)
            return answer

    async def post(self, path: str, body: Any, **headers: str) -> aiohttp.ClientResponse:
        """Send JSON as the page does."""
        async with self.http.post(path, json=body, headers={"X-CSRF-Token": self.csrf} | headers) as answer:
            await answer.read()
            return answer

    async def do(self, line: str, **headers: str) -> str:
        """Do a verb; the answer, or the code of the refusal."""
        verb, _, arguments = line.partition(" ")
        answer = await self.post("/admin/api/do", {"verb": verb, "arguments": arguments}, **headers)
        body = await answer.json()
        told: str = body["text"] if answer.status == 200 else body["code"]
        return told

    async def state(self) -> dict[str, Any]:
        """What the page shows."""
        async with self.http.get("/admin/api/state") as answer:
            assert answer.status == 200, await answer.text()
            state: dict[str, Any] = await answer.json()
            return state

    async def code_of(self, path: str, method: str = "GET", **headers: str) -> int:
        """The status with which a path is answered."""
        async with self.http.request(method, path, headers={"X-CSRF-Token": self.csrf} | headers) as answer:
            return answer.status


@contextlib.asynccontextmanager
async def served(house: House, **settings: object) -> AsyncIterator[str]:
    """A house with an admin page, opened by `PASSWORD` unless the settings say otherwise; its address."""
    web = WebSettings.model_validate({"port": 0, "admin_password_hash": HASH, **settings})
    async with page_of(house, web) as adapter:
        yield adapter.url


@contextlib.asynccontextmanager
async def browser(url: str) -> AsyncIterator[Desk]:
    """A browser that keeps cookies."""
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Desk(http)
