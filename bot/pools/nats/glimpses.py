"""First views of jobs that have to wait, from agents: asked for once, stored nowhere, and soon or never."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.pools.nats.agents import Agent, Agents
from bot.pools.nats.words import Words
from bot.ports import BlobStore, OnEvent, RenderJob, Spawn
from renderer.protocol import PREVIEW_EDGE, Progress
from renderer.wire.line import PASSING
from renderer.wire.messages import GLIMPSE_S, BadMessage, Glimpse, SmallStyle, is_preview

log = structlog.get_logger(__name__)

#: A picture as a file of at most that long edge (px), a JPEG. Raises OSError, or RuntimeError where it cannot be made.
Reduce = Callable[[Path, int], Awaitable[Path]]

#: Long edge (px) of a style picture at most, for the largest strokes: `renderer.impression` looks no closer.
_MOST_STYLE_EDGE = 1024


class Glimpses:
    """Asks one agent for each, of which it is believed for that job alone."""

    def __init__(self, words: Words, blobs: BlobStore, reduce: Reduce, spawn: Spawn, agents: Agents) -> None:
        self._words = words
        self._blobs = blobs
        self._reduce = reduce
        self._spawn = spawn
        self._agents = agents
        self.on_event: OnEvent

    def ask(self, job: RenderJob) -> bool:
        """Ask for one in the background; whether there was somebody to ask."""
        agent = self._agents.next_to_glimpse()
        if agent is None:
            return False
        agent.glimpses += 1
        self._spawn(self._ask(job, agent), f"glimpse of {job.id}")
        return True

    async def _ask(self, job: RenderJob, agent: Agent) -> None:
        try:
            async with asyncio.timeout(GLIMPSE_S):
                glimpse = await self._glimpse(job)
                view = await self._words.glimpse(agent.name, agent.instance, glimpse)
        except (*PASSING, RuntimeError, BadMessage) as exc:
            log.debug("no glimpse", job=job.id, agent=agent.name, why=repr(exc))
            return
        finally:
            agent.glimpses -= 1
        # Who answers could have guessed where to, and not the token.
        if view.token != glimpse.token or not is_preview(view.preview):
            log.warning("glimpse refused", job=job.id, agent=agent.name)
            return
        address = {"job": job.id, "attempt": job.attempt, "delivery": job.deliveries, "worker": agent.name}
        await self.on_event(Progress(**address, fraction=0, preview=view.preview))

    async def _glimpse(self, job: RenderJob) -> Glimpse:
        """With its pictures, as small as a view needs them. Raises OSError and RuntimeError."""
        style_edge = max(PREVIEW_EDGE, min(round(PREVIEW_EDGE * job.options.style_scale), _MOST_STYLE_EDGE))
        styles = [
            SmallStyle(
                picture=await self._small(style.picture, style_edge),
                weight=style.weight,
                mask=await self._small(style.mask, PREVIEW_EDGE) if style.mask else None,
            )
            for style in job.styles
        ]
        return Glimpse(
            job=job.id,
            attempt=job.attempt,
            delivery=job.deliveries,
            token=secrets.token_hex(8),
            content=await self._small(job.content, PREVIEW_EDGE),
            styles=tuple(styles),
            options=job.options,
        )

    async def _small(self, name: str, edge: int) -> bytes:
        small = await self._reduce(self._blobs.path(name), edge)
        return await asyncio.to_thread(small.read_bytes)
