"""A pool under test with pretended renderers, and what it told."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client

from bot.blobs import DirectoryBlobs
from bot.errors import Unwritable
from bot.pools.local import LocalPool
from bot.pools.nats.pool import NatsPool
from bot.ports import RenderJob, RenderPool
from renderer.options import RenderOptions
from renderer.protocol import Done, Event, Failed, Progress, Started, StyleInput
from renderer.supervisor import ChildSpec, Patience
from renderer.wire import subjects
from renderer.wire.line import Address, end
from tests.fakes.nats.child import painting
from tests.fakes.nats.nursery import nursery
from tests.fakes.nats.server import Server
from tests.fakes.watched import PATIENCE_S, Watched

#: Short enough for a test to wait for its end, long enough for several beats on a machine that does other work.
LEASE_S = 2.5
BEAT_S = 0.4
#: What a child may take to obey a cancel: it looks for one much more often.
OBEYS_S = 1.5


class Scene(Watched):
    """A pool, the blobs that it paints from, and its events in order."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.blobs = DirectoryBlobs(folder / "blobs")
        self.events: list[Event] = []
        #: Called before an event counts as consumed.
        self.before: Callable[[Event], Awaitable[None]] | None = None
        self.pool: RenderPool
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0
        #: What tasks of the pool died of.
        self.deaths: list[BaseException] = []

    def spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """As the service does: a task that dies is an error of the test."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.deaths.append(error)

    async def on_event(self, event: Event) -> None:
        if self.before is not None:
            await self.before(event)
        self.events.append(event)
        await self._tell()

    async def blob(self, wish: dict[str, Any], tail: bytes = b"") -> str:
        """A content picture that says what is to be done with it."""
        file = self.blobs.scratch(".png")
        file.write_bytes(json.dumps(wish).encode() + b"\n" + tail)
        return await self.blobs.put(file)

    async def job(self, name: str = "", deliveries: int = 0, tail: bytes = b"", **wish: Any) -> RenderJob:
        self._number += 1
        content = await self.blob({"number": self._number, **wish}, tail)
        style = await self.blob({"style": True})
        mask = await self.blob({"mask": True})
        styles = (StyleInput(picture=style, weight=2, mask=mask),)
        return RenderJob(name or f"job{self._number}", 1, deliveries, content, styles, RenderOptions(size=128))

    def of(self, job: RenderJob, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if event.job == job.id and isinstance(event, kinds or Event)]

    async def begun(self, job: RenderJob, times: int = 1) -> Started:
        """Wait for its start, or a further one."""
        await self.until(lambda: len(self.of(job, Started)) >= times)
        event = self.of(job, Started)[times - 1]
        assert isinstance(event, Started)
        return event

    async def painting(self, job: RenderJob, times: int = 1) -> None:
        """Wait until a child works on it."""
        delivery = (await self.begun(job, times)).delivery
        await self.until(lambda: any(event.delivery == delivery for event in self.of(job, Progress)))

    async def end_of(self, job: RenderJob, timeout_s: float = PATIENCE_S) -> Done | Failed:
        await self.until(lambda: bool(self.of(job, Done, Failed)), timeout_s)
        [end] = self.of(job, Done, Failed)
        assert isinstance(end, (Done, Failed))
        return end

    async def delivered_once(self, job: RenderJob) -> Done:
        """The painting, of which there is one, and which is what was asked for."""
        done = await self.end_of(job)
        assert isinstance(done, Done)
        assert self.blobs.path(done.result).read_bytes() == painting(self.blobs.path(job.content).read_bytes(), 0)
        await self.empty()
        assert len(self.of(job, Done, Failed)) == 1
        return done

    async def unstorable(self, job: RenderJob) -> None:
        """Submit a job whose painting cannot be stored, and wait for that."""
        refused = asyncio.Event()

        async def refuse(event: Event) -> None:
            if isinstance(event, Done):
                refused.set()
                raise Unwritable("the disk is full")

        self.before = refuse
        await self.pool.submit(job)
        async with asyncio.timeout(PATIENCE_S):
            await refused.wait()

    async def empty(self) -> None:
        """Wait until the pool holds nothing."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.pool.held():  # noqa: ASYNC110 (a pool tells nobody that it holds nothing)
                await asyncio.sleep(0.01)

    async def served(self, slots: int) -> None:
        """Wait until so many can be painted at a time."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.pool.status()).slots != slots or not all(  # noqa: ASYNC110 (nor who comes and goes)
                worker.state in ("idle", "painting") for worker in (await self.pool.status()).workers
            ):
                await asyncio.sleep(0.01)

    async def until_workers(self, condition: Callable[[dict[str, str]], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait until the states of the workers, by name, are so."""
        async with asyncio.timeout(timeout_s):
            while not condition({worker.name: worker.state for worker in (await self.pool.status()).workers}):  # noqa: ASYNC110 (nor that)
                await asyncio.sleep(0.01)

    def latest(self) -> str:
        return "; ".join(repr(event) for event in self.events[-5:])


