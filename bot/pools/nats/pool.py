"""The pool of many GPU machines: agents that a NATS server joins to the bot.

The bot alone decides who paints what: each job is assigned to one instance of one agent, and what comes back is
accepted from that one only. What it has assigned it reads from the server again after a restart; what the server has
lost it assigns again. No clock of another machine is looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from structlog.contextvars import bound_contextvars

from bot.errors import PoolFull
from bot.jobs import MAX_DELIVERIES
from bot.patience import patiently
from bot.pools.nats.agents import Agent, Agents
from bot.pools.nats.ledger import Claim, Key, Ledger, Place, Work, restore
from bot.pools.nats.packing import pack
from bot.pools.nats.reports import Reports
from bot.pools.nats.streams import Streams
from bot.ports import BlobStore, PoolStatus, RenderJob, WorkerStatus
from renderer.protocol import Done, Event, Failed, FailureReason, Started
from renderer.wire import parcels, subjects
from renderer.wire.line import PASSING, Address, Line, end
from renderer.wire.messages import (
    PROTOCOL,
    Again,
    Answer,
    BadMessage,
    Beat,
    Cancel,
    Handed,
    Parcel,
    Received,
    Refused,
    Report,
    Revoke,
    Step,
    protocol_of,
    read,
)

log = structlog.get_logger(__name__)

OnEvent = Callable[[Event], Awaitable[None]]
Spawn = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]

#: How long a start waits for the server. Without it the service begins all the same.
_FIRST_S = 10.0
#: How often leases are looked at, in parts of one.
_LOOKS = 10
_REVOKE_S = 2.0
#: Ends of one hand-over that may arrive broken.
_MAX_BROKEN = 3


class NatsPool:
    """Implements `bot.ports.RenderPool` with agents elsewhere."""

    def __init__(
        self,
        address: Address,
        blobs: BlobStore,
        spawn: Spawn,
        lease_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`spawn` starts a named task whose death is the application's; an agent may be silent for `lease_s`."""
        self._address = address
        self._blobs = blobs
        self._spawn_in_app = spawn
        self._lease_s = lease_s
        self._clock = clock
        self._line = Line(address, "atelier bot", self._on_open)
        self._streams = Streams(self._line)
        self._reports = Reports(self._streams, self._consume, self._spawn)
        self._agents = Agents(lease_s)
        self._ledger = Ledger()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_restored = asyncio.Event()
        self._is_draining = False
        self._ended = asyncio.Condition()

    # ---- the port

    async def start(self, on_event: OnEvent) -> None:
        """Connect, and read what an earlier run has assigned; a server that is not there is waited for only a while."""
        self._on_event = on_event
        self._spawn(self._line.run(), "line to NATS")
        self._spawn(self._watch(), "leases of agents")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_S):
                await self._is_restored.wait()

    async def submit(self, job: RenderJob) -> None:
        """Take a job; idempotent on (id, attempt). Raises PoolFull."""
        if (job.id, job.attempt) in self._ledger:
            return
        if self._is_draining or self._ledger.waiting():
            raise PoolFull
        work = Work(job, job.deliveries + 1)
        if work.delivery > MAX_DELIVERIES:
            self._ledger.add(work)
            await self._fail(work, FailureReason.POISONED)
            return
        agent = self._first_free()
        if agent is None:
            raise PoolFull
        self._ledger.add(work)
        self._assign(work, agent)

    async def cancel(self, job_id: str, attempt: int) -> None:
        """Stop a job wherever it is; one that has not left this machine ends here and now."""
        work = self._ledger.get((job_id, attempt))
        if work is None:
            return
        work.is_cancelled = True
        if work.place is None and not work.is_begun:
            await self._fail(work, FailureReason.CANCELLED)
            return
        for claim in work.claims:
            await self._tell_to_cancel(claim)

    async def held(self) -> set[Key]:
        """(id, attempt) of all that is assigned, waits for an agent or is not yet reported."""
        return self._ledger.keys()

    async def status(self) -> PoolStatus:
        """Slots, what has not begun, and every device of every agent."""
        slots = sum(agent.slots for agent in self._agents)
        workers = self._agents.statuses()
        if self._line.trouble:
            workers = (*workers, WorkerStatus("nats", None, "down", reason=self._line.trouble))
        return PoolStatus(slots, sum(not work.is_begun for work in self._ledger), workers, ahead=slots)

    async def drain(self, timeout_s: float) -> None:
        """Take no more and let running jobs end within the time; the rest stays `held`, and agents go on with it."""
        self._is_draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._ended:
                await self._ended.wait_for(lambda: not any(work.is_begun for work in self._ledger))
        await end(list(self._tasks))

    # ---- the connection

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = self._spawn_in_app(work, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _on_open(self, client: Client) -> None:
        js = client.jetstream()
        is_new = await self._streams.ensure(js)
        if not self._is_restored.is_set():
            restore(self._ledger, await self._streams.assignments(js))
            log.info("assignments read", jobs=len(self._ledger.keys()))
            self._is_restored.set()
        elif is_new:
            self._assign_all_again()
        self._agents.excuse(self._clock())
        for agent in self._agents:
            await self._streams.open_for(js, agent.name, agent.instance)
        await self._reports.open(js)
        await client.subscribe(subjects.ALL_BEATS, cb=self._on_beat)
        await client.subscribe(subjects.ALL_PROGRESS, cb=self._on_progress)

    def _assign_all_again(self) -> None:
        """The server has come back without its store."""
        log.warning("the server has lost its store: what it had is sent again")
        for work in self._ledger:
            work.place, work.beginnings = None, []
            if work.claim is not None:
                self._spawn(self._hand_over(work, work.claim), f"hand-over of {work.job.id}")

    # ---- agents

    async def _on_beat(self, message: Msg) -> None:
        name, instance = message.subject.split(".")[1:]
        try:
            spoken = protocol_of(message.data)
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

    async def _refuse(self, name: str, instance: str, reason: str) -> None:
        self._agents.refuse(name, reason, self._clock())
        await self._tell(name, instance, Refused(reason=reason))

    async def _heard(self, beat: Beat) -> None:
        is_known = self._agents.get(beat.agent, beat.instance) is not None
        agent = self._agents.heard(beat, self._clock())
        if agent is None:
            await self._refuse(beat.agent, beat.instance, "another agent of this name is connected")
            return
        for work in self._ledger:
            # Its process before this one is gone, and so is what that had.
            if work.claim and work.claim.agent == agent.name and work.claim.instance != agent.instance:
                self._take_back(work, work.is_begun)
        if beat.is_leaving:
            self._leave(agent)
            return
        if not is_known:
            self._spawn(self._open_for(agent), f"consumer of {agent.name}")
        await self._compare(agent)
        self._place()
        self._balance()

    async def _open_for(self, agent: Agent) -> None:
        await self._line.insist(lambda js: self._streams.open_for(js, agent.name, agent.instance))

    def _leave(self, agent: Agent) -> None:
        """It has said farewell. What it has reported lies on the server; the rest goes to others."""
        log.info("agent leaves", agent=agent.name)
        reported = {task.key for task in agent.beat.tasks if task.stage == "reported"}
        self._lose(agent, reported)

    def _lose(self, agent: Agent, but: set[Handed]) -> None:
        self._agents.forget(agent)
        for work in self._ledger.of(agent.name, agent.instance):
            if work.claim and work.claim.handed not in but:
                self._take_back(work, work.is_begun)
        self._spawn(self._streams.close_for(agent.name, agent.instance), f"farewell of {agent.name}")

    async def _compare(self, agent: Agent) -> None:
        """What an agent holds with what it should: words and answers get lost."""
        told = {task.key: task for task in agent.beat.tasks}
        ours = {work.claim.handed: work for work in self._ledger.of(agent.name, agent.instance) if work.claim}
        for key, task in told.items():
            work = self._ledger.get(key[:2])
            is_ours = work is not None and any(claim.handed == key for claim in work.claims)
            if work is None or not is_ours:
                word = Received if task.stage == "reported" else Cancel
                await self._tell(agent.name, agent.instance, word(**task.fields(key)))
            elif work.is_cancelled and task.stage != "reported":
                await self._tell(agent.name, agent.instance, Cancel(**task.fields(key)))
        amiss = {
            key
            for key, work in ours.items()
            if not work.is_ending
            and ((key not in told and work.place is not None) or (key in told and told[key].stage == "reported"))
        }
        now = self._clock()
        agent.amiss = {key: agent.amiss.get(key, now) for key in amiss}
        for key, since in agent.amiss.items():
            if now - since > self._lease_s / 2:
                agent.amiss[key] = now
                if key in told:
                    await self._tell(agent.name, agent.instance, Again(**told[key].fields(key)))
                else:
                    log.warning("agent does not know of a job", agent=agent.name, job=key[0])
                    self._take_back(ours[key], ours[key].is_begun)

    async def _watch(self) -> None:
        """End the leases of those who have been silent for too long."""
        before = self._clock()
        while True:
            await asyncio.sleep(self._lease_s / _LOOKS)
            now = self._clock()
            stood_still = now - before > self._lease_s / 2
            before = now
            # Where we stood still ourselves, or could not hear, nobody's silence means a thing.
            if self._line.trouble or stood_still:
                self._excuse(now)
            elif self._overdue(now) and not await self._line.is_live(self._lease_s / 2):
                self._excuse(self._clock())
            else:
                self._end_leases(now)

    def _overdue(self, now: float) -> bool:
        return bool(self._agents.silent(now)) or any(self._is_orphaned(work, now) for work in self._ledger)

    def _excuse(self, now: float) -> None:
        self._agents.excuse(now)
        for work in self._ledger:
            work.orphan_since = None

    def _end_leases(self, now: float) -> None:
        for agent in self._agents.silent(now):
            log.warning("agent is silent", agent=agent.name)
            self._lose(agent, set())
        for work in self._ledger:
            if work.claim is None or self._agents.get(work.claim.agent, work.claim.instance):
                work.orphan_since = None
            elif work.orphan_since is None:
                work.orphan_since = now
            elif self._is_orphaned(work, now):
                self._take_back(work, work.is_begun)

    def _is_orphaned(self, work: Work, now: float) -> bool:
        """Whether its agent, of which nothing was heard since this bot began or since its farewell, had its time."""
        return work.orphan_since is not None and now - work.orphan_since > self._lease_s

    # ---- assigning

    def _first_free(self) -> Agent | None:
        outstanding: dict[tuple[str, str], list[Work]] = {}
        for work in self._ledger:
            if work.claim and not work.is_ending:
                outstanding.setdefault((work.claim.agent, work.claim.instance), []).append(work)
        return self._agents.first_free(
            {instance: [work.job.options for work in works] for instance, works in outstanding.items()}
        )

    def _assign(self, work: Work, agent: Agent) -> None:
        claim = work.claim_for(agent.name, agent.instance)
        self._spawn(self._hand_over(work, claim), f"hand-over of {work.job.id}")

    async def _hand_over(self, work: Work, claim: Claim) -> None:
        with bound_contextvars(job=work.job.id):
            try:
                assignment = await pack(self._line, self._blobs, work.job, claim)
            except FileNotFoundError:
                log.warning("picture gone")
                if work.claim is claim:
                    detail = "A picture of this painting is no longer kept."
                    await self._fail(work, FailureReason.BAD_INPUT, detail)
                return
            if work.claim is not claim:
                return
            place = await self._streams.put(assignment)
            if work.claim is not claim:
                # Ended or taken back meanwhile.
                await self._streams.delete(subjects.ASSIGNMENTS, place)
                return
            work.place = place
            log.info("job handed over", agent=claim.agent, attempt=work.job.attempt, delivery=work.delivery)
            if work.is_cancelled:
                await self._tell_to_cancel(claim)

    def _take_back(self, work: Work, is_counted: bool, is_former: bool = True) -> None:
        """Out of an agent's hands, and into another's. `is_former`: its painting is still welcome."""
        claim = work.claim
        if claim is None or work.is_ending:
            return
        log.warning("job taken back", job=work.job.id, agent=claim.agent, is_counted=is_counted)
        self._delete_assignment(work)
        if is_former:
            work.former.append(claim)
        work.claim, work.is_begun = None, False
        work.delivery += is_counted
        if work.is_cancelled:
            self._spawn(self._fail(work, FailureReason.CANCELLED), f"end of {work.job.id}")
        elif work.delivery > MAX_DELIVERIES:
            self._spawn(self._fail(work, FailureReason.POISONED), f"end of {work.job.id}")
        else:
            self._place()

    def _delete_assignment(self, work: Work) -> None:
        if work.place is not None:
            deleting = self._streams.delete(subjects.ASSIGNMENTS, work.place)
            self._spawn(deleting, f"assignment of {work.job.id}")
            work.place = None

    def _place(self) -> None:
        """Give what waits for an agent to whoever has room."""
        for work in self._ledger.waiting():
            if work.is_ending or self._is_draining:
                continue
            agent = self._first_free()
            if agent is None:
                return
            self._assign(work, agent)

    def _balance(self) -> None:
        """Ask for what waits behind another painting, where somebody has nothing to paint."""
        for idle in self._agents:
            if len(self._ledger.of(idle.name, idle.instance)) >= idle.slots:
                continue
            for busy in self._agents:
                works = self._ledger.of(busy.name, busy.instance)
                behind = [work for work in works if work.place and not work.is_begun and not work.is_ending]
                if busy is not idle and len(works) > busy.slots and behind:
                    if not any(work.is_revoking for work in behind):
                        behind[-1].is_revoking = True
                        self._spawn(self._steal(behind[-1]), f"revoking {behind[-1].job.id}")
                    break

    async def _steal(self, work: Work) -> None:
        claim = work.claim
        try:
            if claim is not None and await self._is_given_back(claim) and work.claim is claim and not work.is_begun:
                self._take_back(work, is_counted=False, is_former=False)
        finally:
            work.is_revoking = False

    async def _is_given_back(self, claim: Claim) -> bool:
        word = Revoke(**Revoke.fields(claim.handed)).model_dump_json().encode()
        try:
            client = await self._line.client()
            answer = await client.request(subjects.word(claim.agent, claim.instance), word, timeout=_REVOKE_S)
            return read(Answer, answer.data).given_back
        except (*PASSING, BadMessage) as exc:
            log.debug("not given back", agent=claim.agent, why=repr(exc))
            return False

    # ---- what agents tell

    async def _on_progress(self, message: Msg) -> None:
        try:
            step = read(Step, message.data)
        except BadMessage as exc:
            log.warning("progress not understood", subject=message.subject, why=str(exc))
            return
        event = step.event
        claim = Claim(
            subjects.sender(message.subject), step.instance, (event.job, event.attempt, event.delivery, step.token)
        )
        work = self._ledger.get((event.job, event.attempt))
        if work is not None and work.claim == claim and work.is_begun and not work.is_ending:
            await self._on_event(event.model_copy(update={"worker": _worker(event, claim)}))

    async def _consume(self, agent: str, report: Report, place: Place) -> None:
        event, claim = report.event, Claim(agent, report.instance, report.key)
        with bound_contextvars(job=event.job):
            work = self._ledger.get((event.job, event.attempt))
            if work is None:
                await self._let_go(claim, place)
            elif claim not in work.claims:
                log.warning("report refused: this agent was not given the job", agent=agent, event_kind=event.kind)
                await self._streams.delete(subjects.REPORTS, place)
            elif isinstance(event, Started):
                await self._begun(work, claim, event, place)
            elif isinstance(event, Done):
                await self._done(work, claim, event, report, place)
            else:
                await self._failed(work, claim, event, place)

    async def _begun(self, work: Work, claim: Claim, event: Started, place: Place) -> None:
        if work.claim != claim:
            await self._streams.delete(subjects.REPORTS, place)
            return
        if place not in work.beginnings:
            work.beginnings.append(place)
        if not work.is_begun:
            work.is_begun = True
            await self._on_event(event.model_copy(update={"worker": _worker(event, claim)}))

    async def _done(self, work: Work, claim: Claim, event: Done, report: Report, place: Place) -> None:
        if work.is_ending:  # by another agent's painting
            await self._let_go(claim, place)
            return
        work.is_ending = True
        try:
            result = await self._blob(claim, report.result)
            frames = await self._blob(claim, report.frames) if report.frames else None
        except parcels.BrokenParcel as exc:
            work.is_ending = False
            await self._streams.delete(subjects.REPORTS, place)
            await self._broken(work, claim, exc)
            return
        update = {"worker": _worker(event, claim), "result": result, "frames": frames}
        await self._on_event(event.model_copy(update=update))
        if agent := self._agents.get(claim.agent, claim.instance):
            agent.painted(event)
        self._finish(work)
        await self._let_go(claim, place)

    async def _broken(self, work: Work, claim: Claim, why: parcels.BrokenParcel) -> None:
        """A painting that is not what was sent: asked for again, and in the end painted again."""
        log.error("painting refused", agent=claim.agent, why=str(why))
        if work.claim != claim:
            return
        work.broken += 1
        if work.broken < _MAX_BROKEN:
            # Where it does not hear this, its beats will show that it waits.
            await self._tell(claim.agent, claim.instance, Again(**Again.fields(claim.handed)))
        else:
            self._take_back(work, is_counted=True, is_former=False)

    async def _failed(self, work: Work, claim: Claim, event: Failed, place: Place) -> None:
        if work.claim == claim and not work.is_ending:
            if event.reason is FailureReason.RENDERER_DIED:
                self._take_back(work, is_counted=True, is_former=False)
            else:
                work.is_ending = True
                await self._on_event(event.model_copy(update={"worker": _worker(event, claim)}))
                self._finish(work)
        await self._let_go(claim, place)

    async def _blob(self, claim: Claim, parcel: Parcel | None) -> str:
        """Take in what an agent has sent, whenever there is room for it; raises BrokenParcel."""
        job, attempt, *_ = claim.handed
        if parcel is None or not parcel.subject.startswith(subjects.results(claim.agent, job, attempt) + "."):
            raise parcels.BrokenParcel("it names no file of its own")
        file = self._blobs.scratch(parcel.suffix)
        try:
            await patiently(lambda: parcels.fetch(self._line, parcel, file))
            return await patiently(lambda: self._blobs.put(file))
        finally:
            file.unlink(missing_ok=True)

    async def _fail(self, work: Work, reason: FailureReason, detail: str = "") -> None:
        """End a job without a picture that no agent is to have any more."""
        if work.is_ending:
            return
        work.is_ending = True
        await self._on_event(work.failed(reason, detail))
        self._finish(work)

    def _finish(self, work: Work) -> None:
        """Its end is consumed: nothing of it is needed any more."""
        self._ledger.remove(work)
        claims, places = work.claims, work.beginnings
        self._delete_assignment(work)
        work.claim, work.former, work.beginnings = None, [], []
        self._spawn(self._clear_up(claims, places), f"leavings of {work.job.id}")
        self._spawn(self._announce_end(), "end")
        self._place()
        self._balance()

    async def _announce_end(self) -> None:
        async with self._ended:
            self._ended.notify_all()

    async def _clear_up(self, claims: list[Claim], places: list[Place]) -> None:
        for place in places:
            await self._streams.delete(subjects.REPORTS, place)
        for claim in claims:
            await self._tell_to_cancel(claim)
            job, attempt, *_ = claim.handed
            await parcels.remove(self._line, subjects.inputs(claim.agent, job, attempt))

    async def _let_go(self, claim: Claim, place: Place) -> None:
        """An end has been dealt with: the message, the files and the agent's own copy go."""
        await self._streams.delete(subjects.REPORTS, place)
        await self._tell(claim.agent, claim.instance, Received(**Received.fields(claim.handed)))
        job, attempt, *_ = claim.handed
        await parcels.remove(self._line, subjects.results(claim.agent, job, attempt))

    async def _tell_to_cancel(self, claim: Claim) -> None:
        await self._tell(claim.agent, claim.instance, Cancel(**Cancel.fields(claim.handed)))

    async def _tell(self, agent: str, instance: str, word: Cancel | Received | Again | Refused) -> None:
        await self._line.say(subjects.word(agent, instance), word.model_dump_json().encode())


def _worker(event: Event, claim: Claim) -> str:
    """Which device of the agent it is from; an agent cannot speak for another."""
    return event.worker if event.worker.startswith(f"{claim.agent}-") else claim.agent
