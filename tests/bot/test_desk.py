from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import NotReady, UnknownJob
from bot.jobs import Job, Status
from bot.ports import WorkerStatus
from bot.store.tables import votes
from bot.texts import say
from renderer.protocol import FailureReason
from tests.fakes.house import House, failure, open_house, progress, started
from tests.fakes.pool import FakePool

OWNER = "fake:1"


async def test_a_requester_sees_how_the_job_stands(house: House) -> None:
    job, second = await house.job("1", estimate_s=30), await house.job("2", estimate_s=40)
    view = await house.desk.look(second.id, OWNER)
    assert (view.job, view.position, view.eta_s, view.progress) == (second, 2, 70, None)

    await house.dispatch.on_event(started(job))
    await house.dispatch.on_event(progress(await house.read(job), 0.5))
    view = await house.desk.look(job.id, OWNER)
    assert view.job.status is Status.RENDERING
    assert view.position == 0
    assert view.progress is not None
    assert view.progress.fraction == 0.5
    assert (await house.desk.look(second.id, OWNER)).position == 1

    await house.painted(job)
    view = await house.desk.look(job.id, OWNER)
    assert (view.job.status, view.position, view.eta_s, view.progress) == (Status.RENDERED, None, None, None)


async def test_several_are_seen_at_once_as_each_is_seen_alone(house: House) -> None:
    painted, rendering, *waiting = [await house.job(str(number), f"fake:{number}") for number in range(5)]
    await house.painted(painted)
    await house.dispatch.on_event(started(rendering))
    await house.store.switches.put("paused", {"reason": "cleaning"})
    jobs = [painted, rendering, *waiting]
    views = await house.desk.look_at([*(job.id for job in jobs), "0" * 32])
    assert views.keys() == {job.id for job in jobs}, "what is gone is left out"
    assert [views[job.id].position for job in jobs] == [None, 0, 1, 2, 3]
    assert [views[job.id].paused for job in jobs] == [None, None, *["cleaning"] * 3]
    assert [views[job.id].has_inputs for job in jobs] == [True, *[False] * 4], "asked of the painted alone"
    for job in (painted, *waiting):
        alone = await house.desk.look(job.id, job.requester)
        assert views[job.id].eta_s == pytest.approx(alone.eta_s, abs=1)
        assert dataclasses.replace(alone, eta_s=views[job.id].eta_s) == views[job.id]


@pytest.mark.parametrize("requester", ["fake:2", "fake:", "web:1"])
async def test_a_job_of_somebody_else_does_not_exist(house: House, requester: str) -> None:
    job = await house.painted(await house.job())
    for ask in (house.desk.look, house.desk.cancel, house.desk.painting, house.desk.frames, house.desk.facts):
        with pytest.raises(UnknownJob) as others:
            await ask(job.id, requester)
        with pytest.raises(UnknownJob) as nobodys:
            await ask("0" * 32, requester)
        assert others.value.message == nobodys.value.message
    assert await house.read(job) == job


async def test_a_queued_job_is_cancelled_at_once_even_when_the_pool_has_it(house: House) -> None:
    first, prefetched, waiting = [await house.job(str(number)) for number in range(3)]
    async with house.running():
        await house.pool.until_started(first.id)
        await house.pool.until_held(prefetched.id)
        for job in (waiting, prefetched):
            view = await house.desk.cancel(job.id, OWNER)
            assert (view.job.status, view.position) == (Status.CANCELLED, None)
        await house.pool.paint(first.id)
        await house.adapter.until_replies(3)
        assert await house.pool.held() == set()
    assert [job.id for job in house.pool.submitted] == [first.id, prefetched.id]
    assert {say(reply.said) for _, reply in house.adapter.replies if reply.painting is None} == {
        "This painting was cancelled."
    }


async def test_a_rendering_job_is_cancelled_when_the_pool_says_so(house: House) -> None:
    job = await house.job()
    async with house.running():
        await house.pool.until_started(job.id)
        view = await house.desk.cancel(job.id, OWNER)
        assert view.job.status is Status.RENDERING
        await house.adapter.until_replies(1)
    assert house.pool.cancelled == [(job.id, 1)]
    after = await house.read(job)
    assert (after.status, after.reason) == (Status.CANCELLED, "cancelled")


