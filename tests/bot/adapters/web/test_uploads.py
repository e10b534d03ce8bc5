"""Uploads that come all at once, or to a closed door: each is answered, before its body where that can be."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.web.api import places
from bot.adapters.web.api.places import Places
from bot.errors import Busy
from config.settings import WebSettings
from tests import pictures
from tests.bot.adapters.web import test_jobs
from tests.bot.adapters.web.test_jobs import names, problem_of, until
from tests.fakes.watched import PATIENCE_S
from tests.fakes.web import WebHouse, open_web_house

AT_ONCE = 4
HEAVY = bytes(19_000_000)
PICTURES = {"content": pictures.png(64, 48), "style": pictures.jpeg(80, 60)}


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebHouse]:
    """A house that takes in `AT_ONCE` uploads at the same time."""
    async with open_web_house(tmp_path, WebSettings(port=0, uploads_at_once=AT_ONCE)) as web:
        yield web


@pytest.fixture
async def http(web: WebHouse) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(web.url) as http:
        yield http


def somebody() -> dict[str, str]:
    """The header of a browser that nobody has seen before."""
    return {"Cookie": f"atelier_session={secrets.token_hex(16)}"}


async def order(http: aiohttp.ClientSession, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of what an upload is answered."""
    form = test_jobs.upload(**PICTURES)
    async with http.post("/api/v1/jobs", data=form, headers=somebody() | headers) as response:
        return response.status, await response.json(), dict(response.headers)


def stored_jobs(web: WebHouse) -> set[str]:
    with contextlib.closing(sqlite3.connect(web.house.folder / "atelier.db")) as database:
        return {row[0] for row in database.execute("SELECT id FROM jobs")}


class Slow:
    """An upload whose head and a little of its body have been sent; the rest comes when a test says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rest: bytes) -> None:
        self.reader = reader
        self.writer = writer
        self._rest = rest

    async def finish(self) -> dict[str, Any]:
        """Send the rest; the body of the answer, which must be a job."""
        self.writer.write(self._rest)
        async with asyncio.timeout(PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            assert head.startswith("HTTP/1.1 202 "), head
            length = next(int(line[15:]) for line in head.splitlines() if line.startswith("Content-Length:"))
            body: dict[str, Any] = json.loads(await self.reader.readexactly(length))
        self.writer.close()
        return body


async def begin(web: WebHouse, session: str = "", expect: str = "", weight: int | None = None) -> Slow:
    """Begin an upload; with `expect` or a `weight` that is made up, its head alone."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in PICTURES.items()
    ]
    body = b"".join(parts) + b"--x--\r\n"
    port = int(web.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Cookie: atelier_session={session or secrets.token_hex(16)}\r\nContent-Length: {weight or len(body)}\r\n"
    )
    sent = 0 if expect or weight else 150
    writer.write(f"{head}{expect}\r\n".encode() + body[:sent])
    await writer.drain()
    return Slow(reader, writer, body[sent:])


async def begun(web: WebHouse, number: int, session: str = "") -> list[Slow]:
    """So many uploads that are being received."""
    before = len(names(web.house.folder / "uploads"))
    slow = [await begin(web, session) for _ in range(number)]
    await until(lambda: len(names(web.house.folder / "uploads")) == before + number)
    return slow


# ---- many at once


async def test_of_twenty_uploads_at_once_each_is_taken_or_told_when_to_come_back(
    web: WebHouse, http: aiohttp.ClientSession
) -> None:
    answers = await asyncio.gather(*(order(http) for _ in range(20)))
    accepted = {body["id"] for status, body, _ in answers if status == 202}
    refused = [(body, headers) for status, body, headers in answers if status == 429]
    assert len(accepted) + len(refused) == 20 and len(accepted) >= AT_ONCE
    assert all(body["code"] == "busy" and int(headers["Retry-After"]) > 0 for body, headers in refused)
    assert stored_jobs(web) == accepted
    assert names(web.house.folder / "uploads") == []


async def test_no_more_are_received_at_once_than_there_are_places(web: WebHouse, http: aiohttp.ClientSession) -> None:
    slow = await begun(web, AT_ONCE)
    for status, body, _ in await asyncio.gather(*(order(http) for _ in range(16))):
        assert (status, body["code"]) == (429, "busy")
    assert len(names(web.house.folder / "uploads")) == AT_ONCE
    jobs = {(await one.finish())["id"] for one in slow}
    assert stored_jobs(web) == jobs
    assert (await order(http))[0] == 202


async def test_one_browser_has_no_more_uploads_under_way_than_it_may_have_jobs(
    web: WebHouse, http: aiohttp.ClientSession
) -> None:
    slow = await begun(web, 3, "a" * 32)
    assert (await order(http, Cookie=f"atelier_session={'a' * 32}"))[1]["code"] == "busy"
    assert (await order(http))[0] == 202
    for one in slow:
        await one.finish()


async def test_a_place_is_free_again_when_its_upload_is_cut_off_or_refused(
    web: WebHouse, http: aiohttp.ClientSession
) -> None:
    for one in await begun(web, AT_ONCE):
        one.writer.transport.abort()
    await until(lambda: names(web.house.folder / "uploads") == [])
    for _ in range(AT_ONCE + 1):
        async with http.post("/api/v1/jobs", data=test_jobs.upload(content=PICTURES["content"])) as response:
            await problem_of(response, 400, "picture_missing")
    assert (await order(http))[0] == 202


