"""Counts what happens, asks how things stand when somebody looks, and writes both down for Prometheus."""

from __future__ import annotations

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.jobs import ENDED, Job, Status
from bot.metrics import definitions
from bot.metrics.backlog import seconds_ahead
from bot.metrics.definitions import Definition
from bot.ports import RenderPool
from bot.spending import Budget
from bot.store import Store
from bot.store.tables import ReplyState

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

#: Seconds between two looks at how late the event loop is.
LAG_INTERVAL_S = 0.5

_WORKER_STATES = ("starting", "idle", "painting", "down")
_SWITCHES = ("paused", "drained", "disk-full")
_WATCHDOGS = ("clock", "dispatch", "loop", "outbox", "renderers")
_UNSENT = (ReplyState.READY, ReplyState.SENDING)

# When a series was first counted nobody asks, and it would be as many series again.
disable_created_metrics()  # type: ignore[no-untyped-call]

_Family = GaugeMetricFamily | CounterMetricFamily


class Metrics:
    """The service's numbers, in a registry of their own.

    What lies in the store or the pool is asked when somebody looks, so that it is right after a restart, too. The ends,
    waits and paintings of jobs are told by the store, which every step of a job goes through, whoever takes it: a
    cancel at the desk is counted like a failure in the pool, and nothing that was not committed. `adapters` gives each
    platform's state, ``up`` or what is the matter.
    """

    def __init__(
        self,
        store: Store,
        pool: RenderPool,
        adapters: Callable[[], Mapping[str, str]],
        budgets: Sequence[Budget] = (),
    ) -> None:
        self._store = store
        self._pool = pool
        self._adapters = adapters
        self._budgets = budgets
        self._registry = CollectorRegistry()
        self._mirror = _Mirror()
        self._registry.register(self._mirror)
        self._ended = self._counter(definitions.JOBS_ENDED)
        self._waits = self._histogram(definitions.JOB_WAIT)
        self._renders = self._histogram(definitions.RENDER)
        self._tries = self._counter(definitions.REPLY_TRIES)
        self._errors = self._counter(definitions.PLATFORM_ERRORS)
        self._lag = self._histogram(definitions.LOOP_LAG)
        self._barks = self._counter(definitions.WATCHDOGS)
        for name in _WATCHDOGS:
            # From 0 on: of a series that begins at 1 Prometheus sees no increase.
            self._barks.labels(name)
        store.watch(self._stepped)

    async def text(self) -> bytes:
        """All metrics in Prometheus' text format (`CONTENT_TYPE`), with how things stand now."""
        families = await self._asked()
        # Nothing is awaited from here on: of two who look at once, each reads what was asked for it.
        self._mirror.families = families
        return generate_latest(self._registry)

    def reply_tried(self, adapter: str, outcome: str) -> None:
        """Count a try to send a reply, by how it ended."""
        self._tries.labels(adapter, outcome).inc()

    def platform_error(self, platform: str, kind: str) -> None:
        """Count a call that a platform did not answer well; ``429`` where it asks to be left alone."""
        self._errors.labels(platform, kind).inc()

    def barked(self, watchdog: str) -> None:
        """Count that a watchdog has found something amiss."""
        self._barks.labels(watchdog).inc()

    async def watch_loop(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Measure how late the event loop is, until cancelled; `clock` gives seconds."""
        while True:
            before = clock()
            await sleep(LAG_INTERVAL_S)
            self._lag.observe(max(0.0, clock() - before - LAG_INTERVAL_S))

    def _stepped(self, before: Job, after: Job) -> None:
        if after.status in ENDED:
            self._ended.labels(after.status, after.reason or "", after.options.mode, after.adapter).inc()
        elif after.status is Status.RENDERING and before.started_at is None and after.started_at is not None:
            self._waits.labels(after.adapter).observe(max(0.0, after.started_at - after.created_at))
        elif after.status is Status.RENDERED:
            facts = after.result_info or {}
            if "seconds" in facts:
                self._renders.labels(after.options.mode, facts.get("device", "")).observe(facts["seconds"])

    async def _asked(self) -> list[_Family]:
        return [
            *(await self._jobs()),
            *(await self._outbox()),
            *(await self._workers()),
            _family(definitions.ADAPTER_UP, ((name, state == "up") for name, state in self._adapters().items())),
            _family(definitions.SWITCHED, [(name, await self._is_set(name)) for name in _SWITCHES]),
            *(await self._spending()),
        ]

    async def _jobs(self) -> list[_Family]:
        census = await self._store.queue.census()
        queued = sum(number for status, _, _, number in census if status is Status.QUEUED)
        return [_family(definitions.JOBS_OPEN, census), _family(definitions.QUEUE_DEPTH, [(queued,)])]

    async def _outbox(self) -> list[_Family]:
        found = await self._store.outbox.unsettled()
        served = dict.fromkeys(self._adapters(), 0.0)
        ages = [(group.adapter, group.oldest_s) for group in found if group.state in _UNSENT]
        # An adapter has one age, of whichever state its oldest reply is in.
        oldest = served | {name: max(age for other, age in ages if other == name) for name, _ in ages}
        return [
            _family(definitions.OUTBOX_REPLIES, ((group.adapter, group.state, group.number) for group in found)),
            _family(definitions.OUTBOX_AGE, oldest.items()),
        ]

    async def _workers(self) -> list[_Family]:
        workers = (await self._pool.status()).workers
        ahead = seconds_ahead(await self._store.queue.waiting_s(), workers)
        number = Tally(worker.state for worker in workers)
        return [
            _family(definitions.QUEUE_AHEAD, ahead.items()),
            _family(definitions.WORKERS, ((state, number[state]) for state in _WORKER_STATES)),
            _family(definitions.RENDERER_RESTARTS, ((worker.name, worker.restarts) for worker in workers)),
        ]

    async def _is_set(self, switch: str) -> bool:
        return await self._store.switches.get(switch) is not None

    async def _spending(self) -> list[_Family]:
        spent: list[tuple[object, ...]] = []
        limits: list[tuple[object, ...]] = []
        for budget in self._budgets:
            periods = (
                ("day", await budget.today(), budget.per_day),
                ("month", await budget.this_month(), budget.per_month),
            )
            for period, kinds, limit in periods:
                spent += [(budget.platform, kind, period, calls.dollars) for kind, calls in kinds.items()]
                limits.append((budget.platform, period, limit))
        return [_family(definitions.SPEND, spent), _family(definitions.SPEND_LIMIT, limits)]

    def _counter(self, definition: Definition) -> Counter:
        return Counter(definition.name, definition.meaning, definition.labels, registry=self._registry)

    def _histogram(self, definition: Definition) -> Histogram:
        return Histogram(
            definition.name, definition.meaning, definition.labels, registry=self._registry, buckets=definition.buckets
        )


class _Mirror(Collector):
    """What was asked last; a registry collects without waiting, and a store answers only whom it lets wait."""

    def __init__(self) -> None:
        self.families: list[_Family] = [_family(definition, ()) for definition in definitions.MIRRORED]

    def collect(self) -> Iterable[_Family]:
        return self.families


def _family(definition: Definition, rows: Iterable[tuple[object, ...]]) -> _Family:
    """One metric with its values: of each row the last, the others being its labels."""
    kind = GaugeMetricFamily if definition.kind == "gauge" else CounterMetricFamily
    family = kind(definition.name, definition.meaning, labels=definition.labels)
    for *labels, value in rows:
        family.add_metric([str(label) for label in labels], float(value))  # type: ignore[arg-type]
    return family
