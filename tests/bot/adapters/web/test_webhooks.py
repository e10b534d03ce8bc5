"""Webhooks as a program meets them: asked for over the API, told to a real receiver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.adapters.web.api import models
from bot.adapters.web.api.webhooks import told
from bot.webhooks import Webhooks
from config.settings import WebSettings
from tests.bot.adapters.web.test_jobs import CONTENT, STYLE, problem_of, upload
from tests.bot.adapters.web.test_keys import bearer, issued, ordered
from tests.conftest import REPOSITORY
from tests.fakes.receiver import Receiver, open_receiver
from tests.fakes.web import WebHouse, open_web_house

JOBS = "/api/v1/jobs"
URL = "https://hooks.example/ended"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebHouse]:
    """A page that tells receivers on this machine, too."""
    settings = WebSettings(port=0, webhooks_private=True, api_key=SecretStr("of the settings"))
    async with open_web_house(tmp_path, settings) as web:
        house = web.house
        telling = asyncio.create_task(Webhooks(house.store, told(house.desk), True, house.clock).run())
        yield web
        telling.cancel()
        await asyncio.wait([telling])
        assert telling.cancelled()


@pytest.fixture
async def http(web: WebHouse) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(web.url) as session:
        yield session


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as receiver:
        yield receiver


async def view_of(http: aiohttp.ClientSession, job: str, key: str) -> object:
    async with http.get(f"{JOBS}/{job}", headers=bearer(key)) as response:
        return await response.json()


async def test_a_program_is_told_of_its_painting_with_what_the_api_shows(
    web: WebHouse, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    key, _ = await issued(web)
    job = await ordered(http, key, webhook=receiver.url)
    await web.house.pool.paint(job)
    await receiver.until(lambda: len(receiver.got) == 1)
    event = json.loads(receiver.got[0].body)
    assert (event["type"], event["id"]) == ("job.delivered", f"evt_{job}")
    assert event["data"] == await view_of(http, job, key)
    models.JobEnded.model_validate_json(receiver.got[0].body)
    async with http.get(event["data"]["result"]["url"], headers=bearer(key)) as response:
        assert response.status == 200


async def test_what_the_docs_check_a_webhook_by_tells_genuine_ones_from_others(
    web: WebHouse, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    made = await web.house.keys.issue("test", ["paint"])
    secret = made.key.webhook_secret
    job = await ordered(http, made.text, webhook=receiver.url)
    async with http.delete(f"{JOBS}/{job}", headers=bearer(made.text)):
        pass
    await receiver.until(lambda: len(receiver.got) == 1)
    [got] = receiver.got
    section = (REPOSITORY / "docs" / "api.md").read_text().partition("## Webhooks")[2]
    names: dict[str, Any] = {}
    exec(section.partition("```python")[2].partition("```")[0], names)
    is_genuine = names["is_genuine"]
    assert is_genuine(got.headers, got.body, secret)
    rotated = got.headers | {"webhook-signature": "v1,older " + got.headers["webhook-signature"]}
    assert is_genuine(rotated, got.body, secret)
    assert not is_genuine(got.headers, got.body + b" ", secret)
    assert not is_genuine(got.headers, got.body, (await web.house.keys.issue("other", ["paint"])).key.webhook_secret)
    at = int(got.headers["webhook-timestamp"])
    for changed in ({"webhook-id": "evt_1"}, {"webhook-timestamp": str(at + 1)}, {"webhook-timestamp": str(at - 301)}):
        assert not is_genuine(got.headers | changed, got.body, secret)


async def test_a_cancel_is_told_too_and_a_job_without_a_webhook_tells_nobody(
    web: WebHouse, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    key, _ = await issued(web)
    for job in (await ordered(http, key), await ordered(http, key, webhook=receiver.url)):
        async with http.delete(f"{JOBS}/{job}", headers=bearer(key)) as response:
            assert response.status == 200
    await receiver.until(lambda: len(receiver.got) == 1)
    event = json.loads(receiver.got[0].body)
    assert (event["type"], event["data"]["id"]) == ("job.cancelled", job)


async def test_of_a_variation_a_program_is_told_as_well(
    web: WebHouse, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    key, _ = await issued(web)
    first = await ordered(http, key)
    await web.house.pool.paint(first)
    wish = {"variation": "again", "webhook": receiver.url}
    async with http.post(f"{JOBS}/{first}/variations", json=wish, headers=bearer(key)) as response:
        assert response.status == 202, await response.text()
        job = (await response.json())["id"]
    await web.house.pool.paint(job)
    await receiver.until(lambda: len(receiver.got) == 1)
    assert json.loads(receiver.got[0].body)["data"]["id"] == job


async def test_a_receiver_that_was_away_is_told_when_it_is_back(
    web: WebHouse, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    key, _ = await issued(web)
    receiver.answers = [503, 204]
    job = await ordered(http, key, webhook=receiver.url)
    async with http.delete(f"{JOBS}/{job}", headers=bearer(key)):
        pass
    await receiver.until(lambda: len(receiver.got) == 1)
    await receiver.until(lambda: len(receiver.got) == 2)
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]
    assert receiver.got[0].headers["webhook-timestamp"] < receiver.got[1].headers["webhook-timestamp"]


async def test_only_a_key_of_one_s_own_is_told(web: WebHouse, http: aiohttp.ClientSession) -> None:
    for headers in ({}, bearer("of the settings")):
        form = upload(content=CONTENT, style=STYLE, webhook=URL)
        async with http.post(JOBS, data=form, headers=headers) as response:
            await problem_of(response, 401, "key_missing")
    assert await web.house.store.queue.open_jobs() == []


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://127.0.0.1/", "https://a:b@hooks.example/", "hooks"])
async def test_where_private_addresses_are_not_allowed_they_are_refused_at_the_door(tmp_path: Path, url: str) -> None:
    async with open_web_house(tmp_path) as web, aiohttp.ClientSession(web.url) as http:
        key, _ = await issued(web)
        form = upload(content=CONTENT, style=STYLE, webhook=url)
        async with http.post(JOBS, data=form, headers=bearer(key)) as response:
            await problem_of(response, 400, "bad_webhook")
        assert await web.house.store.queue.open_jobs() == []
        await ordered(http, key, webhook=URL)


async def test_who_erases_all_that_is_theirs_is_told_no_more(
    web: WebHouse, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    key, requester = await issued(web)
    job = await ordered(http, key, webhook=receiver.url)
    async with http.delete("/api/v1/me", headers=bearer(key)) as response:
        assert response.status == 200
    other = await ordered(http, key, webhook=receiver.url)
    async with http.delete(f"{JOBS}/{other}", headers=bearer(key)):
        pass
    await receiver.until(lambda: bool(receiver.got))
    assert [json.loads(got.body)["data"]["id"] for got in receiver.got] == [other]
    assert job != other and (await web.house.accounts.get(requester)).banned is None
