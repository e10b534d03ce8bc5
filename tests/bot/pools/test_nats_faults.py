"""Agents, their children, the server, the bot and the network, each really broken: one painting is delivered."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from bot.jobs import MAX_DELIVERIES
from bot.ports import RenderJob
from renderer.protocol import Done, Event, Failed, FailureReason, Progress, Started
from renderer.wire import parcels, subjects
from renderer.wire.messages import Report, Step, read
from tests.fakes.nats.partition import Namespace, Partition, Proxy, refusal
from tests.fakes.nats.scene import LEASE_S, NatsScene, Process, nats_scene, scene_at
from tests.fakes.nats.server import Server
from tests.fakes.watched import PATIENCE_S

#: Makes a partition, where the server and who is beside it are to be inside, or who is apart.
Means = Callable[[bool], Partition]
#: What a claim may take beyond the lease's end.
BEYOND_S = 5.0


@pytest.fixture(params=[Namespace, Proxy])
def means(request: pytest.FixtureRequest) -> Means:
    """Of partition. The proxy, which needs nothing of the machine, is tried in any case."""
    if request.param is Namespace and (reason := refusal()):
        pytest.skip(reason)
    found: Means = request.param
    return found


async def holder(scene: NatsScene, job: RenderJob, times: int = 1) -> Process:
    """The agent that paints it."""
    worker = (await scene.begun(job, times)).worker
    return scene.agents[int(worker.removeprefix("gpu").partition("-")[0])]


def deliveries(scene: NatsScene, job: RenderJob) -> list[int]:
    return [event.delivery for event in scene.of(job, Started)]


async def a_lease_is_over(scene: NatsScene) -> None:
    """Wait until the bot, which hears nobody, has excused its only agent for as long."""
    [agent] = scene.nats._agents
    heard = agent.seen
    await scene.until(lambda: agent.seen > heard + scene.lease_s)


async def test_what_has_ended_leaves_nothing_on_the_server(alone: NatsScene) -> None:
    done, cancelled = await alone.job(), await alone.job(s=30)
    await alone.pool.submit(done)
    await alone.delivered_once(done)
    await alone.pool.submit(cancelled)
    await alone.painting(cancelled)
    await alone.pool.cancel(cancelled.id, 1)
    await alone.end_of(cancelled)
    await alone.nothing_is_left()
    assert list((alone.folder / "agents" / "gpu0-0").iterdir()) == []


async def test_an_agent_killed_loses_its_job_to_another_soon_after_its_lease(pair: NatsScene) -> None:
    job = await pair.job(s=1)
    await pair.pool.submit(job)
    await pair.painting(job)
    await (await holder(pair, job)).kill()
    killed = time.monotonic()
    await pair.begun(job, 2)
    assert LEASE_S / 2 < time.monotonic() - killed < LEASE_S + BEYOND_S
    await pair.delivered_once(job)
    assert deliveries(pair, job) == [1, 2]


async def test_a_child_killed_costs_a_hand_over_and_is_seen_at_once(alone: NatsScene) -> None:
    job = await alone.job(s=1)
    await alone.pool.submit(job)
    await alone.painting(job)
    [child] = alone.agents[0].children()
    os.kill(child, signal.SIGKILL)
    killed = time.monotonic()
    await alone.begun(job, 2)
    assert time.monotonic() - killed < LEASE_S, "nobody waits for a lease"
    await alone.delivered_once(job)


async def test_an_agent_started_anew_does_not_wait_for_the_lease_of_its_former_self(alone: NatsScene) -> None:
    job = await alone.job(s=1)
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.agents[0].kill()
    await alone.agent("gpu0")
    await alone.delivered_once(job)
    assert deliveries(alone, job) == [1, 2]


async def test_a_job_that_kills_its_agents_is_set_aside_and_one_that_waited_behind_it_is_not(alone: NatsScene) -> None:
    poison, waiting = await alone.job(s=60), await alone.job()
    await alone.pool.submit(poison)
    await alone.painting(poison)
    await alone.pool.submit(waiting)
    for times in range(1, MAX_DELIVERIES + 1):
        await alone.painting(poison, times)
        await alone.agents[-1].kill()
        await alone.agent("gpu0")
    end = await alone.end_of(poison)
    assert isinstance(end, Failed) and (end.reason, end.delivery) == (FailureReason.POISONED, MAX_DELIVERIES)
    await alone.delivered_once(waiting)
    assert deliveries(alone, waiting) == [1]


async def test_a_server_killed_and_started_again_interrupts_no_painting(alone: NatsScene) -> None:
    job, waiting = await alone.job(s=1), await alone.job()
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.submit(waiting)
    await alone.server.kill()
    await a_lease_is_over(alone)
    await alone.until(lambda: any(alone.folder.glob("agents/gpu0-0/*/painting.png")))
    assert not alone.of(job, Done, Failed)
    await alone.server.start()
    await alone.delivered_once(job)
    await alone.delivered_once(waiting)
    assert deliveries(alone, job) == deliveries(alone, waiting) == [1]


async def test_a_server_that_comes_back_without_its_store_is_given_everything_again(alone: NatsScene) -> None:
    job, waiting = await alone.job(s=1), await alone.job()
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.submit(waiting)
    await alone.server.kill(with_store=True)
    await alone.server.start()
    await alone.delivered_once(job)
    await alone.delivered_once(waiting)
    assert deliveries(alone, job) == deliveries(alone, waiting) == [1]
    await alone.nothing_is_left()


async def test_what_a_server_was_asked_that_is_killed_is_asked_again_without_waiting_for_its_answer(
    tmp_path: Path,
) -> None:
    async with nats_scene(tmp_path, agents=0) as scene:
        asked: list[JetStreamContext] = []

        async def ask(js: JetStreamContext) -> None:
            asked.append(js)
            if len(asked) == 1:
                await asyncio.Event().wait()

        asking = asyncio.create_task(scene.nats._line.insist(ask))
        await scene.until(lambda: len(asked) == 1)
        await scene.server.kill()
        await scene.server.start()
        async with asyncio.timeout(PATIENCE_S):
            await asking


async def test_a_painting_that_the_server_has_lost_is_sent_again(alone: NatsScene) -> None:
    job = await alone.job(s=1)
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.drain(0)  # the bot is away when the painting is done …
    await alone.messages(subjects.REPORTS, 2)
    async with alone.client() as other:
        await other.jetstream().purge_stream(subjects.REPORTS)  # … and when it is lost
        await other.jetstream().purge_stream(subjects.PARCELS)
    alone.events.clear()
    await alone.restart_bot()
    await alone.delivered_once(job)
    assert deliveries(alone, job) == []


async def test_a_bot_started_anew_holds_what_it_had_handed_over_and_nothing_is_painted_twice(alone: NatsScene) -> None:
    job, waiting = await alone.job(s=1), await alone.job()
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.submit(waiting)
    await alone.messages(subjects.ASSIGNMENTS, 2)
    alone.events.clear()
    await alone.restart_bot()
    assert await alone.pool.held() == {(job.id, 1), (waiting.id, 1)}
    await alone.begun(job)  # told again, so that its progress is shown
    await alone.delivered_once(job)
    await alone.delivered_once(waiting)
    assert deliveries(alone, job) == deliveries(alone, waiting) == [1]


async def test_what_is_painted_while_the_bot_is_down_waits_for_it(alone: NatsScene) -> None:
    job = await alone.job(s=0.5)
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.drain(0)
    await alone.messages(subjects.REPORTS, 2)
    await alone.agents[0].kill()  # and its agent is gone when it comes back
    await alone.restart_bot()
    await alone.delivered_once(job)


async def test_an_agent_that_dies_while_the_bot_is_down_loses_its_job_after_a_lease(alone: NatsScene) -> None:
    job = await alone.job(s=60)
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.drain(0)
    await alone.agents[0].kill()
    await alone.agent("gpu1")
    alone.events.clear()
    await alone.restart_bot()
    await alone.until(lambda: deliveries(alone, job) == [1, 2])
    assert alone.of(job, Started)[-1].worker == "gpu1-0"


async def test_an_agent_that_stood_still_beyond_its_lease_and_comes_back_too_late_is_not_heard(
    pair: NatsScene,
) -> None:
    job = await pair.job(s=1)
    await pair.pool.submit(job)
    await pair.painting(job)
    stopped = await holder(pair, job)
    stopped.send(signal.SIGSTOP)
    await pair.delivered_once(job)
    stopped.send(signal.SIGCONT)
    await pair.served(2)
    following = await pair.job()
    await pair.pool.submit(following)
    await pair.delivered_once(following)
    assert len(pair.of(job, Done, Failed)) == 1
    await pair.nothing_is_left()


async def test_the_painting_of_an_agent_that_stood_still_wins_where_it_is_first(pair: NatsScene) -> None:
    job = await pair.job(s=1.5 * LEASE_S)
    await pair.pool.submit(job)
    await pair.painting(job)
    stopped = await holder(pair, job)
    stopped.send(signal.SIGSTOP)
    second = (await pair.begun(job, 2)).worker
    stopped.send(signal.SIGCONT)
    done = await pair.delivered_once(job)
    assert done.delivery == 1 and done.worker != second
    await pair.nothing_is_left()  # and the other has been told to stop


def server_at(way: Partition, folder: Path) -> Server:
    return Server(folder / "nats", host=way.host, inside=way.beside)


async def test_an_agent_cut_off_from_the_server_loses_its_job_and_comes_back(tmp_path: Path, means: Means) -> None:
    async with means(False) as way, scene_at(server_at(way, tmp_path), tmp_path) as scene:
        scene.open_pool()
        await scene.pool.start(scene.on_event)
        far = await scene.agent("gpu0", url=await way.url(scene.server), inside=way.apart, ping_s=1)
        await scene.agent("gpu1", inside=way.beside)
        await scene.served(2)
        await scene.pool.rest(frozenset({"gpu1"}))
        job = await scene.job(s=1)
        await scene.pool.submit(job)
        await scene.painting(job)
        await way.cut()
        cut = time.monotonic()
        await scene.pool.rest(frozenset())
        assert (await scene.begun(job, 2)).worker == "gpu1-0"
        assert LEASE_S / 2 < time.monotonic() - cut < LEASE_S + BEYOND_S
        await scene.delivered_once(job)
        assert deliveries(scene, job) == [1, 2]
        await scene.until(lambda: b" is lost" in far.log.read_bytes())
        await way.mend()
        await scene.served(2)
        await scene.nothing_is_left()  # though it has painted it, too
        assert len(scene.of(job, Done, Failed)) == 1


async def test_a_bot_cut_off_from_the_server_takes_nothing_back(
    tmp_path: Path, means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderer.wire.line._PING_S", 1)
    async with means(True) as way, scene_at(server_at(way, tmp_path), tmp_path) as scene:
        scene.open_pool(await way.url(scene.server))
        await scene.pool.start(scene.on_event)
        await scene.agent("gpu0", inside=way.beside)
        await scene.served(1)
        job = await scene.job(s=1)
        await scene.pool.submit(job)
        await scene.painting(job)
        await way.cut()
        await a_lease_is_over(scene)
        await scene.until(lambda: scene.nats._line.trouble is not None)
        await way.mend()
        await scene.delivered_once(job)
        assert deliveries(scene, job) == [1]


async def test_a_cancel_that_only_an_earlier_run_of_the_bot_has_said_cancels_nothing(alone: NatsScene) -> None:
    """It may have meant that nothing was to begin while it stopped."""
    job = await alone.job(s=1)
    await alone.pool.submit(job)
    await alone.painting(job)
    [work] = alone.nats._ledger
    assert work.claim
    await alone.nats._words.cancel(work.claim)
    alone.events.clear()
    await alone.restart_bot()
    await alone.delivered_once(job)
    assert set(deliveries(alone, job)) == {1}


async def test_two_results_for_one_job_are_one_painting(alone: NatsScene) -> None:
    async with alone.client() as other:
        told = await other.subscribe("done.>")
        job = await alone.job(s=0.3)
        await alone.pool.submit(job)
        reports = [await told.next_msg(30) for _ in range(2)]
        assert isinstance(read(Report, reports[1].data).event, Done)
        for _ in range(2):
            await other.jetstream().publish(reports[1].subject, reports[1].data)
        await alone.delivered_once(job)
        await alone.nothing_is_left()


async def test_a_result_forged_by_another_agent_is_refused(pair: NatsScene) -> None:
    async with pair.client() as other:
        told = await other.subscribe("done.>")
        job = await pair.job(s=1.5)
        await pair.pool.submit(job)
        started = await told.next_msg(30)
        victim = subjects.sender(started.subject)
        forger = {"gpu0": "gpu1", "gpu1": "gpu0"}[victim]
        report = read(Report, started.data)
        end = Failed(job=job.id, attempt=1, delivery=1, worker=f"{victim}-0", reason=FailureReason.BAD_INPUT)
        forged = report.model_copy(update={"event": end})
        # All that it could know, under the one name that the server lets it use; and under the right name without
        # what only the holder knows.
        await other.jetstream().publish(subjects.report(forger, job.id), forged.model_dump_json().encode())
        guessed = forged.model_copy(update={"token": "0" * 16})
        await other.jetstream().publish(subjects.report(victim, job.id), guessed.model_dump_json().encode())
        done = await pair.delivered_once(job)
        assert done.worker == f"{victim}-0"
        await pair.nothing_is_left()


async def test_a_preview_that_is_none_and_a_painting_by_another_name_are_not_passed_on(alone: NatsScene) -> None:
    async with alone.client() as other:
        told = await other.subscribe("done.>")
        job = await alone.job(s=1.5)
        await alone.pool.submit(job)
        await alone.painting(job)
        started = await told.next_msg(30)
        report = read(Report, started.data)
        progress = Progress(job=job.id, attempt=1, delivery=1, fraction=0.5, preview=b"<script>")
        step = Step(instance=report.instance, token=report.token, event=progress)
        await other.publish(subjects.progress("gpu0", job.id), step.model_dump_json().encode())
        await alone.until(lambda: progress.model_copy(update={"preview": None, "worker": "gpu0"}) in alone.events)
        facts = {"width": 8, "height": 8, "seconds": 1, "iterations": 1, "losses": {}, "device": "cpu"}
        done = Done.model_validate({**report.event.model_dump(exclude={"kind"}), **facts, "result": "/etc/passwd"})
        page = alone.folder / "page.html"
        page.write_text("<script>")
        parcel = await parcels.send(alone.nats._line, page, subjects.results("gpu0", report.token))
        forged = report.model_copy(update={"event": done, "result": parcel})
        await other.jetstream().publish(started.subject, forged.model_dump_json().encode())
    await alone.delivered_once(job)
    assert all(name.endswith(".png") for name in await alone.blobs.names())


async def test_a_painting_with_a_chunk_that_was_altered_is_refused_and_sent_again(alone: NatsScene) -> None:
    job = await alone.job(s=0.5)
    await alone.pool.submit(job)
    await alone.painting(job)
    await alone.pool.drain(0)
    await alone.messages(subjects.REPORTS, 2)
    async with alone.client() as other:
        js = other.jetstream()
        chunk = await js.get_last_msg(subjects.PARCELS, "blob.out.>")
        assert chunk.subject and chunk.seq and chunk.data
        await js.delete_msg(subjects.PARCELS, chunk.seq)
        await js.publish(chunk.subject, bytes([chunk.data[0] ^ 1]) + chunk.data[1:])
    alone.events.clear()
    await alone.restart_bot()
    await alone.delivered_once(job)
    assert deliveries(alone, job) == [1], "it was sent again, not painted again"


async def test_clocks_a_day_apart_change_nothing(tmp_path: Path) -> None:
    async with nats_scene(tmp_path, agents=0) as scene:
        await scene.agent("gpu0", ahead_s=-86_400)
        await scene.agent("gpu1", ahead_s=86_400)
        await scene.served(2)
        jobs = [await scene.job(s=1.5 * LEASE_S) for _ in range(2)]
        for job in jobs:
            await scene.pool.submit(job)
        assert {(await scene.delivered_once(job)).worker for job in jobs} == {"gpu0-0", "gpu1-0"}
        assert [deliveries(scene, job) for job in jobs] == [[1], [1]]


async def test_an_agent_told_to_stop_ends_its_painting_and_gives_back_what_waits(pair: NatsScene) -> None:
    jobs = [await pair.job(s=1) for _ in range(4)]
    for job in jobs:
        await pair.pool.submit(job)
    leaving = await holder(pair, jobs[0])
    leaving.send(signal.SIGTERM)
    assert await leaving.ended() == 0
    for job in jobs:
        await pair.delivered_once(job)
        assert deliveries(pair, job) == [1]
    assert (await pair.pool.status()).slots == 1


async def test_what_waits_behind_a_painting_goes_to_an_agent_with_nothing_to_do(alone: NatsScene) -> None:
    long, behind = await alone.job(s=30), await alone.job()
    await alone.pool.submit(long)
    await alone.painting(long)
    await alone.pool.submit(behind)
    await alone.agent("gpu1")
    done = await delivered_once_beside(alone, behind)
    assert (done.worker, done.delivery) == ("gpu1-0", 1)


async def delivered_once_beside(scene: NatsScene, job: RenderJob) -> Event:
    done = await scene.end_of(job)
    assert isinstance(done, Done)
    return done


async def test_a_bot_without_its_server_begins_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pools.nats.pool._FIRST_S", 0.5)
    async with nats_scene(tmp_path, agents=0) as scene:
        await scene.pool.drain(0)
        await scene.server.kill()
        scene.open_pool()
        await scene.pool.start(scene.on_event)
        status = await scene.pool.status()
        assert status.slots == 0
        [shown] = status.workers
        assert shown.reason and scene.server.url in shown.reason
        await scene.server.start()
        await scene.agent("gpu0")
        await scene.served(1)
        job = await scene.job()
        await scene.pool.submit(job)
        await scene.delivered_once(job)


@pytest.mark.slow
async def test_with_the_lease_as_it_comes_a_job_is_claimed_again_within_35_seconds(tmp_path: Path) -> None:
    async with nats_scene(tmp_path, agents=0, lease_s=30) as scene:
        for name in ("gpu0", "gpu1"):
            await scene.agent(name, beat_s=5)
        await scene.served(2)
        job = await scene.job(s=1)
        await scene.pool.submit(job)
        await scene.painting(job)
        await (await holder(scene, job)).kill()
        killed = time.monotonic()
        await scene.until(lambda: len(deliveries(scene, job)) == 2, 60)
        assert time.monotonic() - killed < 35
        await scene.delivered_once(job)
