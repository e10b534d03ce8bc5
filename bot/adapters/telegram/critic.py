"""A critic who has never been asked: the valuation of a painting, after the manner of the bot Deep Forger (2015)."""

from __future__ import annotations

import math
import random

from bot.jobs import Job
from bot.texts import Said, phrase, together

#: In how many ways each sentence can end; so many variants the texts have.
_WAYS = 5
_TIMID, _BOLD = 0.45, 0.85


def review(job: Job) -> Said:
    """Three sentences on a finished painting, always the same three for the same one."""
    by_lot = random.Random(job.id)  # nosec B311  # no secret hangs on it
    return together(
        phrase("critic-value", guineas=_guineas(job, by_lot), way=by_lot.randrange(_WAYS)),
        phrase(f"critic-{_manner(job)}", way=by_lot.randrange(_WAYS)),
        phrase("critic-advice", way=by_lot.randrange(_WAYS)),
    )


def _manner(job: Job) -> str:
    if job.options.mode == "dream":
        return "dream"
    if job.options.strength >= _BOLD:
        return "bold"
    return "timid" if job.options.strength <= _TIMID else "balanced"


def _guineas(job: Job, by_lot: random.Random) -> int:
    """Paid by the pixel and the hour, as all great art."""
    facts = job.result_info or {}
    work: float = math.sqrt(facts.get("width", 1) * facts.get("height", 1)) + facts.get("seconds", 0)
    return 1 + round(work * by_lot.uniform(0.2, 3))
