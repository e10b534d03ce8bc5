from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from renderer import regions
from renderer.features import Encoder
from renderer.images import to_tensor

CPU = torch.device("cpu")


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("masked", [(True, False), (True, True), (False, True, False), (True, True, False)])
@pytest.mark.parametrize("threshold", [None, 0.3, 0.9], ids=["soft", "overlapping", "mostly bare"])
def test_everything_is_painted_in_some_style_once(masked: tuple[bool, ...], threshold: float | None) -> None:
    masks = [random(1, 1, 9, 7, seed=seed) if given else None for seed, given in enumerate(masked)]
    if threshold:
        masks = [None if mask is None else (mask > threshold).float() for mask in masks]
    presence = regions.shares(masks, [1.0 + number for number in range(len(masks))])
    assert len(presence) == len(masks)
    assert all(part.min() >= 0 and part.max() <= 1 for part in presence)
    assert torch.stack(presence).sum(0) == pytest.approx(torch.ones(1, 1, 9, 7), abs=1e-5)


def test_a_style_goes_where_its_mask_is_white_and_the_others_share_the_rest() -> None:
    left = torch.tensor([1.0, 1, 0, 0]).view(1, 1, 1, 4)
    one, other, another = regions.shares([left, None, None], [1, 3, 1])
    assert one.flatten().tolist() == [1, 1, 0, 0]
    assert other.flatten().tolist() == [0, 0, 0.75, 0.75]
    assert another.flatten().tolist() == [0, 0, 0.25, 0.25]


def test_where_masks_overlap_or_none_goes_styles_share() -> None:
    masks = [torch.tensor([1.0, 1, 0]).view(1, 1, 1, 3), torch.tensor([1.0, 0, 0]).view(1, 1, 1, 3)]
    presence = regions.shares(masks, [1, 1])
    assert [part.flatten().tolist() for part in presence] == [[0.5, 1, 0.5], [0.5, 0, 0.5]]


@pytest.mark.parametrize("height,width", [(1, 1), (1, 100), (33, 47), (64, 48), (85, 128)])
def test_planes_have_the_layers_own_sizes(encoder: Encoder, height: int, width: int) -> None:
    features = encoder(random(1, 3, height, width), encoder.layers)
    planes = regions.at_layers(random(1, 1, height, width), encoder.layers)
    assert {layer: plane.shape[-2:] for layer, plane in planes.items()} == {
        layer: values.shape[-2:] for layer, values in features.items()
    }
    assert all(0 <= plane.min() and plane.max() <= 1 for plane in planes.values())


def test_a_position_has_the_mean_of_its_pixels() -> None:
    plane = random(1, 1, 32, 16)
    deep = regions.at_layers(plane, ["relu1_2", "relu4_1"])
    assert torch.equal(deep["relu1_2"], plane)
    assert deep["relu4_1"][0, 0, 1, 0] == pytest.approx(float(plane[0, 0, 8:16, :8].mean()), abs=1e-6)


@pytest.mark.parametrize("long_edge,times", [(128, 1.3), (320, 2.0)])
def test_a_face_is_detail_and_the_wall_behind_is_not(encoder: Encoder, long_edge: int, times: float) -> None:
    from skimage import data

    picture = to_tensor(Image.fromarray(np.asarray(data.astronaut())), long_edge, CPU)
    with torch.no_grad():
        detail = regions.detail(encoder(picture, ["relu3_3", "relu4_2"]), long_edge, long_edge)

    def mean(left: int, top: int, right: int, bottom: int) -> float:
        """Over a rectangle of the photograph, which is 512 px wide and high."""
        left, top, right, bottom = (edge * long_edge // 512 for edge in (left, top, right, bottom))
        return float(detail[..., top:bottom, left:right].mean())

    assert detail.shape == (1, 1, long_edge, long_edge) and 0 <= detail.min() and detail.max() <= 1
    face, wall = mean(175, 60, 260, 170), mean(300, 20, 360, 200)
    assert face > times * wall
    assert face > float(detail.mean())


def test_a_picture_of_one_colour_has_no_detail_but_at_its_edges(encoder: Encoder) -> None:
    with torch.no_grad():
        detail = regions.detail(encoder(torch.full((1, 3, 96, 96), 0.4), ["relu3_3"]), 96, 96)
    assert torch.isfinite(detail).all()
    assert detail[..., 40:56, 40:56].max() < 0.1
