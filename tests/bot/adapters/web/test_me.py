"""What a requester may ask for, and an end to all that is theirs."""

from __future__ import annotations

from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.accounts import Account
from config.settings import LimitsSettings, WebSettings
from renderer.protocol import Progress
from tests.bot.adapters.web.test_events import follow
from tests.bot.adapters.web.test_jobs import problem_of
from tests.bot.adapters.web.visiting import Visitor, visitor
from tests.fakes.web import open_web_house


async def test_who_asks_learns_what_they_may_ask_for(tmp_path: Path) -> None:
    limits = LimitsSettings(jobs_per_hour=5, jobs_per_day=9, open_jobs_per_requester=2, picture_mb=3, picture_mp=4)
    async with open_web_house(tmp_path, limits=limits) as web, visitor(web, "a") as alice, visitor(web, "b") as bob:
        await alice.painted()
        await alice.order()
        assert await alice.get("/me") == {
            "quotas": {"hour": {"used": 2, "allowed": 5}, "day": {"used": 2, "allowed": 9}},
            "open_jobs": {"used": 1, "allowed": 2},
            "expert": False,
            "picture_mb": 3.0,
            "picture_mp": 4.0,
            "max_size": 4096,
        }
        web.house.clock.ahead_s = 3601
        assert (await alice.get("/me"))["quotas"]["hour"]["used"] == 0
        assert (await alice.get("/me"))["quotas"]["day"]["used"] == 2
        assert (await bob.get("/me"))["quotas"]["day"]["used"] == 0


async def test_what_the_operator_has_allowed_one_person_is_told(alice: Visitor) -> None:
    job = await alice.house.store.jobs.get(await alice.order())
    assert job
    account = await alice.house.accounts.change(job.requester, per_hour=0, per_day=7)
    assert account == Account(job.requester, per_hour=0, per_day=7)
    quotas = (await alice.get("/me"))["quotas"]
    assert (quotas["hour"]["allowed"], quotas["day"]["allowed"]) == (0, 7)


async def test_expert_options_are_for_who_has_the_key(tmp_path: Path) -> None:
    settings = WebSettings(port=0, api_key=SecretStr("a key"))
    async with open_web_house(tmp_path, settings) as web, visitor(web) as program:
        assert not (await program.get("/me"))["expert"]
        program.http.headers["Authorization"] = "Bearer a key"
        assert (await program.get("/me"))["expert"]


async def test_everything_of_a_requester_is_deleted_at_once(alice: Visitor, bob: Visitor) -> None:
    done, under_way, waiting = await alice.painted(), await alice.order(), await alice.order()
    theirs = await bob.order()
    await alice.house.pool.until_started(under_way)
    files = alice.house.blob_files()
    async with alice.http.delete("/api/v1/me") as response:
        assert (response.status, await response.json()) == (200, {"deleted": 3})
    assert (await alice.get("/jobs"))["jobs"] == []
    for job_id in (done, under_way, waiting):
        async with alice.http.get(f"/api/v1/jobs/{job_id}") as response:
            await problem_of(response, 404, "unknown_job")
    await alice.house.pool.until_let_go(under_way)
    assert (under_way, 1) in alice.house.pool.cancelled
    assert alice.house.blob_files() == files, "bob has sent the same pictures"
    await alice.house.pool.paint(theirs)
    assert (await bob.job(theirs))["result"]
    async with bob.http.delete("/api/v1/me") as response:
        assert await response.json() == {"deleted": 1}
    assert alice.house.blob_files() == set()
    async with bob.http.delete("/api/v1/me") as response:
        assert await response.json() == {"deleted": 0}


async def test_the_count_of_what_was_ordered_outlives_a_deletion(alice: Visitor) -> None:
    await alice.painted()
    await alice.http.delete("/api/v1/me")
    me = await alice.get("/me")
    assert (me["quotas"]["day"]["used"], me["open_jobs"]["used"]) == (1, 0)


async def test_who_follows_what_is_deleted_sees_no_more_of_it(alice: Visitor) -> None:
    job_id = await alice.order()
    await alice.house.pool.until_started(job_id)
    job = await alice.house.store.jobs.get(job_id)
    adapter = alice.house.adapters["web"]
    assert job
    preview = Progress(job=job_id, attempt=1, delivery=1, fraction=0.5, preview=b"\xff\xd8")
    await adapter.progress(job, preview)
    hub = alice.web.adapter.hub
    assert hub.preview(job_id)
    async with follow(alice.http, job_id) as stream:
        assert [(await stream.next())[0] for _ in range(2)] == ["status", "preview"]
        await alice.http.delete("/api/v1/me")
        assert (await stream.next())[0] == "end"
    assert hub.preview(job_id) is None
    # The renderer tells of it until it has stopped.
    await adapter.progress(job, preview)
    assert hub.preview(job_id) is None


async def test_what_is_ordered_after_a_deletion_is_shown(alice: Visitor) -> None:
    await alice.http.delete("/api/v1/me")
    job = await alice.house.store.jobs.get(await alice.order())
    assert job
    progress = Progress(job=job.id, attempt=1, delivery=1, fraction=0.5, preview=b"\xff\xd8")
    await alice.house.adapters["web"].progress(job, progress)
    assert alice.web.adapter.hub.preview(job.id)


async def test_a_page_elsewhere_deletes_nothing(alice: Visitor) -> None:
    await alice.order()
    async with alice.http.delete("/api/v1/me", headers={"Origin": "https://elsewhere.example"}) as response:
        await problem_of(response, 403, "foreign_origin")
    assert len((await alice.get("/jobs"))["jobs"]) == 1


async def test_an_address_is_a_requester_too(alice: Visitor) -> None:
    async with aiohttp.ClientSession(alice.web.url) as http:
        nobody = Visitor(alice.web, http)
        await nobody.order()
        await alice.order()
        async with http.delete("/api/v1/me") as response:
            assert await response.json() == {"deleted": 1}
    assert len((await alice.get("/jobs"))["jobs"]) == 1
