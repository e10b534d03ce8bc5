"""What people are told at the end of a job, in plain words."""

from __future__ import annotations

import math
from pathlib import Path

from bot.jobs import Job, Status
from bot.ports import Reply

_REASONS = {
    "cancelled": "This painting was cancelled.",
    "out_of_memory": "There is too little memory for this painting, even at a smaller size. Please try a smaller one.",
    "bad_input": "One of the pictures could not be painted from. Please try another.",
    "poisoned": "The painter stopped on this one several times, so it was set aside. Please try other pictures.",
    "undeliverable": "The painting was made, but it could not be sent to you.",
}
_EXPIRED = "This painting waited for too long and was given up. Please ask again."


def explain(job: Job) -> str:
    """One sentence on why a failed, cancelled or expired job has no painting."""
    if job.status is Status.EXPIRED:
        return _EXPIRED
    if job.explanation:
        return job.explanation
    # The id's beginning is what an admin can look up.
    return _REASONS.get(job.reason or "", f"Something went wrong on our side, sorry (code {job.id[:8]}).")


def reply_to(job: Job, painting: Path | None) -> Reply:
    """The reply to an ended job: its painting and what is to be known of it, or why there is none."""
    if painting is None:
        return Reply(explain(job))
    notes = (job.result_info or {}).get("notes", [])
    return Reply(" ".join(["Here is your painting.", *notes]), painting)


def duration(seconds: float) -> str:
    """A length of time as people say it, rounded up: ``40 seconds``, ``3 minutes``, ``2 hours``."""
    if seconds > 90 * 60:
        length, unit = seconds / 3600, "hour"
    elif seconds > 90:
        length, unit = seconds / 60, "minute"
    else:
        length, unit = seconds, "second"
    number = max(1, math.ceil(length))
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
