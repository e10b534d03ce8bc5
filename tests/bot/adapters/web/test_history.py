"""A requester's own jobs, page by page, over the real store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.jobs import Status
from tests.bot.adapters.web.test_jobs import problem_of
from tests.bot.adapters.web.visiting import Visitor
from tests.fakes.watched import PATIENCE_S


async def painted_in_turn(visitor: Visitor, number: int) -> list[str]:
    return [await visitor.painted(options=f'{{"seed": {seed}}}') for seed in range(1, number + 1)]


async def test_pages_follow_one_another_from_the_newest_to_the_oldest(alice: Visitor) -> None:
    ids = await painted_in_turn(alice, 5)
    seen: list[str] = []
    after: dict[str, str] = {}
    for left in (3, 1, 0):
        page = await alice.get("/jobs", limit=2, **after)
        seen += [job["id"] for job in page["jobs"]]
        assert (page["next"] is None) == (left == 0)
        after = {"after": page["next"]}
    assert seen == ids[::-1]


async def test_a_page_shows_jobs_as_each_is_shown_alone(alice: Visitor) -> None:
    first = await alice.painted(options='{"strength": 0.5, "size": 256, "quality": "standard"}')
    waiting = await alice.order(options='{"colours": "keep"}')
    page = await alice.get("/jobs")
    assert page["next"] is None and [job["id"] for job in page["jobs"]] == [waiting, first]
    assert page["jobs"][1] == await alice.job(first)
    assert page["jobs"][1]["options"] == {"strength": 0.5, "size": 256}, "defaults say nothing"
    assert page["jobs"][0]["variations"] == [], "it is not painted"
    accepted = datetime.fromisoformat(page["jobs"][0]["created_at"])
    assert abs((datetime.now(UTC) - accepted).total_seconds()) < 60


async def test_what_comes_meanwhile_moves_no_page(alice: Visitor) -> None:
    ids = await painted_in_turn(alice, 3)
    first = await alice.get("/jobs", limit=2)
    await alice.order()
    second = await alice.get("/jobs", limit=2, after=first["next"])
    assert [job["id"] for job in second["jobs"]] == ids[:1]


async def test_of_two_of_the_same_moment_none_is_lost(alice: Visitor) -> None:
    alice.house.clock.ahead_s = 0
    ids = {await alice.painted() for _ in range(3)}
    jobs = [await alice.house.store.jobs.get(job_id) for job_id in ids]
    async with asyncio.timeout(PATIENCE_S):  # a reply's end would write the moment back
        while (await alice.house.store.queue.counts())[Status.RENDERED]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with alice.house.store._database.write() as connection:
        await connection.exec_driver_sql("UPDATE jobs SET created_at = 1700000000.123456")
    assert None not in jobs
    seen: set[str] = set()
    after: dict[str, str] = {}
    while page := await alice.get("/jobs", limit=1, **after):
        seen.add(page["jobs"][0]["id"])
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == ids


async def test_others_jobs_are_on_no_page(alice: Visitor, bob: Visitor) -> None:
    await alice.painted()
    mine = await bob.order()
    assert [job["id"] for job in (await bob.get("/jobs"))["jobs"]] == [mine]
    # The cursor of another opens nothing either: it says where, not whose.
    theirs = await alice.order()
    after = (await alice.get("/jobs", limit=1))["next"]
    assert theirs not in {job["id"] for job in (await bob.get("/jobs", after=after))["jobs"]}


@pytest.mark.parametrize(
    "query",
    [
        *({"limit": limit} for limit in ("0", "101", "-1", "many", "1.5", "²", "", "9" * 5000)),
        *(
            {"after": after}
            for after in ("x", "", "!!!!", "W10", "WzEsMl0", "WyJhIiwgImIiXQ", "W05hTiwgImEiXQ", "W" * 5000)
        ),
    ],
)
async def test_what_is_no_page_is_refused(alice: Visitor, query: dict[str, str]) -> None:
    async with alice.http.get("/api/v1/jobs", params=query) as response:
        await problem_of(response, 400, "bad_page")
