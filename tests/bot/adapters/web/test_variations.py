"""Another painting from the pictures of a job."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.jobs import Job
from bot.variations import VARIATIONS
from tests.bot.adapters.web.test_jobs import problem_of
from tests.bot.adapters.web.visiting import Visitor


def post(visitor: Visitor, job_id: str, wish: Any, **headers: str) -> Any:
    return visitor.http.post(f"/api/v1/jobs/{job_id}/variations", json=wish, headers=headers)


async def accepted(visitor: Visitor, job_id: str, wish: Any, **headers: str) -> Job:
    async with post(visitor, job_id, wish, **headers) as response:
        body = await response.json()
        assert response.status == 202, body
        assert response.headers["Location"] == f"/api/v1/jobs/{body['id']}"
    assert body.keys() == {"id", "status", "position"}
    job = await visitor.house.store.jobs.get(body["id"])
    assert job is not None
    return job


async def test_what_is_offered_can_be_had(alice: Visitor) -> None:
    job_id = await alice.painted(options='{"strength": 0.5, "size": 256}')
    offered = (await alice.job(job_id))["variations"]
    assert offered == list(VARIATIONS)
    stronger = await accepted(alice, job_id, {"variation": "stronger"})
    assert (stronger.options.strength, stronger.options.size) == (0.65, 256)
    old = await alice.house.store.jobs.get(job_id)
    assert old and (stronger.content, stronger.styles, stronger.requester) == (old.content, old.styles, old.requester)
    bigger = await accepted(alice, job_id, {"variation": "bigger"})
    assert bigger.options.size == 768, "the painting was 512 wide"


async def test_what_would_change_nothing_is_not_offered(alice: Visitor) -> None:
    job_id = await alice.painted(options='{"strength": 1.0, "colours": "keep"}')
    assert {"stronger", "keep-colours"} & set((await alice.job(job_id))["variations"]) == set()
    async with post(alice, job_id, {"variation": "stronger"}) as response:
        await problem_of(response, 409, "at_its_limit")


async def test_options_take_the_place_of_the_jobs_own(alice: Visitor) -> None:
    job_id = await alice.painted(options='{"strength": 0.5, "size": 256}')
    job = await accepted(alice, job_id, {"options": {"strength": 0.25, "colours": "match", "size": None}})
    assert (job.options.strength, job.options.colours, job.options.size) == (0.25, "match", None)
    again = await accepted(alice, job_id, {"options": {}})
    assert (again.options.strength, again.options.size) == (0.5, 256)


async def test_a_job_that_is_not_painted_has_no_variations_but_its_pictures(alice: Visitor) -> None:
    job_id = await alice.order()
    async with post(alice, job_id, {"variation": "stronger"}) as response:
        await problem_of(response, 409, "not_ready")
    assert (await accepted(alice, job_id, {"options": {"strength": 0.3}})).options.strength == 0.3


@pytest.mark.parametrize(
    ("wish", "code", "said"),
    [
        ({"variation": "brighter"}, "unknown_variation", "stronger, softer, keep-colours"),
        ({"variation": ""}, "unknown_variation", "stronger"),
        ({"variation": 5}, "bad_body", "either"),
        ({}, "bad_body", "either"),
        ({"variation": "again", "options": {}}, "bad_body", "either"),
        ({"variations": "again"}, "bad_body", "either"),
        ([], "bad_body", "either"),
        ({"options": []}, "bad_body", "either"),
        ({"options": {"strength": 2}}, "bad_options", "from 0 to 1, not 2"),
        ({"options": {"sise": 2}}, "bad_options", "Did you mean “size”?"),
        ({"options": {"iterations": 5}}, "bad_options", "iterations"),
        ({"options": {"save_every": 5}}, "bad_options", "save_every"),
        ({"options": {"mode": "dream"}}, "bad_options", "leave the style out"),
        ({"options": {"seed": "x" * 70_000}}, "bad_body", "longer"),
    ],
)
async def test_what_cannot_be_followed_is_explained(alice: Visitor, wish: Any, code: str, said: str) -> None:
    job_id = await alice.painted()
    async with post(alice, job_id, wish) as response:
        assert said in await problem_of(response, 400, code)
    assert len((await alice.get("/jobs"))["jobs"]) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 9999, b'{"options": {"strength": NaN}}'])
async def test_what_is_no_json_is_refused(alice: Visitor, body: bytes) -> None:
    job_id = await alice.painted()
    url, headers = f"/api/v1/jobs/{job_id}/variations", {"Content-Type": "application/json"}
    async with alice.http.post(url, data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["code"] in {"bad_body", "bad_options"}
    async with alice.http.post(url, data=aiohttp.FormData({"variation": "again"})) as response:
        await problem_of(response, 400, "bad_body")


async def test_the_same_idempotency_key_is_the_same_variation(alice: Visitor) -> None:
    job_id = await alice.painted()
    first = await accepted(alice, job_id, {"variation": "again"}, **{"Idempotency-Key": "once"})
    second = await accepted(alice, job_id, {"variation": "again"}, **{"Idempotency-Key": "once"})
    assert first.id == second.id
    # The key of an order is another wish than the same key of a variation.
    assert await alice.order(key="once") != first.id


async def test_pictures_that_are_gone_make_nothing(alice: Visitor) -> None:
    job_id = await alice.painted()
    job = await alice.house.store.jobs.get(job_id)
    assert job
    await alice.house.blobs.delete(job.styles[0].picture)
    assert (await alice.job(job_id))["variations"] == []
    wishes: tuple[dict[str, Any], ...] = ({"variation": "stronger"}, {"options": {}})
    for wish in wishes:
        async with post(alice, job_id, wish) as response:
            await problem_of(response, 409, "input_gone")


async def test_a_house_that_is_closed_takes_no_variation(alice: Visitor) -> None:
    job_id = await alice.painted()
    await alice.house.store.switches.put("drained", {})
    async with post(alice, job_id, {"variation": "again"}) as response:
        await problem_of(response, 503, "closing")
        assert int(response.headers["Retry-After"]) > 0
