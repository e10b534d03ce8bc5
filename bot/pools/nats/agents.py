"""The agents that a bot hears of: who is alive, what each can take, and who will be free first."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sized

import structlog

from bot.ports import LIGHT, AgentStatus, WorkerStatus
from renderer.effort import pixels_evaluated, scales
from renderer.memory import largest, memory_needed, suffices
from renderer.options import RenderOptions
from renderer.protocol import Done
from renderer.wire.messages import Beat, Device, Handed

log = structlog.get_logger(__name__)

#: What a picture of no given size is taken for (px).
_USUAL_SIZE = 512
#: Part of the newest painting in the pace.
_NEWEST = 0.3
_SERVING = ("idle", "painting")
#: First views that an agent may be asked for at a time: each takes its part between two evaluations of a painting.
_GLIMPSES = 8
#: Jobs that an agent may hold for each slot: one that it paints, and one ahead.
_EACH = 2
#: Instances gone that are remembered.
_REMEMBERED = 1000


@dataclasses.dataclass
class Agent:
    """One agent, by its instance of now."""

    name: str
    instance: str
    beat: Beat
    seen: float  #: when it was heard last, by our own steady clock
    #: Seconds per pixel evaluated, from what it has painted; None before that.
    pace: float | None = None
    is_resting: bool = False  #: it is given nothing more, by an admin's word
    #: Hand-overs that it does not tell of as it should, and since when.
    amiss: dict[Handed, float] = dataclasses.field(default_factory=dict)
    glimpses: int = 0  #: first views that it has been asked for and not answered
    glimpsed: int = 0  #: when it was asked for one last, in questions to anybody

    @property
    def slots(self) -> int:
        """Paintings that it may be given at a time."""
        return 0 if self.beat.is_draining or self.is_resting else self.beat.slots

    @property
    def is_slow(self) -> bool:
        """Whether it has processors alone."""
        return all(device.device in (None, "cpu") for device in self.beat.devices)

    @property
    def can_glimpse(self) -> bool:
        """Whether it may be asked to show a job that waits."""
        return self.slots > 0 and any(device.can_glimpse for device in self.beat.devices)

    def slots_for(self, needed: int) -> int:
        """Paintings at a time that need so many bytes: by the devices that have the memory, or do not tell."""
        too_small = sum(
            device.state in _SERVING and not suffices(device.memory_total, needed) for device in self.beat.devices
        )
        return max(0, self.slots - too_small)

    def most_memory(self) -> int | None:
        """Bytes of its largest device that may be given something; None where one does not tell."""
        return largest(device.memory_total for device in self.beat.devices if device.state in _SERVING)

    def painted(self, done: Done) -> None:
        """Learn its pace from a painting."""
        pace = done.seconds / cost(done.options)
        self.pace = pace if self.pace is None else self.pace + _NEWEST * (pace - self.pace)


class Agents:
    """All that are alive, and those that are refused."""

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._alive: dict[str, Agent] = {}
        self._refused: dict[str, tuple[str, float]] = {}  # the reason, and when it was heard last
        self._resting: frozenset[str] = frozenset()  # by name, there or not
        #: By name and instance; not heard while another instance of the name is alive.
        self._former: collections.OrderedDict[tuple[str, str], None] = collections.OrderedDict()
        self._glimpses = 0

    def __iter__(self) -> Iterator[Agent]:
        return iter(list(self._alive.values()))

    def get(self, name: str, instance: str) -> Agent | None:
        """The agent, while this instance of it is alive."""
        agent = self._alive.get(name)
        return agent if agent is not None and agent.instance == instance else None

    def named(self, name: str) -> Agent | None:
        """The agent of this name that is alive, whatever its instance."""
        return self._alive.get(name)

    def heard(self, beat: Beat, now: float) -> Agent | None:
        """Take in a beat; None where an instance of that name is alive that came later."""
        agent = self._alive.get(beat.agent)
        if agent is None or agent.instance != beat.instance:
            if agent is not None and (beat.agent, beat.instance) in self._former:
                return None
            pace = None
            if agent is not None:
                self.forget(agent)
                pace = agent.pace
            self._former.pop((beat.agent, beat.instance), None)
            self._alive[beat.agent] = agent = Agent(beat.agent, beat.instance, beat, now, pace)
            log.info("agent is here", agent=beat.agent, slots=beat.slots)
        agent.beat, agent.seen, agent.is_resting = beat, now, beat.agent in self._resting
        self._refused.pop(beat.agent, None)
        return agent

    def rest(self, names: frozenset[str]) -> None:
        """Let exactly these be given nothing."""
        self._resting = names
        for agent in self:
            agent.is_resting = agent.name in names

    def refuse(self, name: str, reason: str, now: float) -> None:
        """Show an agent that is given nothing."""
        if self._refused.get(name, ("", 0.0))[0] != reason:
            log.error("agent refused", agent=name, reason=reason)
        self._refused[name] = reason, now

    def forget(self, agent: Agent) -> None:
        """An instance is gone; it may come back unless another takes its name."""
        self._alive.pop(agent.name, None)
        self._former[agent.name, agent.instance] = None
        while len(self._former) > _REMEMBERED:
            self._former.popitem(last=False)

    def silent(self, now: float) -> list[Agent]:
        """Those whose lease has ended."""
        for name, (_, heard) in list(self._refused.items()):
            if now - heard > self._lease_s:
                del self._refused[name]
        return [agent for agent in self if now - agent.seen > self._lease_s]

    def excuse(self, now: float) -> None:
        """Begin every lease anew: it was we who could not hear."""
        for agent in self:
            agent.seen = now

    def statuses(self, held: Mapping[tuple[str, str], int], now: float) -> tuple[WorkerStatus, ...]:
        """Every device of every agent, and who is refused; `held` are the jobs in the hands of each instance."""
        devices: list[WorkerStatus] = []
        for agent in self:
            in_hand = held.get((agent.name, agent.instance), 0)
            told = AgentStatus(agent.name, agent.slots, in_hand, now - agent.seen, agent.is_resting)
            devices += [_status(device, told) for device in agent.beat.devices]
        refused = (
            WorkerStatus(
                name, None, "down", reason=reason, agent=AgentStatus(name, 0, 0, now - heard, name in self._resting)
            )
            for name, (reason, heard) in self._refused.items()
            if name not in self._alive
        )
        return (*devices, *refused)

    def first_free(
        self,
        wanted: RenderOptions,
        outstanding: Mapping[tuple[str, str], Collection[RenderOptions]],
        failed_at: Collection[str] = (),
    ) -> Agent | None:
        """Who has room for a painting, and will be free first; None where nobody has.

        `outstanding` is what each instance holds, by name and instance. Among those with a free device that is who
        paints fastest; one whose pace is not known is taken for an average one. While there is a GPU, processors get
        what takes them little time. Only devices with enough memory count; where none has, those that have most, since
        what is too large for them is painted smaller. Agents of the names `failed_at` get it only where no other could.
        """
        spared = wanted.quality not in LIGHT and any(agent.slots and not agent.is_slow for agent in self)
        eligible = [agent for agent in self if agent.slots and not (spared and agent.is_slow)]
        most = largest(agent.most_memory() for agent in eligible)
        needed = memory_needed(wanted) if most is None else min(memory_needed(wanted), most)
        able = [(agent, slots) for agent in eligible if (slots := agent.slots_for(needed))]
        others = [(agent, slots) for agent, slots in able if agent.name not in failed_at]
        known = [agent.pace for agent in self if agent.pace is not None]
        average = sum(known) / len(known) if known else 1.0
        best: tuple[float, float, Agent] | None = None
        for agent, slots in others or able:
            held = outstanding.get((agent.name, agent.instance), ())
            alike = sum(memory_needed(options) >= needed for options in held)
            if len(held) >= _EACH * agent.slots or alike >= _EACH * slots:
                continue
            pace = agent.pace if agent.pace is not None else average
            is_free = len(held) < agent.slots and alike < slots
            wait_s = 0.0 if is_free else pace * sum(map(cost, held)) / agent.slots
            if best is None or (wait_s, pace) < best[:2]:
                best = wait_s, pace, agent
        return best[2] if best else None

    def next_to_glimpse(self) -> Agent | None:
        """Who is to show a job that waits: in turn, processors last; None where nobody can, or has the time."""
        able = [agent for agent in self if agent.can_glimpse and agent.glimpses < _GLIMPSES]
        agent = min(able, key=lambda agent: (agent.is_slow, agent.glimpses, agent.glimpsed), default=None)
        if agent is not None:
            self._glimpses += 1
            agent.glimpsed = self._glimpses
        return agent

    def has_room(self, outstanding: Mapping[tuple[str, str], Sized]) -> bool:
        """Whether anybody would take something, if not everything."""
        return any(len(outstanding.get((agent.name, agent.instance), ())) < _EACH * agent.slots for agent in self)


def kind_of(options: RenderOptions) -> tuple[bool, int]:
    """What `first_free` decides by: all paintings of a kind go to the same agent."""
    return options.quality in LIGHT, memory_needed(options)


def cost(options: RenderOptions) -> int:
    """Pixels evaluated for a painting: what its time grows with."""
    return max(1, pixels_evaluated(scales(options.size or _USUAL_SIZE, options)))


def _status(device: Device, agent: AgentStatus) -> WorkerStatus:
    return WorkerStatus(
        device.name,
        device.device,
        device.state,
        device.job,
        device.reason,
        device.restarts,
        device.device_name,
        device.memory,
        agent,
    )
