from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from renderer import losses
from renderer.dream import Activity
from renderer.losses import ContentLoss, Crop, Loss, Objective, Region, StyleLoss

LAYERS = {"relu1_1": 3.0, "relu2_1": 1.0}


def features(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def encoded(seed: int) -> dict[str, torch.Tensor]:
    """What an encoder of two blocks could make of a picture 6 × 8 px."""
    return {"relu1_1": features(1, 3, 6, 8, seed=seed), "relu2_1": features(1, 4, 3, 4, seed=seed + 1)}


def planes(seed: int) -> dict[str, torch.Tensor]:
    """Values in 0..1 for each position of `encoded`."""
    return {layer: values[:, :1].sigmoid() for layer, values in encoded(seed).items()}


def grams(seed: int) -> dict[str, torch.Tensor]:
    return {layer: losses.gram(values) for layer, values in encoded(seed).items()}


LOSSES: dict[str, Loss] = {
    "style": StyleLoss([Region(grams(10))], LAYERS),
    "style in regions": StyleLoss([Region(grams(10), planes(12), 0.7), Region(grams(14), planes(16), 0.3)], LAYERS),
    "content": ContentLoss(encoded(10), LAYERS),
    "content with attention": ContentLoss(encoded(10), LAYERS, planes(12)),
    "activity": Activity("relu2_1"),
}


def loss_of(loss: Loss, picture: dict[str, torch.Tensor]) -> torch.Tensor:
    return loss.conclude(loss.measure(picture))


def test_the_gram_matrix_is_the_mean_product_of_channels() -> None:
    activations = features(1, 3, 4, 5)
    expected = torch.zeros(3, 3, dtype=torch.float64)
    for i in range(3):
        for j in range(3):
            expected[i, j] = (activations[0, i] * activations[0, j]).mean()
    torch.testing.assert_close(losses.gram(activations), expected)
    torch.testing.assert_close(losses.gram(activations.contiguous(memory_format=torch.channels_last)), expected)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradients_of_losses_over_features_are_exact(loss: Loss) -> None:
    def criterion(shallow: torch.Tensor, deep: torch.Tensor) -> torch.Tensor:
        return loss_of(loss, {"relu1_1": shallow, "relu2_1": deep})

    assert torch.autograd.gradcheck(criterion, [values.requires_grad_() for values in encoded(1).values()])


@pytest.mark.parametrize("criterion", [losses.total_variation, losses.out_of_range])
def test_gradients_of_losses_over_pixels_are_exact(criterion: Callable[[torch.Tensor], torch.Tensor]) -> None:
    assert torch.autograd.gradcheck(criterion, features(1, 3, 5, 6, seed=3).requires_grad_())


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_sums_over_the_parts_of_a_picture_conclude_to_the_loss_of_the_whole(loss: Loss) -> None:
    picture = encoded(1)

    def left(layer: str, plane: torch.Tensor) -> torch.Tensor:
        return plane[..., : 2 if layer == "relu2_1" else 4]

    def right(layer: str, plane: torch.Tensor) -> torch.Tensor:
        return plane[..., 2 if layer == "relu2_1" else 4 :]

    def part(crop: Crop) -> losses.Sums:
        return loss.measure({layer: crop(layer, values) for layer, values in picture.items()}, crop)

    together = tuple(a + b for a, b in zip(part(left), part(right), strict=True))
    torch.testing.assert_close(loss.conclude(together), loss_of(loss, picture))
    assert not torch.isclose(loss.conclude(part(left)), loss.conclude(together))


def test_distances_are_zero_at_the_target_and_one_for_nothing() -> None:
    activations = features(1, 4, 5, 6)
    gram = losses.gram(activations)
    assert losses.style_distance(gram, gram) == 0
    assert losses.style_distance(torch.zeros_like(gram), gram) == pytest.approx(1)
    assert losses.content_distance(activations, activations) == 0
    assert losses.content_distance(torch.zeros_like(activations), activations) == pytest.approx(1)


def test_losses_are_the_distances_of_their_layers_by_weight() -> None:
    picture, target = encoded(1), encoded(10)
    style = [losses.style_distance(losses.gram(picture[layer]), losses.gram(target[layer])) for layer in LAYERS]
    content = [losses.content_distance(picture[layer], target[layer]) for layer in LAYERS]
    torch.testing.assert_close(loss_of(LOSSES["style"], picture), 0.75 * style[0] + 0.25 * style[1])
    torch.testing.assert_close(loss_of(LOSSES["content"], picture), 0.75 * content[0] + 0.25 * content[1])


def test_a_region_sees_only_where_it_is_present() -> None:
    left = {"relu1_1": torch.tensor([1.0, 1, 1, 1, 0, 0, 0, 0], dtype=torch.float64).expand(1, 1, 6, 8)}
    picture = {"relu1_1": features(1, 3, 6, 8)}
    target = {"relu1_1": losses.gram(picture["relu1_1"][..., :4])}
    loss = StyleLoss([Region(target, left)], {"relu1_1": 1})
    assert loss_of(loss, picture) < 1e-20
    everywhere = StyleLoss([Region(target)], {"relu1_1": 1})
    assert loss_of(everywhere, picture) > 1e-3


def test_a_region_that_is_nowhere_asks_for_nothing() -> None:
    nowhere = {layer: torch.zeros_like(plane) for layer, plane in planes(1).items()}
    loss = StyleLoss([Region(grams(10), nowhere, 0.0)], LAYERS)
    picture = {layer: values.requires_grad_() for layer, values in encoded(1).items()}
    distance = loss_of(loss, picture)
    torch.autograd.backward(distance)
    assert distance == 0
    assert all(values.grad is not None and not values.grad.any() for values in picture.values())


def test_attention_weighs_positions() -> None:
    target, picture = {"relu1_1": features(1, 3, 6, 8, seed=1)}, {"relu1_1": features(1, 3, 6, 8, seed=2)}
    ones = torch.ones(1, 1, 6, 8, dtype=torch.float64)

    def distance(attention: torch.Tensor | None) -> torch.Tensor:
        loss = ContentLoss(target, {"relu1_1": 1}, None if attention is None else {"relu1_1": attention})
        return loss_of(loss, picture)

    top = torch.cat((ones[:, :, :2], 0 * ones[:, :, 2:]), dim=2)
    torch.testing.assert_close(distance(ones), distance(None))
    torch.testing.assert_close(distance(top) + distance(1 - top), distance(None))
    torch.testing.assert_close(distance(3 * top), 3 * distance(top))


def test_an_objective_names_and_weighs_its_terms() -> None:
    style, content = LOSSES["style in regions"], LOSSES["content"]
    objective = Objective({"style": (10.0, style), "content": (0.5, content)})
    picture = encoded(1)
    terms = objective.conclude(objective.measure(picture))
    torch.testing.assert_close(terms["style"], 10 * loss_of(style, picture))
    torch.testing.assert_close(terms["content"], 0.5 * loss_of(content, picture))
    assert objective.layers == ("relu1_1", "relu2_1")


def test_a_picture_without_edges_has_no_variation_and_one_in_range_no_excess() -> None:
    flat = torch.full((1, 3, 8, 8), 0.5)
    assert losses.total_variation(flat) == 0
    assert losses.out_of_range(flat) == 0
    assert losses.out_of_range(flat + 1) == pytest.approx(0.25)


@pytest.mark.parametrize("height,width", [(1, 8), (8, 1), (1, 1)])
def test_the_variation_of_a_single_row_or_column_is_a_number(height: int, width: int) -> None:
    assert torch.isfinite(losses.total_variation(features(1, 3, height, width)))
