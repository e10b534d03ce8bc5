"""Following a job: server-sent events over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.web.api import events, hub
from bot.desk import JobView
from bot.jobs import Status
from bot.ports import Adapter, Reply, Sent
from bot.texts import verbatim
from tests.bot.adapters.web.test_jobs import post_job, problem_of
from tests.fakes.services import Studio, open_studio
from tests.fakes.watched import PATIENCE_S

FIRST, SECOND = b"\xff\xd8 first", b"\xff\xd8 second"


@pytest.fixture(autouse=True)
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test sees within its time limit came by the doorbell."""
    monkeypatch.setattr(hub, "POLL_S", 3600.0)


class Stream:
    """What a browser makes of an event stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.last_id = ""

    async def next(self) -> tuple[str, Any]:
        """The next event's name and data; a comment is named ``:``, the end ``end``."""
        async with asyncio.timeout(PATIENCE_S):
            lines: list[str] = []
            while line := (await self._response.content.readline()).decode().rstrip("\n"):
                lines.append(line)
        if not lines:
            return "end", None
        if lines[0].startswith("retry:"):
            assert lines == [f"retry: {events.RETRY_MS}"]
            return await self.next()
        if lines[0].startswith(":"):
            return ":", None
        fields = dict(line.split(": ", 1) for line in lines)
        data, self.last_id = fields["data"], fields["id"]
        return fields["event"], json.loads(data) if fields["event"] == "status" else base64.b64decode(data)


@contextlib.asynccontextmanager
async def follow(http: aiohttp.ClientSession, job_id: str, last_id: str = "") -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with http.get(f"/api/v1/jobs/{job_id}/events", headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Stream(response)


async def test_a_stream_tells_a_job_from_queue_to_painting(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id) as stream:
        name, status = await stream.next()
        assert name == "status" and status == await (await http.get(f"/api/v1/jobs/{job_id}")).json()

        await studio.paint(job_id, 0.25, FIRST)
        name, status = await stream.next()
        assert (name, status["status"], status["progress"]) == ("status", "rendering", 0.25)
        assert await stream.next() == ("preview", FIRST)

        await studio.paint(job_id, 0.5)
        assert (await stream.next())[1]["progress"] == 0.5
        await studio.paint(job_id, 0.75, SECOND)
        assert (await stream.next())[1]["progress"] == 0.75
        assert await stream.next() == ("preview", SECOND)

        await studio.finish(job_id, tmp_path)
        name, status = await stream.next()
        assert (status["status"], status["result"]["width"]) == ("delivered", 64)
        assert await stream.next() == ("end", None)


async def test_a_late_comer_gets_the_state_and_the_last_preview_at_once(
    studio: Studio, http: aiohttp.ClientSession
) -> None:
    job_id = (await post_job(http))["id"]
    await studio.paint(job_id, 0.25, FIRST)
    await studio.paint(job_id, 0.5)
    async with follow(http, job_id) as stream:
        assert (await stream.next())[1]["progress"] == 0.5
        assert await stream.next() == ("preview", FIRST)


async def test_a_stream_of_an_ended_job_says_so_and_ends(studio: Studio, http: aiohttp.ClientSession) -> None:
    job_id = (await post_job(http))["id"]
    await studio.paint(job_id, 0.25, FIRST)
    await studio.fail(job_id, "poisoned")
    async with follow(http, job_id) as stream:
        name, status = await stream.next()
        assert (name, status["status"], status["error"]["code"]) == ("status", "failed", "poisoned")
        assert await stream.next() == ("end", None), "no preview of what will never be"


async def test_cancelling_ends_the_streams(studio: Studio, http: aiohttp.ClientSession) -> None:
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id) as one, follow(http, job_id) as other:
        for stream in (one, other):
            await stream.next()
        await http.delete(f"/api/v1/jobs/{job_id}")
        for stream in (one, other):
            assert (await stream.next())[1]["status"] == "cancelled"
            assert await stream.next() == ("end", None)


