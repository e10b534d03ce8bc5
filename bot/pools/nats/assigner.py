"""Who gets which job: out of the bot's hands into an agent's, and back where that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import structlog
from structlog.contextvars import bound_contextvars

from bot.errors import Unwritable
from bot.jobs import MAX_DELIVERIES
from bot.pools.nats.agents import Agent, Agents, kind_of
from bot.pools.nats.ledger import Claim, Ledger, Place, Work
from bot.pools.nats.packing import pack
from bot.pools.nats.streams import Streams
from bot.pools.nats.words import Words
from bot.ports import BlobStore, OnEvent, Spawn
from renderer.options import RenderOptions
from renderer.protocol import Done, Failed, FailureReason
from renderer.wire import parcels, subjects
from renderer.wire.line import Line

log = structlog.get_logger(__name__)

Outstanding = dict[tuple[str, str], list[RenderOptions]]


class Assigner:
    """Keeps the ledger true: what is in it has been accepted, and its end has not been consumed."""

    def __init__(
        self,
        line: Line,
        streams: Streams,
        words: Words,
        blobs: BlobStore,
        spawn: Spawn,
        tidy: Spawn,
        agents: Agents,
        ledger: Ledger,
    ) -> None:
        """`tidy` spawns what a stop waits for a little."""
        self._line = line
        self._streams = streams
        self._words = words
        self._blobs = blobs
        self._spawn = spawn
        self._tidy = tidy
        self._agents = agents
        self._ledger = ledger
        self._lanes: dict[str, asyncio.Lock] = {}
        self.on_event: OnEvent
        #: Nothing is handed over any more.
        self.is_stopped = False
        #: Notified at each end.
        self.ended = asyncio.Condition()

    def first_free(self, work: Work) -> Agent | None:
        """Who has room for it and will be free first."""
        return self._agents.first_free(work.job.options, self._outstanding(), work.failed_at)

    def has_room(self) -> bool:
        """Whether anybody would take some job, if not each."""
        return self._agents.has_room(self._outstanding())

    def _outstanding(self) -> Outstanding:
        """What each instance is to paint, by name and instance."""
        outstanding: Outstanding = {}
        for work in self._ledger:
            if work.claim and not work.is_ending:
                outstanding.setdefault(work.claim.holder, []).append(work.job.options)
        return outstanding

    def assign(self, work: Work, agent: Agent) -> None:
        """Hand it over, in the background."""
        claim = work.claim_for(agent.name, agent.instance)
        self._spawn(self._hand_over(work, claim), f"hand-over of {work.job.id}")

    def assign_all_again(self) -> None:
        """The server has come back without its store."""
        log.warning("the server has lost its store: what it had is sent again")
        for work in self._ledger:
            work.place, work.beginnings = None, {}
            if work.claim is not None:
                self._spawn(self._hand_over(work, work.claim), f"hand-over of {work.job.id}")

    async def _hand_over(self, work: Work, claim: Claim) -> None:
        with bound_contextvars(job=work.job.id):
            place = None
            try:
                place = await self._send(work, claim)
            except FileNotFoundError:
                log.warning("picture gone")
                if work.claim is claim:
                    await self.fail(work, FailureReason.BAD_INPUT, "A picture of this painting is no longer kept.")
            if place is None or work.claim is not claim:
                # Ended or taken back meanwhile, and cleared up before all of this was there.
                if place is not None:
                    await self._streams.delete(subjects.ASSIGNMENTS, place)
                if claim not in work.claims:
                    await self._remove_files(claim)
                return
            work.place = place
            log.info("job handed over", agent=claim.agent, attempt=work.job.attempt, delivery=work.delivery)
            if work.is_cancelled:
                await self._words.cancel(claim)

    async def _send(self, work: Work, claim: Claim) -> Place | None:
        """Put it on the server; None where it is not to go there any more. Raises FileNotFoundError."""
        # In order: a small one does not overtake a large one on the way to the same agent.
        async with self._lanes.setdefault(claim.agent, asyncio.Lock()):
            if work.claim is not claim:
                return None
            assignment = await pack(self._line, self._blobs, work.job, claim)
            return await self._streams.put(assignment) if work.claim is claim else None

    def take_back(self, work: Work, is_counted: bool, is_former: bool = True) -> None:
        """Out of an agent's hands; the next `place` gives it to another.

        `is_counted`: it had begun, and that counts towards poison. `is_former`: a painting of it is still welcome.
        """
        claim = work.claim
        if claim is None or work.is_ending:
            return
        log.warning("job taken back", job=work.job.id, agent=claim.agent, is_counted=is_counted)
        if work.place is not None:
            deleting = self._streams.delete(subjects.ASSIGNMENTS, work.place)
            self._tidy(deleting, f"assignment of {work.job.id}")
        if is_former:
            work.former.append(claim)
        else:
            self._tidy(self._remove_files(claim), f"pictures of {work.job.id}")
        work.claim, work.place, work.is_begun = None, None, False
        work.delivery += is_counted
        if is_counted:
            work.failed_at.add(claim.agent)
        if work.is_cancelled or work.delivery > MAX_DELIVERIES:
            reason = FailureReason.CANCELLED if work.is_cancelled else FailureReason.POISONED
            work.is_ending = True
            self._spawn(self._fail(work, reason), f"end of {work.job.id}")

    def evict(self, name: str) -> None:
        """Out of the hands of all instances of this name; what they yet come with is refused."""
        for work in self._ledger:
            for former in [claim for claim in work.former if claim.agent == name]:
                work.former.remove(former)
                self._tidy(self._remove_files(former), f"pictures of {work.job.id}")
            claim = work.claim
            if claim is not None and claim.agent == name and not work.is_ending:
                # An admin's word is no sign of poison.
                self.take_back(work, is_counted=False, is_former=False)
                self._spawn(self._words.cancel(claim), f"cancel of {work.job.id}")
        self.place()

    def place(self) -> None:
        """Give what waits for an agent to whoever has room."""
        waiting = [work for work in self._ledger.waiting() if not work.is_ending]
        if self.is_stopped or not waiting:
            return
        outstanding = self._outstanding()
        unsuited: set[Hashable] = set()  # kinds that nobody has room for: there may be many jobs of each
        for work in waiting:
            kind = _kind(work)
            if kind in unsuited:
                continue
            if not self._agents.has_room(outstanding):
                return
            agent = self._agents.first_free(work.job.options, outstanding, work.failed_at)
            if agent is None:
                unsuited.add(kind)
            else:
                self.assign(work, agent)
                outstanding.setdefault((agent.name, agent.instance), []).append(work.job.options)

    def balance(self) -> None:
        """Ask for what waits behind another painting, where somebody has nothing to paint, and for what waits idly."""
        if self.is_stopped:
            return
        held: dict[tuple[str, str], list[Work]] = {}
        for work in self._ledger:
            if work.claim:
                held.setdefault(work.claim.holder, []).append(work)
        free: dict[str, int] = {}
        for agent in self._agents:
            works = held.get((agent.name, agent.instance), [])
            if agent.is_resting:
                for waiting in filter(_is_waiting, works):
                    self._revoke(waiting)
            elif len(works) < agent.slots:
                free[agent.name] = agent.slots - len(works)
        if sum(work.is_revoking for work in self._ledger) < sum(free.values()):
            self._fill(free, held)

    def _fill(self, free: dict[str, int], held: dict[tuple[str, str], list[Work]]) -> None:
        """Ask each busy agent for what came last there of what suits one of the free slots, by name; one at a time."""
        best: dict[Hashable, Agent | None] = {}  # one answer for all alike: there may be many of them
        for busy in self._agents:
            works = held.get((busy.name, busy.instance), [])
            behind = list(filter(_is_waiting, works))
            if len(works) <= busy.slots or any(work.is_revoking for work in behind):
                continue
            for work in reversed(behind):
                kind = _kind(work)
                if kind not in best:
                    best[kind] = self.first_free(work)
                idle = best[kind]
                if idle is not None and free.get(idle.name, 0) > 0:
                    free[idle.name] -= 1
                    self._revoke(work)
                    break

    def _revoke(self, work: Work) -> None:
        if not work.is_revoking:
            work.is_revoking = True
            self._spawn(self._steal(work), f"revoking {work.job.id}")

    async def _steal(self, work: Work) -> None:
        claim = work.claim
        try:
            is_free = claim is not None and await self._words.is_given_back(claim)
            if is_free and work.claim is claim and not work.is_begun:
                self.take_back(work, is_counted=False, is_former=False)
                self.place()
        finally:
            work.is_revoking = False

    async def fail(self, work: Work, reason: FailureReason, detail: str = "") -> None:
        """End a job without a picture that no agent is to have any more."""
        if not work.is_ending:
            await self._fail(work, reason, detail)

    async def _fail(self, work: Work, reason: FailureReason, detail: str = "") -> None:
        await self.end(work, work.failed(reason, detail))

    async def end(self, work: Work, event: Done | Failed) -> bool:
        """Pass its end on, and let go of it; False where the bot stops and could not store it: the next start may."""
        work.is_ending = True
        try:
            await self.on_event(event)
        except Unwritable:
            return False
        self.finish(work)
        return True

    def finish(self, work: Work) -> None:
        """Its end is consumed: nothing of it is needed any more."""
        self._ledger.remove(work)
        assignments = [*work.former_places, *([work.place] if work.place else [])]
        clearing = self._clear_up(work.claims, assignments, list(work.beginnings.values()))
        work.claim, work.place, work.former, work.former_places, work.beginnings = None, None, [], [], {}
        self._tidy(clearing, f"leavings of {work.job.id}")
        self.place()
        self.balance()

    async def _clear_up(self, claims: list[Claim], assignments: list[Place], beginnings: list[Place]) -> None:
        async with self.ended:
            self.ended.notify_all()
        for place in assignments:
            await self._streams.delete(subjects.ASSIGNMENTS, place)
        for place in beginnings:
            await self._streams.delete(subjects.REPORTS, place)
        for claim in claims:
            await self._words.cancel(claim)
            await self._remove_files(claim)

    async def _remove_files(self, claim: Claim) -> None:
        for above in (subjects.inputs, subjects.results):
            await parcels.remove(self._line, above(claim.agent, claim.token))


def _kind(work: Work) -> Hashable:
    """All works of a kind go to the same agent."""
    return kind_of(work.job.options), frozenset(work.failed_at)


def _is_waiting(work: Work) -> bool:
    """Whether its agent has it and has not begun."""
    return work.place is not None and not work.is_begun and not work.is_ending
