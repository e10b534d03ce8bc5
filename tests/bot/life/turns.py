"""The order of the queue as a person would work it out: again and again, who is next?"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping

from bot.jobs import Priority
from bot.store.order import HALF_LIFE_S, LIFT_S, OVERDUE_S


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A queued job."""

    id: str
    requester: str
    created_at: float
    estimate_s: float
    priority: int


def faded(seconds: float, age_s: float) -> float:
    """What render seconds still count after so long."""
    age_s = max(0.0, age_s)
    while age_s >= HALF_LIFE_S and seconds > 1e-9:
        seconds, age_s = seconds / 2, age_s - HALF_LIFE_S
    return seconds * (1 - age_s / HALF_LIFE_S / 2)


def in_turn(waiting: Iterable[Waiting], had_s: Mapping[str, float], handed_over: set[str], now: float) -> list[str]:
    """Ids in the order in which the jobs are to be painted; `had_s` also has what is expected of the rendering."""
    theirs: defaultdict[str, list[Waiting]] = defaultdict(list)
    for job in sorted(waiting, key=lambda job: (job.created_at, job.id)):
        theirs[job.requester].append(job)
    order = [job.id for jobs in theirs.values() for job in jobs if job.id in handed_over]
    share = {requester: had_s.get(requester, 0.0) for requester in theirs}
    worst = dict.fromkeys(theirs, 0)
    while theirs:
        for requester, jobs in list(theirs.items()):
            while jobs and jobs[0].id in handed_over:
                passed = jobs.pop(0)
                share[requester] += passed.estimate_s
                worst[requester] = max(worst[requester], passed.priority)
            if not jobs:
                del theirs[requester]
        if not theirs:
            break

        def turn(requester: str) -> tuple[int, float, float, str]:
            job = theirs[requester][0]
            waited_s = max(0.0, now - job.created_at)
            if waited_s >= OVERDUE_S:
                return 0, 0.0, job.created_at, job.id
            rank = max(worst[requester], job.priority)
            if rank == Priority.BATCH and waited_s >= LIFT_S:
                rank = Priority.USUAL
            # Sums of the same numbers in another order differ in their last digits.
            return rank, round(share[requester], 6), job.created_at, job.id

        requester = min(theirs, key=turn)
        job = theirs[requester].pop(0)
        share[requester] += job.estimate_s
        worst[requester] = max(worst[requester], job.priority)
        order.append(job.id)
    return order
