"""Numbers and states as lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.jobs import Job, Status
from bot.replies import duration
from bot.texts import say

if TYPE_CHECKING:  # the command line lists the verbs without loading the store
    from bot.ports import WorkerStatus
    from bot.store.accounts import Account
    from bot.store.admin import Period
    from bot.store.spending import Spent


def short(job: Job) -> str:
    """The id of a job as it is shown; its beginning is enough to name it."""
    return job.id[:8]


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 painting``, ``2 paintings``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """A length of time in English."""
    return say(duration(seconds))


def cut(text: str, length: int) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= length else text[: length - 1] + "…"


def section(title: str, lines: list[str], in_all: int) -> list[str]:
    """A heading and the first of `in_all` lines; nothing where there is none."""
    more = [f"… and {in_all - len(lines)} more"] if in_all > len(lines) else []
    return ["", f"{title}:", *lines, *more] if lines else []


def worker_line(worker: WorkerStatus) -> str:
    """A worker and what it does, or why it is down."""
    state = f"painting {worker.job[:8]}" if worker.job else worker.state
    return f"{worker.name} · {state}" + (f": {worker.reason}" if worker.reason else "")


def period_lines(title: str, period: Period) -> list[str]:
    """The numbers of a length of time."""
    if not period.asked:
        return [f"{title}: nobody has asked for anything."]
    states = {
        "painted": period.painted,
        "under way": period.by_status[Status.QUEUED] + period.by_status[Status.RENDERING],
        "cancelled": period.by_status[Status.CANCELLED],
        "expired": period.by_status[Status.EXPIRED],
        "failed": period.failures.total(),
    }
    lines = [
        f"{title}: {count(period.asked, 'painting')} asked for by {count(period.people, 'person', 'people')} "
        f"({_listed(period.by_adapter)}).",
        _listed(states) + (f" ({_listed(period.failures)})." if period.failures else "."),
    ]
    if period.painted:
        waiting, painting = span(period.waiting_s / period.painted), span(period.painting_s / period.painted)
        lines.append(f"On average {waiting} until begun and {painting} to paint; {span(period.painting_s)} in all.")
    if period.likes or period.dislikes:
        lines.append(f"Thumbs: {period.likes} up, {period.dislikes} down.")
    return lines


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items() if number)


def quota_line(account: Account) -> str:
    """How much somebody may ask for."""
    if account.per_hour is None and account.per_day is None:
        return "Quota: as for everybody."
    return f"Quota: {account.per_hour} in an hour, {account.per_day} in a day."


def spend_lines(title: str, spent: Mapping[str, Spent], limit: float) -> list[str]:
    """What a length of time has cost, and for what."""
    dollars = sum(kind.dollars for kind in spent.values())
    lines = [f"{title}: ${dollars:.3f} of ${limit:g}."]
    dearest = sorted(spent.items(), key=lambda kind: -kind[1].dollars)
    return [*lines, *(f"{name.replace('_', ' ')} · {one.calls} · ${one.dollars:.3f}" for name, one in dearest)]
