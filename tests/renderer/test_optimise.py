from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from renderer.optimise import LBFGS, Adam, Diverged, Method, NormalisedGradient, minimise

GOAL = torch.tensor([0.3, 0.7])


def bowl(x: torch.Tensor) -> dict[str, torch.Tensor]:
    """A quadratic, thirty times as steep in one direction, with its least value at GOAL."""
    return {"near": (torch.tensor([1.0, 30.0]) * (x - GOAL) ** 2).sum(), "flat": 0 * x.sum()}


@pytest.mark.parametrize("method,steps", [(LBFGS(), 25), (Adam(), 300)], ids=["lbfgs", "adam"])
def test_the_least_value_of_a_quadratic_is_found(method: Method, steps: int) -> None:
    *_, last = minimise(bowl, torch.zeros(2), steps, method)
    assert last.step == steps
    assert last.terms["near"] < 1e-6
    assert last.variable == pytest.approx(GOAL, abs=1e-3)


@pytest.mark.parametrize("count", [10, 1000, 100_000])
@pytest.mark.parametrize("steepness", [1.0, 1e6])
def test_the_first_step_of_lbfgs_has_the_stated_mean_size_however_many_values_there_are(
    count: int, steepness: float
) -> None:
    start = torch.randn(count, generator=torch.Generator().manual_seed(0))
    (first,) = minimise(lambda x: {"bowl": steepness * (x - 9).square().sum()}, start, 1, LBFGS(first_step=0.02))
    assert float((first.variable - start).abs().mean()) == pytest.approx(0.02, rel=1e-3)


@pytest.mark.parametrize("steepness", [1e-6, 1.0, 1e6])
def test_a_normalised_gradient_makes_steps_of_one_mean_size(steepness: float) -> None:
    start = torch.rand(3, 50, generator=torch.Generator().manual_seed(0)) * 0.4 + 0.3
    before = start
    for evaluation in minimise(lambda x: {"slope": steepness * x.pow(3).sum()}, start, 3, NormalisedGradient(0.01)):
        assert float((evaluation.variable - before).abs().mean()) == pytest.approx(0.01, rel=1e-3)
        assert (evaluation.variable < before).all()
        before = evaluation.variable


@pytest.mark.parametrize("method", [Adam(0.5), NormalisedGradient(0.5)], ids=["adam", "normalised"])
def test_methods_whose_steps_have_a_size_of_their_own_stay_within_the_range_of_pixels(method: Method) -> None:
    for evaluation in minimise(lambda x: {"away": (x - 9).square().sum()}, torch.rand(20), 5, method):
        assert evaluation.variable.min() >= 0 and evaluation.variable.max() <= 1
    assert (evaluation.variable == 1).all()


def test_it_gives_way_after_every_single_evaluation() -> None:
    calls = 0

    def counted(x: torch.Tensor) -> dict[str, torch.Tensor]:
        nonlocal calls
        calls += 1
        return bowl(x)

    for evaluation in minimise(counted, torch.zeros(2), steps=5):
        assert calls == evaluation.step


@pytest.mark.parametrize("method", [LBFGS(), Adam(), NormalisedGradient(0.1)], ids=["lbfgs", "adam", "normalised"])
def test_the_start_and_the_steps_seen_before_are_left_as_they_were(method: Method) -> None:
    start = torch.zeros(2)
    seen = [(evaluation.variable, evaluation.variable.clone()) for evaluation in minimise(bowl, start, 3, method)]
    assert start.tolist() == [0, 0]
    assert all(torch.equal(variable, then) for variable, then in seen)
    assert not torch.equal(seen[0][0], seen[1][0])


def test_the_terms_are_those_of_the_criterion_before_the_step() -> None:
    first, second = minimise(bowl, torch.zeros(2), 2)
    assert first.terms == pytest.approx({"near": float(bowl(torch.zeros(2))["near"]), "flat": 0})
    assert second.terms["near"] == pytest.approx(float(bowl(first.variable)["near"]), rel=1e-5)


def not_a_number(x: torch.Tensor) -> torch.Tensor:
    return (x * float("nan")).sum()


def steep(x: torch.Tensor) -> torch.Tensor:
    return x.pow(4).sum()


@pytest.mark.parametrize("criterion,method", [(not_a_number, LBFGS()), (steep, LBFGS(learning_rate=1e30))])
def test_a_loss_that_is_no_number_ends_it_with_a_sentence(
    criterion: Callable[[torch.Tensor], torch.Tensor], method: Method
) -> None:
    with pytest.raises(Diverged, match=r"^the optimisation has diverged at step \d: a smaller learning rate may help$"):
        list(minimise(lambda x: {"bad": criterion(x)}, torch.ones(2), 5, method))


def test_a_step_into_what_is_no_number_ends_it_though_it_is_the_last() -> None:
    """The loss is still finite there, and nobody would look at the gradient again."""
    with pytest.raises(Diverged):
        list(minimise(lambda x: {"cusp": x.clamp_min(0).sqrt().sum()}, torch.zeros(2), 1))
