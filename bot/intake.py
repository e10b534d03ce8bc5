"""The door: an order becomes a job, or its sender learns why not."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from bot.accounts import Accounts, over_quota
from bot.disk import Disk
from bot.errors import BadPicture, BadRequest, Busy, Forbidden, NotReady, TooExpensive, UnknownJob
from bot.estimates import Estimates
from bot.jobs import Job, Status, new_id
from bot.moderation import Moderation
from bot.patience import needing_room, no_room
from bot.pictures import Picture, normalise
from bot.pictures import Style as Style  # what adapters make orders of
from bot.ports import BlobStore
from bot.replies import duration
from bot.scheduler import Scheduler
from bot.store import Store
from bot.store.jobs import NoRoom, Room
from bot.store.quotas import OverQuota
from bot.texts import Phrase, phrase
from config.settings import LimitsSettings
from renderer.options import RenderOptions
from renderer.protocol import StyleInput

log = structlog.get_logger(__name__)

#: When to come back to a service that takes nothing at the moment: nobody knows.
_CLOSED_S = 600.0

Put = Callable[[Path], Awaitable[str]]


@dataclasses.dataclass(frozen=True)
class Order:
    """What an adapter took in: pictures as they came, and what is wanted of them."""

    adapter: str
    source: str  #: id of the message that asked, unique within the adapter
    requester: str  #: ``platform:id``
    content: Path
    styles: tuple[Style, ...]  #: none for a dream, else one at least
    options: RenderOptions
    place: str | None = None  #: ``platform:id`` of the group where it was asked
    language: str | None = None  #: of `bot.texts.LANGUAGES`
    address: dict[str, Any] | None = None  #: where the reply goes, the adapter's own JSON
    network: str | None = None  #: where it came from, by which is counted; None where it is not
    webhook: str | None = None  #: URL that is told of the job's end, from `bot.webhooks.checked`


@dataclasses.dataclass(frozen=True)
class Again:
    """A new job from the pictures of another, which is the requester's or was asked for in the same place."""

    job: Job
    adapter: str
    source: str
    requester: str
    options: RenderOptions
    place: str | None = None
    language: str | None = None
    address: dict[str, Any] | None = None
    network: str | None = None
    webhook: str | None = None
    styles: tuple[Style, ...] | None = None  #: others, in place of the stored ones
    swapped: bool = False  #: content and first style change places; excludes `styles`


