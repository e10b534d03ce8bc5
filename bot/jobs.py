"""A job: one request and its life, as a frozen value, and the one table of its transitions."""

from __future__ import annotations

import dataclasses
import secrets
from enum import IntEnum, StrEnum
from typing import Any

from bot.texts import phrase, say
from renderer.options import MIN_SIZE, RenderOptions
from renderer.protocol import StyleInput


class Status(StrEnum):
    """Where a job is in its life; the names are the API's too."""

    QUEUED = "queued"  #: accepted and waiting
    RENDERING = "rendering"  #: a worker holds it
    RENDERED = "rendered"  #: the painting is stored, the reply is under way
    DELIVERED = "delivered"  #: the requester has it, or can fetch it
    FAILED = "failed"  #: ended without a painting; `reason` says why
    CANCELLED = "cancelled"  #: ended by its requester or an admin
    EXPIRED = "expired"  #: waited or lay longer than it may


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RENDERING, Status.FAILED, Status.CANCELLED, Status.EXPIRED}),
    # Back to queued: its worker died, or it is tried again.
    Status.RENDERING: frozenset({Status.QUEUED, Status.RENDERED, Status.FAILED, Status.CANCELLED}),
    Status.RENDERED: frozenset({Status.DELIVERED, Status.FAILED, Status.EXPIRED}),
    Status.DELIVERED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}

#: States in which a job still costs somebody work.
OPEN = frozenset({Status.QUEUED, Status.RENDERING, Status.RENDERED})
ENDED = frozenset(Status) - OPEN


class Priority(IntEnum):
    """Whose turn it is first; the number is stored. `bot.store.order` says what else counts."""

    OPERATOR = 1  #: asked for by who runs the service
    USUAL = 2
    BATCH = 3  #: asked for while the requester had `BATCH_FROM` open jobs already


BATCH_FROM = 10

MAX_DELIVERIES = 3
MAX_ATTEMPTS = 4

#: Size of the next attempt where the device had too little memory, as a part of the last one's.
_SMALLER = 0.75


class IllegalTransition(Exception):
    """A job was asked to go where its state does not lead; always a bug or a late event."""


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """One request: who asked for what, and how far it is."""

    id: str  #: 128 random bits in hex
    adapter: str  #: name of the adapter that took it in
    source: str  #: id of the message that asked, unique within the adapter
    requester: str  #: ``platform:numeric or opaque id``
    content: str  #: blob name of the normalised content picture
    styles: tuple[StyleInput, ...]  #: blob names of the normalised style pictures and masks, with weights
    options: RenderOptions
    created_at: float  #: Unix seconds
    status: Status = Status.QUEUED
    reason: str | None = None  #: why it ended, a stable code
    attempt: int = 1  #: counted by the bot, at most `MAX_ATTEMPTS`
    deliveries: int = 0  #: hand-overs to a worker in all, counted before each
    started_at: float | None = None  #: last hand-over
    ended_at: float | None = None
    result: str | None = None  #: blob name of the painting
    result_info: dict[str, Any] | None = None  #: `renderer.protocol.Done.facts`
    frames: str | None = None  #: blob name of the painting's time-lapse
    explanation: str | None = None  #: a sentence for the requester where `reason` alone says too little
    too_large: int | None = None  #: long edge (px) first tried, where the device had too little memory for it
    place: str | None = None  #: where it was asked, ``platform:id`` of a group; None where nobody else is
    language: str | None = None  #: of `bot.texts.LANGUAGES`, for what is said of it


def new_id() -> str:
    """128 random bits in hex."""
    return secrets.token_hex(16)


def smaller(size: int) -> int | None:
    """The long edge (px) to try where the device had too little memory for `size`; None below the least."""
    less = max(MIN_SIZE, round(size * _SMALLER / 8) * 8)
    return less if less < size else None


def made_smaller(size: int, wanted: int) -> str:
    """What is noted of a painting that had to be made smaller than wanted, in English; long edges in pixels."""
    return say(phrase("reply-made-smaller", size=size, wanted=wanted))


def check_transition(before: Status, after: Status) -> None:
    """Raise IllegalTransition unless the table allows the step."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{before} → {after}")