def test_one_network_has_half_of_the_places() -> None:
    rooms = Places(at_once=3, per_requester=10)
    with rooms.one("a", "home", 1), rooms.one("b", "home", 1):
        with pytest.raises(Busy), rooms.one("c", "home", 1):
            pass
        with rooms.one("c", "work", 1), pytest.raises(Busy), rooms.one("d", None, 1):
            pass
    with rooms.one("c", "home", 1):
        pass


def test_all_together_bring_no_more_than_the_disk_is_planned_for() -> None:
    rooms = Places(at_once=10, per_requester=10)
    # One may be heavier than all may be together: there are settings for that.
    with rooms.one("a", None, places.MOST_BYTES + 1), pytest.raises(Busy) as busy, rooms.one("b", None, 1):
        pass
    assert (busy.value.code, busy.value.retry_after_s) == ("busy", places.BACK_IN_S)
    with rooms.one("a", None, places.MOST_BYTES - 1), rooms.one("b", None, 1):
        pass


# ---- refused before the body


async def closed(web: WebHouse, why: str) -> None:
    """Let nothing be taken in."""
    if why == "disk_full":
        web.house.free_mb = 0
    elif why == "closing":
        await web.house.store.switches.put("drained", {})
    else:
        for number in range(3):
            await web.house.job(str(number), requester="web:address:127.0.0.1")


@pytest.mark.parametrize(("why", "status"), [("disk_full", 503), ("closing", 503), ("too_many_jobs", 429)])
async def test_a_closed_door_is_told_before_a_byte_of_the_pictures_has_come(
    web: WebHouse, why: str, status: int
) -> None:
    await closed(web, why)
    upload = await begin(web, session="none", weight=5_000_000)
    async with asyncio.timeout(PATIENCE_S):
        head = (await upload.reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith(f"HTTP/1.1 {status} ") and "Retry-After: " in head
    assert json.loads(await upload.reader.readuntil(b"}"))["code"] == why
    upload.writer.close()


async def test_nobody_waits_for_the_rest_of_a_body_whose_sender_has_gone(web: WebHouse) -> None:
    await closed(web, "closing")
    upload = await begin(web, weight=5_000_000)
    async with asyncio.timeout(PATIENCE_S):
        await upload.reader.readuntil(b"}")
    assert handlers() == 1, "it still takes what comes"
    upload.writer.transport.abort()
    await until(lambda: handlers() == 0)


def handlers() -> int:
    """How many connections are served."""
    return sum("RequestHandler.start" in repr(task.get_coro()) for task in asyncio.all_tasks())


async def test_who_asks_before_sending_is_told_to_go_on_or_why_not(web: WebHouse) -> None:
    upload = await begin(web, expect="Expect: 100-continue\r\n")
    async with asyncio.timeout(PATIENCE_S):
        assert await upload.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await upload.finish()
    await closed(web, "closing")
    upload = await begin(web, expect="Expect: 100-continue\r\n")
    async with asyncio.timeout(PATIENCE_S):
        assert b" 503 " in await upload.reader.readuntil(b"\r\n")
    upload.writer.close()


async def test_a_repeated_order_is_known_by_its_key_also_where_nothing_is_taken_in(
    web: WebHouse, http: aiohttp.ClientSession
) -> None:
    again = somebody() | {"Idempotency-Key": "wish"}
    _, first, _ = await order(http, **again)
    await closed(web, "closing")
    status, second, _ = await order(http, **again)
    assert (status, second["id"]) == (202, first["id"])
    assert (await order(http))[1]["code"] == "closing"


async def test_a_disk_that_is_full_after_all_is_no_error_of_ours(
    web: WebHouse, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def on_full_disk(file: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        return open("/dev/full", "wb") if file.name.startswith("web-") else opened(file, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", on_full_disk)
    status, body, headers = await order(http)
    assert (status, body["code"]) == (503, "disk_full") and headers["Retry-After"]
    monkeypatch.undo()
    assert names(web.house.folder / "uploads") == []


async def test_the_reason_reaches_a_program_that_sends_all_it_has(web: WebHouse, http: aiohttp.ClientSession) -> None:
    await closed(web, "closing")
    for _ in range(3):
        form = aiohttp.FormData()
        for part in PICTURES:
            form.add_field(part, io.BytesIO(HEAVY), filename="heavy.png")
        async with http.post("/api/v1/jobs", data=form) as response:
            await problem_of(response, 503, "closing")


@pytest.mark.parametrize("expect", ["", "100-continue"])
async def test_the_reason_reaches_curl(web: WebHouse, tmp_path: Path, expect: str) -> None:
    curl = shutil.which("curl")
    assert curl, "curl is missing; on Debian and Ubuntu: apt-get install curl"
    await closed(web, "closing")
    heavy = tmp_path / "heavy"
    heavy.write_bytes(HEAVY)
    process = await asyncio.create_subprocess_exec(
        *(curl, "--silent", "--show-error", "--write-out", "\n%{http_code} %{size_upload}"),
        *("--header", f"Expect: {expect}" if expect else "Expect:", "--form", f"content=@{heavy}"),
        f"{web.url}/api/v1/jobs",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        told, complaint = await process.communicate()
    body, _, facts = told.decode().rpartition("\n")
    status, sent = facts.split()
    assert (status, json.loads(body)["code"], complaint) == ("503", "closing", b"")
    assert (int(sent) == 0) == bool(expect), "who asks first sends nothing"
