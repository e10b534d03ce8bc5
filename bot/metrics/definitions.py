"""Every metric: its name, its labels and what it means. docs/monitoring.md has them as a table."""

from __future__ import annotations

import dataclasses
from typing import Literal

_WAITS_S = (1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)
_RENDERS_S = (1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
_LAGS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclasses.dataclass(frozen=True)
class Definition:
    """One metric; its name ends in its unit, that of a counter in ``_total``."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()  #: upper bounds of a histogram, in its unit

    @property
    def samples(self) -> tuple[str, ...]:
        """The names under which its values stand in the text."""
        if self.kind == "histogram":
            return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))
        return (self.name,)


# ---- mirrored: asked of the store, the pool, the platforms and the ledger when somebody looks

JOBS_OPEN = Definition(
    "atelier_jobs_open",
    "gauge",
    ("status", "mode", "adapter"),
    "Jobs without an end: `queued`, `rendering`, or `rendered` and not delivered yet",
)
QUEUE_DEPTH = Definition("atelier_queue_depth", "gauge", (), "Jobs that wait to be painted")
QUEUE_AHEAD = Definition(
    "atelier_queue_ahead_seconds",
    "gauge",
    ("device_class",),
    "Seconds that the devices of a class (`cpu`, `cuda`, `mps`) will paint at what waits now, all of them together and "
    "by the estimates; what is being painted is not in it. Devices that are down or drained do not count; `none` is "
    "what nobody could paint",
)
OUTBOX_REPLIES = Definition(
    "atelier_outbox_replies",
    "gauge",
    ("adapter", "state"),
    "Replies that are not settled: `ready`, `sending` (handed to the platform, or to be asked after) or `uncertain` "
    "(left to people)",
)
OUTBOX_AGE = Definition(
    "atelier_outbox_age_seconds",
    "gauge",
    ("adapter",),
    "Seconds since the oldest reply that is still to be sent was first due; 0 where there is none. Postponing it does "
    "not make it younger",
)
WORKERS = Definition(
    "atelier_workers", "gauge", ("state",), "Renderers by state: `starting`, `idle`, `painting` or `down`"
)
RENDERER_RESTARTS = Definition(
    "atelier_renderer_restarts_total",
    "counter",
    ("worker",),
    "How often a renderer was lost (it died, hung or would not start) and begun anew",
)
ADAPTER_UP = Definition("atelier_adapter_up", "gauge", ("adapter",), "1 while the platform is served, else 0")
SWITCHED = Definition(
    "atelier_switched",
    "gauge",
    ("switch",),
    "1 while the service is `paused` (nothing new is painted), `drained` or `disk-full` (nothing is taken in), else 0",
)
SPEND = Definition(
    "atelier_spend_dollars",
    "gauge",
    ("platform", "kind", "period"),
    "US dollars that a platform has cost this `day` or `month` (UTC), by kind of call",
)
SPEND_LIMIT = Definition(
    "atelier_spend_limit_dollars",
    "gauge",
    ("platform", "period"),
    "US dollars that a platform may cost in a `day` or a `month`",
)

# ---- told: counted as it happens, since the service began

JOBS_ENDED = Definition(
    "atelier_jobs_ended_total",
    "counter",
    ("status", "reason", "mode", "adapter"),
    "Jobs that came to their end: `delivered` (without a reason), `failed`, `cancelled` or `expired`",
)
JOB_WAIT = Definition(
    "atelier_job_wait_seconds",
    "histogram",
    ("adapter",),
    "Seconds from a job's acceptance to its first hand-over to a renderer",
    _WAITS_S,
)
RENDER = Definition(
    "atelier_render_seconds",
    "histogram",
    ("mode", "device"),
    "Seconds that the renderer took for a painting, without its wait",
    _RENDERS_S,
)
REPLY_TRIES = Definition(
    "atelier_reply_tries_total",
    "counter",
    ("adapter", "outcome"),
    "Tries to send a reply, or to find out whether it was sent: `sent`, `retry` (later), `refused` (never), `unknown` "
    "(to be asked after), `unmapped` (an error nobody foresaw, taken as unknown) or `uncertain` (left to people)",
)
PLATFORM_ERRORS = Definition(
    "atelier_platform_errors_total",
    "counter",
    ("platform", "kind"),
    "Calls that a platform did not answer well: `429` (it asks to be left alone), `later` (nothing was done), `unsure` "
    "(nobody knows), `denied` (the bot may not), `gone`, `duplicate`, `conflict` (another program is the same bot) or "
    "`refused`",
)
LOOP_LAG = Definition(
    "atelier_event_loop_lag_seconds",
    "histogram",
    (),
    "Seconds that the event loop came late to a task that only sleeps",
    _LAGS_S,
)

WATCHDOGS = Definition(
    "atelier_watchdog_barks_total",
    "counter",
    ("watchdog",),
    "How often a watchdog found something amiss: `clock` (it jumped), `dispatch` (jobs stand still), `loop` (the event "
    "loop was held up for two seconds), `outbox` (a reply is a quarter of an hour late) or `renderers` (three were "
    "lost within a quarter of an hour)",
)

MIRRORED = (
    JOBS_OPEN,
    QUEUE_DEPTH,
    QUEUE_AHEAD,
    OUTBOX_REPLIES,
    OUTBOX_AGE,
    WORKERS,
    RENDERER_RESTARTS,
    ADAPTER_UP,
    SWITCHED,
    SPEND,
    SPEND_LIMIT,
)
TOLD = (JOBS_ENDED, JOB_WAIT, RENDER, REPLY_TRIES, PLATFORM_ERRORS, LOOP_LAG, WATCHDOGS)
DEFINITIONS = (*MIRRORED, *TOLD)