async def test_what_nobody_announces_is_found_by_polling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "POLL_S", 0.05)
    async with open_studio(tmp_path) as studio, aiohttp.ClientSession(studio.adapter.url) as http:
        job_id = (await post_job(http))["id"]
        async with follow(http, job_id) as stream:
            await stream.next()
            studio.desk.move(job_id, status=Status.RENDERING)
            assert (await stream.next())[1]["status"] == "rendering"


async def test_a_silent_stream_has_a_heartbeat(
    studio: Studio, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.2)
    async with follow(http, (await post_job(http))["id"]) as stream:
        assert (await stream.next())[0] == "status"
        assert (await stream.next())[0] == ":"


async def test_an_unknown_job_has_no_stream(http: aiohttp.ClientSession) -> None:
    async with http.get(f"/api/v1/jobs/{'0' * 32}/events") as response:
        await problem_of(response, 404, "unknown_job")


async def test_a_job_that_is_erased_ends_its_stream(studio: Studio, http: aiohttp.ClientSession) -> None:
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id) as stream:
        await stream.next()
        job = studio.intake.jobs.pop(job_id)
        await studio.adapter.reply(job, Reply(verbatim("")))
        assert await stream.next() == ("end", None)


async def test_an_error_in_mid_stream_cuts_it_and_is_logged(
    studio: Studio, http: aiohttp.ClientSession, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id) as stream:
        await stream.next()
        studio.desk.failure = RuntimeError("entrails")
        await studio.adapter.reply(studio.job, Reply(verbatim("")))
        with pytest.raises(aiohttp.ClientPayloadError):
            await stream.next()
        assert "entrails" in capsys.readouterr().out


