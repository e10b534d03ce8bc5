"""What no answer may lack, whatever was asked, and what no request may name: a path."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import hdrs, web

from bot.adapters.web.guard import HEADERS
from config.settings import WebSettings
from tests import pictures
from tests.bot.adapters.web import test_jobs
from tests.bot.adapters.web.administering import HASH, TOKEN
from tests.bot.adapters.web.test_jobs import names, problem_of
from tests.bot.adapters.web.visiting import CONTENT, STYLE, Visitor, visitor
from tests.fakes.web import WebHouse, open_web_house

#: Everything that there can be.
EVERYTHING = WebSettings.model_validate(
    {"port": 0, "metrics": True, "admin_password_hash": HASH, "admin_token": TOKEN, "requests_per_minute": 0}
)
#: Media types that are answered; none of them runs as a script or a page but those that are meant to.
TYPES = re.compile(
    r"application/(json|problem\+json)(; charset=utf-8)?|image/(png|jpeg|svg\+xml|gif|webp)(; charset=utf-8)?"
    r"|video/mp4|font/woff2|text/(html|css|javascript|plain)(; version=[0-9.]+)?; charset=utf-8|text/event-stream"
)
PAGES = re.compile(r"/|/privacy|/api/v1/docs[a-z./]*|/admin/?[a-z.]*")


@pytest.fixture
async def alice(tmp_path: Path) -> AsyncIterator[Visitor]:
    """Somebody at a house with every page and path that there can be."""
    async with open_web_house(tmp_path, EVERYTHING) as web_house, visitor(web_house, "a") as alice:
        yield alice


def routes_of(house: WebHouse) -> list[tuple[str, str]]:
    """Method and path of everything that is served, what changes something at the end."""
    app: web.Application = house.adapter._app()
    routes = [(route.method, route.resource.canonical) for route in app.router.routes() if route.resource]
    return sorted(routes, key=lambda route: (("GET", "HEAD", "POST", "DELETE").index(route[0]), route[1]))


def is_hardened(response: aiohttp.ClientResponse) -> bool:
    """Whether an answer has every header of the guard's once, and may not be kept by others nor shown unasked."""
    policy, kept = (response.headers.getall(name) for name in ("Content-Security-Policy", hdrs.CACHE_CONTROL))
    others = HEADERS.keys() - {"Content-Security-Policy", hdrs.CACHE_CONTROL}
    return (
        is_strict(*policy)
        and kept[0] in ("no-store", "no-cache", "private, no-cache", "private, max-age=3600")
        and all(response.headers.getall(name) == [HEADERS[name]] for name in others)
    )


def is_strict(policy: str) -> bool:
    needed = {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    }
    return needed <= set(policy.split("; ")) and not re.search(r"unsafe|http|[*]", policy)


def test_the_guard_s_headers_are_strict() -> None:
    assert is_strict(HEADERS["Content-Security-Policy"]) and "form-action 'none'" in HEADERS["Content-Security-Policy"]
    assert {name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"} == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


async def test_every_path_answers_with_the_security_headers_and_its_media_type(alice: Visitor) -> None:
    jobs = (await alice.painted(), await alice.order(), "0" * 32)
    types: dict[str, str | None] = {}
    for method, path in routes_of(alice.web):
        for job_id in jobs if "{id}" in path else ("",):
            url = path.replace("{id}", job_id).replace("{name}", "waves").replace("{number}", "1")
            assert "{" not in url, f"this test does not know what to ask {path} for"
            async with alice.http.request(method, url, allow_redirects=False) as response:
                assert is_hardened(response), (method, url, dict(response.headers))
                assert response.status < 500, (method, url)
                types[url] = given = response.headers.get(hdrs.CONTENT_TYPE)
                assert given is None or TYPES.fullmatch(given), (method, url, given)
                assert "html" not in (given or "") or PAGES.fullmatch(url), (method, url)
    assert len(types) > 40
    assert {"/", "/metrics", "/healthz", "/readyz", "/page/style.css", f"/api/v1/jobs/{jobs[0]}/result"} <= types.keys()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/page/nothing.js", {}, 404),
        ("GET", "/api/v1/jobs/0/nothing", {}, 404),
        ("PUT", "/api/v1/jobs", {}, 405),
        ("OPTIONS", "/", {}, 405),
        ("GET", "/", {"Host": "evil.example"}, 403),
        ("POST", "/api/v1/jobs", {"Origin": "https://evil.example"}, 403),
        ("GET", "/api/v1/me", {"Authorization": "Bearer wrong"}, 401),
        ("POST", "/api/v1/jobs", {"Content-Type": "text/plain"}, 400),
        ("HEAD", "/", {}, 200),
    ],
)
async def test_so_does_every_error(
    alice: Visitor, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    async with alice.http.request(method, path, headers=headers) as response:
        assert response.status == status and is_hardened(response)
        assert response.status < 400 or response.content_type == "application/problem+json"


async def test_a_picture_s_file_name_is_nobody_s_path(alice: Visitor, tmp_path: Path) -> None:
    form = aiohttp.FormData()
    for part, data in (("content", CONTENT), ("style", STYLE)):
        form.add_field(part, data, filename=f"../../{part}-evil.html", content_type="text/html")
    async with alice.http.post("/api/v1/jobs", data=form) as response:
        assert response.status == 202
        job = (await response.json())["id"]
    await alice.house.pool.paint(job)
    everything = [file for file in tmp_path.parent.rglob("*") if "evil" in file.name]
    assert everything == [] and names(tmp_path / "uploads") == []
    async with alice.http.get(f"/api/v1/jobs/{job}/result") as response:
        assert (response.content_type, response.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")


@pytest.mark.parametrize("climb", ["../atelier.db", "..%2fatelier.db", "%2e%2e/atelier.db", "..%5catelier.db", "%00"])
@pytest.mark.parametrize("place", ["/page/{}", "/api/v1/gallery/{}/thumbnail", "/api/v1/jobs/{}/result", "/admin/{}"])
async def test_no_path_leads_out_of_its_folder(alice: Visitor, place: str, climb: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(alice.web.url.rpartition(":")[2]))
    # As it stands: a client of good manners would resolve it before.
    writer.write(f"GET {place.format(climb)} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] in (b"404", b"400") and b"SQLite" not in answer


async def test_a_picture_bomb_is_refused_by_its_header(alice: Visitor) -> None:
    """That no memory was taken by then is tests/bot/test_pictures.py's to show."""
    bomb = pictures.jpeg_announcing(30_000, 30_000)
    async with alice.http.post("/api/v1/jobs", data=test_jobs.upload(content=bomb, style=STYLE)) as response:
        assert "900 megapixels" in await problem_of(response, 422, "picture_too_large")
