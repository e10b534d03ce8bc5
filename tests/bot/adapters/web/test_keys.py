"""Keys over real HTTP: what each opens, whose its jobs are, and what is said where it opens nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from yarl import URL

from config.settings import LimitsSettings, WebSettings
from tests.bot.adapters.web.test_jobs import CONTENT, STYLE, problem_of, upload
from tests.fakes.web import WebHouse, open_web_house

JOBS = "/api/v1/jobs"
EXPERT = '{"iterations": 5}'


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def issued(web: WebHouse, *scopes: str) -> tuple[str, str]:
    """A new key: what a program sends, and whose its jobs are."""
    made = await web.house.keys.issue("test", scopes or ("paint",))
    return made.text, f"web:key:{made.key.id}"


async def ordered(http: aiohttp.ClientSession, key: str | None = None, **parts: Any) -> str:
    form = upload(**{"content": CONTENT, "style": STYLE} | parts)
    async with http.post(JOBS, data=form, headers=bearer(key) if key else {}) as response:
        assert response.status == 202, await response.text()
        return str((await response.json())["id"])


async def status_of(http: aiohttp.ClientSession, job: str, key: str | None = None) -> int:
    async with http.get(f"{JOBS}/{job}", headers=bearer(key) if key else {}) as response:
        return response.status


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebHouse]:
    async with open_web_house(tmp_path) as web:
        yield web


@pytest.fixture
async def http(web: WebHouse) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(web.url) as session:
        yield session


@asynccontextmanager
async def served(
    folder: Path, limits: LimitsSettings | None = None, **settings: Any
) -> AsyncIterator[tuple[WebHouse, aiohttp.ClientSession]]:
    async with (
        open_web_house(folder, WebSettings(port=0, **settings), limits) as web,
        aiohttp.ClientSession(web.url) as http,
    ):
        yield web, http


async def test_a_job_ordered_with_a_key_is_the_key_s_alone(web: WebHouse, http: aiohttp.ClientSession) -> None:
    key, requester = await issued(web)
    other, _ = await issued(web)
    job = await ordered(http, key)
    stored = await web.house.store.jobs.get(job)
    assert stored is not None and stored.requester == requester
    assert await status_of(http, job, key) == 200
    assert await status_of(http, job, other) == await status_of(http, job) == 404
    assert await status_of(http, await ordered(http), key) == 404, "nor are others' jobs the key's"


async def test_a_browser_s_session_counts_for_nothing_beside_a_key(web: WebHouse) -> None:
    key, requester = await issued(web)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(web.url, cookie_jar=jar) as browser:
        async with browser.get("/"):
            pass
        job = await web.house.store.jobs.get(await ordered(browser, key))
    assert job is not None and job.requester == requester


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/0", "/api/v1/me", "/api/v1/gallery"])
async def test_what_is_no_key_in_force_is_refused_wherever_it_is_sent(
    web: WebHouse, http: aiohttp.ClientSession, path: str
) -> None:
    revoked = await web.house.keys.issue("test", ["expert"])
    await web.house.keys.revoke(revoked.key.id)
    expired = await web.house.keys.issue("test", ["expert"], lifetime_s=-1)
    for text in ("atl_" + "0" * 64, revoked.text, expired.text, "", "schlüssel"):
        async with http.get(path, headers=bearer(text)) as response:
            await problem_of(response, 401, "bad_key")
            assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_key_is_refused_from_the_moment_it_is_revoked(web: WebHouse, http: aiohttp.ClientSession) -> None:
    made = await web.house.keys.issue("test", ["paint"])
    job = await ordered(http, made.text)
    await web.house.admin.do("key", f"revoke {made.key.id}", "control:0")
    assert await status_of(http, job, made.text) == 401


async def test_a_key_to_read_with_orders_and_ends_nothing(web: WebHouse, http: aiohttp.ClientSession) -> None:
    key, _ = await issued(web, "read")
    async with http.get(JOBS, headers=bearer(key)) as response:
        assert response.status == 200
    async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE), headers=bearer(key)) as response:
        assert "paint" in await problem_of(response, 403, "missing_scope")
    for path in (f"{JOBS}/0", "/api/v1/me"):
        async with http.delete(path, headers=bearer(key)) as response:
            await problem_of(response, 403, "missing_scope")
    assert await web.house.store.queue.open_jobs() == []


async def test_the_expert_options_need_their_scope(web: WebHouse, http: aiohttp.ClientSession) -> None:
    expert, _ = await issued(web, "expert")
    job = await web.house.store.jobs.get(await ordered(http, expert, options=EXPERT))
    assert job is not None and job.options.iterations == 5
    painter, _ = await issued(web, "paint")
    form = upload(content=CONTENT, style=STYLE, options=EXPERT)
    async with http.post(JOBS, data=form, headers=bearer(painter)) as response:
        await problem_of(response, 400, "bad_options")


async def test_the_key_of_the_settings_opens_all_and_owns_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, api_key=SecretStr("of the settings")) as (web, http):
        job = await ordered(http, "of the settings", options=EXPERT)
        assert await status_of(http, job) == 200, "the job is the address's"
        key, _ = await issued(web, "expert")
        assert await status_of(http, job, key) == 404


async def test_bans_and_quotas_of_a_key_are_those_of_anybody(web: WebHouse, http: aiohttp.ClientSession) -> None:
    key, requester = await issued(web)
    await web.house.admin.do("quota", f"{requester} 1 9", "control:0")
    await ordered(http, key)
    async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE), headers=bearer(key)) as response:
        await problem_of(response, 429, "quota_hour")
    await web.house.admin.do("ban", requester, "control:0")
    async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE), headers=bearer(key)) as response:
        await problem_of(response, 403, "banned")
    await ordered(http)


async def test_the_list_of_who_may_order_can_name_keys(web: WebHouse) -> None:
    web.house.accounts._invited = frozenset({"web:key"})
    key, _ = await issued(web)
    async with aiohttp.ClientSession(web.url) as http:
        await ordered(http, key)
        async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE)) as response:
            await problem_of(response, 403, "not_allowed")


# ---- where a key is required


async def test_where_a_key_is_required_nothing_of_the_api_is_had_without_one(tmp_path: Path) -> None:
    async with served(tmp_path, require_key=True) as (web, http):
        paths = [JOBS, f"{JOBS}/0", "/api/v1/me", "/api/v1/gallery", "/api/v1/gallery/woodcut/thumbnail"]
        for path in paths:
            async with http.get(path) as response:
                await problem_of(response, 401, "key_missing")
        async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE)) as response:
            await problem_of(response, 401, "key_missing")
            assert response.headers["WWW-Authenticate"] == "Bearer"
        assert await web.house.store.queue.open_jobs() == []
        key, _ = await issued(web)
        assert await status_of(http, await ordered(http, key), key) == 200


@pytest.mark.parametrize(
    "path",
    [
        *("//api/v1/me", "/api//v1/me", "/./api/v1/me", "/API/v1/me", "/api%2Fv1/me", "/%61pi/v1/me"),
        *("/api/v1/openapi/../me", "/api/v1/docs%2F..%2Fme", "/api/v1/openapi%2e%2e/me", "/api/v1/;/me"),
    ],
)
async def test_no_way_of_writing_a_path_leads_past_the_key(tmp_path: Path, path: str) -> None:
    async with served(tmp_path, require_key=True) as (web, http):
        async with http.get(URL(web.url + path, encoded=True)) as response:
            assert response.status in (401, 404)


async def test_where_a_key_is_required_the_health_check_needs_none(tmp_path: Path) -> None:
    async with served(tmp_path, require_key=True) as (_, http):
        for path in ("/healthz", "/readyz", "/"):
            async with http.get(path) as response:
                assert response.status == 200


async def test_where_a_key_is_required_any_address_may_be_listened_on(tmp_path: Path) -> None:
    async with served(tmp_path, require_key=True, host="0.0.0.0") as (web, _):
        port = web.url.rpartition(":")[2]
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}{JOBS}") as response:
            await problem_of(response, 401, "key_missing")