class Intake:
    """Accepts orders. The pictures in an order stay their adapter's, to keep or to remove."""

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        limits: LimitsSettings,
        estimates: Estimates,
        scheduler: Scheduler,
        accounts: Accounts,
        moderation: Moderation,
        disk: Disk,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._limits = limits
        self._estimates = estimates
        self._scheduler = scheduler
        self._accounts = accounts
        self._moderation = moderation
        self._disk = disk
        self._room = Room(limits.open_jobs_per_requester, limits.open_jobs)

    async def accept(self, order: Order) -> Job:
        """The job that the order makes, or made when it came before; committed when this returns.

        Raises Forbidden, BadPicture, BadRequest, TooExpensive or Busy; where the fault is ours Unexamined and
        Unwritable.
        """
        return await self._admit(order, lambda: self._take_in(order))

    async def again(self, again: Again) -> Job:
        """The job that comes of another's pictures, as `accept`.

        Raises also UnknownJob, and NotReady (input_gone) where the pictures are no longer kept.
        """
        return await self._admit(again, lambda: self._take_up(again))

    async def expect(
        self, adapter: str, source: str, requester: str, place: str | None = None, network: str | None = None
    ) -> Job | None:
        """The job that a message has made already; None where it may make one. For who has yet to fetch its pictures.

        Raises Busy or Forbidden where there is none and nothing would be taken now.
        """
        known = await self._store.jobs.by_source(adapter, source)
        if known is None:
            await self.check_open(requester, place, network=network)
        return known

    async def check_open(
        self, requester: str, place: str | None, instead_of: Job | None = None, network: str | None = None
    ) -> None:
        """Raise Busy or Forbidden where nothing would be taken now, be it instead of a job that is cancelled for it."""
        await self._check_door()
        await self._accounts.admit(requester, place)
        await self._accounts.check_quota(requester, place, network)
        # One that is painted keeps its place until it has stopped.
        if instead_of is None or instead_of.status is not Status.QUEUED:
            try:
                await self._store.jobs.check_room(requester, self._room)
            except NoRoom as full:
                raise await self._busy(requester, full) from full

    async def why_closed(self) -> str | None:
        """Why nothing would be taken in now, whoever asked: closing, disk_full or queue_full; None where it would."""
        try:
            await self._check_door()
            await self._store.jobs.check_room("", self._room)
        except Busy as busy:
            return busy.code
        except NoRoom:
            return "queue_full"
        return None

    async def _check_door(self) -> None:
        if await self._store.switches.get("drained") is not None:
            raise Busy(phrase("busy-closing"), "closing", _CLOSED_S)
        if await self._disk.is_full():
            raise no_room()

    async def _admit(self, asked: Order | Again, make: Callable[[], Awaitable[Job]]) -> Job:
        # Before the costly part; `add` asks again for quotas and room, in the transaction that counts.
        known = await self.expect(asked.adapter, asked.source, asked.requester, asked.place, asked.network)
        if known is not None:
            return known
        try:
            with needing_room():
                job = await make()
        except NoRoom as full:
            raise await self._busy(asked.requester, full) from full
        except OverQuota as over:
            raise over_quota(over) from over
        self._scheduler.ring(job.id)
        return job

    async def _take_in(self, order: Order) -> Job:
        _check_styles(order.options, order.styles)
        with contextlib.ExitStack() as scratch:
            content = await self._normalise(order.content, phrase("intake-the-content"), scratch)
            styles = await self._normalise_all(order.styles, content, scratch)
            estimate_s = await self._estimate(order.options, content)
            await self._look_at(order, phrase("intake-the-content"), content.file, "content")
            await self._look_at_all(order, styles)
            async with self._store.blobs.putting(self._blobs) as put:
                name = await put(content.file)
                return await self._commit(order, name, await _stored(styles, put), estimate_s)

    async def _take_up(self, again: Again) -> Job:
        name, kept = _stored_pictures(again)
        _check_styles(again.options, kept if again.styles is None else again.styles)
        with contextlib.ExitStack() as scratch:
            content = await self._kept(name)
            styles = await self._normalise_all(again.styles or (), content, scratch)
            estimate_s = await self._estimate(again.options, content)
            # Not at the kept ones: that was done when they came, and the painting is looked at again.
            await self._look_at_all(again, styles)
            async with self._store.blobs.putting(self._blobs) as put:
                # From here on nobody removes a picture.
                inputs = kept if again.styles is None else await _stored(styles, put)
                for needed in (name, *(part for style in inputs for part in (style.picture, style.mask) if part)):
                    self._path(needed)
                return await self._commit(again, name, inputs, estimate_s)

    async def _commit(
        self, asked: Order | Again, content: str, styles: tuple[StyleInput, ...], estimate_s: float
    ) -> Job:
        job = Job(
            id=new_id(),
            adapter=asked.adapter,
            source=asked.source,
            requester=asked.requester,
            content=content,
            styles=styles,
            options=asked.options,
            created_at=time.time(),
            place=asked.place,
            language=asked.language,
        )
        with bound_contextvars(job=job.id):
            kept = await self._store.jobs.add(
                job,
                estimate_s=estimate_s,
                room=self._room,
                quotas=self._accounts.quotas,
                network=asked.network,
                address=asked.address,
                webhook=asked.webhook,
                priority=self._accounts.priority(asked.requester),
            )
            if kept is job:
                log.info("job accepted", adapter=job.adapter, estimate_s=round(estimate_s))
        return kept

    async def _normalise_all(
        self, styles: Sequence[Style], content: Picture, scratch: contextlib.ExitStack
    ) -> list[Style]:
        normal = []
        for number, style in enumerate(styles, 1):
            picture = await self._normalise(style.picture, _which(number, styles), scratch)
            mask = await self._mask(style.mask, number, content, scratch) if style.mask else None
            normal.append(Style(picture.file, style.weight, mask))
        return normal

    async def _normalise(self, raw: Path, which: Phrase, scratch: contextlib.ExitStack) -> Picture:
        try:
            picture = await normalise(raw, self._blobs.scratch, self._limits)
        except BadPicture as bad:
            raise BadPicture(phrase("intake-about", which=which, problem=bad.said), bad.code) from bad
        scratch.callback(picture.file.unlink, missing_ok=True)
        return picture

    async def _look_at_all(self, asked: Order | Again, styles: Sequence[Style]) -> None:
        for number, style in enumerate(styles, 1):
            await self._look_at(asked, _which(number, styles), style.picture, f"style {number}")

    async def _look_at(self, asked: Order | Again, which: Phrase, picture: Path, subject: str) -> None:
        """Raise Forbidden where nothing may be painted from this picture; the sentence does not say why."""
        verdict = await self._moderation.check(picture, asked.adapter, f"{subject} of {asked.requester}")
        if not verdict.publishable:
            log.info("picture refused", code="moderated", subject=subject, score=verdict.score)
            said = phrase("intake-about", which=which, problem=phrase("intake-moderated"))
            raise Forbidden(said, "moderated")

    async def _mask(self, raw: Path, number: int, content: Picture, scratch: contextlib.ExitStack) -> Path:
        which = phrase("intake-mask", number=number)
        mask = await self._normalise(raw, which, scratch)
        if not mask.has_shape_of(content):
            sizes = {"width": mask.width, "height": mask.height}
            sizes |= {"content-width": content.width, "content-height": content.height}
            problem = phrase("intake-mask-mismatch", **sizes)
            raise BadPicture(phrase("intake-about", which=which, problem=problem), "mask_mismatch")
        return mask.file

    async def _kept(self, name: str) -> Picture:
        file = self._path(name)
        return Picture(file, *await asyncio.to_thread(_size, file))

    def _path(self, name: str) -> Path:
        try:
            return self._blobs.path(name)
        except FileNotFoundError as gone:
            raise NotReady(phrase("intake-input-gone"), "input_gone") from gone

    async def _estimate(self, options: RenderOptions, content: Picture) -> float:
        aspect = content.width / content.height
        allowed_s = self._limits.max_render_s
        expected_s = await self._estimates.seconds(options, aspect)
        if expected_s <= allowed_s:
            return expected_s
        size = await self._estimates.largest_size_within(allowed_s, options, aspect)
        fewer_steps = "intake-way-out-iterations" if options.iterations else "intake-way-out-draft"
        way_out = phrase("intake-way-out-size", size=size) if size else phrase(fewer_steps)
        lengths = {"expected": duration(expected_s), "allowed": duration(allowed_s)}
        raise TooExpensive(phrase("intake-too-expensive", **lengths, **{"way-out": way_out}))

    async def _busy(self, requester: str, full: NoRoom) -> Busy:
        wait_s = await self._scheduler.next_end_s(None if full.in_all else requester)
        wait = duration(wait_s)
        if full.in_all:
            return Busy(phrase("busy-queue-full", wait=wait), "queue_full", wait_s)
        number = self._room.per_requester
        return Busy(phrase("busy-too-many-jobs", number=number, wait=wait), "too_many_jobs", wait_s)


