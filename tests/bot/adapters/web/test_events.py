"""Following a job: server-sent events over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.web.api import events
from bot.jobs import Status
from bot.ports import Adapter, Reply, Sent
from bot.texts import verbatim
from tests.bot.adapters.web.test_jobs import post_job, problem_of
from tests.fakes.services import Studio, open_studio

FIRST, SECOND = b"\xff\xd8 first", b"\xff\xd8 second"


@pytest.fixture(autouse=True)
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test sees within its time limit came by the doorbell."""
    monkeypatch.setattr(events, "POLL_S", 3600.0)


class Stream:
    """What a browser makes of an event stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> tuple[str, Any]:
        """The next event's name and data; a comment is named ``:``, the end ``end``."""
        async with asyncio.timeout(10):
            lines: list[str] = []
            while line := (await self._response.content.readline()).decode().rstrip("\n"):
                lines.append(line)
        if not lines:
            return "end", None
        if lines[0].startswith(":"):
            return ":", None
        fields = dict(line.split(": ", 1) for line in lines)
        data = fields["data"]
        return fields["event"], json.loads(data) if fields["event"] == "status" else base64.b64decode(data)


@contextlib.asynccontextmanager
async def follow(http: aiohttp.ClientSession, job_id: str) -> AsyncIterator[Stream]:
    async with http.get(f"/api/v1/jobs/{job_id}/events") as response:
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


async def test_what_nobody_announces_is_found_by_polling(
    studio: Studio, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "POLL_S", 0.05)
    job_id = (await post_job(http))["id"]
    async with follow(http, job_id) as stream:
        await stream.next()
        studio.desk.move(job_id, status=Status.RENDERING)
        assert (await stream.next())[1]["status"] == "rendering"


async def test_a_silent_stream_has_a_heartbeat(
    studio: Studio, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "POLL_S", 0.05)
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
        assert not studio.adapter.hub._doorbells


async def test_a_web_job_is_delivered_without_sending(studio: Studio, http: aiohttp.ClientSession) -> None:
    adapter: Adapter = studio.adapter
    await post_job(http)
    assert adapter.name == "web"
    assert await adapter.reply(studio.job, Reply(verbatim("Here it is."))) == Sent(studio.job.id)
    assert await adapter.find_reply(studio.job) == Sent(studio.job.id)
