"""Whether an agent could serve here: the server, what it lets this agent hear, and each device."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from nats.aio.client import Client

from renderer.agent.agent import AgentSpec
from renderer.protocol import Event, Ready
from renderer.supervisor import ChildSpec, Supervisor
from renderer.wire import subjects
from renderer.wire.line import Line, end

_CONNECT_S = 10.0


async def check(spec: AgentSpec) -> AsyncIterator[tuple[bool, str]]:
    """What was looked at, one after another: whether it is well, and a sentence. Tells the bot nothing."""
    yield await _server(spec)
    spec.folder.mkdir(parents=True, exist_ok=True)
    for child in spec.children:
        yield await _device(spec, child)


async def _server(spec: AgentSpec) -> tuple[bool, str]:
    async def on_open(client: Client) -> None:
        await client.subscribe(subjects.word(spec.name, "check"))
        # Twice: what answers the first may be meant for a ping of nats-py's own, and come before a refusal.
        await client.flush()
        await client.flush()

    line = Line(spec.address, f"check of {spec.name}", on_open, subjects.inbox(spec.name))
    running = asyncio.create_task(line.run(), name="line")
    try:
        client = await line.first(_CONNECT_S)
        if client is None:
            return False, line.trouble or "no answer"
        if client.last_error is not None:
            return False, f"{spec.address.url} does not let {spec.name} hear what the bot says: {client.last_error}"
        return True, f"{spec.address.url} is reached, {client.connected_server_version}"
    finally:
        await end([running])


async def _device(spec: AgentSpec, child: ChildSpec) -> tuple[bool, str]:
    async def ignore(_: Event) -> None:
        pass

    supervisor = Supervisor(spec.name, child, ignore, spec.patience)
    running = asyncio.create_task(supervisor.run(), name="supervisor")
    try:
        ready = await supervisor.wait_ready_or_down()
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    if isinstance(ready, Ready):
        peers = f", and {', '.join(ready.peers)}" if ready.peers else ""
        return True, f"{ready.device} ({ready.device_name}) paints with {ready.encoder}{peers}"
    return False, f"{child.device}: {ready}"