async def test_a_worker_that_dies_after_the_cancel_does_not_bring_the_job_back(house: House) -> None:
    job = await house.job()
    await house.dispatch.on_event(started(job))
    await house.desk.cancel(job.id, OWNER)
    await house.dispatch.on_event(started(job, delivery=2))
    assert (await house.read(job)).status is Status.CANCELLED
    assert house.pool.cancelled == [(job.id, 1), (job.id, 1)]


@pytest.mark.parametrize(
    "end,said",
    [
        ("rendered", "finished"),
        ("delivered", "finished"),
        ("failed", "could not be painted from"),
        ("cancelled", "was cancelled"),
    ],
)
async def test_what_has_ended_can_no_longer_be_cancelled_and_how_it_ended_is_told(
    house: House, end: str, said: str
) -> None:
    job = await ended(house, end)
    with pytest.raises(NotReady, match=said) as refusal:
        await house.desk.cancel(job.id, OWNER)
    assert refusal.value.code == "no_longer_cancellable"
    assert await house.read(job) == job


async def ended(house: House, end: str) -> Job:
    job = await house.job()
    if end == "cancelled":
        return await house.store.jobs.cancel(job.id)
    if end == "failed":
        await house.dispatch.on_event(started(job))
        await house.dispatch.on_event(failure(await house.read(job), FailureReason.BAD_INPUT))
        return await house.read(job)
    job = await house.painted(job)
    if end == "delivered":
        await house.store.outbox.claim(job)
        await house.store.outbox.sent(job, "1")
    return await house.read(job)


async def test_a_cancel_and_a_start_at_once_leave_nothing_rendering(house: House) -> None:
    jobs = [await house.job(str(number)) for number in range(10)]
    await asyncio.gather(
        *(house.desk.cancel(job.id, OWNER) for job in jobs), *(house.dispatch.on_event(started(job)) for job in jobs)
    )
    for job in jobs:
        stored = await house.read(job)
        assert (job.id, 1) in house.pool.cancelled
        if stored.status is Status.RENDERING:
            await house.dispatch.on_event(failure(stored, FailureReason.RENDERER_DIED))
        assert (await house.read(job)).status is Status.CANCELLED


@pytest.mark.parametrize("end", ["rendered", "delivered"])
async def test_a_painting_can_be_fetched_from_rendered_on(house: House, end: str) -> None:
    job = await ended(house, end)
    painting = await house.desk.painting(job.id, OWNER)
    assert painting.read_bytes() == b"content of 1"

    painting.unlink()
    with pytest.raises(NotReady, match="no longer kept") as gone:
        await house.desk.painting(job.id, OWNER)
    assert gone.value.code == "not_painted"


async def test_frames_and_facts_can_be_had_with_the_painting_and_not_before(house: House) -> None:
    job = await house.job(seed=7)
    for ask in (house.desk.frames, house.desk.facts):
        with pytest.raises(NotReady) as early:
            await ask(job.id, OWNER)
        assert early.value.code == "not_ready"
    frames = await house.blob(b"frames")
    await house.painted(job, frames=frames)

    assert await house.desk.frames(job.id, OWNER) == house.blobs.path(frames)
    facts = await house.desk.facts(job.id, OWNER)
    assert (facts["options"]["seed"], facts["encoder"], facts["iterations"]) == (7, "vgg16-0123abcd", 65)
    assert not {"frames", "result", "requester", "worker"} & facts.keys()


async def test_a_painting_without_frames_has_no_time_lapse(house: House) -> None:
    job = await house.painted(await house.job())
    with pytest.raises(NotReady) as none:
        await house.desk.frames(job.id, OWNER)
    assert none.value.code == "no_timelapse"


async def test_an_undeliverable_painting_can_be_fetched(house: House) -> None:
    job = await house.painted(await house.job())
    await house.store.outbox.claim(job)
    await house.store.outbox.refused(job, "blocked")
    assert (await house.desk.painting(job.id, OWNER)).exists()


