"""Whose a request is behind proxies, how much may be asked for from one address, and what the headers say of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from sqlalchemy import select

from bot.adapters.web.clients import address_of, clients, network_of
from bot.adapters.web.limits import WINDOW_S, Bucket
from bot.store.tables import accepted
from config.settings import LimitsSettings, SettingsError, WebSettings, load
from tests.bot.adapters.web.test_jobs import CONTENT, STYLE, problem_of, upload
from tests.bot.adapters.web.test_keys import bearer, issued
from tests.fakes.web import WebHouse, open_web_house

JOBS = "/api/v1/jobs"
ALICE, BOB = "203.0.113.7", "198.51.100.9"


@asynccontextmanager
async def served(
    folder: Path, *, limits: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[tuple[WebHouse, aiohttp.ClientSession]]:
    """A page behind a proxy on this machine, which is trusted."""
    web_settings = WebSettings(port=0, trusted_proxies=("127.0.0.1",), **settings)
    kept = LimitsSettings(**{"open_jobs_per_requester": 99} | (limits or {}))
    async with open_web_house(folder, web_settings, kept) as web, aiohttp.ClientSession(web.url) as http:
        yield web, http


async def order(http: aiohttp.ClientSession, address: str, **headers: str) -> aiohttp.ClientResponse:
    """An order from an address; a session of its own makes it somebody's who has ordered nothing yet."""
    headers = {"X-Forwarded-For": address} | headers
    async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE), headers=headers) as response:
        await response.read()
        return response


def somebody(number: int) -> dict[str, str]:
    return {"Cookie": f"atelier_session={number:032x}"}


def items(response: aiohttp.ClientResponse, header: str) -> dict[str, dict[str, int]]:
    """The members of a list of strings with integers as parameters (RFC 9651)."""
    found = {}
    for item in response.headers[header].split(", "):
        match = re.fullmatch(r'"([a-z_]+)"((?:;[a-z]+=\d+)+)', item)
        assert match, item
        pairs = (pair.split("=") for pair in match[2][1:].split(";"))
        found[match[1]] = {name: int(value) for name, value in pairs}
    return found


# ---- whose address it is


async def client(peer: str, trusted: tuple[str, ...], *headers: tuple[str, str]) -> tuple[str, str]:
    """The client's address and its network, of a request with these headers."""
    request = make_mocked_request("GET", "/", CIMultiDict(headers)).clone(remote=peer)

    async def handler(_: Any) -> Any:
        return None

    await clients(trusted)(request, handler)
    return address_of(request), network_of(request)


