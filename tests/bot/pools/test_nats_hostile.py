"""What an agent may send that no agent of ours would: the bot goes on, and paints with the others."""

from __future__ import annotations

import json
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from renderer.protocol import Done, Failed, FailureReason
from renderer.wire.messages import MAX_DEVICES, MAX_MESSAGE, PROTOCOL, BadMessage, Beat, Report, Task, read
from tests.fakes.nats.scene import NatsScene, nats_scene

BEAT: dict[str, Any] = {"protocol": PROTOCOL, "agent": "evil", "instance": "i", "slots": 1, "devices": [], "tasks": []}
ADDRESS: dict[str, Any] = {"job": "a", "attempt": 1, "delivery": 1, "worker": "evil-0"}
DONE: dict[str, Any] = {
    **ADDRESS,
    **{"kind": "done", "result": "x", "width": 8, "height": 8, "seconds": 1, "iterations": 1, "losses": {}},
    "device": "cpu",
}


def report(event: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({"instance": "i", "token": "t", "event": {**event, **changes}}).encode()


def beat(**changes: Any) -> bytes:
    return json.dumps({**BEAT, **changes}).encode()


DEVICE = {"name": "evil-0", "state": "idle"}
TASK = Task(job="a", attempt=1, delivery=1, token="t", stage="waiting").model_dump()

BAD_REPORTS = {
    "no id of a job": report({"kind": "started", **ADDRESS, "job": "a b"}),
    "an id that is none": report({"kind": "started", **ADDRESS, "job": "a.>"}),
    "an attempt beyond measure": report({"kind": "started", **ADDRESS, "attempt": 10**30}),
    "seconds that are no number": report(DONE, seconds=float("nan")),
    "seconds before the beginning": report(DONE, seconds=-1),
    "no height": report(DONE, height=0),
    "a loss without end": report(DONE, losses={"style": float("inf")}),
    "a device that is none": report(DONE, device="a" * 50),
    "too much of it": report(DONE, result="x" * MAX_MESSAGE),
    "nothing": b"",
}
BAD_BEATS = {
    "slots beyond measure": beat(slots=10**30),
    "more slots than there are devices": beat(slots=10**6),
    "a device of another": beat(devices=[{**DEVICE, "name": "gpu0-0"}]),
    "memory beyond measure": beat(devices=[{**DEVICE, "memory": 10**400}]),
    "too many devices": beat(devices=[DEVICE] * (MAX_DEVICES + 1)),
    "tasks that are none": beat(tasks=[0] * 100_000),
    "fields that are none": beat(**{str(number): 0 for number in range(10_000)}),
    "too many tasks": beat(tasks=[TASK] * 1001),
    "no version": b'{"stream": "ATELIER_REPORTS", "seq": 1}',
    "nothing": b"",
}


@pytest.mark.parametrize("bad", BAD_REPORTS.values(), ids=BAD_REPORTS)
def test_a_report_beyond_all_limits_is_not_understood(bad: bytes) -> None:
    with pytest.raises(BadMessage) as told:
        read(Report, bad)
    assert len(str(told.value)) <= 300


@pytest.mark.parametrize("bad", BAD_BEATS.values(), ids=BAD_BEATS)
def test_nor_is_such_a_beat(bad: bytes) -> None:
    with pytest.raises(BadMessage) as told:
        read(Beat, bad)
    assert len(str(told.value)) <= 300


def test_what_is_within_them_is() -> None:
    read(Report, report(DONE, notes=["x" * 2000]))
    read(Beat, beat(slots=MAX_DEVICES, devices=[DEVICE] * MAX_DEVICES, tasks=[TASK] * 1000))
    told = read(Report, report({**ADDRESS, "kind": "failed", "reason": "bad_input", "detail": "x" * 2000}))
    assert isinstance(told.event, Failed) and len(told.event.detail) == 500


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[NatsScene]:
    async with nats_scene(tmp_path) as scene:
        yield scene


async def test_none_of_it_stops_the_bot(scene: NatsScene) -> None:
    async with scene.client() as client:
        for bad in BAD_REPORTS.values():
            await client.publish("done.evil.a", bad)
        for bad in BAD_BEATS.values():
            await client.publish("beat.evil.i", bad)
        await client.publish("progress.evil.a", b"nothing")
        await client.flush()
    job = await scene.job()
    await scene.pool.submit(job)
    await scene.delivered_once(job)
    await scene.nothing_is_left()
    status = await scene.pool.status()
    assert status.slots == 1
    assert all(len(worker.reason or "") < 400 for worker in status.workers)


async def test_one_that_beats_without_end_is_passed_over_and_the_others_are_heard(scene: NatsScene) -> None:
    async with scene.client() as client:
        for number in range(20_000):
            await client.publish("beat.evil.i", beat(instance="i", slots=number % 3))
        await client.flush()
    job = await scene.job(s=1)
    await scene.pool.submit(job)
    await scene.delivered_once(job)


async def test_an_agent_whose_disk_is_full_says_so_and_lives(scene: NatsScene) -> None:
    agent = scene.agents[0]
    resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    large, small = await scene.job(tail=bytes(200_000)), await scene.job()
    await scene.pool.submit(large)
    end = await scene.end_of(large)
    assert isinstance(end, Failed) and end.reason is FailureReason.NO_ROOM
    await scene.pool.submit(small)
    assert isinstance(await scene.end_of(small), Done)