async def test_a_stopping_server_ends_its_streams_at_once(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with open_studio(tmp_path) as studio, aiohttp.ClientSession(studio.adapter.url) as http:
        async with follow(http, (await post_job(http))["id"]) as stream:
            await stream.next()
            studio.serving.cancel()
            began = loop.time()
            assert await stream.next() == ("end", None)
            assert loop.time() - began < 1


async def test_streams_that_are_over_leave_nothing_behind(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    job_id = (await post_job(http))["id"]
    await studio.paint(job_id, 0.25, FIRST)
    async with follow(http, job_id) as stream:
        await stream.next()
        await studio.finish(job_id, tmp_path)
        while (await stream.next())[0] != "end":
            pass
        assert studio.adapter.hub.preview(job_id) is None
        assert not studio.adapter.hub._followed


# ---- coming back


async def test_who_comes_back_is_told_only_what_is_new(studio: Studio, http: aiohttp.ClientSession) -> None:
    job_id = (await post_job(http))["id"]
    await studio.paint(job_id, 0.25, FIRST)
    async with follow(http, job_id) as stream:
        assert [(await stream.next())[0] for _ in range(2)] == ["status", "preview"]
    async with follow(http, job_id, stream.last_id) as stream:
        await studio.paint(job_id, 0.5)
        name, status = await stream.next()
        assert (name, status["progress"]) == ("status", 0.5), "neither the old status nor the preview"
        await studio.paint(job_id, 0.75, SECOND)
        assert (await stream.next())[1]["progress"] == 0.75
        assert await stream.next() == ("preview", SECOND)


async def test_who_missed_a_preview_is_told_it(studio: Studio, http: aiohttp.ClientSession) -> None:
    job_id = (await post_job(http))["id"]
    await studio.paint(job_id, 0.25, FIRST)
    async with follow(http, job_id) as stream:
        await stream.next()
        known = stream.last_id  # before the preview
    async with follow(http, job_id, known) as stream:
        assert await stream.next() == ("preview", FIRST)


async def test_ids_outlive_the_service(tmp_path: Path) -> None:
    async with open_studio(tmp_path / "1") as studio, aiohttp.ClientSession(studio.adapter.url) as http:
        job_id = (await post_job(http))["id"]
        await studio.paint(job_id, 0.25, FIRST)
        async with follow(http, job_id) as stream:
            assert [(await stream.next())[0] for _ in range(2)] == ["status", "preview"]
    job, progress = studio.job, studio.desk.latest
    async with open_studio(tmp_path / "2") as studio, aiohttp.ClientSession(studio.adapter.url) as http:
        studio.intake.jobs[job_id] = job
        studio.desk.latest.update(progress)
        async with follow(http, job_id, stream.last_id) as stream:
            await studio.paint(job_id, 0.25, SECOND)
            assert await stream.next() == ("preview", SECOND), "the status is the one that was known"


async def test_a_browser_that_knows_the_end_is_told_not_to_come_back(
    studio: Studio, http: aiohttp.ClientSession
) -> None:
    job_id = (await post_job(http))["id"]
    await studio.fail(job_id, "poisoned")
    async with follow(http, job_id) as stream:
        await stream.next()
    async with http.get(f"/api/v1/jobs/{job_id}/events", headers={"Last-Event-ID": stream.last_id}) as response:
        assert response.status == 204
    # In another language the same end is news.
    headers = {"Last-Event-ID": stream.last_id, "Accept-Language": "de"}
    async with http.get(f"/api/v1/jobs/{job_id}/events", headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize("last_id", ["17", "0", "g" * 12 + "-0", "-", "0-0-0", "é"])
async def test_an_id_that_is_none_of_ours_is_passed_over(
    studio: Studio, http: aiohttp.ClientSession, last_id: str
) -> None:
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id, last_id) as stream:
        assert (await stream.next())[0] == "status"


# ---- many who follow


async def test_many_followers_of_a_job_cost_one_look(
    studio: Studio, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [(await post_job(http))["id"] for _ in range(2)]
    looks: list[set[str]] = []
    look_at = studio.desk.look_at

    async def counted(job_ids: Collection[str]) -> dict[str, JobView]:
        looks.append(set(job_ids))
        return await look_at(job_ids)

    monkeypatch.setattr(studio.desk, "look_at", counted)
    async with contextlib.AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(follow(http, job_id)) for job_id in jobs for _ in range(20)]
        for stream in streams:
            assert (await stream.next())[0] == "status"
        for job_id in jobs:
            studio.desk.move(job_id, status=Status.RENDERING)
            studio.adapter.hub.moved(job_id)
        for stream in streams:
            assert (await stream.next())[1]["status"] == "rendering"
    assert looks == [set(jobs)]


async def test_each_follower_reads_their_own_language(studio: Studio, http: aiohttp.ClientSession) -> None:
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id) as english, aiohttp.ClientSession(http._base_url) as other:
        other.headers["Accept-Language"] = "de"
        async with follow(other, job_id) as german:
            for stream in (english, german):
                await stream.next()
            await studio.fail(job_id, "out_of_memory")
            said = [(await stream.next())[1]["error"]["detail"] for stream in (english, german)]
    assert "too little memory" in said[0] and "Speicher" in said[1]


async def test_a_look_that_comes_late_takes_nothing_back(studio: Studio, http: aiohttp.ClientSession) -> None:
    await post_job(http)
    followed = hub.Followed()
    followed.see(2, JobView(studio.job, 0, 5.0, None))
    followed.see(1, JobView(studio.job, 1, 9.0, None))
    assert followed.state and b'"position":0' in followed.state.status("en").data


async def test_a_web_job_is_delivered_without_sending(studio: Studio, http: aiohttp.ClientSession) -> None:
    adapter: Adapter = studio.adapter
    await post_job(http)
    assert adapter.name == "web"
    assert await adapter.reply(studio.job, Reply(verbatim("Here it is."))) == Sent(studio.job.id)
    assert await adapter.find_reply(studio.job) == Sent(studio.job.id)
