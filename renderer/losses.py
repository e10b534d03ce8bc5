"""What a painting is measured by: small criteria that hold their target, over pure functions.

Gatys, Ecker & Bethge, "A neural algorithm of artistic style" (2015) and "Image style transfer using convolutional
neural networks" (2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch.nn import functional

Features = Mapping[str, torch.Tensor]


def gram(features: torch.Tensor) -> torch.Tensor:
    """Gram matrix (C, C) of activations (1, C, H, W), as a mean over positions so that sizes compare."""
    channels = features.shape[1]
    positions = features.permute(0, 2, 3, 1).reshape(-1, channels)  # (H·W, C), a view when channels come last
    return positions.T @ positions / positions.shape[0]


def style_distance(actual: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """‖G − G*‖² / ‖G*‖² of two Gram matrices: 0 for the same texture, about 1 for none of it.

    This differs from Gatys et al. (2016), who divide by the layer's size: dividing by the target's own norm makes
    layers, pictures and encoders comparable, so that one set of weights serves all.
    """
    return (actual - target).square().sum() / target.square().sum().clamp_min(1e-12)


def content_distance(actual: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of activations over the target's mean square."""
    return functional.mse_loss(actual, target) / target.square().mean().clamp_min(1e-12)


def total_variation(picture: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of neighbouring pixels of a picture (1, 3, H, W)."""
    across = picture[..., :, 1:] - picture[..., :, :-1]
    down = picture[..., 1:, :] - picture[..., :-1, :]
    return across.square().mean() + down.square().mean()


def out_of_range(picture: torch.Tensor) -> torch.Tensor:
    """Mean squared excess over 0..1: keeps pixels printable without a clamp, which L-BFGS would trip over."""
    return (picture - picture.clamp(0, 1)).square().mean()


class StyleLoss:
    """Mean over the layers of the style distance to the weighted mean of the styles' Gram matrices."""

    def __init__(self, styles: Sequence[tuple[Features, float]], layers: Sequence[str]) -> None:
        total = sum(weight for _, weight in styles)
        self._targets = {
            layer: torch.stack([gram(features[layer]) * (weight / total) for features, weight in styles]).sum(0)
            for layer in layers
        }

    def __call__(self, features: Features) -> torch.Tensor:
        """The loss, a scalar, of a picture's features."""
        distances = [style_distance(gram(features[layer]), target) for layer, target in self._targets.items()]
        return torch.stack(distances).mean()


class ContentLoss:
    """Mean over the layers of the content distance."""

    def __init__(self, content: Features, layers: Sequence[str]) -> None:
        self._targets = {layer: content[layer].detach() for layer in layers}

    def __call__(self, features: Features) -> torch.Tensor:
        """The loss, a scalar, of a picture's features."""
        distances = [content_distance(features[layer], target) for layer, target in self._targets.items()]
        return torch.stack(distances).mean()
