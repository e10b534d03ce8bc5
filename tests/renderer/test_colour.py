from __future__ import annotations

import pytest
import torch

from renderer.colour import grey, luminance, match, with_luminance


def picture(seed: int, mean: tuple[float, float, float], spread: float) -> torch.Tensor:
    """Random colours around a mean, the channels correlated."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, 3, 40, 30, generator=generator)
    mixed = torch.einsum("ij,bjhw->bihw", torch.tensor([[1.0, 0.3, 0], [0.5, 0.8, 0.1], [0, 0.4, 0.6]]), noise)
    return torch.tensor(mean).view(1, 3, 1, 1) + spread * mixed


def statistics(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    colours = image[0].flatten(1)
    return colours.mean(1), torch.cov(colours)


def test_the_result_has_the_reference_s_mean_and_covariance() -> None:
    content, style = picture(0, (0.2, 0.5, 0.6), 0.1), picture(1, (0.7, 0.4, 0.3), 0.03)
    mean, covariance = statistics(match(content, [(style, 1.0)]))
    wanted_mean, wanted_covariance = statistics(style)
    assert mean == pytest.approx(wanted_mean, abs=1e-4)
    assert covariance == pytest.approx(wanted_covariance, abs=5e-5)


def test_several_references_are_blended_by_weight() -> None:
    content, red, blue = (picture(seed, mean, 0.05) for seed, mean in enumerate(((0.5,) * 3, (0.8, 0, 0), (0, 0, 0.8))))
    mean, _ = statistics(match(content, [(red, 3.0), (blue, 1.0)]))
    assert mean == pytest.approx(0.75 * statistics(red)[0] + 0.25 * statistics(blue)[0], abs=1e-4)


def test_a_picture_of_one_colour_takes_the_reference_s_mean() -> None:
    flat, style = torch.full((1, 3, 8, 8), 0.3), picture(1, (0.7, 0.4, 0.3), 0.1)
    assert match(flat, [(style, 1.0)]).mean((0, 2, 3)) == pytest.approx(statistics(style)[0], abs=1e-4)


def test_its_own_colours_leave_a_picture_as_it_is() -> None:
    content = picture(0, (0.2, 0.5, 0.6), 0.1)
    assert match(content, [(content, 1.0)]) == pytest.approx(content, abs=1e-4)


def test_a_grey_picture_has_the_brightness_of_its_colours() -> None:
    primaries = torch.eye(3).view(1, 3, 1, 3)  # a red, a green and a blue pixel
    assert luminance(primaries).flatten().tolist() == pytest.approx([0.2126, 0.7152, 0.0722])
    assert (grey(primaries) == luminance(primaries)).all() and grey(primaries).shape == (1, 3, 1, 3)
    assert luminance(torch.ones(1, 3, 1, 1)).item() == pytest.approx(1), "white stays white"


def test_at_another_brightness_a_picture_keeps_its_colours() -> None:
    content, brightness = torch.rand(1, 3, 8, 8), torch.rand(1, 1, 8, 8)
    painted = with_luminance(content, brightness)
    assert luminance(painted) == pytest.approx(brightness, abs=1e-6)
    assert painted - grey(painted) == pytest.approx(content - grey(content), abs=1e-6)
