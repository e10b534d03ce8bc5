"""What becomes of a painting that has failed: the one place that says what is tried again, how often and how."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bot.jobs import MAX_ATTEMPTS, Job, Status, smaller
from renderer.protocol import Failed, FailureReason


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """How one kind of failure is met."""

    attempts: int  #: in all, those of other failures among them
    delay_s: float = 0.0
    is_smaller: bool = False  #: whether the next attempt is made at three quarters of the size


#: What is tried again; any other failure ends the job. A worker that dies is none: its job goes to another worker in
#: the same attempt, `MAX_DELIVERIES` times.
POLICIES: Mapping[FailureReason, Policy] = {
    FailureReason.OUT_OF_MEMORY: Policy(attempts=MAX_ATTEMPTS, is_smaller=True),
    FailureReason.NO_ROOM: Policy(attempts=MAX_ATTEMPTS, delay_s=60.0),
    FailureReason.INTERNAL: Policy(attempts=2, delay_s=5.0),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Again:
    """A further attempt after `delay_s`, with these changes (fields of the job)."""

    delay_s: float
    changes: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class End:
    """The end of the job."""

    status: Status
    reason: str
    explanation: str | None = None


def after(failed: Failed, job: Job, default_size: int) -> Again | End:
    """What is to be done with a job after this failure of its current attempt.

    `default_size` is the long edge (px) at which the worker paints what asks for none.
    """
    policy = POLICIES.get(failed.reason)
    if policy is not None and job.attempt < policy.attempts:
        if not policy.is_smaller:
            return Again(policy.delay_s, {})
        size = job.options.size or default_size
        if less := smaller(size):
            options = job.options.model_copy(update={"size": less})
            return Again(policy.delay_s, {"options": options, "too_large": job.too_large or size})
    match failed.reason:
        case FailureReason.CANCELLED:
            return End(Status.CANCELLED, failed.reason)
        case FailureReason.NO_ROOM:
            return End(Status.FAILED, FailureReason.INTERNAL)
        case FailureReason.RENDERER_DIED:
            # A pool tells of it only when it has tried all it may.
            return End(Status.FAILED, FailureReason.POISONED)
        case FailureReason.BAD_INPUT:
            return End(Status.FAILED, failed.reason, failed.detail or None)
    return End(Status.FAILED, failed.reason)