async def test_there_is_no_painting_before_its_time_or_after_a_failure(house: House) -> None:
    job = await house.job("queued")
    for _ in range(2):
        with pytest.raises(NotReady) as early:
            await house.desk.painting(job.id, OWNER)
        assert early.value.code == "not_ready"
        await house.dispatch.on_event(started(job))

    failed = await ended(house, "failed")
    with pytest.raises(NotReady, match="could not be painted from") as never:
        await house.desk.painting(failed.id, OWNER)
    assert never.value.code == "not_painted"


async def test_a_requester_finds_their_jobs_by_time_and_by_the_beginning_of_an_id(house: House) -> None:
    mine = [await house.job(str(number)) for number in range(3)]
    theirs = await house.job("4", requester="fake:2")
    assert [job.id for job in await house.desk.history(OWNER)] == [job.id for job in reversed(mine)]
    assert [job.id for job in await house.desk.history(OWNER, limit=1)] == [mine[-1].id]
    for prefix in (mine[0].id, mine[0].id[:12].upper()):
        assert await house.desk.find(OWNER, prefix) == mine[0]
    for prefix in (theirs.id[:12], mine[0].id[:3], "", "%%%%", "____", "no hex", mine[0].id + "0"):
        with pytest.raises(UnknownJob):
            await house.desk.find(OWNER, prefix)


async def test_the_pictures_of_a_job_can_be_had_while_all_are_kept(house: House) -> None:
    job = await house.job()
    assert await house.desk.job(job.id) == job
    content, style = await house.desk.inputs(job.id) or ()
    assert (content.read_bytes(), style.read_bytes()) == (b"content of 1", b"style")
    style.unlink()
    assert await house.desk.inputs(job.id) is None
    assert await house.desk.inputs("0" * 32) is None
    assert await house.desk.job("0" * 32) is None


async def test_the_last_vote_of_each_counts_and_strangers_have_none(house: House) -> None:
    shared, private = await house.job("1", place="fake:-7"), await house.job("2")
    for requester, value in ((OWNER, 1), ("fake:2", 1), (OWNER, -1)):
        await house.desk.vote(shared.id, requester, value)
    await house.desk.vote(private.id, OWNER, 1)
    for job_id in (private.id, "0" * 32):
        with pytest.raises(UnknownJob):
            await house.desk.vote(job_id, "fake:2", 1)
    with pytest.raises(ValueError, match="1 or -1"):
        await house.desk.vote(private.id, OWNER, 2)
    async with house.store.jobs._database.read() as connection:
        cast = await connection.execute(select(votes.c.job, votes.c.requester, votes.c.value))
        assert {tuple(row) for row in cast} == {
            (shared.id, OWNER, -1),
            (shared.id, "fake:2", 1),
            (private.id, OWNER, 1),
        }


async def test_health_counts_what_there_is(tmp_path: Path) -> None:
    async with open_house(tmp_path, FakePool(slots=2)) as house:
        uncertain = await house.painted(await house.job("1"))
        await house.store.outbox.claim(uncertain)
        await house.store.outbox.uncertain(uncertain)
        await house.dispatch.on_event(started(await house.job("2")))
        await house.job("3")
        await house.job("4")

        worker = {"name": "fake:0", "device": "cpu", "state": "idle", "reason": None}
        assert await house.desk.health() == {
            "status": "ok",
            "renderer": {"slots": 2, "queued": 0, "workers": [worker, worker | {"name": "fake:1"}]},
            "adapters": {"fake": "up"},
            "queue": {"queued": 2, "rendering": 1, "rendered": 1, "uncertain": 1},
        }


async def test_health_is_degraded_by_an_adapter_or_by_all_workers_being_down(house: House) -> None:
    house.states["fake"] = "down: wrong token"
    assert (await house.desk.health())["status"] == "degraded"
    house.states["fake"] = "up"
    assert (await house.desk.health())["status"] == "ok"
    house.pool.workers = (
        WorkerStatus("fake:0", None, "down", reason="no weights"),
        WorkerStatus("fake:1", None, "starting"),
    )
    assert (await house.desk.health())["status"] == "ok"
    house.pool.workers = house.pool.workers[:1]
    health = await house.desk.health()
    assert health["status"] == "degraded"
    assert health["renderer"]["workers"][0]["reason"] == "no weights"
