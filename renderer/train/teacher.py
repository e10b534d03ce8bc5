"""The loss: how far paintings are from what they are to show."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch

from renderer.features import Encoder, Features
from renderer.instant_network import LAYERS, Statistics, gram
from renderer.losses import out_of_range, total_variation
from renderer.stylise import content_weight

CONTENT_LAYER = "relu4_2"
_STYLE_WEIGHT, _VARIATION_WEIGHT, _RANGE_WEIGHT = 10.0, 2.0, 10.0
#: The painter weighs the content by how far the style is at the start; here, by how far it is on average.
_DISTANCE = 0.7


@dataclasses.dataclass(frozen=True)
class Measured:
    """The terms of the loss, means over the batch."""

    loss: torch.Tensor
    style: torch.Tensor
    content: torch.Tensor


class Teacher:
    """Measures paintings against what they are to show."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        table = [content_weight(percent / 100) for percent in range(101)]
        self._weights = _DISTANCE * torch.tensor(table, device=encoder.mean.device)

    def encode(self, pictures: torch.Tensor, layers: Sequence[str]) -> Features:
        """Activations (N, C, H', W') of pictures (N, 3, H, W)."""
        if pictures.device.type != "cpu":
            features: Features = self._encoder(pictures, layers)
            return features
        # The encoder's convolutions for CPUs take one picture at a time.
        with torch.autocast("cpu", enabled=False):
            singly = [self._encoder(picture, layers) for picture in pictures.split(1)]
        return {layer: torch.cat([single[layer] for single in singly]) for layer in layers}

    def measure(
        self, paintings: torch.Tensor, style: Statistics, content: torch.Tensor, strengths: torch.Tensor
    ) -> Measured:
        """The loss of paintings (N, 3, H, W); `content` are activations of CONTENT_LAYER."""
        features = self.encode(paintings, (*LAYERS, CONTENT_LAYER))
        distances = [_distances(gram(features[layer].flatten(2)), style.grams[layer]) for layer in LAYERS]
        styles = torch.stack(distances)  # (layers, N)
        difference = (features[CONTENT_LAYER].float() - content.float()).square().mean((1, 2, 3))
        contents = difference / content.float().square().mean((1, 2, 3)).clamp_min(1e-6)
        weights = self._weights[(strengths * 100).round().long()]
        # This differs from the painter: a style that is far away must not outweigh all others of its batch.
        terms = _STYLE_WEIGHT * styles.log1p().mean(0) + weights * contents
        bare = _VARIATION_WEIGHT * total_variation(paintings) + _RANGE_WEIGHT * out_of_range(paintings)
        loss = (terms / (_STYLE_WEIGHT + weights)).mean() + bare / _STYLE_WEIGHT
        return Measured(loss, styles.mean().detach(), contents.mean().detach())


def _distances(actual: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """‖G − G*‖² / ‖G*‖² of N pairs of Gram matrices, (N,)."""
    return (actual - target).square().sum((1, 2)) / target.square().sum((1, 2)).clamp_min(1e-6)
