"""A credential per agent, with the subjects that it needs and no other."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import nats.errors
import pydantic
import pytest
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig

from bot.doctor import Verdict, _server
from config.settings import NatsSettings, Settings
from renderer.agent.agent import AgentSpec
from renderer.agent.check import check
from renderer.protocol import Done, Failed, FailureReason, Progress
from renderer.supervisor import ChildSpec, Patience
from renderer.wire import subjects
from renderer.wire.line import Address
from renderer.wire.messages import Report
from renderer.wire.permissions import user
from tests.fakes.nats.scene import NatsScene, scene_at
from tests.fakes.nats.server import Server
from tests.fakes.watched import PATIENCE_S


@asynccontextmanager
async def guarded(folder: Path) -> AsyncIterator[NatsScene]:
    """A server that knows a bot and two agents, one of which is at work."""
    users = ", ".join(['{"user": "bot", "password": "bot"}', user("gpu0", "gpu0"), user("gpu1", "gpu1")])
    server = Server(folder / "nats", f"authorization {{ users = [{users}] }}\n")
    async with scene_at(server, folder) as scene:
        scene.open_pool(user="bot")
        await scene.pool.start(scene.on_event)
        await scene.agent("gpu0", user="gpu0")
        await scene.served(1)
        yield scene


@asynccontextmanager
async def as_gpu1(scene: NatsScene, refusals: list[str]) -> AsyncIterator[Client]:
    async def on_error(error: Exception) -> None:
        refusals.append(str(error))

    client = await nats.connect(
        scene.server.url, user="gpu1", password="gpu1", inbox_prefix=subjects.inbox("gpu1"), error_cb=on_error
    )
    try:
        yield client
    finally:
        await client.close()


async def refused(client: Client, refusals: list[str], act: str, subject: str) -> None:
    """Wait until the server has said so: its client tells of one error for each answer that it reads."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(act in words.lower() and subject.lower() in words.lower() for words in refusals):
            await client.flush()


async def test_an_agent_needs_no_more_than_it_is_given(tmp_path: Path) -> None:
    async with guarded(tmp_path) as scene:
        jobs = [await scene.job(s=0.5), await scene.job(), await scene.job(s=30)]
        await scene.pool.submit(jobs[0])
        await scene.pool.submit(jobs[1])
        for job in jobs[:2]:
            assert isinstance(await scene.end_of(job), Done)
        await scene.pool.submit(jobs[2])
        await scene.painting(jobs[2])
        waiting = await scene.job()
        assert await scene.pool.glimpse(waiting)
        await scene.until(lambda: bool(scene.of(waiting, Progress)))
        await scene.pool.cancel(jobs[2].id, 1)
        end = await scene.end_of(jobs[2])
        assert isinstance(end, Failed) and end.reason is FailureReason.CANCELLED
        await scene.empty()
        assert b"Permissions" not in scene.agents[0].log.read_bytes()


async def test_what_waits_is_given_back_by_an_agent_that_is_held_to_its_own(tmp_path: Path) -> None:
    async with guarded(tmp_path) as scene:
        long, behind = await scene.job(s=30), await scene.job()
        await scene.pool.submit(long)
        await scene.painting(long)
        await scene.pool.submit(behind)
        await scene.agent("gpu1", user="gpu1")
        done = await scene.end_of(behind)
        assert isinstance(done, Done) and done.worker == "gpu1-0"


_FORBIDDEN = (
    *("done.gpu0.job1", "beat.gpu0.x", "progress.gpu0.job1", "blob.out.gpu0.a.b.0", "blob.in.gpu1.a.b.0"),
    *("gpu.gpu1.x", "tell.gpu0.x", "$JS.API.STREAM.PURGE.ATELIER_PARCELS", "$JS.API.STREAM.INFO.ATELIER_REPORTS"),
)


