"""Which jobs the pool holds, and to whom each was handed over."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterator
from typing import NamedTuple

from bot.ports import RenderJob
from renderer.protocol import Failed, FailureReason, StyleInput
from renderer.wire.messages import Assignment, Handed

Key = tuple[str, int]


class Place(NamedTuple):
    """A message of a stream; `epoch` tells streams apart that were made anew, whose numbers begin anew."""

    epoch: int
    seq: int


@dataclasses.dataclass(frozen=True)
class Claim:
    """One hand-over: to which instance, and under which number and token."""

    agent: str
    instance: str
    handed: Handed

    @property
    def holder(self) -> tuple[str, str]:
        """Name and instance of the agent."""
        return self.agent, self.instance

    @property
    def token(self) -> str:
        """Drawn for it alone."""
        return self.handed[-1]


@dataclasses.dataclass(eq=False)
class Work:
    """A job that the pool has accepted and not reported the end of."""

    job: RenderJob
    delivery: int  #: number of the hand-over that is under way or comes next
    claim: Claim | None = None  #: None while it waits for an agent
    #: Taken from those who fell silent. If one comes back with the painting, that is as good as any.
    former: list[Claim] = dataclasses.field(default_factory=list)
    place: Place | None = None  #: of its assignment in the stream, once that is there
    #: Of assignments to former ones that an earlier run of the bot has left there.
    former_places: list[Place] = dataclasses.field(default_factory=list)
    is_begun: bool = False  #: its present claim was told to have begun
    is_cancelled: bool = False
    is_ending: bool = False  #: an end is being consumed: no other is
    #: Names of agents under which it came to nothing: it goes to others first.
    failed_at: set[str] = dataclasses.field(default_factory=set)
    broken: int = 0  #: ends of the present claim that did not arrive whole
    is_revoking: bool = False  #: its agent is being asked to give it back
    orphan_since: float | None = None  #: since when nothing was heard of its agent, by our own steady clock
    #: The message of each claim that says it has begun; it stays until the end, for a bot that is started anew.
    beginnings: dict[Claim, Place] = dataclasses.field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Job and attempt."""
        return self.job.id, self.job.attempt

    def claim_for(self, agent: str, instance: str) -> Claim:
        """Hand it over anew."""
        handed = (self.job.id, self.job.attempt, self.delivery, secrets.token_hex(8))
        self.claim = Claim(agent, instance, handed)
        self.place, self.orphan_since, self.is_begun, self.broken = None, None, False, 0
        return self.claim

    @property
    def claims(self) -> list[Claim]:
        """All who may still come with its end."""
        return [*self.former, *([self.claim] if self.claim else [])]

    def failed(self, reason: FailureReason, detail: str = "") -> Failed:
        """Its end without a picture, told by the pool itself."""
        delivery = self.delivery if self.is_begun else self.delivery - 1
        return Failed(job=self.job.id, attempt=self.job.attempt, delivery=delivery, reason=reason, detail=detail)


class Ledger:
    """All work by job and attempt, in the order in which it came."""

    def __init__(self) -> None:
        self._works: dict[Key, Work] = {}

    def __iter__(self) -> Iterator[Work]:
        return iter(list(self._works.values()))

    def __contains__(self, key: Key) -> bool:
        return key in self._works

    def get(self, key: Key) -> Work | None:
        """The work on this attempt, while there is any."""
        return self._works.get(key)

    def awaits(self, claim: Claim) -> bool:
        """Whether an end from there would be welcome."""
        work = self._works.get(claim.handed[:2])
        return work is not None and claim in work.claims

    def add(self, work: Work) -> None:
        """Take it in."""
        self._works[work.key] = work

    def remove(self, work: Work) -> None:
        """It has ended."""
        self._works.pop(work.key, None)

    def tokens(self) -> set[str]:
        """All hand-overs whose end would be welcome."""
        return {claim.token for work in self for claim in work.claims}

    def keys(self) -> set[Key]:
        """All that is held."""
        return set(self._works)

    def waiting(self) -> list[Work]:
        """What has no agent."""
        return [work for work in self if work.claim is None]

    def of(self, agent: str, instance: str) -> list[Work]:
        """What an instance has in its hands."""
        return [work for work in self if work.claim and work.claim.holder == (agent, instance)]


def job_of(assignment: Assignment) -> RenderJob:
    """The job that an assignment was made of."""
    return RenderJob(
        id=assignment.job,
        attempt=assignment.attempt,
        deliveries=assignment.delivery - 1,
        content=assignment.content.name,
        styles=tuple(
            StyleInput(picture=style.picture.name, weight=style.weight, mask=style.mask.name if style.mask else None)
            for style in assignment.styles
        ),
        options=assignment.options,
    )


def restore(ledger: Ledger, assignments: list[tuple[Assignment, Place]]) -> None:
    """Fill the ledger from the messages of an earlier run of the bot, each with its place.

    Of several hand-overs of one attempt the last is the present one.
    """
    for assignment, place in sorted(assignments, key=lambda pair: pair[1]):
        claim = Claim(assignment.agent, assignment.instance, assignment.key)
        work = ledger.get((assignment.job, assignment.attempt))
        if work is None:
            ledger.add(Work(job_of(assignment), assignment.delivery, claim, place=place))
            continue
        if work.claim is not None:
            work.former.append(work.claim)
        if work.place is not None:
            work.former_places.append(work.place)
        work.claim, work.place, work.delivery = claim, place, assignment.delivery
