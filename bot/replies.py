"""What people are told at the end of a job, in plain words."""

from __future__ import annotations

import math
from pathlib import Path

from bot.jobs import Job, Status
from bot.ports import Reply
from bot.texts import Phrase, Said, phrase, say, together, verbatim

_REASONS = {"cancelled", "out_of_memory", "bad_input", "poisoned", "undeliverable", "moderated"}


def explain(job: Job) -> Said:
    """One sentence on why a failed, cancelled or expired job has no painting."""
    if job.status is Status.EXPIRED:
        return phrase("reply-expired")
    if job.explanation:
        return verbatim(job.explanation)
    if job.reason in _REASONS:
        return phrase(f"reply-{job.reason.replace('_', '-')}")
    # The id's beginning is what an admin can look up.
    return phrase("reply-internal", code=job.id[:8])


def reply_to(job: Job, painting: Path | None) -> Reply:
    """The reply to an ended job: its painting and what is to be known of it, or why there is none."""
    if painting is None:
        return Reply(explain(job))
    return Reply(together(phrase("reply-painted"), *notes(job)), painting)


def notes(job: Job) -> tuple[Said, ...]:
    """What is to be known of a painting: made smaller for want of memory, say."""
    info = job.result_info or {}
    ours = [phrase("reply-smaller-tiles")]
    if job.too_large and info:
        size = max(info["width"], info["height"])
        ours.append(phrase("reply-made-smaller", size=size, wanted=job.too_large))
    # Facts are kept in English, as the API gives them.
    known: dict[str, Said] = {say(said): said for said in ours}
    return tuple(known.get(note, verbatim(note)) for note in info.get("notes", []))


def duration(seconds: float) -> Phrase:
    """A length of time as people say it, rounded up: ``40 seconds``, ``3 minutes``, ``2 hours``."""
    if seconds > 90 * 60:
        length, unit = seconds / 3600, "hours"
    elif seconds > 90:
        length, unit = seconds / 60, "minutes"
    else:
        length, unit = seconds, "seconds"
    return phrase(f"duration-{unit}", number=max(1, math.ceil(length)))
