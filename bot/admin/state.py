"""How the house stands, as admins see it: what the lines of an answer and the page are both made of.

Times are Unix seconds, sizes bytes, amounts US dollars.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line lists the verbs without loading the store
    from bot.disk import Usage
    from bot.store.admin import Person
    from bot.store.audit import Entry
    from bot.store.notices import Notice
    from bot.store.spending import Spent


@dataclasses.dataclass(frozen=True, slots=True)
class Doors:
    """What keeps orders from being taken in or painted."""

    paused: str | None  #: the reason that people are told
    drained: bool
    disk_opens_mb: int | None  #: megabytes (10⁶ bytes) that are to be free, while the disk is nearly full


@dataclasses.dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that has not ended."""

    id: str
    requester: str
    place: str | None
    adapter: str
    status: str
    mode: str
    size: int | None  #: long edge (px) that was asked for
    created_at: float
    started_at: float | None
    fraction: float | None  #: how much of it is painted
    eta_s: float | None  #: seconds until it is painted


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """All open jobs, the oldest first."""

    waiting: int
    painting: int
    painted: int  #: and to be sent
    empty_s: float | None  #: seconds until all that wait are painted; None where none waits
    jobs: tuple[OpenJob, ...]
    people: Mapping[str, int]  #: open jobs by requester, most first


@dataclasses.dataclass(frozen=True, slots=True)
class Agent:
    """A machine elsewhere, of which a worker is a device."""

    name: str
    slots: int  #: paintings that it is given at a time
    held: int  #: jobs in its hands
    seen_at: float  #: when it was heard last, to the second
    drained: bool  #: by name


@dataclasses.dataclass(frozen=True, slots=True)
class Worker:
    """A renderer."""

    name: str
    device: str | None
    device_name: str | None
    state: str
    reason: str | None  #: why it is down
    restarts: int
    memory: int | None
    job: str | None
    since: float | None  #: when it was handed the job
    device_class: str | None  #: ``cpu``, ``cuda``, ``mps``
    agent: Agent | None  #: None for this machine's own


@dataclasses.dataclass(frozen=True, slots=True)
class People:
    """Who asked for most in the last day, and those about whom something is decided."""

    per_hour: int  #: jobs that anybody else may ask for
    per_day: int
    known: tuple[Person, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that ended without a painting."""

    id: str
    requester: str
    adapter: str
    ended_at: float
    reason: str
    explanation: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Uncertain:
    """A reply that may never have arrived."""

    job: str
    requester: str
    what: str  #: what it was to tell
    since: float
    error: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Spend:
    """What a platform has cost; days and months are UTC's."""

    platform: str
    today: Mapping[str, Spent]  #: by kind of call
    per_day: float
    this_month: Mapping[str, Spent]
    per_month: float


@dataclasses.dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting that is not as it comes."""

    name: str  #: as an environment variable
    value: str  #: masked where it is secret
    origin: str


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """All of it. Of long lists the first are there."""

    now: float  #: when it was asked
    doors: Doors
    queue: Queue
    workers: tuple[Worker, ...]
    platforms: Mapping[str, str]  #: ``up``, or what is the matter
    people: People
    failed: tuple[FailedJob, ...]
    uncertain: tuple[Uncertain, ...]
    spend: tuple[Spend, ...]
    disk: Usage
    settings: tuple[SettingInForce, ...]
    notices: tuple[Notice, ...]
    audit: tuple[Entry, ...]
