from __future__ import annotations

import pytest
import torch

from renderer.optimise import Diverged, minimise


def bowl(x: torch.Tensor) -> dict[str, torch.Tensor]:
    scale = torch.tensor([1.0, 30.0])
    return {"near": (scale * (x - 3) ** 2).sum(), "flat": 0 * x.sum()}


def test_any_criterion_is_minimised() -> None:
    *_, last = minimise(bowl, torch.zeros(2), steps=25)
    assert last.step == 25
    assert last.terms["near"] < 1e-6
    assert last.variable == pytest.approx(torch.tensor([3.0, 3.0]), abs=1e-2)


def test_it_gives_way_after_every_single_evaluation() -> None:
    calls = 0

    def counted(x: torch.Tensor) -> dict[str, torch.Tensor]:
        nonlocal calls
        calls += 1
        return bowl(x)

    for evaluation in minimise(counted, torch.zeros(2), steps=5):
        assert calls == evaluation.step


def test_the_start_is_left_as_it_was() -> None:
    start = torch.zeros(2)
    list(minimise(bowl, start, steps=3))
    assert start.tolist() == [0, 0]


def test_a_loss_that_is_no_number_ends_it() -> None:
    with pytest.raises(Diverged, match="nan at step 1"):
        list(minimise(lambda x: {"bad": (x * float("nan")).sum()}, torch.zeros(2), steps=3))
