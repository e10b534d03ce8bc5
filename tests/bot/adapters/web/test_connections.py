"""Clients that are slow on purpose, over real sockets: none holds a handler or a connection for ever."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.adapters.web import connections, pace, server
from bot.adapters.web.clients import network_at
from bot.jobs import Status
from renderer.protocol import Progress
from tests.bot.adapters.web.test_jobs import CONTENT, STYLE, names, post_job, until
from tests.fakes.watched import PATIENCE_S
from tests.fakes.web import WebHouse, open_web_house

JOBS = "/api/v1/jobs"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebHouse]:
    async with open_web_house(tmp_path) as web:
        yield web


def port_of(web: WebHouse) -> int:
    return int(web.url.rpartition(":")[2])


@contextlib.asynccontextmanager
async def connected(web: WebHouse, source: str = "127.0.0.1") -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(web), local_addr=(source, 0))
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the connection is closed."""
    said = b""
    # Piece by piece: a reset takes along what has come and was not read.
    with contextlib.suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE_S):
            while piece := await reader.read(65_536):
                said += piece
    return said


async def dribble(writer: asyncio.StreamWriter, data: bytes, pause_s: float) -> None:
    """Send byte by byte until the other end has had enough."""
    with contextlib.suppress(ConnectionError):
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause_s)


# ---- headers and bodies


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\nX-A: " + b"a" * 4000])
async def test_who_says_nothing_or_dribbles_headers_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setattr(server, "IDLE_S", 0.5)
    async with open_web_house(tmp_path) as web, connected(web) as (reader, writer):
        dribbling = asyncio.create_task(dribble(writer, data, 0.01))
        assert await answer(reader) == b""
        dribbling.cancel()


async def test_a_connection_that_has_asked_once_is_cut_when_it_dribbles_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_S", 2.0)
    async with open_web_house(tmp_path) as web, connected(web) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        dribbling = asyncio.create_task(dribble(writer, b"GET / HTTP/1.1\r\nX-A: " + b"a" * 4000, 0.01))
        said = await answer(reader)
        assert said.startswith(b"HTTP/1.1 200") and said.count(b"HTTP/1.1") == 1
        dribbling.cancel()


