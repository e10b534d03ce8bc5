"""First views over the wire, from agents that break, lie or say nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from bot.ports import RenderJob
from renderer.protocol import MAX_PREVIEW, Progress
from renderer.wire import subjects
from renderer.wire.messages import Beat, Device, Glimpse, Step, View, read_word
from tests.fakes.nats.child import PREVIEW
from tests.fakes.nats.scene import NatsScene, nats_scene, replaced
from tests.fakes.watched import PATIENCE_S


class Puppet:
    """An agent that does what a test says."""

    def __init__(self, scene: NatsScene, client: Client, words: Subscription) -> None:
        self.client = client
        self._scene = scene
        self._words = words

    async def asked(self, job: RenderJob) -> tuple[Glimpse, Msg]:
        """Have the pool ask for a view of it."""
        assert await self._scene.pool.glimpse(job)
        message = await self._words.next_msg(PATIENCE_S)
        glimpse = read_word(message.data)
        assert isinstance(glimpse, Glimpse) and glimpse.job == job.id
        return glimpse, message

    async def is_let_off(self) -> None:
        """Wait until the bot waits for no view of it any more."""
        await self._scene.until(lambda: all(agent.glimpses == 0 for agent in self._scene.nats._agents))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[NatsScene]:
    """A bot, and no agent; who comes says once that it is there."""
    """A bot, and no agent; whoever comes needs to say so once."""
    async with nats_scene(tmp_path, agents=0, lease_s=PATIENCE_S) as scene:
        yield scene


@contextlib.asynccontextmanager
async def puppet(scene: NatsScene, name: str = "gpu0") -> AsyncIterator[Puppet]:
    async with scene.client() as client:
        words = await client.subscribe(subjects.word(name, "1"))
        device = Device(name=f"{name}-0", state="painting", device="cuda:0", can_glimpse=True)
        beat = Beat(agent=name, instance="1", slots=1, devices=(device,))
        await client.publish(subjects.beat(name, "1"), beat.model_dump_json().encode())
        await scene.until(lambda: scene.nats._agents.named(name) is not None)
        yield Puppet(scene, client, words)


def view(glimpse: Glimpse, **changes: Any) -> bytes:
    return View(token=glimpse.token, preview=PREVIEW).model_copy(update=changes).model_dump_json().encode()


async def test_what_is_asked_for_says_all_that_a_view_needs_and_nothing_of_it_lies_on_the_server(
    scene: NatsScene,
) -> None:
    job = replaced(await scene.job(tail=b"a picture"), deliveries=1)
    async with puppet(scene) as agent:
        glimpse, message = await agent.asked(job)
        content, style = scene.blobs.path(job.content), job.styles[0]
        assert style.mask
        assert glimpse.content == content.read_bytes()
        [sent] = glimpse.styles
        assert (sent.picture, sent.weight) == (scene.blobs.path(style.picture).read_bytes(), style.weight)
        assert sent.mask == scene.blobs.path(style.mask).read_bytes()
        assert (glimpse.attempt, glimpse.delivery, glimpse.options) == (1, 1, job.options)
        await scene.nothing_is_left()
        await message.respond(view(glimpse))
        await scene.until(lambda: bool(scene.events))
    assert scene.events == [
        Progress(job=job.id, attempt=1, delivery=1, worker="gpu0", fraction=0, preview=PREVIEW),
    ]


@pytest.mark.parametrize(
    "forged",
    [{"token": "0" * 16}, {"preview": b"<script>"}, {"preview": PREVIEW + bytes(MAX_PREVIEW)}],
    ids=["by another", "no picture", "too large"],
)
async def test_a_view_that_is_not_what_was_asked_for_is_not_shown(scene: NatsScene, forged: dict[str, Any]) -> None:
    async with puppet(scene) as agent:
        glimpse, message = await agent.asked(await scene.job())
        await message.respond(view(glimpse, **forged))
        await agent.is_let_off()
        glimpse, message = await agent.asked(await scene.job())
        await message.respond(b"no view")
        await agent.is_let_off()
    assert not scene.events


async def test_an_agent_is_believed_of_no_job_but_the_one_it_was_asked_about(scene: NatsScene) -> None:
    asked, other = await scene.job(), await scene.job()
    async with puppet(scene) as agent:
        glimpse, message = await agent.asked(asked)
        for job in (asked, other):  # as it would tell of what it paints
            progress = Progress(job=job.id, attempt=1, delivery=0, fraction=0, preview=PREVIEW)
            step = Step(instance="1", token=glimpse.token, event=progress)
            await agent.client.publish(subjects.progress("gpu0", job.id), step.model_dump_json().encode())
        await message.respond(view(glimpse))
        await scene.until(lambda: bool(scene.of(asked)))
        await message.respond(view(glimpse))  # once is enough
        await agent.client.flush()
        assert await scene.nats._line.is_live(PATIENCE_S)
    assert [event.job for event in scene.events] == [asked.id]


async def test_no_more_is_asked_than_an_agent_can_answer_and_none_of_it_waits_for_a_later_time(
    scene: NatsScene,
) -> None:
    jobs = [await scene.job() for _ in range(9)]
    async with puppet(scene) as agent:
        asked = [await agent.asked(job) for job in jobs[:8]]
        assert not await scene.pool.glimpse(jobs[8])
        glimpse, message = asked[0]
        await message.respond(view(glimpse))
        await scene.until(lambda: bool(scene.events))
        await agent.asked(jobs[8])


async def test_with_nobody_to_ask_a_pool_says_so(scene: NatsScene) -> None:
    job = await scene.job()
    assert not await scene.pool.glimpse(job)
    async with puppet(scene) as agent:
        await scene.pool.rest(frozenset({"gpu0"}))
        assert not await scene.pool.glimpse(job)
        await scene.pool.rest(frozenset())
        await agent.asked(job)
        await scene.server.kill()
        await scene.until(lambda: scene.nats._line.trouble is not None)
        assert not await scene.pool.glimpse(job)


async def test_a_picture_that_is_gone_or_cannot_be_made_small_costs_its_view_alone(
    scene: NatsScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, odd, last = [await scene.job() for _ in range(3)]
    await scene.blobs.delete(gone.content)

    async def fail(picture: Path, edge: int) -> Path:
        raise RuntimeError("the process was killed")

    async with puppet(scene) as agent:
        assert await scene.pool.glimpse(gone)
        await agent.is_let_off()
        with monkeypatch.context() as patch:
            patch.setattr(scene.nats._glimpses, "_reduce", fail)
            assert await scene.pool.glimpse(odd)
            await agent.is_let_off()
        too_large = await scene.job(tail=bytes(1 << 20))
        assert await scene.pool.glimpse(too_large)
        await agent.is_let_off()
        await agent.asked(last)
    assert not scene.events


async def test_an_agent_lost_meanwhile_costs_its_view_alone(scene: NatsScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pools.nats.glimpses.GLIMPSE_S", 0.5)
    lost, shown = await scene.job(), await scene.job()
    agent = await scene.agent("gpu0")
    await scene.served(1)
    agent.send(signal.SIGSTOP)
    assert await scene.pool.glimpse(lost)
    await scene.until(lambda: all(agent.glimpses == 0 for agent in scene.nats._agents))
    await agent.kill()
    async with asyncio.timeout(PATIENCE_S):
        assert await scene.pool.glimpse(shown)  # nobody hears it, and the server says so
        await scene.until(lambda: all(agent.glimpses == 0 for agent in scene.nats._agents))
    await scene.agent("gpu1")
    await scene.until(lambda: any(agent.name == "gpu1" and agent.can_glimpse for agent in scene.nats._agents))
    await scene.pool.rest(frozenset({"gpu0"}))
    assert await scene.pool.glimpse(shown)
    await scene.until(lambda: bool(scene.of(shown)))
    assert not scene.of(lost)


async def test_an_agent_keeps_nothing_of_what_it_has_shown_and_leaves_though_it_shows_something(
    scene: NatsScene,
) -> None:
    agent = await scene.agent("gpu0")
    await scene.served(1)
    job = await scene.job()
    assert await scene.pool.glimpse(job)
    await scene.until(lambda: bool(scene.of(job)))
    folder = scene.folder / "agents" / "gpu0-0"
    await scene.until(lambda: not list(folder.iterdir()))
    [child] = agent.children()
    os.kill(child, signal.SIGSTOP)
    assert await scene.pool.glimpse(await scene.job())
    await scene.until(lambda: bool(list(folder.iterdir())))
    agent.send(signal.SIGTERM)
    os.kill(child, signal.SIGKILL)
    assert await agent.ended() == 0
    assert not folder.exists()