async def test_an_agent_may_not_speak_for_another_nor_for_the_bot(tmp_path: Path) -> None:
    async with guarded(tmp_path) as scene:
        refusals: list[str] = []
        async with as_gpu1(scene, refusals) as client:
            job = await scene.job(s=0.5)
            await scene.pool.submit(job)
            started = await scene.begun(job)
            end = Failed(
                job=started.job, attempt=started.attempt, delivery=started.delivery, reason=FailureReason.BAD_INPUT
            )
            report = Report(instance="guessed", token="guessed", event=end)
            for subject in _FORBIDDEN:
                await client.publish(subject, report.model_dump_json().encode())
                await refused(client, refusals, "publish", subject)
        assert isinstance(await scene.end_of(job), Done)


async def test_an_agent_may_not_read_what_is_another_s(tmp_path: Path) -> None:
    async with guarded(tmp_path) as scene:
        refusals: list[str] = []
        async with as_gpu1(scene, refusals) as client:
            job = await scene.job(s=2)
            await scene.pool.submit(job)
            await scene.painting(job)
            js = client.jetstream(timeout=0.5)
            for parcel in ("blob.in.gpu0.token.0a.0", "blob.out.gpu1.token.0a.0"):
                with pytest.raises((nats.errors.Error, asyncio.TimeoutError)):
                    await js.get_last_msg(subjects.PARCELS, parcel, direct=True)
                await refused(client, refusals, "publish", parcel)
            with pytest.raises((nats.errors.Error, asyncio.TimeoutError)):
                await js.get_msg(subjects.PARCELS, 1, direct=True)
            await refused(client, refusals, "publish", f"direct.get.{subjects.PARCELS}")
            for filter_subject in ("blob.in.gpu0.>", "blob.>"):
                config = ConsumerConfig(name="spy", filter_subject=filter_subject, ack_policy=AckPolicy.NONE)
                with pytest.raises((nats.errors.Error, asyncio.TimeoutError)):
                    await js.add_consumer(subjects.PARCELS, config)
                await refused(client, refusals, "publish", f"spy.{filter_subject}")
            for subject in ("tell.gpu0.>", "_INBOX.>", "_INBOX_gpu0.>", "gpu.>", "blob.>", "done.>"):
                await client.subscribe(subject)
                await refused(client, refusals, "subscription", subject)


async def test_a_check_says_what_an_agent_would_meet_and_the_bot_hears_nothing_of_it(tmp_path: Path) -> None:
    async with guarded(tmp_path) as scene:
        child = ChildSpec(tmp_path, device="cpu", module="tests.fakes.nats.child")

        async def found(user: str, name: str, module: str) -> list[tuple[bool, str]]:
            address = Address(scene.server.url, user, user)
            children = (dataclasses.replace(child, module=module),)
            spec = AgentSpec(address, name, children, Patience(ready_s=30), tmp_path / "check")
            return [finding async for finding in check(spec)]

        well = await found("gpu1", "gpu1", "tests.fakes.nats.child")
        assert [is_well for is_well, _ in well] == [True, True]
        assert scene.server.url in well[0][1] and "a pretended one" in well[1][1]
        ill = await found("gpu1", "gpu0", "no.such.module")
        assert [is_well for is_well, _ in ill] == [False, False]
        assert "does not let gpu0 hear" in ill[0][1]
        [(is_well, why), _] = await found("stranger", "gpu1", "tests.fakes.nats.child")
        # A server may hang up before its reason is read.
        assert not is_well and ("Authorization" in why or "reset" in why)
        assert {agent.name for agent in scene.nats._agents} == {"gpu0"}


async def test_the_doctor_dials_the_server_as_the_service_will(tmp_path: Path) -> None:
    async with guarded(tmp_path) as scene:
        password = pydantic.SecretStr("bot")
        settings = Settings(pools=(scene.server.url,), nats=NatsSettings(user="bot", password=password))
        assert (await _server(settings, scene.server.url)).verdict is Verdict.WELL
        unknown = Settings(pools=(scene.server.url,))
        found = await _server(unknown, scene.server.url)
        assert found.verdict is Verdict.CARE and found.mend
