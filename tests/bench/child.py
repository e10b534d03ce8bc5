"""A renderer child that has loaded its encoder, to be timed without its start."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from renderer import protocol, weights
from renderer.options import RenderOptions
from renderer.supervisor import ChildSpec, Supervisor
from tests.bench.figures import ROOT


class WarmChild:
    """Paints one content in one style, however often and at once."""

    def __init__(self, device: str, content: Path, style: Path) -> None:
        found = weights.find("vgg16", ROOT / "data" / "weights")
        assert found, "the encoder's weights are missing; run `make setup` first"
        self.supervisor = Supervisor("bench", ChildSpec(found[1].parent, device), self._on_event)
        self._content, self._style = content, style
        self._said: dict[str, asyncio.Queue[protocol.Event]] = {}

    async def painting(self, options: RenderOptions) -> AsyncIterator[protocol.Event]:
        """Paint, and give what the child says of it; the last is Done. RuntimeError where it fails."""
        job = uuid.uuid4().hex
        said = self._said[job] = asyncio.Queue()
        await self.supervisor.paint(
            protocol.Paint(
                job=job,
                attempt=1,
                delivery=1,
                content=str(self._content),
                styles=(protocol.StyleInput(picture=str(self._style)),),
                output=str(self._content.with_name(f"{job}.png")),
                options=options,
            )
        )
        while not isinstance(event := await said.get(), (protocol.Done, protocol.Failed)):
            yield event
        if isinstance(event, protocol.Failed):
            raise RuntimeError(f"{event.reason}: {event.detail}")
        yield event

    async def paint(self, options: RenderOptions) -> protocol.Done:
        events = [event async for event in self.painting(options)]
        assert isinstance(events[-1], protocol.Done)
        return events[-1]

    async def _on_event(self, event: protocol.Event) -> None:
        self._said[event.job].put_nowait(event)


@asynccontextmanager
async def warm_child(device: str, content: Path, style: Path) -> AsyncIterator[WarmChild]:
    """A child that is ready; it ends with the block."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    child = WarmChild(device, content, style)
    task = asyncio.create_task(child.supervisor.run(), name="supervisor")
    try:
        ready = await child.supervisor.wait_ready_or_down()
        if isinstance(ready, str):
            raise RuntimeError(ready)
        yield child
    finally:
        task.cancel()
        await asyncio.wait({task})
