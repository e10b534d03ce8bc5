"""The door: an order becomes a job, or its sender learns why not."""

from __future__ import annotations

import dataclasses
import math
import time
from pathlib import Path

import structlog

from bot.errors import BadPicture, BadRequest, Busy, TooExpensive
from bot.estimates import Estimates
from bot.jobs import Job, new_id
from bot.pictures import Picture, normalise
from bot.ports import BlobStore
from bot.replies import duration
from bot.scheduler import Scheduler
from bot.store import Store
from bot.store.jobs import NoRoom, Room
from config.settings import LimitsSettings
from renderer.options import RenderOptions
from renderer.protocol import StyleInput

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True)
class Order:
    """What an adapter took in: two or more pictures as they came, and what is wanted of them."""

    adapter: str
    source: str  #: id of the message that asked, unique within the adapter
    requester: str  #: ``platform:id``
    content: Path
    styles: tuple[tuple[Path, float], ...]  #: pictures with their weights among the styles, above 0
    options: RenderOptions


class Intake:
    """Accepts orders. The pictures in an order stay their adapter's, to keep or to remove."""

    def __init__(
        self, store: Store, blobs: BlobStore, limits: LimitsSettings, estimates: Estimates, scheduler: Scheduler
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._limits = limits
        self._estimates = estimates
        self._scheduler = scheduler
        self._room = Room(limits.open_jobs_per_requester, limits.open_jobs)

    async def accept(self, order: Order) -> Job:
        """The job that the order makes, or made when it came before; committed when this returns.

        Raises BadPicture, BadRequest, TooExpensive or Busy.
        """
        known = await self._store.jobs.by_source(order.adapter, order.source)
        if known is not None:
            return known
        _check_styles(order)
        try:
            # Before the costly part; `add` asks again, in the transaction that counts.
            await self._store.jobs.check_room(order.requester, self._room)
            job = await self._take_in(order)
        except NoRoom as full:
            raise await self._busy(order.requester, full) from full
        self._scheduler.ring(job.id)
        return job

    async def _take_in(self, order: Order) -> Job:
        pictures: list[Picture] = []
        try:
            pictures.append(await self._normalise(order.content, "The content picture"))
            for number, (style, _) in enumerate(order.styles, 1):
                name = "The style picture" if len(order.styles) == 1 else f"Style picture {number}"
                pictures.append(await self._normalise(style, name))
            estimate_s = await self._estimate(order.options, pictures[0])
            return await self._commit(order, pictures, estimate_s)
        finally:
            for picture in pictures:
                picture.file.unlink(missing_ok=True)

    async def _normalise(self, raw: Path, name: str) -> Picture:
        try:
            return await normalise(raw, self._blobs.scratch, self._limits)
        except BadPicture as bad:
            raise BadPicture(f"{name}: {bad.message}", bad.code) from bad

    async def _estimate(self, options: RenderOptions, content: Picture) -> float:
        aspect = content.width / content.height
        allowed_s = self._limits.max_render_s
        expected_s = await self._estimates.seconds(options, aspect)
        if expected_s <= allowed_s:
            return expected_s
        size = await self._estimates.largest_size_within(allowed_s, options, aspect)
        way_out = f"{size} pixels would do" if size else "Fewer iterations may do"
        raise TooExpensive(
            f"This painting would take about {duration(expected_s)}, more than the {duration(allowed_s)} allowed. "
            f"{way_out}."
        )

    async def _commit(self, order: Order, pictures: list[Picture], estimate_s: float) -> Job:
        async with self._store.blobs.putting(self._blobs) as put:
            content, *styles = [await put(picture.file) for picture in pictures]
            weights = [weight for _, weight in order.styles]
            job = Job(
                id=new_id(),
                adapter=order.adapter,
                source=order.source,
                requester=order.requester,
                content=content,
                styles=tuple(
                    StyleInput(picture=name, weight=weight) for name, weight in zip(styles, weights, strict=True)
                ),
                options=order.options,
                created_at=time.time(),
            )
            kept = await self._store.jobs.add(job, estimate_s=estimate_s, room=self._room)
        if kept is job:
            log.info("job accepted", job=job.id, adapter=job.adapter, estimate_s=round(estimate_s))
        return kept

    async def _busy(self, requester: str, full: NoRoom) -> Busy:
        wait_s = await self._scheduler.next_end_s(None if full.in_all else requester)
        again = f"please try again in about {duration(wait_s)}."
        if full.in_all:
            return Busy(f"All places in the queue are taken; {again}", "queue_full", wait_s)
        number = self._room.per_requester
        return Busy(
            f"You have {number} painting{'s' if number > 1 else ''} under way already; {again}", "too_many_jobs", wait_s
        )


def _check_styles(order: Order) -> None:
    if not order.styles:
        raise BadPicture("A style picture is missing.", "picture_missing")
    if not all(0 < weight < math.inf for _, weight in order.styles):
        raise BadRequest("The weight of a style is a number above 0.", "bad_options")
