"""The door: an order becomes a job, or its sender learns why not."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.errors import BadPicture, BadRequest, Busy, TooExpensive
from bot.estimates import Estimates
from bot.jobs import Job, new_id
from bot.pictures import Picture, normalise
from bot.pictures import Style as Style  # what adapters make orders of
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
    """What an adapter took in: pictures as they came, and what is wanted of them."""

    adapter: str
    source: str  #: id of the message that asked, unique within the adapter
    requester: str  #: ``platform:id``
    content: Path
    styles: tuple[Style, ...]  #: none for a dream, else one at least
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
        with contextlib.ExitStack() as scratch:
            content = await self._normalise(order.content, "The content picture", scratch)
            styles = []
            for number, style in enumerate(order.styles, 1):
                which = "The style picture" if len(order.styles) == 1 else f"Style picture {number}"
                picture = await self._normalise(style.picture, which, scratch)
                mask = await self._mask(style.mask, f"Mask {number}", content, scratch) if style.mask else None
                styles.append(Style(picture.file, style.weight, mask))
            estimate_s = await self._estimate(order.options, content)
            return await self._commit(order, content.file, styles, estimate_s)

    async def _normalise(self, raw: Path, which: str, scratch: contextlib.ExitStack) -> Picture:
        try:
            picture = await normalise(raw, self._blobs.scratch, self._limits)
        except BadPicture as bad:
            raise BadPicture(f"{which}: {bad.message}", bad.code) from bad
        scratch.callback(picture.file.unlink, missing_ok=True)
        return picture

    async def _mask(self, raw: Path, which: str, content: Picture, scratch: contextlib.ExitStack) -> Path:
        mask = await self._normalise(raw, which, scratch)
        if not mask.has_shape_of(content):
            raise BadPicture(
                f"{which}: it has {mask.width} × {mask.height} pixels, which is not the shape of the content picture "
                f"({content.width} × {content.height}). Please draw it over the content picture.",
                "mask_mismatch",
            )
        return mask.file

    async def _estimate(self, options: RenderOptions, content: Picture) -> float:
        aspect = content.width / content.height
        allowed_s = self._limits.max_render_s
        expected_s = await self._estimates.seconds(options, aspect)
        if expected_s <= allowed_s:
            return expected_s
        size = await self._estimates.largest_size_within(allowed_s, options, aspect)
        fewer_steps = "Fewer iterations" if options.iterations else "The quality “draft”"
        way_out = f"{size} pixels would do" if size else f"{fewer_steps} may do"
        raise TooExpensive(
            f"This painting would take about {duration(expected_s)}, more than the {duration(allowed_s)} allowed. "
            f"{way_out}."
        )

    async def _commit(self, order: Order, content: Path, styles: list[Style], estimate_s: float) -> Job:
        async with self._store.blobs.putting(self._blobs) as put:
            job = Job(
                id=new_id(),
                adapter=order.adapter,
                source=order.source,
                requester=order.requester,
                content=await put(content),
                styles=tuple([await _stored(style, put) for style in styles]),
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


async def _stored(style: Style, put: Callable[[Path], Awaitable[str]]) -> StyleInput:
    mask = await put(style.mask) if style.mask else None
    return StyleInput(picture=await put(style.picture), weight=style.weight, mask=mask)


def _check_styles(order: Order) -> None:
    dreaming = order.options.mode == "dream"
    if dreaming and order.styles:
        raise BadRequest("A dream is made of one picture alone: leave the style out.", "bad_options")
    if not dreaming and not order.styles:
        raise BadPicture("A style is missing: send a picture, or name one of the gallery.", "picture_missing")
    if not all(0 < style.weight < math.inf for style in order.styles):
        raise BadRequest("The weight of a style is a number above 0.", "bad_options")
