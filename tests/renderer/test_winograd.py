from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from renderer import winograd

Tensors = tuple[torch.Tensor, ...]


def random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def relative_error(actual: torch.Tensor, expected: torch.Tensor) -> float:
    return float((actual - expected).detach().norm() / expected.norm())


def direct(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, weights_of_sum: torch.Tensor) -> Tensors:
    """The convolution in double precision, and the gradient of a weighted sum of its values."""
    x = x.detach().double().requires_grad_()
    result = functional.conv2d(x, weight.double(), bias.double(), padding=1)
    (result * weights_of_sum.double()).sum().backward()
    assert x.grad is not None
    return result.detach(), x.grad


@pytest.mark.parametrize("height,width", [(1, 1), (1, 9), (5, 7), (4, 8), (33, 50), (36, 64)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=["rows", "channels_last"])
def test_it_is_the_convolution_forward_and_backward(height: int, width: int, layout: torch.memory_format) -> None:
    x, weight, bias = random(1, 128, height, width, seed=1), random(256, 128, 3, 3, seed=2), random(256, seed=3)
    factors = random(1, 256, height, width, seed=4)
    mine = x.to(memory_format=layout).requires_grad_()
    result = winograd.convolve(mine, winograd.transformed(weight), bias)
    (result * factors).sum().backward()
    assert mine.grad is not None and result.shape == factors.shape
    expected, expected_gradient = direct(x, weight, bias, factors)
    assert relative_error(result, expected) < 1e-5
    assert relative_error(mine.grad, expected_gradient) < 1e-5


def test_every_value_is_right_also_at_the_edges() -> None:
    """A wrong row or column would hardly show in a norm over the picture."""
    x, weight, bias = random(1, 128, 35, 9, seed=1), random(128, 128, 3, 3, seed=2), random(128, seed=3)
    result = winograd.convolve(x, winograd.transformed(weight), bias)
    expected, _ = direct(x, weight, bias, torch.ones_like(x))
    error = (result - expected).square().sum(1).sqrt() / expected.square().sum(1).sqrt()
    assert float(error.detach().max()) < 1e-5


def test_the_result_may_be_changed_in_place_as_rectifiers_do() -> None:
    for height in (5, 8):
        x = random(1, 128, height, 8, seed=1).requires_grad_()
        kernels = winograd.transformed(random(128, 128, 3, 3, seed=2))
        functional.relu(winograd.convolve(x, kernels, torch.zeros(128)), inplace=True).sum().backward()
        assert x.grad is not None and x.grad.abs().sum() > 0
