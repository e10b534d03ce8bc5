"""What the metrics say of real flows, and that table, dashboard and alerts speak of metrics that there are."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import Refused, Retry, Unknown
from bot.jobs import MAX_DELIVERIES, IllegalTransition, Status
from bot.metrics import DEFINITIONS, Metrics
from bot.metrics.table import markdown
from bot.ports import WorkerStatus
from bot.spending import Budget
from bot.store.rows import step
from config.table import renew
from renderer.protocol import FailureReason
from tests.fakes.house import House, failure, open_house, started

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD = DOCS / "monitoring" / "dashboard.json"
ALERTS = DOCS / "monitoring" / "alerts.yml"

Values = dict[frozenset[tuple[str, str]], float]


async def read(metrics: Metrics, name: str) -> Values:
    """The values of one sample, by labels."""
    text = (await metrics.text()).decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {frozenset(sample.labels.items()): sample.value for sample in samples if sample.name == name}


async def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """One value; None where it was not counted."""
    return (await read(metrics, name)).get(frozenset(labels.items()))


# ---- what is asked


async def test_open_jobs_are_told_by_state_mode_and_adapter_and_survive_a_restart(house: House) -> None:
    await house.job("1")
    await house.dispatch.on_event(started(await house.job("2", mode="dream")))
    await house.painted(await house.job("3", adapter="other"))
    await house.store.jobs.cancel((await house.job("4")).id)
    expected = {
        frozenset({("status", "queued"), ("mode", "paint"), ("adapter", "fake")}): 1.0,
        frozenset({("status", "rendering"), ("mode", "dream"), ("adapter", "fake")}): 1.0,
        frozenset({("status", "rendered"), ("mode", "paint"), ("adapter", "other")}): 1.0,
    }
    assert await read(house.metrics, "atelier_jobs_open") == expected
    assert await value(house.metrics, "atelier_queue_depth") == 1

    async with open_house(house.folder) as later:
        assert await read(later.metrics, "atelier_jobs_open") == expected


async def test_a_reply_that_is_postponed_does_not_grow_younger(house: House) -> None:
    async def age() -> float:
        seconds = await value(house.metrics, "atelier_outbox_age_seconds", adapter="fake")
        assert seconds is not None
        return seconds

    assert await age() == 0
    job = await house.painted(await house.job("1"), seconds=0.0)
    house.clock.ahead_s = 500
    assert 500 <= await age() < 560
    await house.store.outbox.claim(job)
    await house.store.outbox.postpone(job, (await house.store.outbox.due("fake"))[0].state, 300, "later")
    assert 500 <= await age() < 560
    assert await value(house.metrics, "atelier_outbox_replies", adapter="fake", state="sending") == 1

    second = await house.job("2")
    await house.store.jobs.cancel(second.id)
    house.clock.ahead_s += 100
    assert 600 <= await age() < 660, "the oldest counts"
    await house.store.outbox.sent(job, "1")
    assert 100 <= await age() < 160
    assert await read(house.metrics, "atelier_outbox_replies") == {
        frozenset({("adapter", "fake"), ("state", "ready")}): 1.0
    }


async def test_an_uncertain_reply_is_shown_and_no_longer_ages(house: House) -> None:
    job = await house.painted(await house.job(), seconds=0.0)
    await house.store.outbox.claim(job)
    await house.store.outbox.uncertain(job)
    house.clock.ahead_s = 500
    assert await value(house.metrics, "atelier_outbox_age_seconds", adapter="fake") == 0
    assert await value(house.metrics, "atelier_outbox_replies", adapter="fake", state="uncertain") == 1


async def test_workers_platforms_and_switches_are_told_as_they_stand(house: House) -> None:
    house.pool.workers = (
        WorkerStatus("fake:0", "cpu", "painting"),
        WorkerStatus("fake:1", None, "down", reason="no weights", restarts=4),
    )
    house.states |= {"x": "resting: the limit of $5 a day is reached"}
    await house.store.switches.put("paused", {"reason": "curtains"})
    for state, number in {"painting": 1, "down": 1, "idle": 0, "starting": 0}.items():
        assert await value(house.metrics, "atelier_workers", state=state) == number
    assert await value(house.metrics, "atelier_renderer_restarts_total", worker="fake:0") == 0
    assert await value(house.metrics, "atelier_renderer_restarts_total", worker="fake:1") == 4
    assert await value(house.metrics, "atelier_adapter_up", adapter="fake") == 1
    assert await value(house.metrics, "atelier_adapter_up", adapter="x") == 0
    assert await value(house.metrics, "atelier_switched", switch="paused") == 1
    assert await value(house.metrics, "atelier_switched", switch="drained") == 0


async def test_the_seconds_ahead_are_those_expected_of_what_waits_shared_by_the_devices(house: House) -> None:
    await house.job("1", estimate_s=60)
    await house.job("2", estimate_s=30, quality="draft")
    await house.dispatch.on_event(started(await house.job("3", estimate_s=500)))
    house.pool.workers = tuple(WorkerStatus(f"local-{number}", f"cuda:{number}", "idle") for number in range(3))
    assert await read(house.metrics, "atelier_queue_ahead_seconds") == {frozenset({("device_class", "cuda")}): 30.0}


async def test_spend_is_told_by_kind_for_the_day_and_the_month_with_the_limits(house: House) -> None:
    now = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC).timestamp()
    budget = Budget(house.store, "x", {"reply": 0.01, "mention": 0.001}, 5, 50, lambda: now)
    metrics = Metrics(house.store, house.pool, lambda: {}, [budget])
    await budget.spend("reply", 3)
    now += 2 * 24 * 3600
    await budget.spend("reply")
    await budget.spend("mention", 2)
    spent = await read(metrics, "atelier_spend_dollars")
    assert spent == pytest.approx(
        {
            frozenset({("platform", "x"), ("kind", "reply"), ("period", "day")}): 0.01,
            frozenset({("platform", "x"), ("kind", "mention"), ("period", "day")}): 0.002,
            frozenset({("platform", "x"), ("kind", "reply"), ("period", "month")}): 0.04,
            frozenset({("platform", "x"), ("kind", "mention"), ("period", "month")}): 0.002,
        }
    )
    assert await value(metrics, "atelier_spend_limit_dollars", platform="x", period="day") == 5
    assert await value(metrics, "atelier_spend_limit_dollars", platform="x", period="month") == 50


# ---- what is told


async def test_ends_are_counted_whoever_ends_a_job(house: House) -> None:
    poisonous = await house.job("0")
    for delivery in range(1, MAX_DELIVERIES + 1):
        await house.dispatch.on_event(started(poisonous, delivery))
    await house.store.jobs.requeue(await house.read(poisonous))
    delivered, cancelled, broken = [await house.job(number) for number in "123"]
    await house.desk.cancel(cancelled.id, cancelled.requester)
    async with house.running():
        await house.pool.paint(delivered.id)
        await house.pool.fail(broken.id, FailureReason.BAD_INPUT)
        await house.adapter.until_replies(4)
    like = {"mode": "paint", "adapter": "fake"}
    counted = await read(house.metrics, "atelier_jobs_ended_total")
    assert counted == {
        frozenset({"status": status, "reason": reason, **like}.items()): 1.0
        for status, reason in (
            ("delivered", ""),
            ("cancelled", "cancelled"),
            ("failed", "bad_input"),
            ("failed", "poisoned"),
        )
    }


async def test_what_was_not_committed_is_not_counted(house: House) -> None:
    job = await house.job()
    cancelled = dataclasses.replace(job, status=Status.CANCELLED, reason="cancelled")
    with pytest.raises(OSError, match="disk"):
        async with house.store.jobs._database.write() as connection:
            await step(connection, job, cancelled, 0)
            raise OSError("disk")
    assert await read(house.metrics, "atelier_jobs_ended_total") == {}

    await house.store.jobs.cancel(job.id)
    with pytest.raises(IllegalTransition):
        await house.store.jobs.finish(job, Status.FAILED, "internal")
    [(_, number)] = (await read(house.metrics, "atelier_jobs_ended_total")).items()
    assert number == 1


async def test_a_wait_ends_with_the_first_hand_over_alone(house: House) -> None:
    job = await house.job()
    house.clock.ahead_s = 45
    await house.dispatch.on_event(started(job))
    house.clock.ahead_s = 4500
    await house.dispatch.on_event(started(await house.read(job), delivery=2))
    await house.dispatch.on_event(failure(await house.read(job), FailureReason.INTERNAL))
    await house.dispatch.on_event(started(await house.read(job)))
    assert (await house.read(job)).attempt == 2
    assert await value(house.metrics, "atelier_job_wait_seconds_count", adapter="fake") == 1
    assert await value(house.metrics, "atelier_job_wait_seconds_sum", adapter="fake") == pytest.approx(45, abs=20)
    assert await value(house.metrics, "atelier_job_wait_seconds_bucket", adapter="fake", le="30.0") == 0


async def test_paintings_are_timed_by_mode_and_device(house: House) -> None:
    await house.painted(await house.job("1"), seconds=12.5, device="cuda:0")
    await house.painted(await house.job("2", mode="dream"), seconds=80.0)
    assert await read(house.metrics, "atelier_render_seconds_sum") == {
        frozenset({("mode", "paint"), ("device", "cuda:0")}): 12.5,
        frozenset({("mode", "dream"), ("device", "cpu")}): 80.0,
    }
    bucket = {"mode": "paint", "device": "cuda:0"}
    assert await value(house.metrics, "atelier_render_seconds_bucket", **bucket, le="10.0") == 0
    assert await value(house.metrics, "atelier_render_seconds_bucket", **bucket, le="20.0") == 1


@pytest.mark.parametrize(
    ("trouble", "replies", "asked", "outcomes"),
    [
        (Retry(0), 2, 0, {"retry": 1.0, "sent": 1.0}),
        (Refused("blocked"), 1, 0, {"refused": 1.0}),
        (Unknown("cut"), 1, 1, {"unknown": 1.0, "uncertain": 1.0}),
        (RuntimeError("nobody foresaw it"), 1, 1, {"unmapped": 1.0, "uncertain": 1.0}),
    ],
)
async def test_tries_to_reply_are_counted_by_outcome(
    house: House, trouble: Exception, replies: int, asked: int, outcomes: dict[str, float]
) -> None:
    house.adapter.script.append(trouble)
    await house.painted(await house.job())
    async with house.running():
        await house.adapter.until_replies(replies)
        await house.adapter.until_asked(asked)
    assert await read(house.metrics, "atelier_reply_tries_total") == {
        frozenset({("adapter", "fake"), ("outcome", outcome)}): number for outcome, number in outcomes.items()
    }


async def test_errors_of_platforms_are_counted_by_kind(house: House) -> None:
    for kind in ("429", "429", "unsure"):
        house.metrics.platform_error("x", kind)
    assert await value(house.metrics, "atelier_platform_errors_total", platform="x", kind="429") == 2
    assert await value(house.metrics, "atelier_platform_errors_total", platform="x", kind="unsure") == 1


async def test_how_late_the_event_loop_is_is_measured(house: House) -> None:
    now, late_s = 1000.0, [0.0, 0.3, 2.0]

    async def sleep(seconds: float) -> None:
        nonlocal now
        if not late_s:
            raise asyncio.CancelledError
        now += seconds + late_s.pop(0)

    with pytest.raises(asyncio.CancelledError):
        await house.metrics.watch_loop(lambda: now, sleep)
    assert await value(house.metrics, "atelier_event_loop_lag_seconds_count") == 3
    assert await value(house.metrics, "atelier_event_loop_lag_seconds_sum") == pytest.approx(2.3)
    assert await value(house.metrics, "atelier_event_loop_lag_seconds_bucket", le="0.25") == 1


async def test_two_services_in_one_process_count_for_themselves(house: House, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with open_house(other) as neighbour:
        house.metrics.platform_error("x", "429")
        assert await read(neighbour.metrics, "atelier_platform_errors_total") == {}


# ---- table, dashboard, alerts


async def test_the_text_has_the_metrics_that_are_described_and_no_other(house: House) -> None:
    text = (await house.metrics.text()).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {name: family.type for name, family in families.items()} == {
        metric.name.removesuffix("_total"): metric.kind for metric in DEFINITIONS
    }
    assert all(families[metric.name.removesuffix("_total")].documentation == metric.meaning for metric in DEFINITIONS)


def test_the_table_of_metrics_is_up_to_date() -> None:
    page = (DOCS / "monitoring.md").read_text("utf-8")
    assert page == renew(page, "metrics", markdown()), "the metrics in docs/monitoring.md are out of date: make docs"


def dashboard_queries() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def alerts() -> list[dict[str, str]]:
    """The rules of the alerts; fails where a line is not of the simple kind of YAML that they are written in."""
    rules: list[dict[str, str]] = []
    for line in ALERTS.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#") or line in ("groups:", "  - name: atelier", "    rules:"):
            continue
        entry = re.fullmatch(r"(      - |        |          )(\w+):(?: ('[^']*'|[\w.]+))?", line)
        assert entry, f"not understood: {line}"
        indent, name, text = entry.groups()
        if indent.endswith("- "):
            rules.append({})
        assert (text is None) == (name in ("labels", "annotations")), line
        assert (len(indent) == 10) == (name in ("severity", "summary", "description")), line
        assert name not in rules[-1], line
        rules[-1][name] = (text or "").strip("'")
    return rules


#: Words of PromQL, and labels that Prometheus adds.
LABELS_OF_ALL = {"instance", "job", "le"}


@pytest.mark.parametrize("query", [*dashboard_queries(), *(rule["expr"] for rule in alerts())])
def test_a_query_asks_for_metrics_and_labels_that_there_are(query: str) -> None:
    known = {sample: metric for metric in DEFINITIONS for sample in metric.samples}
    asked = set(re.findall(r"\batelier_\w+", query))
    assert asked <= known.keys()
    assert asked or "up{" in query
    labels = LABELS_OF_ALL.union(*(known[name].labels for name in asked))
    for name, matchers in re.findall(r"\b(\w+)\{([^}]*)\}", query):
        own = LABELS_OF_ALL.union(known[name].labels) if name in known else LABELS_OF_ALL
        assert set(re.findall(r"(\w+)(?:=~|!=|=|!~)\"", matchers)) <= own
    for grouped in re.findall(r"\b(?:by|on) \(([^)]*)\)", query):
        assert set(re.split(r",\s*", grouped)) <= labels
    assert query.count("(") == query.count(")") and query.count("{") == query.count("}")


def test_the_dashboard_shows_every_metric_and_no_panel_lies_upon_another() -> None:
    shown = " ".join(dashboard_queries())
    assert [metric.name for metric in DEFINITIONS if metric.name not in shown] == []
    board = json.loads(DASHBOARD.read_text("utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        columns, rows = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells = {(x, y) for x in columns for y in rows}
        assert not cells & taken and columns.stop <= 24, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_alert_says_what_is_the_matter_and_how_bad_it_is() -> None:
    rules = alerts()
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    for rule in rules:
        assert {"alert", "expr", "for", "labels", "severity", "annotations", "summary", "description"} == rule.keys()
        assert rule["severity"] in ("info", "warning", "critical")
        assert re.fullmatch(r"\d+[mh]", rule["for"])
