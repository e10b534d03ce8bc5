from __future__ import annotations

from pathlib import Path

from tests.bot.rush import Plan, simulate


async def test_in_a_rush_everybody_gets_their_share_and_is_told_when(tmp_path: Path) -> None:
    """`python -m tests.bench.load` in small; what depends on the machine's speed is not looked at here."""
    plan = Plan(people=40, jobs=200, busy=5, busy_jobs=16, slots=1, within_s=1440)
    rush = await simulate(tmp_path, plan)
    assert rush.delivered == plan.jobs
    assert rush.fairness <= 1.5
    assert rush.eta_error <= 0.25
    usual = [took_s for who, _, took_s in rush.told if who.startswith("usual")]
    busy = [took_s for who, _, took_s in rush.told if who.startswith("busy")]
    assert sorted(usual)[len(usual) // 2] < sorted(busy)[len(busy) // 2] / 4
