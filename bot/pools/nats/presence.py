"""Which agents are there: their beats, what they hold beside what they should, and the ends of their leases."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Callable, Iterable

import structlog
from nats.aio.msg import Msg

from bot.pools.nats.agents import Agent, Agents
from bot.pools.nats.assigner import Assigner
from bot.pools.nats.ledger import Claim, Ledger, Work
from bot.pools.nats.reports import Reports
from bot.pools.nats.streams import Streams
from bot.pools.nats.words import Words
from bot.ports import Spawn
from renderer.wire.line import Line
from renderer.wire.messages import PROTOCOL, BadMessage, Beat, Handed, protocol_of, read

log = structlog.get_logger(__name__)

#: How often leases are looked at within one.
_LOOKS = 10
#: Beats of one name between two looks that are heeded, so that nobody is too loud for others to be heard.
_MOST = 200


class Presence:
    """Hears beats. `clock` gives seconds, steadily; agents' own clocks are not looked at."""

    def __init__(
        self,
        line: Line,
        streams: Streams,
        words: Words,
        spawn: Spawn,
        agents: Agents,
        ledger: Ledger,
        assigner: Assigner,
        reports: Reports,
        lease_s: float,
        encoder: str | None,
        clock: Callable[[], float],
    ) -> None:
        self._line = line
        self._streams = streams
        self._words = words
        self._spawn = spawn
        self._agents = agents
        self._ledger = ledger
        self._assigner = assigner
        self._reports = reports
        self._lease_s = lease_s
        self._encoder = encoder
        self._clock = clock
        self._beats = collections.Counter[str]()  # since leases were looked at last, by name
        self._weights: dict[str, tuple[str, float]] = {}  # what an agent of this name paints with, and when it said so

    async def on_beat(self, message: Msg) -> None:
        """Take in a beat, or refuse who sent it."""
        name, instance = message.subject.split(".")[1:]
        self._beats[name] += 1
        if self._beats[name] > _MOST:
            if self._beats[name] == _MOST + 1:
                log.error("beats of an agent are passed over: there are too many", agent=name)
            return
        try:
            spoken = protocol_of(message.data)
        except BadMessage as exc:
            # Of nobody whom an answer would help.
            log.warning("beat not understood", agent=name, why=str(exc))
            return
        try:
            if spoken != PROTOCOL:
                reason = f"it speaks version {spoken} of the protocol, this bot {PROTOCOL}: install the same Atelier"
                await self._refuse(name, instance, reason)
                return
            beat = read(Beat, message.data)
        except BadMessage as exc:
            await self._refuse(name, instance, f"it cannot be understood: {exc}")
            return
        if (beat.agent, beat.instance) == (name, instance):
            await self._heard(beat)

    def excuse(self) -> None:
        """Begin every lease anew: it was we who could not hear."""
        now = self._clock()
        self._agents.excuse(now)
        for work in self._ledger:
            work.orphan_since = None if work.claim is None or self._agents.get(*work.claim.holder) else now

    async def watch(self) -> None:
        """End the leases of those who have been silent for too long."""
        before = self._clock()
        while True:
            await asyncio.sleep(self._lease_s / _LOOKS)
            self._beats.clear()
            now = self._clock()
            stood_still = now - before > self._lease_s / 2
            before = now
            # Where we stood still ourselves, or could not hear, nobody's silence means a thing.
            could_hear = not self._line.trouble and not stood_still
            if could_hear and self._overdue(now):
                could_hear = await self._line.is_live(self._lease_s / 2)
            if could_hear:
                self._end_leases(now)
            else:
                self.excuse()

    async def _refuse(self, name: str, instance: str, reason: str) -> None:
        self._agents.refuse(name, reason, self._clock())
        await self._words.refused(name, instance, reason)

    async def _heard(self, beat: Beat) -> None:
        if reason := self._unlike_ours(beat):
            if agent := self._agents.get(beat.agent, beat.instance):
                self._lose(agent, set())
            await self._refuse(beat.agent, beat.instance, reason)
            return
        is_known = self._agents.get(beat.agent, beat.instance) is not None
        agent = self._agents.heard(beat, self._clock())
        if agent is None:
            await self._refuse(beat.agent, beat.instance, "another agent of this name is connected")
            return
        for work in self._ledger:
            # Its process before this one is gone, and so is what that had.
            if work.claim and work.claim.agent == agent.name and work.claim.instance != agent.instance:
                self._assigner.take_back(work, work.is_begun)
        if beat.is_leaving:
            self._leave(agent)
            return
        if not is_known:
            self._spawn(self._open_for(agent), f"consumer of {agent.name}")
        await self._answer_for(agent)
        await self._look_for_what_is_amiss(agent)
        self._assigner.place()
        self._assigner.balance()

    def _unlike_ours(self, beat: Beat) -> str | None:
        """Why its paintings would look other than those of the rest: other weights, known by name and hash."""
        theirs = {device.encoder for device in beat.devices if device.encoder}
        if self._encoder is not None:
            for encoder in theirs:
                if encoder.partition("-")[0] != self._encoder:
                    return (
                        f"it paints with {encoder}, this bot with {self._encoder}: set ATELIER_RENDERER__ENCODER alike"
                    )
        if theirs and theirs != {usual := self._usual(beat.agent, theirs)}:
            return f"it paints with the weights {', '.join(sorted(theirs))}, most agents with {usual}"
        return None

    def _usual(self, name: str, theirs: set[str]) -> str:
        """What most paint with, refused ones among them; of two that as many have, what is given work already."""
        now = self._clock()
        self._weights[name] = min(theirs), now
        self._weights = {name: told for name, told in self._weights.items() if now - told[1] <= self._lease_s}
        number = collections.Counter(encoder for encoder, _ in self._weights.values())
        at_work = {device.encoder for agent in self._agents for device in agent.beat.devices}
        return max(number, key=lambda encoder: (number[encoder], encoder in at_work))

    async def _open_for(self, agent: Agent) -> None:
        await self._line.insist(lambda js: self._streams.open_for(js, agent.name))

    def _leave(self, agent: Agent) -> None:
        """It has said farewell. What it has reported lies on the server; the rest goes to others."""
        log.info("agent leaves", agent=agent.name)
        self._lose(agent, {task.key for task in agent.beat.tasks if task.stage == "reported"})
        for work in self._ledger.of(agent.name, agent.instance):
            work.orphan_since = self._clock()

    def _lose(self, agent: Agent, but: set[Handed]) -> None:
        self._agents.forget(agent)
        works = self._ledger.of(agent.name, agent.instance)
        self._give_to_others(work for work in works if work.claim and work.claim.handed not in but)

    def _give_to_others(self, works: Iterable[Work]) -> None:
        for work in works:
            self._assigner.take_back(work, work.is_begun)
        # Not one by one: there may be hundreds.
        self._assigner.place()

    async def _answer_for(self, agent: Agent) -> None:
        """Say again what it has not heard: that nobody wants what it holds."""
        for task in agent.beat.tasks:
            claim = Claim(agent.name, agent.instance, task.key)
            work = self._ledger.get(task.key[:2])
            is_wanted = self._ledger.awaits(claim)
            if task.stage == "reported":
                if not is_wanted:
                    await self._words.received(claim)
            elif work is None or not is_wanted or work.is_cancelled:
                await self._words.cancel(claim)

    async def _look_for_what_is_amiss(self, agent: Agent) -> None:
        """What it should hold and does not, or has told the end of, which has not come: after half a lease."""
        stages = {task.key: task.stage for task in agent.beat.tasks}
        works = {work.claim: work for work in self._ledger.of(agent.name, agent.instance) if work.claim}
        now, before = self._clock(), agent.amiss
        agent.amiss = {
            claim.handed: before.get(claim.handed, now)
            for claim, work in works.items()
            if not work.is_ending
            and not self._reports.has_end_of(claim)
            and (stages[claim.handed] == "reported" if claim.handed in stages else work.place is not None)
        }
        for claim, work in works.items():
            if now - agent.amiss.get(claim.handed, now) > self._lease_s / 2:
                agent.amiss[claim.handed] = now
                if claim.handed in stages:
                    await self._words.again(claim)
                else:
                    log.warning("agent does not know of a job", agent=agent.name, job=work.job.id)
                    self._spawn(self._open_for(agent), f"consumer of {agent.name}")
                    self._assigner.take_back(work, work.is_begun)

    def _overdue(self, now: float) -> bool:
        return bool(self._agents.silent(now)) or any(self._is_orphaned(work, now) for work in self._ledger)

    def _end_leases(self, now: float) -> None:
        silent = self._agents.silent(now)
        # All of them, before one is given what another had.
        for agent in silent:
            log.warning("agent is silent", agent=agent.name)
            self._agents.forget(agent)
        instances, lost = {(agent.name, agent.instance) for agent in silent}, []
        for work in self._ledger:
            if work.claim is None or self._agents.get(*work.claim.holder):
                work.orphan_since = None
            elif work.claim.holder in instances or self._is_orphaned(work, now):
                lost.append(work)
            elif work.orphan_since is None:
                work.orphan_since = now
        self._give_to_others(lost)

    def _is_orphaned(self, work: Work, now: float) -> bool:
        """Whether its agent, of which nothing was heard since this bot began or since its farewell, had its time."""
        return work.orphan_since is not None and now - work.orphan_since > self._lease_s
