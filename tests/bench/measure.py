"""How near a picture is to its content and its style: a ruler that stays the same when the painter's options change."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image

from renderer import weights
from renderer.features import Encoder
from renderer.images import to_tensor
from renderer.losses import content_distance, gram, style_distance
from tests.bench.figures import ROOT

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("relu4_2",)
#: Layers whose Gram matrices no default of the painter optimises: noise that fools the others shows here.
UNSEEN_LAYERS = ("relu2_2", "relu3_3", "relu4_3")


def load_weights() -> tuple[weights.Source, weights.Tensors]:
    """The default encoder's, that `make setup` has fetched."""
    found = weights.find("vgg16", ROOT / "data" / "weights")
    assert found, "the encoder's weights are missing; run `make setup` first"
    return found[0], weights.load(*found)


def load_encoder(device: torch.device) -> Encoder:
    return Encoder(*load_weights(), device)


class Ruler:
    """Measures pictures of the content's size at `long_edge` px; the style picture is taken at `style_edge` px."""

    @torch.no_grad()
    def __init__(
        self,
        encoder: Encoder,
        content: Image.Image,
        style: Image.Image,
        long_edge: int,
        style_edge: int | None = None,
        style_layers: Sequence[str] = STYLE_LAYERS,
        content_layers: Sequence[str] = CONTENT_LAYERS,
    ) -> None:
        self._encoder = encoder
        device = encoder.mean.device
        self.plain = to_tensor(content, long_edge, device)  #: the content itself, (1, 3, H, W)
        features = encoder(to_tensor(style, style_edge or long_edge, device), style_layers)
        self._style = {layer: gram(features[layer]) for layer in style_layers}
        self._content = encoder(self.plain, content_layers)

    @torch.no_grad()
    def distances(self, picture: torch.Tensor) -> tuple[float, float]:
        """Distance to the style and to the content of a picture as it would be saved, each the mean over its layers."""
        features = self._encoder(picture.clamp(0, 1), {*self._style, *self._content})
        style = [style_distance(gram(features[layer]), target) for layer, target in self._style.items()]
        content = [content_distance(features[layer], target) for layer, target in self._content.items()]
        return float(torch.stack(style).mean()), float(torch.stack(content).mean())
