"""Who is let in: Host and Origin, sessions, headers."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from bot.adapters.web.index import PAGE
from config.settings import WebSettings
from tests.bot.adapters.web.test_jobs import CONTENT, STYLE, post_job, problem_of, upload
from tests.fakes.services import Studio, open_studio


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:8080", "[::1]"])
async def test_the_page_answers_under_its_own_names(http: aiohttp.ClientSession, host: str) -> None:
    async with http.get("/", headers={"Host": host}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", "evil@localhost", "localhost.", "::1", ""]
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/jobs/0"])
async def test_a_foreign_host_name_is_refused(http: aiohttp.ClientSession, host: str, path: str) -> None:
    async with http.get(path, headers={"Host": host}) as response:
        await problem_of(response, 403, "foreign_host")


async def test_allowed_hosts_are_let_in(tmp_path: Path) -> None:
    settings = WebSettings(port=0, allowed_hosts=("atelier.example", "studio.example:8443"))
    async with open_studio(tmp_path, settings) as studio, aiohttp.ClientSession(studio.adapter.url) as http:
        for host in ("atelier.example", "atelier.example:8443", "studio.example:8443"):
            async with http.get("/", headers={"Host": host}) as response:
                assert response.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    ],
)
async def test_an_unsafe_request_of_another_site_is_refused(
    studio: Studio, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE), headers=headers) as response:
        await problem_of(response, 403, "foreign_origin")
    async with http.delete("/api/v1/jobs/0", headers=headers) as response:
        await problem_of(response, 403, "foreign_origin")
    assert studio.intake.orders == []


async def test_the_page_s_own_requests_pass(studio: Studio, http: aiohttp.ClientSession) -> None:
    await post_job(http, Origin=studio.adapter.url)
    await post_job(http, Origin=studio.adapter.url, **{"Sec-Fetch-Site": "same-origin"})
    await post_job(http, Origin="null", **{"Sec-Fetch-Site": "same-origin"})
    assert len(studio.intake.jobs) == 3


async def test_the_page_begins_a_session_that_owns_its_jobs(studio: Studio) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(studio.adapter.url, cookie_jar=jar) as browser:
        async with browser.get("/") as response:
            cookie = response.headers["Set-Cookie"]
        token = response.cookies["atelier_session"].value
        assert re.fullmatch("[0-9a-f]{32}", token)
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        job = await post_job(browser)
        async with browser.get(f"/api/v1/jobs/{job['id']}") as response:
            assert response.status == 200
        async with browser.get("/") as again:
            assert again.cookies["atelier_session"].value == token, "a second visit keeps the session"
    assert studio.job.requester.startswith("web:") and token not in studio.job.requester


async def test_a_made_up_session_is_none(studio: Studio, http: aiohttp.ClientSession) -> None:
    await post_job(http, Cookie="atelier_session=admin")
    assert studio.job.requester == "web:address:127.0.0.1"


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/healthz", "/api/v1/jobs/0", "/nothing"])
async def test_every_answer_carries_the_security_headers(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "Cache-Control" in response.headers


async def test_only_the_page_s_own_files_are_served(http: aiohttp.ClientSession) -> None:
    for path in ("/page/", "/page/../server.py", "/page/%2e%2e/server.py", "/page/..%2fserver.py"):
        async with http.get(path) as response:
            await problem_of(response, 404, "not_found")


def test_the_page_loads_nothing_from_elsewhere_and_nothing_inline() -> None:
    for file in (file for file in PAGE.iterdir() if file.suffix in (".html", ".css", ".js", ".svg")):
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "//" not in re.sub(r"^\s*//.*|\s// .*", "", text, flags=re.MULTILINE), file.name
        # A block of data is no script: nothing runs it.
        text = text.replace('<script type="application/json" id="words">', "")
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", text), file.name


@pytest.mark.parametrize(("protocol", "is_secure"), [("https", True), ("http", False), ("HTTPS, http", True)])
async def test_behind_https_the_session_is_for_https_alone(
    http: aiohttp.ClientSession, protocol: str, is_secure: bool
) -> None:
    async with http.get("/", headers={"X-Forwarded-Proto": protocol}) as response:
        assert ("Secure" in response.headers["Set-Cookie"]) is is_secure
        assert response.headers["Server"] == "Atelier"