def posted(body: bytes, length: int) -> bytes:
    return (
        f"POST {JOBS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=XX\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode() + body


def part(name: str, data: bytes) -> bytes:
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n'
    return head.encode() + data + b"\r\n"


@pytest.mark.parametrize("begun", [b"", part("content", CONTENT) + part("style", STYLE)[:-50]])
async def test_a_body_that_dribbles_is_refused_and_leaves_nothing(
    web: WebHouse, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(pace, "WITHIN_S", 0.5)
    async with connected(web) as (reader, writer):
        writer.write(posted(begun, 1_000_000))
        dribbling = asyncio.create_task(dribble(writer, b"a" * 100_000, 0.01))
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408") and b"application/problem+json" in head
        assert names(web.house.folder / "uploads") == []
        dribbling.cancel()
    assert await web.house.store.queue.open_jobs() == []


async def test_a_body_may_take_its_time_as_long_as_enough_of_it_comes(
    web: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "WITHIN_S", 2.0)
    monkeypatch.setattr(pace, "LEAST_BYTES", 10)
    body = part("content", CONTENT) + part("style", STYLE) + b"--XX--\r\n"
    slices = [body[start : start + len(body) // 25] for start in range(0, len(body), len(body) // 25)]
    async with connected(web) as (reader, writer):
        began_at = asyncio.get_running_loop().time()
        writer.write(posted(b"", len(body)))
        for piece in slices:
            writer.write(piece)
            await asyncio.sleep(0.1)
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readline()).startswith(b"HTTP/1.1 202")
        assert asyncio.get_running_loop().time() - began_at > 2, "it was looked at on the way"


# ---- readers


async def deaf(web: WebHouse, path: str) -> socket.socket:
    """A client that asks and then takes nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port_of(web)))
    await loop.sock_sendall(client, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client


def following(web: WebHouse) -> int:
    return len(web.adapter.hub._followed)


@pytest.mark.parametrize("by_the_system", [True, False])
async def test_a_stream_whose_reader_takes_nothing_is_dropped(
    web: WebHouse, monkeypatch: pytest.MonkeyPatch, by_the_system: bool
) -> None:
    monkeypatch.setattr(connections, "STALLED_S", 1.0)
    if not by_the_system:
        monkeypatch.delattr(socket, "TCP_USER_TIMEOUT", raising=False)
    async with aiohttp.ClientSession(web.url) as http:
        job_id = (await post_job(http))["id"]
    await web.house.pool.until(lambda: bool(web.house.pool.submitted))
    client = await deaf(web, f"{JOBS}/{job_id}/events")
    with contextlib.closing(client):
        await until(lambda: following(web) == 1)
        if by_the_system:
            monkeypatch.setattr(connections, "STALLED_S", 3600.0)
        job = await web.house.store.jobs.get(job_id)
        assert job is not None

        async def paint() -> None:
            while following(web):
                progress = Progress(job=job.id, attempt=1, delivery=1, fraction=0.5, preview=os.urandom(300_000))
                await web.adapter.progress(job, progress)
                await asyncio.sleep(0.05)

        async with asyncio.timeout(PATIENCE_S):
            await paint()
    assert job.status in (Status.QUEUED, Status.RENDERING)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system cannot do it")
async def test_a_painting_whose_reader_takes_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STALLED_S", 1.0)
    async with open_web_house(tmp_path) as web:
        await web.house.store.switches.put("paused", {"reason": "this test paints by itself"})
        job = await web.house.job("1", "web:address:127.0.0.1", adapter="web")
        job = await web.house.store.jobs.hand_over(job.id, 1, 1)
        large = await web.house.blob(os.urandom(30_000_000))
        await web.house.store.jobs.painted(job, large, {})
        client = await deaf(web, f"{JOBS}/{job.id}/result")
        with contextlib.closing(client):
            await until(lambda: handlers() == 1)
            await until(lambda: handlers() == 0)


def handlers() -> int:
    """Connections that the server is at work for."""
    return sum("RequestHandler.start" in repr(task.get_coro()) for task in asyncio.all_tasks())


# ---- how many


async def holding(web: WebHouse, stack: contextlib.AsyncExitStack, source: str = "127.0.0.1") -> Connection:
    """A connection that has been let in, and stays."""
    reader, writer = await stack.enter_async_context(connected(web, source))
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(PATIENCE_S):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    return reader, writer


async def is_turned_away(web: WebHouse, source: str = "127.0.0.1") -> bool:
    async with connected(web, source) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return await answer(reader) == b""


async def test_there_are_no_more_connections_than_the_house_can_hold(
    web: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_IN_ALL", 3)
    async with contextlib.AsyncExitStack() as stack:
        held = [await holding(web, stack) for _ in range(3)]
        assert await is_turned_away(web)
        held[0][1].close()
        await until(lambda: handlers() == 2)
        assert not await is_turned_away(web)


async def test_one_network_cannot_take_them_all(web: WebHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    # Loopback counts in all only; here its addresses stand for networks.
    monkeypatch.setattr(connections, "network_at", lambda host, besides: host)
    monkeypatch.setattr(connections, "MAX_PER_NETWORK", 2)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            await holding(web, stack, "127.0.0.2")
        assert await is_turned_away(web, "127.0.0.2")
        assert not await is_turned_away(web, "127.0.0.3")


def test_this_machine_and_trusted_proxies_are_no_network_of_their_own() -> None:
    trusted = ("10.0.0.0/8",)
    for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", ""):
        assert network_at(host, trusted) is None
    assert network_at("192.0.2.1", trusted) == network_at("::ffff:192.0.2.1", trusted) == "192.0.2.1"
    assert network_at("2001:db8::1", trusted) == network_at("2001:db8::2%eth0", trusted) == "2001:db8::/64"
