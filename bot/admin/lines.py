"""Answers as lines of plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from bot.jobs import Status
from bot.replies import duration
from bot.texts import say

if TYPE_CHECKING:  # the command line lists the verbs without loading the store
    from bot.admin.state import (
        Agent,
        Doors,
        FailedJob,
        OpenJob,
        People,
        Queue,
        SettingInForce,
        Spend,
        Uncertain,
        Worker,
    )
    from bot.disk import Usage
    from bot.notices import Notice
    from bot.store.accounts import Account
    from bot.store.admin import Activity, Period, Person
    from bot.store.audit import Entry
    from bot.store.spending import Spent

#: Lines of a list that are shown.
SHOWN = 10

T = TypeVar("T")


# ---- parts


def short(job_id: str) -> str:
    """The id of a job as it is shown; its beginning is enough to name it."""
    return job_id[:8]


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 painting``, ``2 paintings``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """A length of time in English."""
    return say(duration(seconds))


def cut(text: str, length: int) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= length else text[: length - 1] + "…"


def size(of: float) -> str:
    """Bytes as people say them: ``40 kB``, ``620 MB``, ``1.2 GB``."""
    if of >= 999.5e6:
        return f"{of / 1e9:.1f} GB"
    return f"{of / 1e6:.0f} MB" if of >= 999.5e3 else f"{of / 1e3:.0f} kB"


def section(title: str, lines: Sequence[str], in_all: int) -> list[str]:
    """A heading and the first of `in_all` lines; nothing where there is none."""
    more = [f"… and {in_all - len(lines)} more"] if in_all > len(lines) else []
    return ["", f"{title}:", *lines, *more] if lines else []


def _first(title: str, of: Sequence[T], line: Callable[[T], str], in_all: int | None = None) -> list[str]:
    return section(title, list(map(line, of[:SHOWN])), len(of) if in_all is None else in_all)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items() if number)


# ---- the queue and the workers


def doors(state: Doors) -> list[str]:
    """What keeps orders out; the last no verb opens again."""
    lines = [f"Paused: {state.paused}"] if state.paused is not None else []
    if state.drained:
        lines.append("Drained: nothing is taken in.")
    if state.disk_opens_mb is not None:
        lines.append(f"The disk is nearly full: nothing is taken in until {state.disk_opens_mb} MB are free.")
    return lines


def depth(queue: Queue) -> list[str]:
    """How much there is to do."""
    lines = [f"{queue.waiting} waiting, {queue.painting} being painted, {queue.painted} painted and to be sent."]
    return lines if queue.empty_s is None else [*lines, f"All are painted in about {span(queue.empty_s)}."]


def queue(state: Queue, closed: Doors) -> list[str]:
    """What is under way, and whose it is."""
    painting, waiting = ([job for job in state.jobs if job.status == of] for of in (Status.RENDERING, Status.QUEUED))
    return [
        *depth(state),
        *doors(closed),
        *_first("Being painted", painting, _painting, state.painting),
        *_first("Waiting", waiting, _waiting, state.waiting),
        *_first("By person", list(state.people.items()), lambda person: f"{person[0]} · {person[1]}"),
    ]


def _painting(job: OpenJob) -> str:
    done = "just begun" if job.fraction is None else f"{job.fraction:.0%} done"
    return f"{short(job.id)} · {job.requester} · {done}, about {span(job.eta_s or 0)} to go"


def _waiting(job: OpenJob) -> str:
    return f"{short(job.id)} · {job.requester} · in about {span(job.eta_s or 0)}"


def workers(state: Iterable[Worker], closed: Doors, platforms: Mapping[str, str], now: float) -> list[str]:
    """The renderers and the platforms."""
    return [
        *(_worker(worker, now) for worker in state),
        *doors(closed),
        *section("Platforms", [f"{name} · {how}" for name, how in platforms.items()], len(platforms)),
    ]


def _worker(worker: Worker, now: float) -> str:
    state = f"painting {short(worker.job)}" if worker.job else worker.state
    if worker.since is not None:
        state += f" for {span(now - worker.since)}"
    if worker.reason:
        state += f": {worker.reason}"
    parts = [worker.name, state, *([size(worker.memory)] if worker.memory is not None else [])]
    return " · ".join([*parts, *_agent(worker, worker.agent, now)] if worker.agent else parts)


def _agent(worker: Worker, agent: Agent, now: float) -> list[str]:
    """What is worth knowing of a device of another machine."""
    device = f"{worker.device_class}, {worker.device_name or worker.device}" if worker.device_class else "no device"
    load = f"agent {agent.name} holds {agent.held} and paints {agent.slots} at a time"
    heard = f"heard {span(now - agent.seen_at)} ago"
    return [device, load, heard, *(["drained"] if agent.drained else [])]


# ---- numbers


def period(title: str, of: Period) -> list[str]:
    """The numbers of a length of time."""
    if not of.asked:
        return [f"{title}: nobody has asked for anything."]
    states = {
        "painted": of.painted,
        "under way": of.by_status[Status.QUEUED] + of.by_status[Status.RENDERING],
        "cancelled": of.by_status[Status.CANCELLED],
        "expired": of.by_status[Status.EXPIRED],
        "failed": of.failures.total(),
    }
    lines = [
        f"{title}: {count(of.asked, 'painting')} asked for by {count(of.people, 'person', 'people')} "
        f"({_listed(of.by_adapter)}).",
        _listed(states) + (f" ({_listed(of.failures)})." if of.failures else "."),
    ]
    if of.painted:
        waiting, painting = span(of.waiting_s / of.painted), span(of.painting_s / of.painted)
        lines.append(f"On average {waiting} until begun and {painting} to paint; {span(of.painting_s)} in all.")
    if of.likes or of.dislikes:
        lines.append(f"Thumbs: {of.likes} up, {of.dislikes} down.")
    return lines


def spend(of: Sequence[Spend]) -> list[str]:
    """What platforms have cost."""
    lines = []
    for platform in of:
        lines += _spent("Today", platform.today, platform.per_day)
        lines += ["", *_spent("This month", platform.this_month, platform.per_month)]
    return lines or ["No platform that charges is served."]


def _spent(title: str, kinds: Mapping[str, Spent], limit: float) -> list[str]:
    dollars = sum(kind.dollars for kind in kinds.values())
    dearest = sorted(kinds.items(), key=lambda kind: -kind[1].dollars)
    lines = (f"{name.replace('_', ' ')} · {one.calls} · ${one.dollars:.3f}" for name, one in dearest)
    return [f"{title}: ${dollars:.3f} of ${limit:g}.", *lines]


def disk(usage: Usage) -> list[str]:
    """What is free, and what is kept."""
    kinds = sorted(usage.kinds.items(), key=lambda kind: -kind[1])
    return [
        f"{size(usage.free)} of {size(usage.total)} are free; below {size(usage.closes_below)} nothing is taken in.",
        *section("Kept here", [f"{name} · {size(of)}" for name, of in kinds], len(kinds)),
    ]


# ---- people and their paintings


def quota(account: Account, activity: Activity) -> list[str]:
    """What somebody has asked for and may ask for."""
    asked = f"{activity.within_hour} in the last hour, {activity.within_day} in the last day; {activity.open} open."
    lines = [
        f"{account.requester} has asked for {count(activity.in_all, 'painting')}: {asked}",
        f"Quota: {_quota(account.per_hour, account.per_day) or 'as for everybody'}.",
    ]
    return lines if account.banned is None else [*lines, f"Banned: {account.banned or 'no reason given.'}"]


def _quota(hour: int | None, day: int | None) -> str:
    return "" if hour is None and day is None else f"{hour} in an hour, {day} in a day"


def people(of: People) -> list[str]:
    """Who asks for most, and who is banned, invited or has a quota of their own."""
    if not of.known:
        return ["Nobody has asked for anything in the last day, and nothing is decided about anybody."]
    asking = [person for person in of.known if person.within_day]
    return [
        f"Anybody may ask for {_quota(of.per_hour, of.per_day)}.",
        *_first("Asked for most in the last day", asking, _asking),
        *_first("Banned", [person for person in of.known if person.banned is not None], _banned),
        *_first("On the list", [person for person in of.known if person.allowed], lambda person: person.who),
        *_first(
            "With a quota of their own",
            [person for person in of.known if _quota(person.per_hour, person.per_day)],
            lambda person: f"{person.who} · {_quota(person.per_hour, person.per_day)}",
        ),
    ]


def _asking(person: Person) -> str:
    return f"{person.who} · {person.within_day}, {person.within_hour} of them in the last hour; {person.open} open"


def _banned(person: Person) -> str:
    return f"{person.who} · {person.banned or 'no reason given.'}"


def failed(of: Sequence[FailedJob], now: float) -> list[str]:
    """The latest failures."""
    return [_failed(job, now) for job in of] or ["No painting has failed."]


def _failed(job: FailedJob, now: float) -> str:
    why = f"{job.reason}: {cut(job.explanation, 80)}" if job.explanation else job.reason
    return f"{short(job.id)} · {job.requester} · {span(now - job.ended_at)} ago · {why}"


def uncertain(replies: Sequence[Uncertain], now: float) -> list[str]:
    """The replies that may never have arrived."""
    if not replies:
        return ["No reply is uncertain."]
    return [
        f"{count(len(replies), 'reply', 'replies')} may never have arrived. Settle each with "
        "“uncertain ID resend” or “uncertain ID sent”.",
        *_first("Uncertain", replies, lambda reply: _uncertain(reply, now)),
    ]


def _uncertain(reply: Uncertain, now: float) -> str:
    why = f" · {cut(reply.error, 80)}" if reply.error else ""
    return f"{short(reply.job)} · {reply.requester} · {reply.what} · {span(now - reply.since)} ago{why}"


# ---- what happened, and what is set


def notices(latest: Sequence[Notice], now: float) -> list[str]:
    """What admins should know."""
    lines = [f"{span(now - notice.at)} ago · {notice.kind} · {notice.text}" for notice in latest]
    return lines or ["Nothing has happened that you should know."]


def audit(entries: Sequence[Entry], now: float) -> list[str]:
    """What admins did."""
    return [_entry(entry, now) for entry in entries] or ["No admin has done anything."]


def _entry(entry: Entry, now: float) -> str:
    did = f"{entry.verb} {entry.arguments}".strip()
    became = f"{entry.outcome}: {cut(entry.said, 80)}" if entry.said else entry.outcome
    return f"{span(now - entry.at)} ago · {entry.by} · {cut(did, 80)} · {became}"


def settings(rows: Sequence[SettingInForce]) -> list[str]:
    """What is set otherwise than it comes."""
    lines = [f"{row.name} = {row.value} ({row.origin})" for row in rows]
    return lines or ["Everything is set as it comes."]