class Process:
    """An agent as a process of its own."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self._status: int | None = None

    def children(self) -> list[int]:
        """Process ids of its renderer children."""
        return list(map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()))

    def send(self, signal_number: signal.Signals) -> None:
        os.kill(self.pid, signal_number)

    async def kill(self) -> None:
        """kill -9; its children go with it."""
        if self._status is None:
            self.send(signal.SIGKILL)
            await self.ended()

    async def ended(self) -> int:
        if self._status is None:
            async with asyncio.timeout(PATIENCE_S):
                self._status = await nursery().ended(self.pid)
        return self._status


class NatsScene(Scene):
    """A server, a pool and agents, all of which a test may kill."""

    def __init__(self, folder: Path, server: Server, lease_s: float = LEASE_S) -> None:
        super().__init__(folder)
        self.server = server
        self.lease_s = lease_s
        self.agents: list[Process] = []

    def open_pool(self, url: str = "", user: str | None = None, ca: Path | None = None) -> None:
        """The bot's side, as a start of the bot makes it."""
        address = Address(url or self.server.url, user, user, ca)
        self.pool = self.nats = NatsPool(address, self.blobs, self.spawn, unreduced, self.lease_s)

    async def agent(
        self,
        name: str,
        slots: int = 1,
        url: str = "",
        ahead_s: float = 0,
        beat_s: float = BEAT_S,
        user: str = "",
        ca: Path | None = None,
        memory: tuple[int, ...] = (),
        inside: tuple[str, ...] = (),
        ping_s: int | None = None,
    ) -> Process:
        """`inside` is how its command begins."""
        log = self.folder / f"{name}-{len(self.agents)}.log"
        arguments = ["--nats", url or self.server.url, "--name", name, "--slots", str(slots), "--ahead", str(ahead_s)]
        arguments += ["--folder", str(self.folder / "agents" / f"{name}-{len(self.agents)}"), "--beat", str(beat_s)]
        arguments += ["--obeys", str(OBEYS_S)]
        arguments += ["--user", user] if user else []
        arguments += ["--memory", *map(str, memory)] if memory else []
        arguments += ["--ca", str(ca)] if ca else []
        arguments += ["--ping", str(ping_s)] if ping_s else []
        agent = Process(nursery().start(arguments, log, inside), log)
        self.agents.append(agent)
        return agent

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """Somebody else at the same server."""
        client = await nats.connect(self.server.url)
        try:
            yield client
        finally:
            await client.close()

    async def messages(self, stream: str, at_least: int) -> None:
        """Wait until a stream has so many."""
        async with self.client() as client, asyncio.timeout(PATIENCE_S):
            while (await client.jetstream().stream_info(stream)).state.messages < at_least:  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.02)

    async def nothing_is_left(self) -> None:
        """Wait until the server keeps no message of any job."""
        left: dict[str, dict[str, int] | None] = {}
        async with self.client() as client:
            for _ in range(int(PATIENCE_S / 0.1)):
                infos = [await client.jetstream().stream_info(name, ">") for name in subjects.OF_STREAM]
                left = {info.config.name or "": info.state.subjects for info in infos if info.state.messages}
                if not left:
                    return
                await asyncio.sleep(0.1)
        raise AssertionError(f"this is left: {left}; held are {await self.pool.held()}")

    async def restart_bot(self, resting: frozenset[str] = frozenset()) -> None:
        """The bot dies without a word, and begins anew."""
        await end(list(self._tasks))
        self.open_pool()
        await self.pool.rest(resting)
        await self.pool.start(self.on_event)


async def unreduced(picture: Path, edge: int) -> Path:
    """What a pretended child reads are no pictures."""
    return picture


def pretended_pool(scene: Scene) -> LocalPool:
    """This machine's own, with one pretended child."""
    child = ChildSpec(scene.folder, device="cpu", module="tests.fakes.nats.child")
    return LocalPool(child, Patience(cancel_s=OBEYS_S), scene.blobs, scene.spawn)


@asynccontextmanager
async def local_scene(folder: Path) -> AsyncIterator[Scene]:
    """One pretended child on this machine."""
    scene = Scene(folder)
    scene.pool = pretended_pool(scene)
    await scene.pool.start(scene.on_event)
    try:
        await scene.served(1)
        yield scene
    finally:
        await scene.pool.drain(0)
    assert not scene.deaths, scene.deaths


@asynccontextmanager
async def scene_at(server: Server, folder: Path, lease_s: float = LEASE_S) -> AsyncIterator[NatsScene]:
    """A server that is begun and, with the pool and the agents that are opened there meanwhile, ended."""
    await server.start()
    scene = NatsScene(folder, server, lease_s)
    try:
        yield scene
    finally:
        await scene.pool.drain(0)
        for agent in scene.agents:
            await agent.kill()
        await server.kill()
    assert not scene.deaths, scene.deaths


@asynccontextmanager
async def nats_scene(folder: Path, agents: int = 1, lease_s: float = LEASE_S) -> AsyncIterator[NatsScene]:
    """A server, the pool and so many agents of one slot each."""
    async with scene_at(Server(folder / "nats"), folder, lease_s) as scene:
        scene.open_pool()
        await scene.pool.start(scene.on_event)
        for number in range(agents):
            await scene.agent(f"gpu{number}")
        await scene.served(agents)
        yield scene


def replaced(job: RenderJob, **changes: Any) -> RenderJob:
    return dataclasses.replace(job, **changes)
