from __future__ import annotations

import pytest
import torch

from renderer import losses


def features(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def test_the_gram_matrix_is_the_mean_product_of_channels() -> None:
    activations = features(1, 3, 4, 5)
    expected = torch.zeros(3, 3, dtype=torch.float64)
    for i in range(3):
        for j in range(3):
            expected[i, j] = (activations[0, i] * activations[0, j]).mean()
    torch.testing.assert_close(losses.gram(activations), expected)
    torch.testing.assert_close(losses.gram(activations.contiguous(memory_format=torch.channels_last)), expected)


def test_gradients_of_each_loss_are_exact() -> None:
    target = losses.gram(features(1, 4, 5, 6, seed=1))
    style = {"relu1_1": features(1, 4, 5, 6, seed=2)}
    criteria = {
        "style": lambda x: losses.style_distance(losses.gram(x), target),
        "style loss": lambda x: losses.StyleLoss([(style, 1.0)], ["relu1_1"])({"relu1_1": x}),
        "content": lambda x: losses.content_distance(x, style["relu1_1"]),
        "content loss": lambda x: losses.ContentLoss(style, ["relu1_1"])({"relu1_1": x}),
        "variation": losses.total_variation,
        "range": losses.out_of_range,
    }
    for name, criterion in criteria.items():
        picture = features(1, 4, 5, 6, seed=3).requires_grad_()
        assert torch.autograd.gradcheck(criterion, picture), name


def test_distances_are_zero_at_the_target_and_one_for_nothing() -> None:
    activations = features(1, 4, 5, 6)
    gram = losses.gram(activations)
    assert losses.style_distance(gram, gram) == 0
    assert losses.style_distance(torch.zeros_like(gram), gram) == pytest.approx(1)
    assert losses.content_distance(activations, activations) == 0
    assert losses.content_distance(torch.zeros_like(activations), activations) == pytest.approx(1)


def test_several_styles_are_blended_by_their_share_of_the_weights() -> None:
    one, other = features(1, 3, 4, 4, seed=1), features(1, 3, 4, 4, seed=2)
    blend = losses.StyleLoss([({"l": one}, 3.0), ({"l": other}, 1.0)], ["l"])
    assert blend._targets["l"] == pytest.approx(0.75 * losses.gram(one) + 0.25 * losses.gram(other))


def test_a_picture_without_edges_has_no_variation_and_one_in_range_no_excess() -> None:
    flat = torch.full((1, 3, 8, 8), 0.5)
    assert losses.total_variation(flat) == 0
    assert losses.out_of_range(flat) == 0
    assert losses.out_of_range(flat + 1) == pytest.approx(0.25)
