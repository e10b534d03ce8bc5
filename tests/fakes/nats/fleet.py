"""Many real agents in one process, whose children only pretend: each painting takes some seconds and no processor."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from renderer import protocol
from renderer.agent import seat
from renderer.agent.agent import Agent, AgentSpec
from renderer.supervisor import ChildSpec, OnEvent, Patience
from renderer.wire.line import Address
from tests.fakes.nats.child import PREVIEW

#: Bytes of what is painted, as a painting of 512 px has.
PAINTING = 500_000
#: Bytes of a preview, of which each painting shows as many as there are steps.
_PREVIEW = PREVIEW + bytes(20_000)
_STEPS = 4


class _Pretended:
    """In place of `renderer.supervisor.Supervisor`."""

    seconds = 1.0

    def __init__(self, name: str, spec: ChildSpec, on_event: OnEvent, patience: Patience) -> None:
        self.name = name
        self.ready = protocol.Ready(device="cuda", device_name="a pretended one", encoder="vgg16-pretended")
        self.memory: int | None = None
        self.down: str | None = None
        self.restarts = 0
        self.can_glimpse = False
        self._on_event = on_event
        self._painting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def wait_ready(self) -> protocol.Ready:
        return self.ready

    async def paint(self, order: protocol.Paint) -> None:
        task = asyncio.create_task(self._paint(order))
        self._painting.add(task)
        task.add_done_callback(self._painting.discard)

    async def cancel(self, job: str, attempt: int) -> None:
        """It is soon done."""

    async def _paint(self, order: protocol.Paint) -> None:
        address = {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}
        for step in range(_STEPS):
            await self._on_event(protocol.Progress(**address, fraction=step / _STEPS, preview=_PREVIEW))
            await asyncio.sleep(self.seconds / _STEPS)
        Path(order.output).write_bytes(os.urandom(PAINTING))
        done = protocol.Done(
            **address,
            worker=self.name,
            result=order.output,
            width=512,
            height=384,
            seconds=self.seconds,
            iterations=1,
            losses={},
            device="cuda",
            encoder=self.ready.encoder,
            options=order.options,
        )
        await self._on_event(done)


async def _run(url: str, folder: Path, agents: int) -> None:
    seat.Supervisor = _Pretended  # type: ignore[attr-defined, assignment]
    async with asyncio.TaskGroup() as group:
        for number in range(agents):
            name = f"gpu{number}"
            own = folder / name
            child = ChildSpec(own, device="cuda")
            group.create_task(Agent(AgentSpec(Address(url), name, (child,), Patience(), own)).run(), name=name)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--nats", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--agents", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    _Pretended.seconds = given.seconds
    asyncio.run(_run(given.nats, given.folder, given.agents))


if __name__ == "__main__":
    main()
