"""The verbs, done."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from bot.admin.lines import count, cut, period_lines, quota_line, section, short, span, spend_lines, worker_line
from bot.admin.verbs import VERBS
from bot.errors import BadRequest, NotReady
from bot.jobs import IllegalTransition, Job, Status

if TYPE_CHECKING:  # the command line lists the verbs without loading what serves them
    from bot.accounts import Accounts
    from bot.desk import Desk, JobView
    from bot.notices import Notices
    from bot.ports import RenderPool
    from bot.spending import Budget
    from bot.store import Store
    from bot.store.admin import UncertainReply

log = structlog.get_logger(__name__)

MAX_ANSWER = 3500
#: Lines of a list that are shown.
_SHOWN = 10

_DAY_S = 24 * 3600.0
_WHO = re.compile(r"[a-z]+:\S{1,100}")
_ID = re.compile(r"[0-9a-f]{4,32}")
_NUMBER = re.compile(r"[0-9]{1,6}")
_DEFAULT_REASON = "maintenance."
_MAX_REASON = 300


class Admin:
    """Answers those who may ask for everything; who they are, is for its callers to know.

    `reply_due` is called when a reply is to be sent again. `clock` gives Unix seconds.
    """

    verbs = VERBS

    def __init__(
        self,
        store: Store,
        desk: Desk,
        pool: RenderPool,
        accounts: Accounts,
        notices: Notices,
        reply_due: Callable[[], None],
        budgets: Sequence[Budget] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._desk = desk
        self._pool = pool
        self._accounts = accounts
        self._notices = notices
        self._budgets = budgets
        self._reply_due = reply_due
        self._clock = clock

    async def do(self, verb: str, arguments: str, by: str) -> str:
        """Plain lines of at most `MAX_ANSWER` characters; `by` says who asked, for the log.

        Raises UserError: BadRequest (unknown_verb, bad_usage), NotReady (no_longer_cancellable, not_uncertain).
        """
        if verb not in VERBS:
            raise BadRequest(f"There is no “{verb}”. There are {', '.join(VERBS)}.", "unknown_verb")
        log.info("admin", verb=verb, arguments=arguments, by=by)
        words = arguments.split()
        answer = await self._told(verb, words)
        if answer is None:
            answer = await self._done(verb, words)
        if answer is None:
            raise _misused(verb)
        return cut("\n".join(answer), MAX_ANSWER)

    async def _told(self, verb: str, words: list[str]) -> list[str] | None:
        """The answer to what changes nothing; None where it is not that."""
        match verb, words:
            case "queue", []:
                return await self._queue()
            case "workers", []:
                return await self._workers()
            case "stats", []:
                return await self._stats()
            case "quota", [who]:
                return await self._quota(_who(verb, who))
            case "uncertain", []:
                return await self._uncertain()
            case "spend", []:
                return await self._spend()
            case "notices", []:
                return await self._told_lately()
        return None

    async def _done(self, verb: str, words: list[str]) -> list[str] | None:
        """Do it, and say what was done; None where the words are not understood."""
        match verb, words:
            case "pause", reason:
                return await self._pause(_reason(reason) or _DEFAULT_REASON)
            case "resume", []:
                return await self._resume()
            case "drain", []:
                return await self._drain()
            case "cancel", [job]:
                return await self._cancel(await self._job(verb, job))
            case "ban", [who, *reason]:
                return await self._ban(_who(verb, who), _reason(reason))
            case "unban", [who]:
                await self._accounts.change(_who(verb, who), banned=None)
                return [f"{who} may paint again."]
            case "allow" | "disallow", [who]:
                return await self._allow(_who(verb, who), verb == "allow")
            case "quota", [who, "default"]:
                return await self._set_quota(_who(verb, who), None, None)
            case "quota", [who, hour, day] if _NUMBER.fullmatch(hour) and _NUMBER.fullmatch(day):
                return await self._set_quota(_who(verb, who), int(hour), int(day))
            case "uncertain", [job, "resend"]:
                return await self._resend(await self._job(verb, job))
            case "uncertain", [job, "sent"]:
                return await self._count_as_sent(await self._job(verb, job))
        return None

    # ---- questions

    async def _queue(self) -> list[str]:
        jobs = await self._store.queue.open_jobs()
        painting = [job for job in jobs if job.status is Status.RENDERING]
        waiting = [job for job in jobs if job.status is Status.QUEUED]
        people = [f"{person} · {number}" for person, number in Counter(job.requester for job in jobs).most_common()]
        return [
            *(await self._depth(jobs)),
            *(await self._switched()),
            *(await self._closed()),
            *section("Being painted", [await self._painting_line(job) for job in painting[:_SHOWN]], len(painting)),
            *section("Waiting", [await self._waiting_line(job) for job in waiting[:_SHOWN]], len(waiting)),
            *section("By person", people[:_SHOWN], len(people)),
        ]

    async def _depth(self, jobs: list[Job]) -> list[str]:
        number = Counter(job.status for job in jobs)
        waiting, painting, painted = number[Status.QUEUED], number[Status.RENDERING], number[Status.RENDERED]
        lines = [f"{waiting} waiting, {painting} being painted, {painted} painted and to be sent."]
        if waiting:
            last = next(job for job in reversed(jobs) if job.status is Status.QUEUED)
            lines.append(f"All are painted in about {span((await self._view(last)).eta_s or 0)}.")
        return lines

    async def _painting_line(self, job: Job) -> str:
        view = await self._view(job)
        done = f"{view.progress.fraction:.0%} done" if view.progress else "just begun"
        return f"{short(job)} · {job.requester} · {done}, about {span(view.eta_s or 0)} to go"

    async def _waiting_line(self, job: Job) -> str:
        return f"{short(job)} · {job.requester} · in about {span((await self._view(job)).eta_s or 0)}"

    async def _workers(self) -> list[str]:
        workers = (await self._pool.status()).workers
        platforms = (await self._desk.health())["adapters"]
        return [
            *map(worker_line, workers),
            *(await self._switched()),
            *(await self._closed()),
            *section("Platforms", [f"{name} · {state}" for name, state in platforms.items()], len(platforms)),
        ]

    async def _stats(self) -> list[str]:
        day, week = await self._store.admin.period(_DAY_S), await self._store.admin.period(7 * _DAY_S)
        return [*period_lines("Last day", day), "", *period_lines("Last week", week)]

    async def _quota(self, who: str) -> list[str]:
        account, activity = await self._accounts.get(who), await self._store.admin.activity(who)
        lines = [
            f"{who} has asked for {count(activity.in_all, 'painting')}: {activity.within_hour} in the last hour, "
            f"{activity.within_day} in the last day; {activity.open} open.",
            quota_line(account),
        ]
        if account.banned is not None:
            lines.append(f"Banned: {account.banned or 'no reason given.'}")
        return lines

    async def _uncertain(self) -> list[str]:
        replies = await self._store.admin.uncertain()
        if not replies:
            return ["No reply is uncertain."]
        return [
            f"{count(len(replies), 'reply', 'replies')} may never have arrived. Settle each with "
            "“uncertain ID resend” or “uncertain ID sent”.",
            *section("Uncertain", [self._uncertain_line(reply) for reply in replies[:_SHOWN]], len(replies)),
        ]

    def _uncertain_line(self, reply: UncertainReply) -> str:
        what = "a painting" if reply.job.result else f"that it was {reply.job.status}"
        ago = span(self._clock() - reply.since)
        why = f" · {cut(reply.error, 80)}" if reply.error else ""
        return f"{short(reply.job)} · {reply.job.requester} · {what} · {ago} ago{why}"

    async def _spend(self) -> list[str]:
        lines = []
        for budget in self._budgets:
            lines += spend_lines("Today", await budget.today(), budget.per_day)
            lines += ["", *spend_lines("This month", await budget.this_month(), budget.per_month)]
        return lines or ["No platform that charges is served."]

    async def _told_lately(self) -> list[str]:
        latest = await self._notices.latest(_SHOWN)
        ago = [f"{span(self._clock() - notice.at)} ago · {notice.kind} · {notice.text}" for notice in latest]
        return ago or ["Nothing has happened that you should know."]

    # ---- changes

    async def _pause(self, reason: str) -> list[str]:
        await self._store.switches.put("paused", {"reason": reason})
        return ["Paused. What is being painted now is finished; “resume” goes on.", f"People are told: {reason}"]

    async def _resume(self) -> list[str]:
        if not await self._switched():
            return ["Nothing was paused."]
        for switch in ("paused", "drained"):
            await self._store.switches.put(switch, None)
        return [f"Resumed; {count((await self._store.queue.counts())[Status.QUEUED], 'painting')} waiting."]

    async def _drain(self) -> list[str]:
        await self._store.switches.put("drained", {"since": self._clock()})
        return [
            "Nothing is taken in any more; “resume” opens again.",
            *(await self._depth(await self._store.queue.open_jobs())),
        ]

    async def _cancel(self, job: Job) -> list[str]:
        try:
            after = (await self._desk.cancel(job.id, job.requester)).job
        except NotReady as over:
            stored = await self._store.jobs.get(job.id) or job
            raise NotReady(f"{short(job)} is {stored.status} already.", over.code) from over
        how = "is cancelled" if after.status is Status.CANCELLED else "is being stopped, which takes some seconds"
        return [f"{short(job)} of {job.requester} {how}."]

    async def _ban(self, who: str, reason: str) -> list[str]:
        await self._accounts.change(who, banned=reason)
        activity = await self._store.admin.activity(who)
        return [f"{who} is banned. {count(activity.in_all, 'painting')} so far, {activity.open} open."]

    async def _allow(self, who: str, allowed: bool) -> list[str]:
        await self._accounts.change(who, allowed=allowed)
        return [f"{who} is on the list." if allowed else f"{who} is no longer on the list."]

    async def _set_quota(self, who: str, hour: int | None, day: int | None) -> list[str]:
        await self._accounts.change(who, per_hour=hour, per_day=day)
        return await self._quota(who)

    async def _resend(self, job: Job) -> list[str]:
        await self._settle(job, self._store.admin.resend)
        self._reply_due()
        return [f"The reply to {short(job)} is sent again."]

    async def _count_as_sent(self, job: Job) -> list[str]:
        await self._settle(job, self._store.admin.count_as_sent)
        return [f"The reply to {short(job)} counts as sent."]

    async def _settle(self, job: Job, settle: Callable[[str], Awaitable[None]]) -> None:
        try:
            await settle(job.id)
        except IllegalTransition as moved_on:
            raise NotReady(f"The reply to {short(job)} is not uncertain.", "not_uncertain") from moved_on

    # ---- what both need

    async def _job(self, verb: str, prefix: str) -> Job:
        """The one job, whoever's, whose id begins so."""
        prefix = prefix.lower()
        if not _ID.fullmatch(prefix):
            raise _misused(verb, f"“{prefix}” is not the id of a painting.")
        found = await self._store.admin.beginning_with(prefix)
        if len(found) != 1:
            many = f"Several paintings begin with {prefix}; give more of the id."
            raise BadRequest(many if found else f"There is no painting {prefix}.", "unknown_job")
        # The line that says who asked has the words as they were, of the id perhaps the beginning alone.
        log.info("admin means", verb=verb, job=found[0].id)
        return found[0]

    async def _view(self, job: Job) -> JobView:
        return await self._desk.look(job.id, job.requester)

    async def _switched(self) -> list[str]:
        paused, drained = [await self._store.switches.get(name) for name in ("paused", "drained")]
        lines = [f"Paused: {paused['reason']}"] if paused is not None else []
        return [*lines, "Drained: nothing is taken in."] if drained is not None else lines

    async def _closed(self) -> list[str]:
        """What no verb opens again."""
        closed = await self._store.switches.get("disk-full")
        if closed is None:
            return []
        return [f"The disk is nearly full: nothing is taken in until {closed['opens_mb']} MB are free."]


def _who(verb: str, name: str) -> str:
    if not _WHO.fullmatch(name):
        raise _misused(verb, f"“{name}” is nobody: a person or a group is platform:id, as in telegram:123.")
    return name


def _reason(words: list[str]) -> str:
    """What was written, as a sentence, since others follow it."""
    reason = cut(" ".join(words), _MAX_REASON)
    return reason if not reason or reason.endswith((".", "!", "?", "…")) else f"{reason}."


def _misused(verb: str, why: str = "That is not understood.") -> BadRequest:
    return BadRequest(f"{why} Usage: {VERBS[verb].usage}", "bad_usage")
