"""Whoever writes a line about a job, its id is in it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.errors import Refused, Unknown
from bot.jobs import MAX_DELIVERIES, Job
from bot.ports import Reply, Sent
from renderer.protocol import FailureReason, Progress
from tests.fakes.adapter import FakeAdapter
from tests.fakes.house import House, open_house, painting, progress, started
from tests.fakes.services import open_studio

Line = MutableMapping[str, Any]


@contextlib.contextmanager
def lines() -> Iterator[list[Line]]:
    """What is logged meanwhile, as `config.log` would write it: with what is bound to the task."""
    with capture_logs(processors=[merge_contextvars]) as logs:
        yield logs


def by_job(logs: list[Line]) -> dict[str | None, list[str]]:
    """The events of each job, in order."""
    events: dict[str | None, list[str]] = defaultdict(list)
    for line in logs:
        events[line.get("job")].append(line["event"])
    return events


class Talkative(FakeAdapter):
    """A platform that logs, as libraries do, without knowing of jobs."""

    async def reply(self, job: Job, reply: Reply) -> Sent:
        structlog.get_logger("platform").info("platform is told")
        return await super().reply(job, reply)

    async def progress(self, job: Job, progress: Progress) -> None:
        structlog.get_logger("platform").info("platform is shown")
        await super().progress(job, progress)


@pytest.fixture
def talkative(house: House) -> FakeAdapter:
    house.adapter = Talkative()
    for part in (house.outbox, house.dispatch):
        part._adapters["fake"] = house.adapter  # type: ignore[index]
    return house.adapter


async def test_two_jobs_side_by_side_are_told_apart_to_their_end(house: House, talkative: FakeAdapter) -> None:
    with lines() as logs:
        first, second = [await house.intake.accept(house.order(source)) for source in "12"]
        async with house.running():
            await house.pool.until_started(first.id)
            await house.pool.progress(first.id, 0.5)
            await talkative.until_shown(1)
            await house.pool.paint(first.id)
            await house.pool.fail(second.id, FailureReason.BAD_INPUT)
            await talkative.until_replies(2)
    assert by_job(logs) == {
        first.id: [
            "job accepted",
            "job started",
            "platform is shown",
            "painting ended",
            "platform is told",
            "reply sent",
        ],
        second.id: ["job accepted", "job started", "painting failed", "platform is told", "reply sent"],
    }


@pytest.mark.parametrize(
    ("trouble", "events"),
    [
        (Refused("blocked"), ["reply refused"]),
        (Unknown("cut"), ["reply unknown", "reply uncertain"]),
        (RuntimeError("nobody foresaw it"), ["reply failed", "reply uncertain"]),
    ],
)
async def test_what_becomes_of_a_reply_is_told_with_its_job(
    house: House, trouble: Exception, events: list[str]
) -> None:
    job = await house.painted(await house.job())
    house.adapter.script.append(trouble)
    with lines() as logs:
        async with house.running():
            await house.adapter.until_replies(1)
            await house.adapter.until_asked(len(events) - 1)
    assert by_job(logs) == {job.id: events}


async def test_a_painting_that_is_lost_is_told_with_its_job(house: House) -> None:
    job = await house.painted(await house.job())
    (await house.desk.painting(job.id, job.requester)).unlink()
    with lines() as logs:
        [due] = await house.store.outbox.due("fake")
        await house.outbox._handle(house.adapter, due)
    assert by_job(logs) == {job.id: ["painting lost"]}


async def test_what_comes_late_or_is_taken_back_is_told_with_its_job(house: House) -> None:
    job, other = await house.job("1"), await house.job("2")
    with lines() as logs:
        await house.dispatch.on_event(started(other))
        await house.dispatch.on_event(started(job))
        await house.dispatch.on_event(progress(await house.read(job), 0.5))
        await house.dispatch.on_event(painting(await house.read(job)))
        await house.dispatch.on_event(painting(await house.read(job)))
        await house.dispatch.on_event(started(job))
        await house.dispatch.stop(0)
    assert by_job(logs) == {
        job.id: ["job started", "painting ended", "late end dropped", "start refused"],
        other.id: ["job started", "job taken back"],
    }


async def test_what_a_start_finds_is_told_with_its_job(house: House) -> None:
    poisonous = await house.job()
    for delivery in range(1, MAX_DELIVERIES + 1):
        await house.dispatch.on_event(started(poisonous, delivery))
    async with open_house(house.folder) as later:
        with lines() as logs:
            async with later.running():
                await later.adapter.until_replies(1)
        assert by_job(logs) == {poisonous.id: ["job resumed", "job poisoned", "reply sent"]}


async def test_a_request_about_a_job_that_fails_is_told_with_the_job(tmp_path: Path) -> None:
    async with open_studio(tmp_path / "uploads") as studio:
        studio.desk.failure = RuntimeError("a bug")
        with lines() as logs:
            async with aiohttp.ClientSession(studio.adapter.url) as http:
                async with http.get("/api/v1/jobs/0123abcd") as response:
                    assert response.status == 500
        assert by_job(logs) == {"0123abcd": ["request failed"]}
