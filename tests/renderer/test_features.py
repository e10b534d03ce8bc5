from __future__ import annotations

from pathlib import Path

import pytest
import torch

from renderer import weights
from renderer.features import Encoder, UnknownLayer
from renderer.images import open_rgb, to_tensor

CPU = torch.device("cpu")


def test_vgg19_names_and_order_agree_with_torchvision() -> None:
    from renderer.torchvision_import import torchvision

    torch.manual_seed(0)
    vgg = torchvision.models.vgg
    model = vgg.make_layers(vgg.cfgs["E"]).eval()
    encoder = Encoder(weights.VGG19, weights.from_torchvision(dict(model.state_dict(prefix="features."))))
    assert "relu3_4" in encoder.layers and "relu5_4" in encoder.layers
    picture = torch.rand(1, 3, 64, 64)
    mean, std = torch.tensor(weights.VGG19.mean).view(1, 3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    with torch.no_grad():
        expected = model[:25]((picture - mean) / std)  # up to the rectifier of conv4_3
        actual = encoder(picture, ["relu4_3"])["relu4_3"]
    # Away from the border, where the padding differs on purpose.
    torch.testing.assert_close(actual[..., 4:-4, 4:-4], expected[..., 4:-4, 4:-4], rtol=1e-3, atol=1e-5)


def test_real_weights_tell_photographs_apart(encoder: Encoder, photographs: dict[str, Path]) -> None:
    with torch.no_grad():
        cat, again, cup = (
            encoder(to_tensor(open_rgb(photographs[name]), size, CPU), ["relu5_3"])["relu5_3"].mean((0, 2, 3))
            for name, size in (("chelsea", 160), ("chelsea", 192), ("coffee", 160))
        )
    similar = torch.nn.functional.cosine_similarity
    assert similar(cat, again, dim=0) > 0.9 > similar(cat, cup, dim=0)


def test_nothing_is_computed_beyond_the_deepest_layer_asked_for(encoder: Encoder) -> None:
    features = encoder(torch.rand(1, 3, 32, 32), ["relu2_1", "relu1_2"])
    assert {name: tuple(value.shape) for name, value in features.items()} == {
        "relu1_2": (1, 64, 32, 32),
        "relu2_1": (1, 128, 16, 16),
    }


@pytest.mark.parametrize("height,width", [(33, 47), (32, 129), (1, 200)])
def test_odd_sizes_are_encoded(encoder: Encoder, height: int, width: int) -> None:
    assert torch.isfinite(encoder(torch.rand(1, 3, height, width), ["relu5_3"])["relu5_3"]).all()


def test_a_layer_that_the_encoder_lacks_is_named(encoder: Encoder) -> None:
    with pytest.raises(UnknownLayer, match=r"vgg16 has no layer relu3_4; it has relu1_1, .*relu5_3"):
        encoder(torch.rand(1, 3, 32, 32), ["relu3_4"])


def test_the_encoder_is_frozen(encoder: Encoder) -> None:
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