XFF = "X-Forwarded-For"
PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "trusted", "headers", "address"),
    [
        # Nobody is believed unless the settings name the proxy.
        (ALICE, (), [(XFF, BOB)], ALICE),
        (ALICE, ("10.0.0.0/8",), [(XFF, BOB)], ALICE),
        (PROXY, (), [(XFF, ALICE)], PROXY),
        (PROXY, (PROXY,), [], PROXY),
        (PROXY, ("10.0.0.0/8",), [(XFF, ALICE)], ALICE),
        (f"::ffff:{PROXY}", (PROXY,), [(XFF, ALICE)], ALICE),
        # What stands before the last stranger's address, he may have made up.
        (PROXY, (PROXY,), [(XFF, f"{BOB}, {ALICE}")], ALICE),
        (PROXY, (PROXY,), [(XFF, BOB), (XFF, ALICE)], ALICE),
        (PROXY, ("10.0.0.0/8",), [(XFF, f"{BOB}, {ALICE}, 10.0.0.2")], ALICE),
        (PROXY, ("10.0.0.0/8",), [(XFF, "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        (PROXY, ("10.0.0.0/8",), [(XFF, f"{ALICE}, nonsense, 10.0.0.2")], "10.0.0.2"),
        (PROXY, (PROXY,), [(XFF, "")], PROXY),
        (PROXY, (PROXY,), [(XFF, "unknown")], PROXY),
        (PROXY, (PROXY,), [(XFF, f"{ALICE}:5432")], ALICE),
        (PROXY, (PROXY,), [(XFF, "[2001:db8::1]:5432")], "2001:db8::1"),
        (PROXY, (PROXY,), [(XFF, "2001:DB8::1")], "2001:db8::1"),
        (PROXY, (PROXY,), [(XFF, f"::ffff:{ALICE}")], ALICE),
        (PROXY, (PROXY,), [("Forwarded", f"for={BOB}, for={ALICE};proto=https;by={PROXY}")], ALICE),
        (PROXY, (PROXY,), [("Forwarded", 'proto=https;For="[2001:db8::1]:4711"')], "2001:db8::1"),
        (PROXY, (PROXY,), [("Forwarded", "for=_hidden")], PROXY),
        (PROXY, (PROXY,), [("Forwarded", "proto=https")], PROXY),
        (PROXY, (PROXY,), [("Forwarded", f"xfor={ALICE}")], PROXY),
        # A proxy that writes one of the two passes the other on as it came.
        (PROXY, (PROXY,), [("Forwarded", f"for={ALICE}"), (XFF, ALICE)], ALICE),
        (PROXY, (PROXY,), [("Forwarded", f"for={BOB}"), (XFF, ALICE)], PROXY),
        ("", (PROXY,), [(XFF, ALICE)], "unknown"),
    ],
)
async def test_whose_address_it_is(
    peer: str, trusted: tuple[str, ...], headers: list[tuple[str, str]], address: str
) -> None:
    assert (await client(peer, trusted, *headers))[0] == address


async def test_of_an_address_of_ipv6_the_first_half_is_counted() -> None:
    home = {(await client(address, ()))[1] for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9%eth0")}
    assert len(home) == 1
    assert (await client("2001:db8:1:3::1", ()))[1] not in home
    assert (await client(ALICE, ()))[1] != (await client(BOB, ()))[1]


async def test_a_requester_without_a_session_is_the_client_s_address(tmp_path: Path) -> None:
    async with served(tmp_path) as (web, http):
        await order(http, ALICE)
        await order(http, BOB)
        requesters = {job.requester for job in await web.house.store.queue.open_jobs()}
        assert requesters == {f"web:address:{ALICE}", f"web:address:{BOB}"}


@pytest.mark.parametrize("place", ["nowhere", "10.0.0.0/99", "10.0.0.1,x"])
def test_what_is_no_network_is_no_trusted_proxy(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("ATELIER_WEB__TRUSTED_PROXIES", place)
    with pytest.raises(SettingsError, match="ATELIER_WEB__TRUSTED_PROXIES"):
        load()


# ---- jobs from one address


async def test_new_sessions_do_not_help_past_the_quota_of_an_address(tmp_path: Path) -> None:
    async with served(tmp_path, limits={"address_jobs_per_hour": 2}) as (_, http):
        for number in range(2):
            assert (await order(http, ALICE, **somebody(number))).status == 202
        refused = await order(http, ALICE, **somebody(2))
        await problem_of(refused, 429, "address_quota_hour")
        assert 3500 < int(refused.headers["Retry-After"]) <= 3600
        assert (await order(http, BOB, **somebody(2))).status == 202


async def test_the_quota_of_an_address_is_a_day_s_too_and_time_restores_it(tmp_path: Path) -> None:
    async with served(tmp_path, limits={"address_jobs_per_day": 1}) as (web, http):
        assert (await order(http, ALICE, **somebody(0))).status == 202
        await problem_of(await order(http, ALICE, **somebody(1)), 429, "address_quota_day")
        web.house.clock.ahead_s += 24 * 3600
        assert (await order(http, ALICE, **somebody(1))).status == 202


async def test_one_customer_s_addresses_of_ipv6_are_one(tmp_path: Path) -> None:
    async with served(tmp_path, limits={"address_jobs_per_hour": 1}) as (_, http):
        assert (await order(http, "2001:db8:1:2::1", **somebody(0))).status == 202
        await problem_of(await order(http, "2001:db8:1:2::2", **somebody(1)), 429, "address_quota_hour")
        assert (await order(http, "2001:db8:1:3::1", **somebody(1))).status == 202


async def test_this_machine_and_keys_are_not_counted_by_address(tmp_path: Path) -> None:
    async with served(tmp_path, limits={"address_jobs_per_hour": 1}) as (web, http):
        for number in range(3):
            assert (await order(http, "127.0.0.1", **somebody(number))).status == 202
        key, _ = await issued(web)
        for _ in range(3):
            assert (await order(http, ALICE, **bearer(key))).status == 202
        assert (await order(http, ALICE)).status == 202


async def test_what_is_counted_of_an_address_does_not_tell_which_it_was(tmp_path: Path) -> None:
    async with served(tmp_path) as (web, http):
        await order(http, ALICE, **somebody(1))
        async with web.house.store.jobs._database.read() as connection:
            [network] = (await connection.execute(select(accepted.c.network))).scalars()
        assert re.fullmatch("[0-9a-f]{32}", network)
        written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
        assert not any(ALICE.encode() in content for content in written)


# ---- requests


async def test_too_many_requests_are_refused_until_there_is_room_again(tmp_path: Path) -> None:
    async with served(tmp_path, requests_per_minute=3) as (_, http):
        for left in (2, 1, 0):
            async with http.get("/api/v1/me", headers=somebody(left)) as response:
                assert response.status == 200
                assert items(response, "RateLimit")["requests"]["r"] == left
        for path in ("/api/v1/me", f"{JOBS}/0", JOBS):
            async with http.get(path) as response:
                await problem_of(response, 429, "too_many_requests")
                state = items(response, "RateLimit")["requests"]
                assert state["r"] == 0 and 0 < state["t"] <= 20
                assert int(response.headers["Retry-After"]) >= state["t"]
        for path in ("/", "/healthz", "/api/v1/gallery"):
            async with http.get(path) as response:
                assert response.status == 200
                assert "RateLimit" not in response.headers
        async with http.get("/api/v1/me", headers={"X-Forwarded-For": ALICE}) as response:
            assert response.status == 200, "others are not concerned"


async def test_a_key_s_requests_are_counted_apart(tmp_path: Path) -> None:
    async with served(tmp_path, requests_per_minute=1) as (web, http):
        keys = [(await issued(web))[0] for _ in range(2)]
        for headers in ({}, bearer(keys[0]), bearer(keys[1])):
            async with http.get(JOBS, headers=headers) as response:
                assert response.status == 200
            async with http.get(JOBS, headers=headers) as response:
                await problem_of(response, 429, "too_many_requests")


async def test_where_requests_are_not_limited_nothing_is_said_of_them(tmp_path: Path) -> None:
    async with served(tmp_path, requests_per_minute=0) as (_, http):
        for _ in range(5):
            async with http.get(f"{JOBS}/0") as response:
                assert response.status == 404
                assert "RateLimit" not in response.headers and "RateLimit-Policy" not in response.headers


def test_a_bucket_fills_as_time_passes_and_no_further_than_full() -> None:
    now = 1000.0
    bucket = Bucket(60, lambda: now)
    assert bucket.policy("a").left == 60 and bucket.policy("a").more_in_s is None
    for number in range(60):
        assert bucket.take("a") == 0
        assert bucket.policy("a").left == 59 - number
    assert bucket.take("a") == pytest.approx(1) and bucket.policy("a").more_in_s == pytest.approx(1)
    assert bucket.take("b") == 0
    now += 2.5
    assert bucket.policy("a").left == 2 and bucket.policy("a").more_in_s == pytest.approx(0.5)
    assert [bucket.take("a") for _ in range(2)] == [0, 0] and bucket.take("a") == pytest.approx(0.5)
    now += 10 * WINDOW_S
    assert bucket.policy("a").left == 60


def test_a_bucket_forgets_who_has_all_of_it_left() -> None:
    now = 0.0
    bucket = Bucket(10, lambda: now)
    for number in range(1000):
        bucket.take(str(number))
    now += 2 * WINDOW_S
    bucket.take("last")
    assert list(bucket._full_at) == ["last"]


# ---- the headers


async def test_an_order_s_answer_says_what_is_left(tmp_path: Path) -> None:
    limits = {"jobs_per_hour": 5, "jobs_per_day": 7, "address_jobs_per_hour": 20, "address_jobs_per_day": 30}
    async with served(tmp_path, limits=limits, requests_per_minute=2) as (web, http):
        first, second = await order(http, ALICE), await order(http, ALICE)
        assert (
            items(first, "RateLimit-Policy")
            == items(second, "RateLimit-Policy")
            == {
                "requests": {"q": 2, "w": 60},
                "quota_hour": {"q": 5, "w": 3600},
                "quota_day": {"q": 7, "w": 86400},
                "address_quota_hour": {"q": 20, "w": 3600},
                "address_quota_day": {"q": 30, "w": 86400},
            }
        )
        left = {name: state["r"] for name, state in items(second, "RateLimit").items()}
        assert left == {
            "requests": 0, "quota_hour": 3, "quota_day": 5, "address_quota_hour": 18, "address_quota_day": 28,
        }  # fmt: skip
        assert 3500 < items(second, "RateLimit")["quota_hour"]["t"] <= 3600
        key, _ = await issued(web)
        assert set(items(await order(http, ALICE, **bearer(key)), "RateLimit")) == {
            "requests", "quota_hour", "quota_day",
        }  # fmt: skip


async def test_a_refusal_says_when_there_is_more(tmp_path: Path) -> None:
    async with served(tmp_path, limits={"jobs_per_hour": 1}) as (web, http):
        await order(http, ALICE)
        web.house.clock.ahead_s += 600
        refused = await order(http, ALICE)
        await problem_of(refused, 429, "quota_hour")
        state = items(refused, "RateLimit")["quota_hour"]
        assert state["r"] == 0 and 2900 < state["t"] <= 3000
        assert int(refused.headers["Retry-After"]) == state["t"]


async def test_who_asks_how_they_stand_is_told_in_the_headers_too(tmp_path: Path) -> None:
    async with served(tmp_path, limits={"jobs_per_hour": 5, "jobs_per_day": 7}) as (_, http):
        async with http.get("/api/v1/me") as response:
            assert items(response, "RateLimit")["quota_hour"] == {"r": 5}
        async with http.get(JOBS) as response:
            assert set(items(response, "RateLimit")) == {"requests"}
