from __future__ import annotations

from pathlib import Path

import pytest
import torch

from renderer import weights, winograd
from renderer.features import Encoder, UnknownLayer, stride
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
    with pytest.raises(UnknownLayer, match=r"^vgg16 has no layer relu3_4, relu9_9; it has relu1_1, .*relu5_3$"):
        encoder(torch.rand(1, 3, 32, 32), ["relu9_9", "relu3_4"])


@pytest.mark.parametrize("layer", ["relu1_1", "relu1_2", "relu2_1", "relu3_3", "relu5_1"])
def test_the_picture_acts_on_a_position_exactly_as_far_as_the_encoder_reaches(
    weights_dir: Path, layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The transformed convolution leaves rounding errors where its exact gradient is zero, and where two values are
    # nearly equal, the maximum hides one of them.
    monkeypatch.setattr(winograd, "MIN_CHANNELS", 1000)
    found = weights.find("vgg16", weights_dir)
    assert found
    encoder = Encoder(found[0], weights.load(*found))
    step, reach = stride(layer), encoder.reach(["relu1_1", layer])
    size = 2 * reach + 5 * step
    picture = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    position = size // 2 // step
    encoder(picture, [layer], pooling="average")[layer][..., position, position].sum().backward()
    assert picture.grad is not None
    for acting in (picture.grad.abs().sum((0, 1, 2)), picture.grad.abs().sum((0, 1, 3))):
        inside = acting.nonzero().flatten()
        assert (int(inside.min()), int(inside.max())) == (position * step - reach, (position + 1) * step - 1 + reach)


def test_the_last_position_of_an_odd_layer_is_the_mean_or_maximum_of_what_there_is(encoder: Encoder) -> None:
    picture = torch.rand(1, 3, 33, 32, generator=torch.Generator().manual_seed(0))
    convolution = encoder.convolutions["relu2_1"]
    for pooling in ("max", "average"):
        features = encoder(picture, ["relu1_2", "relu2_1"], pooling)
        shallow = features["relu1_2"]
        pairs = torch.stack((shallow[..., ::2], shallow[..., 1::2]))
        pooled = pairs.amax(0) if pooling == "max" else pairs.mean(0)
        pairs = torch.stack((pooled[..., 0:32:2, :], pooled[..., 1:32:2, :]))
        rows = torch.cat((pairs.amax(0) if pooling == "max" else pairs.mean(0), pooled[..., 32:, :]), dim=2)
        torch.testing.assert_close(features["relu2_1"], convolution(rows).relu(), rtol=1e-4, atol=1e-4)


def test_the_encoder_is_frozen(encoder: Encoder) -> None:
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
