"""How the service stands, as a page shows it before people send pictures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.adapters.web import fresh
from bot.jobs import Status
from config.settings import LimitsSettings
from tests.bot.adapters.web.visiting import Visitor, visitor
from tests.fakes.watched import PATIENCE_S
from tests.fakes.web import open_web_house

OPEN = {"open": True, "why": None, "paused": None, "waiting": 0, "painting": 0, "workers": 1}


@pytest.fixture(autouse=True)
def never_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "FRESH_S", 0.0)


async def test_an_idle_service_is_open(alice: Visitor) -> None:
    assert await alice.get("/status") == OPEN


async def test_what_waits_and_what_is_painted_is_counted(alice: Visitor, bob: Visitor) -> None:
    under_way = await alice.order()
    await alice.house.pool.until_started(under_way)
    await bob.order()
    assert await bob.get("/status") == OPEN | {"waiting": 1, "painting": 1}


async def test_a_pause_is_told_with_its_reason(alice: Visitor) -> None:
    await alice.house.store.switches.put("paused", {"reason": "The lamp is being changed."})
    assert await alice.get("/status") == OPEN | {"paused": "The lamp is being changed."}


async def test_a_closed_door_is_told_with_its_reason(alice: Visitor) -> None:
    await alice.house.store.switches.put("drained", {})
    assert await alice.get("/status") == OPEN | {"open": False, "why": "closing"}


async def test_a_full_disk_closes_the_door(tmp_path: Path) -> None:
    async with open_web_house(tmp_path) as web, visitor(web) as guest:
        web.house.free_mb = 10
        assert await guest.get("/status") == OPEN | {"open": False, "why": "disk_full"}


async def test_a_full_queue_closes_the_door(tmp_path: Path) -> None:
    async with open_web_house(tmp_path, limits=LimitsSettings(open_jobs=1)) as web, visitor(web) as guest:
        job_id = await guest.order()
        await web.house.pool.until_started(job_id)
        assert await guest.get("/status") == OPEN | {"open": False, "why": "queue_full", "painting": 1}
        await web.house.pool.paint(job_id)
        async with asyncio.timeout(PATIENCE_S):
            while (await guest.job(job_id))["status"] != Status.DELIVERED:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await guest.get("/status") == OPEN


async def test_those_who_ask_at_once_are_answered_by_one_look(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "FRESH_S", 3600.0)
    looks = []
    load = alice.house.desk.load

    async def counted() -> object:
        looks.append(1)
        return await load()

    monkeypatch.setattr(alice.house.desk, "load", counted)
    assert await asyncio.gather(*(alice.get("/status") for _ in range(5))) == [OPEN] * 5
    assert len(looks) == 1
