"""The optimisation loop: any criterion over any tensor, one evaluation at a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import torch

Criterion = Callable[[torch.Tensor], dict[str, torch.Tensor]]

_HISTORY = 20


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """One evaluation: the terms of the criterion (their sum is minimised), and the variable after its step."""

    step: int  #: from 1
    terms: dict[str, float]
    variable: torch.Tensor


class Diverged(ArithmeticError):
    """The criterion is no longer a finite number."""


def minimise(criterion: Criterion, start: torch.Tensor, steps: int) -> Iterator[Evaluation]:
    """Minimise the sum of the criterion's terms with L-BFGS from `start`, yielding after every evaluation.

    The generator gives way between evaluations, so that its caller can serve others, show progress or stop. The
    variable that it yields is the one being optimised, changed in place by the next step. Raises Diverged.
    """
    variable = start.clone().requires_grad_()
    # One evaluation a step: torch keeps the curvature history between steps.
    optimiser = torch.optim.LBFGS([variable], lr=1, max_iter=1, history_size=_HISTORY)
    terms: dict[str, torch.Tensor] = {}

    def evaluate() -> torch.Tensor:
        nonlocal terms
        optimiser.zero_grad()
        with torch.enable_grad():
            terms = criterion(variable)
            loss = torch.stack(list(terms.values())).sum()
            loss.backward()
        return loss.detach()

    for step in range(1, steps + 1):
        loss = float(optimiser.step(evaluate))
        if not math.isfinite(loss):
            raise Diverged(f"the loss is {loss} at step {step}")
        yield Evaluation(step, {name: float(term.detach()) for name, term in terms.items()}, variable.detach())
