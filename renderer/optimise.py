"""The optimisation loop: any criterion over any tensor, one evaluation at a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import torch

from renderer.torch_compiler import spare

spare(torch.optim.Optimizer.add_param_group)

Criterion = Callable[[torch.Tensor], dict[str, torch.Tensor]]


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """One evaluation: the terms of the criterion (their sum is minimised), and the variable after its step."""

    step: int  #: from 1
    terms: dict[str, float]
    variable: torch.Tensor


@dataclasses.dataclass(frozen=True)
class LBFGS:
    """Limited-memory BFGS: far fewer steps than a first-order method, for 2 × `history` copies of the variable."""

    history: int = 10
    learning_rate: float = 1.0
    first_step: float = 0.01  #: mean change of a value in the first step, before any curvature is known

    def scale(self, variable: torch.Tensor) -> float:
        """By what the variable is divided: torch's first step changes all values by 1 in sum, whatever their number."""
        return self.first_step * variable.numel()

    def over(self, variable: torch.Tensor) -> torch.optim.Optimizer:
        """The optimiser of a variable; one evaluation a step, since torch keeps the curvature between steps."""
        return torch.optim.LBFGS(
            [variable],
            lr=self.learning_rate,
            max_iter=1,
            history_size=self.history,
            tolerance_grad=0,
            tolerance_change=0,
        )


@dataclasses.dataclass(frozen=True)
class Adam:
    """Adam (Kingma & Ba, 2015): two copies of the variable, which it keeps within 0..1."""

    learning_rate: float = 0.02

    def scale(self, variable: torch.Tensor) -> float:
        """By what the variable is divided: its steps have a size of their own."""
        return 1.0

    def over(self, variable: torch.Tensor) -> torch.optim.Optimizer:
        """The optimiser of a variable."""
        optimiser = torch.optim.Adam([variable], lr=self.learning_rate, betas=(0.9, 0.99))
        optimiser.register_step_post_hook(lambda *_: _clamp(variable))
        return optimiser


@dataclasses.dataclass(frozen=True)
class NormalisedGradient:
    """Steps of the same mean size whatever the gradient's, within 0..1 (Mordvintsev et al., "Inceptionism", 2015)."""

    step: float  #: mean change of a value in each step

    def scale(self, variable: torch.Tensor) -> float:
        """By what the variable is divided."""
        return 1.0

    def over(self, variable: torch.Tensor) -> torch.optim.Optimizer:
        """The optimiser of a variable."""
        variable.register_hook(lambda gradient: gradient / gradient.abs().mean().clamp_min(1e-12))
        optimiser = torch.optim.SGD([variable], lr=self.step)
        optimiser.register_step_post_hook(lambda *_: _clamp(variable))
        return optimiser


def _clamp(variable: torch.Tensor) -> None:
    variable.data.clamp_(0, 1)


Method = LBFGS | Adam | NormalisedGradient


class Diverged(ValueError):
    """The criterion is no longer a finite number."""


def minimise(criterion: Criterion, start: torch.Tensor, steps: int, method: Method = LBFGS()) -> Iterator[Evaluation]:
    """Minimise the sum of the criterion's terms from `start`, yielding after every evaluation.

    The generator gives way between evaluations, so that its caller can serve others, show progress or stop. Raises
    Diverged.
    """
    scale = method.scale(start)
    variable = (start / scale).requires_grad_()
    optimiser = method.over(variable)
    terms: dict[str, torch.Tensor] = {}

    def evaluate() -> torch.Tensor:
        nonlocal terms
        with torch.enable_grad():
            terms = criterion(variable * scale)
            loss = torch.stack(list(terms.values())).sum()
            (variable.grad,) = torch.autograd.grad(loss, variable)
        return loss.detach()

    for step in range(1, steps + 1):
        loss = float(optimiser.step(evaluate))  # type: ignore[arg-type]
        # A gradient that is no number leaves the loss before it as it was.
        if not math.isfinite(loss) or not variable.detach().sum().isfinite():
            raise Diverged(f"the optimisation has diverged at step {step}: a smaller learning rate may help")
        # All at once: each question stops a GPU.
        values = torch.stack([term.detach() for term in terms.values()]).tolist()
        yield Evaluation(step, dict(zip(terms, values, strict=True)), variable.detach() * scale)
