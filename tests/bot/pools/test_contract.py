"""What the port promises, over every pool there is: real processes, and a renderer that pretends to paint."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import PoolFull
from bot.jobs import MAX_DELIVERIES
from renderer.protocol import Done, Event, Failed, FailureReason, Progress, Started
from tests.fakes.nats.child import PREVIEW, painting
from tests.fakes.nats.scene import Scene, local_scene, nats_scene


@pytest.fixture(params=["local", "nats"])
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    async with (local_scene if request.param == "local" else nats_scene)(tmp_path) as scene:
        yield scene


async def test_a_job_is_started_painted_and_its_result_stored_before_done(scene: Scene) -> None:
    stored: list[bool] = []

    async def look(event: Event) -> None:
        if isinstance(event, Done):
            stored.append(scene.blobs.path(event.result).is_file())

    scene.before = look
    job = await scene.job()
    await scene.pool.submit(job)
    done = await scene.end_of(job)
    assert isinstance(done, Done)
    assert stored == [True]
    assert scene.blobs.path(done.result).read_bytes() == painting(scene.blobs.path(job.content).read_bytes(), 0)
    assert isinstance(scene.of(job)[0], Started)
    await scene.empty()


async def test_how_far_a_painting_is_is_told_with_previews_between_its_start_and_its_end(scene: Scene) -> None:
    job = await scene.job(s=0.5)
    await scene.pool.submit(job)
    await scene.end_of(job)
    kinds = [type(event) for event in scene.of(job)]
    assert kinds[0] is Started and kinds[-1] is Done and set(kinds[1:-1]) == {Progress}
    steps = [event for event in scene.of(job) if isinstance(event, Progress)]
    assert [step.fraction for step in steps] == sorted(step.fraction for step in steps)
    assert steps[-1].preview == PREVIEW and {step.worker for step in steps} == {scene.of(job)[0].worker}


async def test_a_job_submitted_twice_is_painted_once(scene: Scene) -> None:
    job = await scene.job(s=0.3)
    for _ in range(2):
        await scene.pool.submit(job)
    await scene.painting(job)
    await scene.pool.submit(job)
    assert isinstance(await scene.end_of(job), Done)
    await scene.empty()
    assert len(scene.of(job, Started)) == 1


async def test_a_job_that_waits_is_cancelled_and_never_begun(scene: Scene) -> None:
    first, waiting = await scene.job(s=30), await scene.job()
    await scene.pool.submit(first)
    await scene.painting(first)
    await scene.pool.submit(waiting)
    for _ in range(2):
        await scene.pool.cancel(waiting.id, 1)
    end = await scene.end_of(waiting)
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    assert not scene.of(waiting, Started)
    await scene.pool.cancel(first.id, 1)
    await scene.end_of(first)


async def test_a_job_that_has_to_wait_is_shown_as_it_will_be_and_that_hands_it_to_nobody(scene: Scene) -> None:
    painted, in_the_pool, in_the_queue = [await scene.job(s=30) for _ in range(3)]
    await scene.pool.submit(painted)
    await scene.painting(painted)
    await scene.pool.submit(in_the_pool)
    for waiting in (in_the_pool, in_the_queue):
        assert await scene.pool.glimpse(waiting)
        await scene.until(lambda job=waiting: bool(scene.of(job)))  # type: ignore[misc]
    assert await scene.pool.glimpse(painted), "it is seen to"
    for waiting in (in_the_pool, in_the_queue):
        [shown] = scene.of(waiting)
        assert isinstance(shown, Progress)
        assert (shown.attempt, shown.delivery, shown.fraction, shown.preview) == (1, 0, 0, PREVIEW)
    assert await scene.pool.held() == {(painted.id, 1), (in_the_pool.id, 1)}
    for job in (in_the_pool, painted):
        await scene.pool.cancel(job.id, 1)
        await scene.end_of(job)
    assert not scene.of(in_the_pool, Started) and len(scene.of(in_the_queue)) == 1


async def test_a_pool_that_is_drained_shows_nothing(scene: Scene) -> None:
    await scene.pool.drain(0)
    assert not await scene.pool.glimpse(await scene.job())


async def test_a_job_that_is_painted_is_cancelled(scene: Scene) -> None:
    job = await scene.job(s=30)
    await scene.pool.submit(job)
    await scene.painting(job)
    await scene.pool.cancel(job.id, 1)
    end = await scene.end_of(job)
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    await scene.pool.cancel(job.id, 1)
    await scene.empty()


async def test_a_job_whose_child_obeys_no_cancel_is_cancelled_all_the_same(scene: Scene) -> None:
    job = await scene.job(s=30, deaf=True)
    await scene.pool.submit(job)
    await scene.painting(job)
    await scene.pool.cancel(job.id, 1)
    end = await scene.end_of(job)
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED


async def test_a_job_whose_start_the_bot_refuses_is_never_painted(scene: Scene) -> None:
    async def refuse(event: Event) -> None:
        if isinstance(event, Started):
            await scene.pool.cancel(event.job, event.attempt)

    scene.before = refuse
    job = await scene.job(s=30)
    await scene.pool.submit(job)
    end = await scene.end_of(job)
    assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
    scene.before = None
    await scene.empty()
    # The bot offers it again when it may be begun: the same attempt, and no hand-over counted.
    again = dataclasses.replace(job, content=await scene.blob({"again": True}))
    scene.events.clear()
    await scene.pool.submit(again)
    assert isinstance(await scene.end_of(again), Done)


async def test_no_more_is_taken_than_is_painted_and_one_ahead_of_each_slot(scene: Scene) -> None:
    jobs = [await scene.job(s=30) for _ in range(3)]
    await scene.pool.submit(jobs[0])
    await scene.painting(jobs[0])
    await scene.pool.submit(jobs[1])
    with pytest.raises(PoolFull):
        await scene.pool.submit(jobs[2])
    assert await scene.pool.held() == {(jobs[0].id, 1), (jobs[1].id, 1)}
    status = await scene.pool.status()
    assert (status.slots, status.queued, status.ahead) == (1, 1, 1)
    [worker] = status.workers
    assert (worker.device, worker.device_name) == ("cpu", "a pretended one")
    assert worker.name == scene.of(jobs[0], Started)[0].worker


async def test_a_job_that_kills_its_child_is_set_aside_after_three_hand_overs(scene: Scene) -> None:
    job = await scene.job(die=True)
    await scene.pool.submit(job)
    end = await scene.end_of(job)
    assert isinstance(end, Failed) and (end.reason, end.delivery) == (FailureReason.POISONED, MAX_DELIVERIES)
    assert [event.delivery for event in scene.of(job, Started)] == [1, 2, 3]
    following = await scene.job()
    await scene.empty()
    await scene.served(1)  # by a new child
    await scene.pool.submit(following)
    assert isinstance(await scene.end_of(following), Done)


async def test_a_picture_that_is_gone_fails_its_job_alone(scene: Scene) -> None:
    gone, following = await scene.job(), await scene.job()
    await scene.blobs.delete(gone.content)
    await scene.pool.submit(gone)
    end = await scene.end_of(gone)
    assert isinstance(end, Failed) and end.reason is FailureReason.BAD_INPUT
    assert end.detail == "A picture of this painting is no longer kept."
    await scene.pool.submit(following)
    assert isinstance(await scene.end_of(following), Done)


async def test_a_pool_that_is_drained_in_mid_render_keeps_what_is_unfinished_and_takes_no_more(scene: Scene) -> None:
    jobs = [await scene.job(s=30) for _ in range(3)]
    await scene.pool.submit(jobs[0])
    await scene.painting(jobs[0])
    await scene.pool.submit(jobs[1])
    await scene.pool.drain(0)
    assert await scene.pool.held() == {(jobs[0].id, 1), (jobs[1].id, 1)}
    with pytest.raises(PoolFull):
        await scene.pool.submit(jobs[2])
    assert not scene.of(jobs[0], Done, Failed)


async def test_a_pool_that_is_drained_lets_a_painting_end_that_takes_less_than_the_time(scene: Scene) -> None:
    job = await scene.job(s=0.5)
    await scene.pool.submit(job)
    await scene.painting(job)
    await scene.pool.drain(30)
    assert isinstance(await scene.end_of(job), Done)
    assert await scene.pool.held() == set()


async def test_an_end_that_the_bot_cannot_store_while_it_stops_does_the_pool_no_harm(scene: Scene) -> None:
    job = await scene.job()
    await scene.unstorable(job)
    await scene.pool.drain(0)
    assert not scene.of(job, Done, Failed)


async def test_pictures_and_paintings_of_20_mb_arrive_whole(scene: Scene) -> None:
    job = await scene.job(mb=20, tail=os.urandom(20_000_000))
    await scene.pool.submit(job)
    done = await scene.end_of(job)
    assert isinstance(done, Done)
    arrived = scene.blobs.path(done.result).read_bytes()
    assert arrived == painting(scene.blobs.path(job.content).read_bytes(), 20)
    assert done.result == hashlib.sha256(arrived).hexdigest() + ".png"
