"""What admins ask, answered in values (`bot.admin.state`)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.admin.state import (
    Agent,
    Doors,
    FailedJob,
    OpenJob,
    People,
    Queue,
    SettingInForce,
    Spend,
    State,
    Uncertain,
    Worker,
)
from bot.jobs import Status
from config.table import changed

if TYPE_CHECKING:  # the command line lists the verbs without loading what serves them
    from bot.accounts import Accounts
    from bot.desk import Desk, JobView
    from bot.disk import Disk, Usage
    from bot.notices import Notice, Notices
    from bot.ports import AgentStatus, RenderPool
    from bot.spending import Budget
    from bot.store import Store
    from bot.store.admin import UncertainReply
    from bot.store.audit import Entry
    from config.settings import Settings

#: Entries of each list in a `State`.
_LISTED = 20
_JOBS_LISTED = 100
_DECIDED_LISTED = 200
_ASKERS_LISTED = 20

#: Takes secrets out of a text.
Redact = Callable[[str], str]


class Questions:
    """Asks the house. Texts that others have written, a platform's errors above all, pass through `redact`."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        pool: RenderPool,
        accounts: Accounts,
        notices: Notices,
        disk: Disk,
        settings: Settings,
        budgets: Sequence[Budget],
        redact: Redact,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._desk = desk
        self._pool = pool
        self._accounts = accounts
        self._notices = notices
        self._disk = disk
        #: Those that are not as they come, secrets masked.
        self.settings = tuple(SettingInForce(row.name, redact(row.value), row.origin) for row in changed(settings))
        self._budgets = budgets
        self._redact = redact
        self._clock = clock

    async def state(self) -> State:
        """All that a page shows."""
        return State(
            now=self._clock(),
            doors=await self.doors(),
            queue=await self.queue(_JOBS_LISTED),
            workers=await self.workers(),
            platforms=await self.platforms(),
            people=await self.people(),
            failed=await self.failed(_LISTED),
            uncertain=(await self.uncertain())[:_LISTED],
            spend=await self.spend(),
            disk=await self.disk(),
            settings=self.settings,
            notices=await self.notices(_LISTED),
            audit=await self.audit(_LISTED),
        )

    async def doors(self) -> Doors:
        """What keeps orders out."""
        paused, drained, full = [await self._store.switches.get(name) for name in ("paused", "drained", "disk-full")]
        return Doors(paused["reason"] if paused else None, drained is not None, full["opens_mb"] if full else None)

    async def queue(self, listed: int) -> Queue:
        """All that is under way, with so many of the jobs."""
        jobs = await self._store.queue.open_jobs()
        number = Counter(job.status for job in jobs)
        line = await self._desk.line()
        turns = {job_id: turn for turn, job_id in enumerate(line)}
        # What is being painted first, then the line, then what is painted and to be sent.
        jobs.sort(key=lambda job: (job.status is Status.RENDERED, turns.get(job.id, -1)))
        views = await self._desk.look_at([*(job.id for job in jobs[:listed]), *line[-1:]])
        end = views.get(line[-1]) if line else None
        return Queue(
            waiting=number[Status.QUEUED],
            painting=number[Status.RENDERING],
            painted=number[Status.RENDERED],
            empty_s=(end.eta_s or 0) if end else None,
            jobs=tuple(_open_job(views[job.id]) for job in jobs[:listed] if job.id in views),
            people=dict(Counter(job.requester for job in jobs).most_common()),
        )

    async def workers(self) -> tuple[Worker, ...]:
        """The renderers."""
        begun = {job.id: job.started_at for job in await self._store.queue.rendering()}
        return tuple(
            Worker(
                worker.name,
                worker.device,
                worker.device_name,
                worker.state,
                self._clean(worker.reason),
                worker.restarts,
                worker.memory,
                worker.job,
                begun.get(worker.job) if worker.job else None,
                worker.device_class,
                self._agent(worker.agent) if worker.agent else None,
            )
            for worker in (await self._pool.status()).workers
        )

    def _agent(self, agent: AgentStatus) -> Agent:
        seen_at = round(self._clock() - agent.seen_s)  # so that it changes when it is heard, and not at each look
        return Agent(agent.name, agent.slots, agent.held, seen_at, agent.is_resting)

    async def platforms(self) -> dict[str, str]:
        """Each platform's state."""
        return {name: self._redact(state) for name, state in (await self._desk.health())["adapters"].items()}

    async def people(self) -> People:
        """Those whom an admin may want to see."""
        quotas = self._accounts.quotas
        known = await self._store.admin.people(_ASKERS_LISTED, _DECIDED_LISTED)
        return People(quotas.per_hour, quotas.per_day, tuple(known))

    async def failed(self, limit: int) -> tuple[FailedJob, ...]:
        """The latest failures."""
        return tuple(
            FailedJob(
                job.id,
                job.requester,
                job.adapter,
                job.ended_at or job.created_at,
                job.reason or "unknown",
                self._clean(job.explanation),
            )
            for job in await self._store.admin.failed(limit)
        )

    async def uncertain(self) -> tuple[Uncertain, ...]:
        """The replies that were perhaps sent, the oldest first."""
        return tuple(map(self._uncertain, await self._store.admin.uncertain()))

    async def spend(self) -> tuple[Spend, ...]:
        """What platforms that charge have cost."""
        return tuple(
            [
                Spend(
                    budget.platform, await budget.today(), budget.per_day, await budget.this_month(), budget.per_month
                )
                for budget in self._budgets
            ]
        )

    async def disk(self) -> Usage:
        """What is free, and what is kept."""
        return await self._disk.usage()

    async def notices(self, limit: int) -> tuple[Notice, ...]:
        """What happened lately, the newest first."""
        latest = await self._notices.latest(limit)
        return tuple(dataclasses.replace(notice, text=self._redact(notice.text)) for notice in latest)

    async def audit(self, limit: int) -> tuple[Entry, ...]:
        """What admins did lately, the newest first."""
        return tuple(await self._store.audit.latest(limit))

    def _uncertain(self, reply: UncertainReply) -> Uncertain:
        job = reply.job
        what = "a painting" if job.result else f"that it was {job.status}"
        return Uncertain(job.id, job.requester, what, reply.since, self._clean(reply.error))

    def _clean(self, text: str | None) -> str | None:
        return None if text is None else self._redact(text)


def _open_job(view: JobView) -> OpenJob:
    job = view.job
    return OpenJob(
        job.id,
        job.requester,
        job.place,
        job.adapter,
        job.status,
        job.options.mode,
        job.options.size,
        job.created_at,
        job.started_at,
        view.progress.fraction if view.progress else None,
        view.eta_s,
    )
