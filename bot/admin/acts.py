"""What admins change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from bot.admin import lines
from bot.admin.words import is_number, job_id, misused, reason, who
from bot.errors import BadRequest, NotReady
from bot.jobs import IllegalTransition, Job, Status

if TYPE_CHECKING:  # the command line lists the verbs without loading what serves them
    from bot.accounts import Accounts
    from bot.admin.agents import AgentActs
    from bot.admin.keys import KeyAnswers
    from bot.admin.questions import Questions
    from bot.desk import Desk
    from bot.store import Store

log = structlog.get_logger(__name__)

#: The verbs that change something; with other words, the last three ask.
VERBS = frozenset(
    {
        *("pause", "resume", "drain", "undrain", "evict", "cancel", "ban", "unban", "allow", "disallow"),
        *("quota", "key", "uncertain"),
    }
)
_DEFAULT_REASON = "maintenance."


class Acts:
    """Does what it is told, and says what was done. `reply_due` is called when a reply is to be sent again."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        accounts: Accounts,
        keys: KeyAnswers,
        agents: AgentActs,
        questions: Questions,
        reply_due: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._desk = desk
        self._accounts = accounts
        self._keys = keys
        self._agents = agents
        self._questions = questions
        self._reply_due = reply_due
        self._clock = clock

    async def do(self, verb: str, words: list[str], private: bool) -> list[str]:
        """The answer in lines, `private` where only who asked reads them; raises UserError."""
        match verb, words:
            case "pause", why:
                return await self._pause(reason(why) or _DEFAULT_REASON)
            case "resume", []:
                return await self._resume()
            case "drain", []:
                return await self._drain()
            case "drain", [name]:
                return await self._agents.drain(name)
            case "undrain", [name]:
                return await self._agents.undrain(name)
            case "evict", [name]:
                return await self._agents.evict(name)
            case "cancel", [job]:
                return await self._cancel(await self._job(verb, job))
            case "ban", [name, *why]:
                return await self._ban(who(verb, name), reason(why))
            case "unban", [name]:
                await self._accounts.change(who(verb, name), banned=None)
                return [f"{name} may paint again."]
            case "allow" | "disallow", [name]:
                return await self._allow(who(verb, name), verb == "allow")
            case "quota", [name, "default"]:
                return await self._set_quota(who(verb, name), None, None)
            case "quota", [name, hour, day] if is_number(hour) and is_number(day):
                return await self._set_quota(who(verb, name), int(hour), int(day))
            case "key", _ if changed := await self._keys.change(words, private):
                return changed
            case "uncertain", [job, "resend"]:
                return await self._resend(await self._job(verb, job))
            case "uncertain", [job, "sent"]:
                return await self._count_as_sent(await self._job(verb, job))
        raise misused(verb)

    async def _pause(self, why: str) -> list[str]:
        await self._store.switches.put("paused", {"reason": why})
        return ["Paused. What is being painted now is finished; “resume” goes on.", f"People are told: {why}"]

    async def _resume(self) -> list[str]:
        doors = await self._questions.doors()
        if doors.paused is None and not doors.drained:
            return ["Nothing was paused."]
        for switch in ("paused", "drained"):
            await self._store.switches.put(switch, None)
        waiting = (await self._store.queue.counts())[Status.QUEUED]
        return [f"Resumed; {lines.count(waiting, 'painting')} waiting."]

    async def _drain(self) -> list[str]:
        await self._store.switches.put("drained", {"since": self._clock()})
        queue = await self._questions.queue(0)
        return ["Nothing is taken in any more; “resume” opens again.", *lines.depth(queue)]

    async def _cancel(self, job: Job) -> list[str]:
        short = lines.short(job.id)
        try:
            after = (await self._desk.cancel(job.id, job.requester)).job
        except NotReady as over:
            stored = await self._store.jobs.get(job.id) or job
            raise NotReady(f"{short} is {stored.status} already.", over.code) from over
        how = "is cancelled" if after.status is Status.CANCELLED else "is being stopped, which takes some seconds"
        return [f"{short} of {job.requester} {how}."]

    async def _ban(self, name: str, why: str) -> list[str]:
        await self._accounts.change(name, banned=why)
        activity = await self._store.admin.activity(name)
        return [f"{name} is banned. {lines.count(activity.in_all, 'painting')} so far, {activity.open} open."]

    async def _allow(self, name: str, allowed: bool) -> list[str]:
        await self._accounts.change(name, allowed=allowed)
        return [f"{name} is on the list." if allowed else f"{name} is no longer on the list."]

    async def _set_quota(self, name: str, hour: int | None, day: int | None) -> list[str]:
        account = await self._accounts.change(name, per_hour=hour, per_day=day)
        return lines.quota(account, await self._store.admin.activity(name))

    async def _resend(self, job: Job) -> list[str]:
        await self._settle(job, self._store.admin.resend)
        self._reply_due()
        return [f"The reply to {lines.short(job.id)} is sent again."]

    async def _count_as_sent(self, job: Job) -> list[str]:
        await self._settle(job, self._store.admin.count_as_sent)
        return [f"The reply to {lines.short(job.id)} counts as sent."]

    async def _settle(self, job: Job, settle: Callable[[str], Awaitable[None]]) -> None:
        try:
            await settle(job.id)
        except IllegalTransition as moved_on:
            raise NotReady(f"The reply to {lines.short(job.id)} is not uncertain.", "not_uncertain") from moved_on

    async def _job(self, verb: str, prefix: str) -> Job:
        """The one job, whoever's, whose id begins so."""
        prefix = job_id(verb, prefix)
        found = await self._store.admin.beginning_with(prefix)
        if len(found) != 1:
            many = f"Several paintings begin with {prefix}; give more of the id."
            raise BadRequest(many if found else f"There is no painting {prefix}.", "unknown_job")
        # The line that says who asked has the words as they were, of the id perhaps the beginning alone.
        log.info("admin means", verb=verb, job=found[0].id)
        return found[0]
