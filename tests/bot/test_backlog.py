"""How long what waits takes each class of devices."""

from __future__ import annotations

import pytest

from bot.metrics.backlog import seconds_ahead
from bot.ports import AgentStatus, WorkerStatus


def workers(
    agent: str | None, device: str, number: int = 1, state: str = "idle", is_resting: bool = False
) -> list[WorkerStatus]:
    told = AgentStatus(agent, number, 0, 1.0, is_resting) if agent else None
    return [WorkerStatus(f"{agent}-{seat}", device, state, agent=told) for seat in range(number)]


GPUS, CPUS = workers("gpu", "cuda:0", 2), workers("cpu", "cpu", 2)


def test_a_class_alone_has_all_before_it() -> None:
    assert seconds_ahead({"fine": 60, "draft": 40}, GPUS) == {"cuda": 50}
    assert seconds_ahead({"fine": 60, "draft": 40}, CPUS) == {"cpu": 50}
    assert seconds_ahead({}, GPUS) == {"cuda": 0}


def test_processors_of_agents_get_light_work_alone_beside_a_gpu() -> None:
    assert seconds_ahead({"fine": 100, "draft": 40}, GPUS + CPUS) == {"cuda": 50, "cpu": 20}
    assert seconds_ahead({"fine": 100}, GPUS + CPUS) == {"cuda": 50, "cpu": 0}


def test_light_work_is_shared_by_all_where_that_is_sooner() -> None:
    assert seconds_ahead({"fine": 20, "draft": 60, "instant": 20}, GPUS + CPUS) == {"cuda": 25, "cpu": 25}


def test_processors_of_this_machine_paint_everything() -> None:
    assert seconds_ahead({"fine": 100}, GPUS + workers(None, "cpu", 2)) == {"cuda": 25, "cpu": 25}


@pytest.mark.parametrize(
    "others", [workers("gone", "cuda:1", state="down"), workers("resting", "cuda:1", is_resting=True)]
)
def test_who_is_given_nothing_does_not_count(others: list[WorkerStatus]) -> None:
    assert seconds_ahead({"fine": 100}, GPUS + others) == {"cuda": 50}
    assert seconds_ahead({"fine": 100}, others) == {"none": 100}
