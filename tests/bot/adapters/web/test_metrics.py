"""/metrics and /readyz over real HTTP: the adapter's own server in front of the services of a house."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from pydantic import SecretStr

from bot.adapters.web.guard import check_reader
from bot.errors import Forbidden
from bot.ports import WorkerStatus
from config.settings import SettingsError, WebSettings, load
from tests.bot.adapters.web.test_jobs import problem_of
from tests.fakes.house import House, open_house
from tests.fakes.web import page_of

TOKEN = "a token of the metrics"


@contextlib.asynccontextmanager
async def serving(house: House, **settings: object) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a server that listens on a free port of this machine."""
    web = WebSettings.model_validate({"port": 0, **settings})
    async with page_of(house, web) as adapter, aiohttp.ClientSession(adapter.url) as http:
        yield http


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def test_the_metrics_are_off_unless_they_are_wanted(house: House) -> None:
    async with serving(house, metrics_token=TOKEN) as http, http.get("/metrics", headers=bearer(TOKEN)) as response:
        await problem_of(response, 404, "not_found")


async def test_this_machine_reads_the_metrics_as_prometheus_wants_them(house: House) -> None:
    await house.job()
    async with serving(house, metrics=True) as http, http.get("/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "atelier_queue_depth 1.0" in (await response.text()).splitlines()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "x-real-ip", "Forwarded", "Via"])
async def test_what_a_proxy_on_this_machine_passes_on_needs_the_token(house: House, header: str) -> None:
    async with serving(house, metrics=True) as http, http.get("/metrics", headers={header: "127.0.0.1"}) as response:
        assert "METRICS_FROM" in await problem_of(response, 403, "foreign_address")
    async with serving(house, metrics=True, metrics_token=TOKEN) as http:
        async with http.get("/metrics", headers={header: "127.0.0.1"}) as response:
            await problem_of(response, 401, "bad_key")
            assert response.headers["WWW-Authenticate"] == "Bearer"
        async with http.get("/metrics", headers={header: "127.0.0.1"} | bearer(TOKEN)) as response:
            assert response.status == 200


async def test_a_wrong_token_is_refused_from_this_machine_too(house: House) -> None:
    async with serving(house, metrics=True, metrics_token=TOKEN, api_key="another key") as http:
        for wrong in (TOKEN[:-1], TOKEN.upper(), "", "another key"):
            async with http.get("/metrics", headers=bearer(wrong)) as response:
                await problem_of(response, 401, "bad_key")


async def test_a_foreign_host_name_reads_no_metrics(house: House) -> None:
    async with serving(house, metrics=True) as http:
        async with http.get("/metrics", headers={"Host": "evil.example"}) as response:
            await problem_of(response, 403, "foreign_host")


@pytest.mark.parametrize(
    ("address", "allowed", "may"),
    [
        ("127.0.0.1", (), True),
        ("127.8.9.1", (), True),
        ("::1", (), True),
        ("::ffff:127.0.0.1", (), True),
        ("10.0.0.5", (), False),
        ("10.0.0.5", ("10.0.0.5",), True),
        ("::ffff:10.0.0.5", ("10.0.0.5",), True),
        ("10.0.0.6", ("10.0.0.5",), False),
        ("10.200.0.1", ("192.0.2.1", "10.0.0.0/8"), True),
        ("fd00::7", ("fd00::/8",), True),
        ("fd00::7", ("10.0.0.0/8",), False),
        ("", ("0.0.0.0/0",), False),
    ],
)
def test_addresses_are_let_in_by_the_settings(address: str, allowed: tuple[str, ...], may: bool) -> None:
    request = make_mocked_request("GET", "/metrics").clone(remote=address)
    settings = WebSettings(metrics=True, metrics_from=allowed)
    if may:
        check_reader(request, settings)
    else:
        with pytest.raises(Forbidden) as refused:
            check_reader(request, settings)
        assert refused.value.code == "foreign_address"
        tokened = WebSettings(metrics=True, metrics_token=SecretStr(TOKEN))
        check_reader(make_mocked_request("GET", "/metrics", headers=bearer(TOKEN)).clone(remote=address), tokened)


def test_what_is_no_address_is_refused_when_the_settings_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_WEB__METRICS_FROM", "10.0.0.0/8, prometheus")
    with pytest.raises(SettingsError, match="“prometheus” is neither an address nor a network"):
        load()
    monkeypatch.setenv("ATELIER_WEB__METRICS_FROM", "10.0.0.7/8, fd00::1")
    assert load().web.metrics_from == ("10.0.0.7/8", "fd00::1")


async def test_the_service_is_ready_once_a_renderer_is_and_while_the_door_is_open(house: House) -> None:
    async with serving(house) as http:

        async def ready() -> tuple[int, dict[str, object]]:
            async with http.get("/readyz") as response:
                return response.status, await response.json()

        house.pool.workers = (WorkerStatus("fake:0", None, "starting"),)
        assert await ready() == (503, {"ready": False, "why": ["no renderer is ready (fake:0 starting)"]})
        async with http.get("/healthz") as response:
            assert response.status == 200, "it may become ready by itself"

        house.pool.workers = (
            WorkerStatus("fake:0", None, "down", reason="no weights"),
            WorkerStatus("fake:1", "cpu", "painting"),
        )
        assert await ready() == (200, {"ready": True, "why": []})
        await house.store.switches.put("paused", {"reason": "curtains"})
        assert (await ready())[0] == 200, "orders are taken"

        await house.store.switches.put("drained", {"since": 0})
        assert await ready() == (503, {"ready": False, "why": ["drained: nothing is taken in"]})
        house.pool.workers = house.pool.workers[:1]
        status, body = await ready()
        assert (status, body["why"]) == (
            503,
            ["no renderer is ready (fake:0 no weights)", "drained: nothing is taken in"],
        )
        async with http.head("/readyz") as response:
            assert response.status == 503


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