def _which(number: int, styles: Sequence[Style]) -> Phrase:
    return phrase("intake-the-style") if len(styles) == 1 else phrase("intake-style", number=number)


async def _stored(styles: Sequence[Style], put: Put) -> tuple[StyleInput, ...]:
    inputs = []
    for style in styles:
        mask = await put(style.mask) if style.mask else None
        inputs.append(StyleInput(picture=await put(style.picture), weight=style.weight, mask=mask))
    return tuple(inputs)


def _stored_pictures(again: Again) -> tuple[str, tuple[StyleInput, ...]]:
    """Blob names of content and styles; raises UnknownJob where they are not the requester's to use."""
    job = again.job
    if job.requester != again.requester and (job.place is None or job.place != again.place):
        raise UnknownJob
    if not again.swapped:
        return job.content, job.styles
    if not job.styles:
        raise BadRequest(phrase("intake-nothing-to-swap"), "bad_options")
    first, *others = job.styles
    # A mask was drawn over the former content.
    styles = (first.model_copy(update={"picture": job.content}), *others)
    return first.picture, tuple(style.model_copy(update={"mask": None}) for style in styles)


def _size(file: Path) -> tuple[int, int]:
    # Here, since few need it. A header alone is read, of a picture that was normalised.
    from PIL import Image

    with Image.open(file) as image:
        return image.size


def _check_styles(options: RenderOptions, styles: Sequence[Style | StyleInput]) -> None:
    dreaming = options.mode == "dream"
    if dreaming and styles:
        raise BadRequest(phrase("intake-dream-style"), "bad_options")
    if not dreaming and not styles:
        raise BadPicture(phrase("intake-no-style"), "picture_missing")
    if not all(0 < style.weight < math.inf for style in styles):
        raise BadRequest(phrase("intake-weight"), "bad_options")
