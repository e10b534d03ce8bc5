"""Who gets in at /admin, and how it is kept from everybody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
import pytest

from bot.adapters.web.admin import attempts, sessions
from bot.passwords import fits
from config.settings import SettingsError, load
from tests.bot.adapters.web.administering import HASH, PASSWORD, TOKEN, Desk, browser, served
from tests.bot.adapters.web.test_jobs import problem_of
from tests.fakes.house import House
from tests.fakes.watched import PATIENCE_S

INSIDE = ("/admin/api/session", "/admin/api/state", "/admin/events")


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    """A browser before the page, not logged in."""
    async with served(house) as url, browser(url) as desk:
        yield desk


async def test_there_is_no_such_page_unless_a_password_or_a_token_is_set(house: House) -> None:
    async with served(house, admin_password_hash=None) as url, browser(url) as desk:
        for path in ("/admin", "/admin/page/app.js", *INSIDE):
            assert await desk.code_of(path) == 404
        assert (await desk.log_in()).status == 404


async def test_the_page_itself_shows_nothing_and_is_kept_nowhere(desk: Desk) -> None:
    async with desk.http.get("/admin") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy
    assert "unsafe" not in policy and "data:" not in policy and "trusted-types 'none'" in policy


async def test_nobody_sees_or_does_anything_without_a_login(house: House, desk: Desk) -> None:
    for path in INSIDE:
        async with desk.http.get(path) as answer:
            await problem_of(answer, 401, "no_session")
    assert await desk.do("drain") == "no_session"
    assert await house.store.switches.get("drained") is None
    async with desk.http.get("/admin/api/state", headers={"Cookie": "atelier_admin=admin"}) as answer:
        await problem_of(answer, 401, "no_session")


async def test_the_password_opens_and_a_logout_closes(house: House, desk: Desk) -> None:
    answer = await desk.log_in()
    assert answer.status == 200
    assert [await desk.code_of(path) for path in INSIDE[:2]] == [200, 200]
    async with desk.http.delete("/admin/api/session", headers={"X-CSRF-Token": desk.csrf}) as answer:
        assert answer.status == 204
        assert answer.cookies["atelier_admin"]["max-age"] == "0"
    assert [await desk.code_of(path) for path in INSIDE] == [401, 401, 401]


async def test_a_logged_out_cookie_is_worth_nothing_even_where_it_was_kept(house: House, desk: Desk) -> None:
    kept = (await desk.log_in()).cookies["atelier_admin"].value
    assert await desk.code_of("/admin/api/session", "DELETE") == 204
    assert await desk.code_of("/admin/api/state", Cookie=f"atelier_admin={kept}") == 401


async def test_the_cookie_is_the_page_s_alone(desk: Desk) -> None:
    cookie = (await desk.log_in()).headers["Set-Cookie"]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/admin", "Max-Age=43200"} <= parts
    assert "Secure" not in parts, "over plain HTTP the browser would not send it back"
    again = (await desk.log_in(**{"X-Forwarded-Proto": "https"})).headers["Set-Cookie"]
    assert "Secure" in {part.strip() for part in again.split(";")}


async def test_a_session_that_the_browser_brings_is_not_taken_over(desk: Desk) -> None:
    known = "x" * 43
    desk.http.cookie_jar.update_cookies(SimpleCookie({"atelier_admin": known}))
    first = (await desk.log_in()).cookies["atelier_admin"].value
    second = (await desk.log_in()).cookies["atelier_admin"].value
    assert len({known, first, second}) == 3 and min(map(len, (first, second))) >= 43
    async with browser(str(desk.http._base_url)) as other:
        tokens = (known, first, second)
        codes = [await other.code_of("/admin/api/state", Cookie=f"atelier_admin={token}") for token in tokens]
    assert codes == [401, 401, 200]


async def test_a_wrong_password_is_told_the_same_whatever_is_set(house: House) -> None:
    told = set()
    for opened in ({}, {"admin_token": TOKEN}, {"admin_token": TOKEN, "admin_password_hash": None}):
        async with served(house, **opened) as url, browser(url) as desk:
            async with desk.http.post("/admin/api/session", json={"password": "wrong"}) as answer:
                told.add(await problem_of(answer, 401, "bad_login"))
                assert "Set-Cookie" not in answer.headers
    assert told == {"That is not the password."}
    entries = await house.store.audit.latest(9)
    assert [(entry.verb, entry.outcome, entry.by) for entry in entries] == [("login", "refused", "page:127.0.0.1")] * 3


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"password": 1}', "nonsense"])
async def test_what_is_no_login_is_refused_and_is_no_try(house: House, desk: Desk, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with desk.http.post("/admin/api/session", data=body, headers=headers) as answer:
        await problem_of(answer, 400, "bad_request")
    async with desk.http.post("/admin/api/session", data=f'{{"password": "{PASSWORD}"}}') as answer:
        await problem_of(answer, 400, "bad_request")
    assert await house.store.audit.latest(9) == []


# ---- how often


async def test_after_three_wrong_passwords_even_the_right_one_has_to_wait(house: House, desk: Desk) -> None:
    assert [(await desk.log_in("wrong")).status for _ in range(attempts.FREE)] == [401] * attempts.FREE
    async with desk.http.post("/admin/api/session", json={"password": PASSWORD}) as answer:
        await problem_of(answer, 429, "too_many_logins")
        assert int(answer.headers["Retry-After"]) >= 1
    assert len(await house.store.audit.latest(9)) == attempts.FREE, "what is not even tried is not entered"


async def test_many_at_once_are_no_way_around_the_wait(house: House, desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.log_in(f"wrong {number}") for number in range(20)))
    assert sorted(answer.status for answer in answers) == [401] * attempts.FREE + [429] * (20 - attempts.FREE)


async def test_many_wrong_tokens_at_once_are_none_either(house: House) -> None:
    async with served(house, admin_token=TOKEN) as url, browser(url) as program:
        codes = await asyncio.gather(
            *(program.code_of("/admin/api/state", Authorization=f"Bearer {number}") for number in range(20))
        )
    assert sorted(codes) == [401] * attempts.FREE + [429] * (20 - attempts.FREE)


async def test_one_password_is_tried_at_a_time(house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = most = 0
    lock = threading.Lock()

    def slow(given: str, kept: str) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        fitting = fits(given, kept)
        with lock:
            at_once -= 1
        return fitting

    monkeypatch.setattr("bot.adapters.web.admin.login.fits", slow)
    await asyncio.gather(*(desk.log_in() for _ in range(5)))
    assert most == 1


def test_waits_double_from_second_to_quarter_of_an_hour() -> None:
    now = 0.0
    tries = attempts.Attempts(lambda: now)
    waits = []
    for _ in range(20):
        tries.failed("somebody")
        waits.append(tries.wait_s("somebody"))
        now += waits[-1]
        assert tries.wait_s("somebody") == 0
    assert waits[:6] == [0, 0, 1, 2, 4, 8]
    assert waits[-1] == attempts.LONGEST_S


def test_one_network_s_failures_are_not_another_s_until_there_are_many() -> None:
    now = 0.0
    tries = attempts.Attempts(lambda: now)
    for number in range(attempts.FREE_IN_ALL):
        assert tries.wait_s("admin") == 0
        tries.failed(f"stranger {number}")
    assert tries.wait_s("admin") == 1
    for number in range(100):
        tries.failed(f"another {number}")
    assert tries.wait_s("admin") == attempts.LONGEST_IN_ALL_S
    now += attempts.FORGET_S
    assert tries.wait_s("admin") == 0
    tries.failed("admin")
    assert tries.wait_s("admin") == 0, "those of an hour ago are forgotten"


def test_a_right_password_forgets_the_network_s_wrong_ones() -> None:
    tries = attempts.Attempts(lambda: 0.0)
    for _ in range(5):
        tries.failed("somebody")
    tries.succeeded("somebody")
    tries.failed("somebody")
    assert tries.wait_s("somebody") == 0


# ---- how long


def test_a_session_ends_when_nothing_is_done_and_in_any_case() -> None:
    now = 0.0
    all_sessions = sessions.Sessions(lambda: now)
    idle, _ = all_sessions.begin()
    busy, _ = all_sessions.begin()
    while now < sessions.WHOLE_S - 60:
        assert all_sessions.find(busy, acts=True)
        now += sessions.IDLE_S - 60
        assert (all_sessions.find(idle) is not None) is (now < sessions.IDLE_S), "to look is not to act"
    now = sessions.WHOLE_S
    assert all_sessions.find(busy, acts=True) is None


def test_of_many_sessions_the_oldest_make_room() -> None:
    all_sessions = sessions.Sessions(lambda: 0.0)
    tokens = [all_sessions.begin()[0] for _ in range(sessions.MOST + 1)]
    assert [all_sessions.find(token) is not None for token in tokens] == [False] + [True] * sessions.MOST


async def test_an_idle_session_sees_nothing_any_more_and_its_stream_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.log_in()
    async with desk.http.get("/admin/events") as stream:
        assert await stream.content.readline() == b"event: state\n"
        monkeypatch.setattr(sessions, "IDLE_S", 0)
        told = await asyncio.wait_for(stream.content.read(), PATIENCE_S)
    assert told.endswith(b"event: over\ndata: {}\n\n")
    assert await desk.do("queue") == "no_session"


async def test_a_restart_logs_everybody_out(house: House) -> None:
    async with served(house) as url, browser(url) as desk:
        cookie = (await desk.log_in()).cookies["atelier_admin"].value
    async with served(house) as url, browser(url) as desk:
        assert await desk.code_of("/admin/api/state", Cookie=f"atelier_admin={cookie}") == 401


# ---- other sites, other keys, other people


async def test_an_act_needs_the_session_s_own_csrf_token(house: House) -> None:
    async with served(house) as url, browser(url) as desk, browser(url) as other:
        await desk.log_in()
        await other.log_in()
        assert desk.csrf != other.csrf
        for wrong in ("", other.csrf, desk.csrf[:-1], "ü"):
            assert await desk.do("drain", **{"X-CSRF-Token": wrong}) == "bad_csrf"
            assert await desk.code_of("/admin/api/session", "DELETE", **{"X-CSRF-Token": wrong}) == 403
        async with desk.http.post("/admin/api/do", json={"verb": "drain", "arguments": ""}) as answer:
            await problem_of(answer, 403, "bad_csrf")
        assert await house.store.switches.get("drained") is None
        assert "Nothing is taken in" in await desk.do("drain")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_can_neither_log_in_nor_act(house: House, desk: Desk, headers: dict[str, str]) -> None:
    async with desk.http.post("/admin/api/session", json={"password": PASSWORD}, headers=headers) as answer:
        await problem_of(answer, 403, "foreign_origin")
    await desk.log_in()
    assert await desk.do("drain", **headers) == "foreign_origin"


async def test_a_program_needs_the_token_and_no_csrf(house: House) -> None:
    async with served(house, admin_token=TOKEN) as url, browser(url) as program:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        async with program.http.get("/admin/api/state", headers=bearer) as answer:
            assert answer.status == 200
        assert (await program.do("pause Back at noon", **bearer)).startswith("Paused.")
        assert (await house.store.audit.latest(1))[0].by == "token:127.0.0.1"
        for wrong in (TOKEN[:-1], "", PASSWORD):
            async with program.http.get("/admin/api/state", headers={"Authorization": f"Bearer {wrong}"}) as answer:
                await problem_of(answer, 401, "bad_key")
        async with program.http.get("/admin/api/state", headers={"Authorization": "Bearer wrong"}) as answer:
            await problem_of(answer, 429, "too_many_logins")
        assert await program.code_of("/admin/api/state", **bearer) == 200, "the right one never waits"


async def test_the_token_opens_the_page_too(house: House) -> None:
    async with served(house, admin_token=TOKEN) as url, browser(url) as desk:
        assert (await desk.log_in(TOKEN)).status == 200
        assert (await desk.state())["doors"]["paused"] is None
        assert (await desk.log_in(PASSWORD)).status == 200


async def test_neither_a_key_of_the_api_nor_a_session_of_the_page_opens_it(house: House) -> None:
    async with served(house, api_key="the key of the API", admin_token=TOKEN) as url, browser(url) as stranger:
        issued = await house.keys.issue("bot", ["expert"])
        async with stranger.http.get("/") as answer:
            assert answer.cookies["atelier_session"].value
        for path in INSIDE:
            assert await stranger.code_of(path) == 401
        for key in ("the key of the API", issued.text):
            assert await stranger.code_of("/admin/api/state", Authorization=f"Bearer {key}") == 401


async def test_the_admins_token_is_no_key_of_the_api(house: House) -> None:
    async with served(house, admin_token=TOKEN) as url, browser(url) as program:
        assert await program.code_of("/api/v1/jobs/0", Authorization=f"Bearer {TOKEN}") == 401


async def test_over_plain_http_it_is_for_this_machine_unless_the_settings_say_otherwise(house: House) -> None:
    other = {"Host": "atelier.example"}
    open_to_names = {"allowed_hosts": ("atelier.example",), "admin_token": TOKEN}
    async with served(house, **open_to_names) as url, browser(url) as desk:
        for path in ("/admin/api/session", "/admin/api/state"):
            async with desk.http.get(path, headers=other) as answer:
                assert "ATELIER_WEB__ADMIN_HTTP" in await problem_of(answer, 403, "needs_https")
        assert (await desk.log_in(**other)).status == 403
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert await desk.code_of("/admin/api/state", **other, **bearer) == 403
        assert await desk.code_of("/admin/api/state", **other, **bearer, **{"X-Forwarded-Proto": "https"}) == 200
        assert await desk.code_of("/admin/api/state", **bearer, Host="localhost") == 200
    async with served(house, **open_to_names, admin_http=True) as url, browser(url) as desk:
        assert (await desk.log_in(**other)).status == 200


async def test_the_login_shows_in_the_audit_log_and_the_password_nowhere(house: House, desk: Desk) -> None:
    await desk.log_in("a wrong one")
    await desk.log_in()
    await desk.code_of("/admin/api/session", "DELETE")
    entries = await house.store.audit.latest(9)
    assert [(entry.verb, entry.outcome) for entry in reversed(entries)] == [
        ("login", "refused"),
        ("login", "ok"),
        ("logout", "ok"),
    ]
    assert "a wrong one" not in repr(entries) and PASSWORD not in repr(entries)


# ---- settings


def test_what_is_no_argon2id_hash_and_a_short_token_are_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_WEB__ADMIN_PASSWORD_HASH", "hunter2")
    monkeypatch.setenv("ATELIER_WEB__ADMIN_TOKEN", "short")
    with pytest.raises(SettingsError) as refused:
        load()
    assert "atelier admin password" in str(refused.value) and "at least 16 characters" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_hash_may_stand_in_a_dotenv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text(f"ATELIER_WEB__ADMIN_PASSWORD_HASH='{HASH}'\n")
    web = load().web
    assert web.has_admin_page and web.admin_password_hash is not None
    assert fits(PASSWORD, web.admin_password_hash.get_secret_value())
    assert not fits(PASSWORD, "no hash")


async def test_a_client_of_aiohttp_is_a_browser_enough(desk: Desk) -> None:
    """The tests above would prove nothing if the jar kept no cookie."""
    await desk.log_in()
    assert isinstance(desk.http.cookie_jar, aiohttp.CookieJar)
    assert [cookie["path"] for cookie in desk.http.cookie_jar] == ["/admin"]
