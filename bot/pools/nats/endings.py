"""What agents tell of jobs, believed only from who has the job, and passed on to the bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from nats.aio.msg import Msg
from structlog.contextvars import bound_contextvars

from bot.patience import patiently
from bot.pools.nats.agents import Agents
from bot.pools.nats.assigner import Assigner
from bot.pools.nats.ledger import Claim, Ledger, Place, Work
from bot.pools.nats.streams import Streams
from bot.pools.nats.words import Words
from bot.ports import BlobStore
from renderer.protocol import Done, Event, Failed, FailureReason, Started
from renderer.wire import parcels, subjects
from renderer.wire.line import Line
from renderer.wire.messages import BadMessage, Parcel, Report, Step, is_preview, read

log = structlog.get_logger(__name__)

#: Ends of one hand-over that may arrive broken.
_MAX_BROKEN = 3
#: Files that are fetched at a time: each is held in memory, whatever its agent makes of it (`MAX_PARCEL`).
_FETCHED_AT_ONCE = 4


class Endings:
    """Consumes reports and progress."""

    def __init__(
        self,
        line: Line,
        streams: Streams,
        words: Words,
        blobs: BlobStore,
        agents: Agents,
        ledger: Ledger,
        assigner: Assigner,
    ) -> None:
        self._line = line
        self._streams = streams
        self._words = words
        self._blobs = blobs
        self._agents = agents
        self._ledger = ledger
        self._assigner = assigner
        self._fetching = asyncio.Semaphore(_FETCHED_AT_ONCE)

    async def on_progress(self, message: Msg) -> None:
        """Pass progress on from who has the job."""
        try:
            step = read(Step, message.data)
        except BadMessage as exc:
            log.warning("progress not understood", subject=message.subject, why=str(exc))
            return
        event = step.event
        handed = (event.job, event.attempt, event.delivery, step.token)
        claim = Claim(subjects.sender(message.subject), step.instance, handed)
        work = self._ledger.get((event.job, event.attempt))
        if work is not None and work.claim == claim and work.is_begun and not work.is_ending:
            if event.preview and not is_preview(event.preview):
                event = event.model_copy(update={"preview": None})
            await self._assigner.on_event(event.model_copy(update={"worker": _worker(event, claim)}))

    async def consume(self, claim: Claim, report: Report, place: Place) -> None:
        """Deal with a report, and delete it unless it is to be read again after a restart."""
        event = report.event
        with bound_contextvars(job=event.job):
            work = self._ledger.get((event.job, event.attempt))
            if work is None:
                await self._let_go(claim, place)
            elif claim not in work.claims:
                log.warning("report refused: it was not given the job", agent=claim.agent, event_kind=event.kind)
                await self._let_go(claim, place)
            elif isinstance(event, Started):
                await self._begun(work, claim, event, place)
            elif isinstance(event, Done):
                await self._done(work, claim, event, report, place)
            else:
                await self._failed(work, claim, event, place)

    async def _begun(self, work: Work, claim: Claim, event: Started, place: Place) -> None:
        if work.claim != claim or work.beginnings.setdefault(claim, place) != place:
            await self._streams.delete(subjects.REPORTS, place)
            return
        if not work.is_begun:
            work.is_begun = True
            await self._assigner.on_event(event.model_copy(update={"worker": _worker(event, claim)}))

    async def _done(self, work: Work, claim: Claim, event: Done, report: Report, place: Place) -> None:
        if work.is_ending:  # by another agent's painting
            await self._let_go(claim, place)
            return
        work.is_ending = True
        try:
            result = await self._blob(claim, report.result, ".png")
            frames = await self._blob(claim, report.frames, ".zip") if report.frames else None
        except parcels.BrokenParcel as exc:
            work.is_ending = False
            await self._streams.delete(subjects.REPORTS, place)
            await self._broken(work, claim, exc)
            return
        update = {"worker": _worker(event, claim), "result": result, "frames": frames}
        if not await self._assigner.end(work, event.model_copy(update=update)):
            return
        if agent := self._agents.get(claim.agent, claim.instance):
            agent.painted(event)
        await self._let_go(claim, place)

    async def _broken(self, work: Work, claim: Claim, why: parcels.BrokenParcel) -> None:
        """A painting that is not what was sent: asked for again, and in the end painted again."""
        log.error("painting refused", agent=claim.agent, why=str(why))
        if work.claim != claim:
            return
        work.broken += 1
        if work.broken < _MAX_BROKEN:
            # Where it does not hear this, its beats will show that it waits.
            await self._words.again(claim)
        else:
            self._assigner.take_back(work, is_counted=True, is_former=False)
            self._assigner.place()

    async def _failed(self, work: Work, claim: Claim, event: Failed, place: Place) -> None:
        if work.claim == claim and not work.is_ending:
            if event.reason is FailureReason.RENDERER_DIED:
                # Before it had begun, its pictures did not arrive; no agent is to say so for ever.
                is_counted = work.is_begun or claim.agent in work.failed_at
                work.failed_at.add(claim.agent)
                self._assigner.take_back(work, is_counted, is_former=False)
            elif event.reason is FailureReason.CANCELLED and not work.is_cancelled:
                # By an earlier run of the bot, which may only have refused to let it begin while it stopped. If
                # somebody wants it cancelled, the store knows, and its next beginning is refused.
                self._assigner.take_back(work, is_counted=False, is_former=False)
            elif not await self._assigner.end(work, event.model_copy(update={"worker": _worker(event, claim)})):
                return
            self._assigner.place()
        await self._let_go(claim, place)

    async def _blob(self, claim: Claim, parcel: Parcel | None, suffix: str) -> str:
        """Take in what an agent has sent, whenever there is room for it; raises BrokenParcel."""
        if parcel is None or not parcel.subject.startswith(subjects.results(claim.agent, claim.token) + "."):
            raise parcels.BrokenParcel("it names no file of its own")
        if parcel.suffix != suffix:
            raise parcels.BrokenParcel(f"it is no {suffix}")
        file = self._blobs.scratch(parcel.suffix)
        try:
            await patiently(lambda: self._fetch(parcel, file))
            return await patiently(lambda: self._blobs.put(file))
        finally:
            file.unlink(missing_ok=True)

    async def _fetch(self, parcel: Parcel, file: Path) -> None:
        async with self._fetching:
            await parcels.fetch(self._line, parcel, file)

    async def _let_go(self, claim: Claim, place: Place) -> None:
        """An end has been dealt with: the message, the files and the agent's own copy go."""
        await self._streams.delete(subjects.REPORTS, place)
        await self._words.received(claim)
        await parcels.remove(self._line, subjects.results(claim.agent, claim.token))


def _worker(event: Event, claim: Claim) -> str:
    """Which device of the agent it is from; an agent cannot speak for another."""
    return event.worker if event.worker.startswith(f"{claim.agent}-") else claim.agent
