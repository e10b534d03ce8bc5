"""What the admin page is told, and that no secret is in it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.ports import WorkerStatus
from config.fields import settings_of
from config.settings import NatsSettings, Settings, TelegramSettings, WebSettings, XSettings
from renderer.protocol import FailureReason
from tests.bot.adapters.web.administering import HASH, TOKEN, Desk, browser, served
from tests.fakes.house import House, failure, progress, started
from tests.fakes.watched import PATIENCE_S

ALICE, BOB, GROUP = "telegram:1", "web:2", "telegram:-100"


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    """A browser that is logged in."""
    async with served(house) as url, browser(url) as desk:
        await desk.log_in()
        yield desk


async def test_of_an_empty_house_every_part_is_there_and_empty(desk: Desk) -> None:
    state = await desk.state()
    assert state["doors"] == {"paused": None, "drained": False, "disk_opens_mb": None}
    empty: dict[str, object] = {"waiting": 0, "painting": 0, "painted": 0, "empty_s": None, "jobs": [], "people": {}}
    assert state["queue"] == empty
    for part in ("failed", "uncertain", "spend", "notices"):
        assert state[part] == []
    assert state["people"]["known"] == []
    assert [entry["verb"] for entry in state["audit"]] == ["login"]


async def test_the_queue_has_what_is_painted_before_what_waits(house: House, desk: Desk) -> None:
    waiting = await house.job("1", ALICE, size=768, place=GROUP, estimate_s=40)
    painting = await house.job("2", BOB, mode="dream", estimate_s=30)
    await house.dispatch.on_event(started(painting))
    await house.dispatch.on_event(progress(await house.read(painting), 0.25))
    queue = (await desk.state())["queue"]
    assert (queue["waiting"], queue["painting"], queue["people"]) == (1, 1, {ALICE: 1, BOB: 1})
    first, second = queue["jobs"]
    assert (first["id"], first["status"], first["mode"], first["fraction"]) == (painting.id, "rendering", "dream", 0.25)
    assert (second["id"], second["requester"], second["place"], second["size"]) == (waiting.id, ALICE, GROUP, 768)
    assert second["eta_s"] == queue["empty_s"] == pytest.approx(40, abs=2)


async def test_a_worker_says_what_it_does_since_when_and_with_how_much_memory(house: House, desk: Desk) -> None:
    job = await house.job()
    await house.dispatch.on_event(started(job))
    house.pool.workers = (
        WorkerStatus("local-0", "cuda:0", "painting", job.id, None, 1, "NVIDIA H100", 8_000_000_000),
        WorkerStatus("local-1", None, "down", None, "out of memory"),
    )
    house.states["telegram"] = "down: the token is wrong"
    state = await desk.state()
    first, second = state["workers"]
    assert (first["device_name"], first["memory"], first["job"], first["restarts"]) == (
        "NVIDIA H100",
        8_000_000_000,
        job.id,
        1,
    )
    assert first["since"] == (await house.read(job)).started_at
    assert (second["state"], second["reason"], second["since"]) == ("down", "out of memory", None)
    assert state["platforms"] == {"fake": "up", "telegram": "down: the token is wrong"}


async def test_people_are_those_who_ask_and_those_about_whom_something_is_decided(house: House, desk: Desk) -> None:
    for number in range(2):
        await house.job(f"a{number}", ALICE, place=GROUP)
    await house.job("b", BOB)
    for line in (f"ban {BOB} too much", f"quota {GROUP} 5 50", "allow telegram:7"):
        await desk.do(line)
    people = (await desk.state())["people"]
    assert (people["per_hour"], people["per_day"]) == (60, 300)
    known = {person["who"]: person for person in people["known"]}
    assert list(known) == [GROUP, ALICE, BOB, "telegram:7"]
    assert (known[ALICE]["within_day"], known[ALICE]["open"], known[ALICE]["banned"]) == (2, 2, None)
    assert (known[GROUP]["within_hour"], known[GROUP]["per_hour"], known[GROUP]["per_day"]) == (2, 5, 50)
    assert (known[BOB]["banned"], known["telegram:7"]["allowed"]) == ("too much.", True)


async def test_failures_say_why(house: House, desk: Desk) -> None:
    job = await house.job("1", ALICE)
    await house.dispatch.on_event(started(job))
    await house.dispatch.on_event(failure(await house.read(job), FailureReason.BAD_INPUT))
    [failed] = (await desk.state())["failed"]
    assert (failed["id"], failed["requester"], failed["reason"]) == (job.id, ALICE, "bad_input")


async def test_the_disk_is_told_by_kind(house: House, desk: Desk) -> None:
    await house.blob(b"x" * 5000)
    disk = (await desk.state())["disk"]
    assert disk["free"] == house.free_mb * 10**6
    assert disk["closes_below"] == 10**9
    assert disk["kinds"]["pictures"] == 5000
    assert disk["kinds"]["database"] > 0


SECRETS = {
    "web.api_key": "secret of the API",
    "web.metrics_token": "secret of the metrics",
    "web.admin_token": TOKEN,
    "web.admin_password_hash": HASH,
    "nats.password": "secret of the server between",
    "telegram.token": "12345678:secret-of-telegram",
    "telegram.webhook_secret": "secret_of_the_webhook",
    "x.consumer_key": "secret-consumer",
    "x.consumer_secret": "secret-consumers",
    "x.access_token": "secret-access",
    "x.access_token_secret": "secret-accesses",
}


async def test_no_secret_is_in_anything_that_the_page_is_told(house: House) -> None:
    assert SECRETS.keys() == {".".join(setting.path) for setting in settings_of(Settings) if setting.secret}

    def group(name: str) -> dict[str, Any]:
        return {
            path.partition(".")[2]: SecretStr(secret) for path, secret in SECRETS.items() if path.startswith(f"{name}.")
        }

    web = WebSettings(port=0, **group("web"))
    proxy = "https://user:pass-of-the-proxy@proxy.example"
    x = XSettings(api_base_url=proxy, **group("x"))
    settings = Settings(
        data_dir=house.folder,
        web=web,
        telegram=TelegramSettings(**group("telegram")),
        x=x,
        nats=NatsSettings(**group("nats")),
    )
    house.admin = house.admin_of(settings)
    # Where secrets come by accident: in what a platform's library, an operator or a worker says.
    token = SECRETS["telegram.token"]
    house.states["telegram"] = f"trouble at https://api.telegram.org/bot{token}/getMe"
    house.pool.workers = (WorkerStatus("local-0", None, "down", reason=f"no {SECRETS['x.access_token']}"),)
    await house.notices.add("x", f"refused: {SECRETS['x.consumer_secret']}")
    async with served(house, **group("web")) as url, browser(url) as desk:
        await desk.log_in(TOKEN)
        await desk.do(f"pause {SECRETS['web.api_key']}")
        await desk.do("resume")
        async with desk.http.get("/admin/api/state") as answer:
            told = await answer.text()
        async with desk.http.get("/admin/events") as stream:
            await stream.content.readline()
            told += (await stream.content.readline()).decode()
        for verb in ("config", "audit", "workers", "notices"):
            told += await desk.do(verb)
    named = [name for name, secret in SECRETS.items() if secret in told]
    assert named == []
    assert "pass-of-the-proxy" not in told
    assert "ATELIER_TELEGRAM__TOKEN" in told and "********" in told, "that it is set is told"
    assert "[redacted]" in told


# ---- the stream


async def test_the_stream_tells_all_and_then_what_changes(house: House, desk: Desk) -> None:
    async with asyncio.timeout(PATIENCE_S), desk.http.get("/admin/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store"
        first = await event(stream.content)
        assert first.keys() == (await desk.state()).keys()
        await desk.do("pause Curtains")
        # A moment may come between an act and its entry in the log.
        changed: dict[str, Any] = {}
        while not {"doors", "audit"} <= changed.keys():
            changed |= await event(stream.content)
        assert changed["doors"]["paused"] == "Curtains."
        assert changed["audit"][0]["verb"] == "pause"
        assert changed.keys() == {"now", "doors", "audit"}


async def test_a_stream_ends_with_the_server(house: House) -> None:
    async with contextlib.AsyncExitStack() as server:
        url = await server.enter_async_context(served(house))
        async with browser(url) as desk:
            await desk.log_in()
            async with desk.http.get("/admin/events") as stream:
                await event(stream.content)
                await server.aclose()
                assert b"over" not in await stream.content.read(), "nobody was logged out"


async def event(stream: Any) -> dict[str, Any]:
    """The next state that is told."""
    while not (line := await stream.readline()).startswith(b"data: "):
        assert line, "the stream has ended"
    told: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
    return told
