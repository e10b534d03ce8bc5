"""What a picture is measured by: small criteria that hold their target, over pure functions.

Every loss over features is a function of sums over positions (`measure`, then `conclude`), so that a picture may be
measured tile by tile and the sums added: the same loss, and the same gradient, as of the whole.

Gatys, Ecker & Bethge, "A neural algorithm of artistic style" (2015) and "Image style transfer using convolutional
neural networks" (2016); for regions Gatys et al., "Controlling perceptual factors in neural style transfer" (2017).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import torch
from torch.nn import functional

Features = Mapping[str, torch.Tensor]
#: Of a layer's name and a tensor (1, C, H', W') over its whole plane, the part that belongs to the tile in hand.
Crop = Callable[[str, torch.Tensor], torch.Tensor]
Sums = tuple[torch.Tensor, ...]

_LEAST = 1e-12


def whole(_layer: str, plane: torch.Tensor) -> torch.Tensor:
    """The crop of a picture that is measured in one piece."""
    return plane


def gram_sum(features: torch.Tensor, presence: torch.Tensor | None = None) -> torch.Tensor:
    """Σ f fᵀ (C, C) over the positions of activations (1, C, H, W), each weighted by its presence (1, 1, H, W)."""
    vectors = features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])  # (H·W, C), a view when channels come last
    if presence is None:
        return vectors.T @ vectors
    return vectors.T @ (vectors * presence.reshape(-1, 1))


def gram(features: torch.Tensor) -> torch.Tensor:
    """Gram matrix (C, C) of activations (1, C, H, W), as a mean over positions so that sizes compare."""
    return gram_sum(features) / (features.shape[-2] * features.shape[-1])


def style_distance(actual: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """‖G − G*‖² / ‖G*‖² of two Gram matrices: 0 for the same texture, about 1 for none of it.

    This differs from Gatys et al. (2016), who divide by the layer's size: dividing by the target's own norm makes
    layers, pictures and encoders comparable, so that one set of weights serves all.
    """
    return (actual - target).square().sum() / target.square().sum().clamp_min(_LEAST)


def content_distance(actual: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of activations over the target's mean square."""
    return functional.mse_loss(actual, target) / target.square().mean().clamp_min(_LEAST)


def total_variation(picture: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of neighbouring pixels of a picture (1, 3, H, W)."""
    across = picture[..., :, 1:] - picture[..., :, :-1]
    down = picture[..., 1:, :] - picture[..., :-1, :]
    # Not the mean: a picture of one row has no neighbours below.
    return across.square().sum() / max(1, across.numel()) + down.square().sum() / max(1, down.numel())


def out_of_range(picture: torch.Tensor) -> torch.Tensor:
    """Mean squared excess over 0..1: keeps pixels printable without a clamp, which L-BFGS would trip over."""
    return (picture - picture.clamp(0, 1)).square().mean()


class Loss(Protocol):
    """A loss over features."""

    @property
    def layers(self) -> Sequence[str]:
        """The layers that it needs."""

    def measure(self, features: Features, crop: Crop = whole) -> Sums:
        """What is to be added over all tiles."""

    def conclude(self, sums: Sums) -> torch.Tensor:
        """The loss, a scalar, of the sums over the whole picture."""


@dataclasses.dataclass(frozen=True)
class Region:
    """A part of the picture with a style of its own."""

    grams: Mapping[str, torch.Tensor]  #: target Gram matrix (C, C) of each layer
    presence: Mapping[str, torch.Tensor] | None = None  #: of each layer (1, 1, H', W') in 0..1; None: everywhere
    share: float = 1.0  #: part of the picture, 0..1


class StyleLoss:
    """Weighted mean, over regions and layers, of the style distance to the region's Gram matrices."""

    def __init__(self, regions: Sequence[Region], layers: Mapping[str, float]) -> None:
        self.layers = tuple(layers)
        self._regions = regions
        self._weights = {layer: weight / sum(layers.values()) for layer, weight in layers.items()}

    def measure(self, features: Features, crop: Crop = whole) -> Sums:
        """A sum of f fᵀ and of presence for every region and layer."""
        sums = []
        for region in self._regions:
            for layer in self.layers:
                activations = features[layer]
                if region.presence is None:
                    positions = activations.new_full((), activations.shape[-2] * activations.shape[-1])
                    sums += [gram_sum(activations), positions]
                else:
                    presence = crop(layer, region.presence[layer])
                    sums += [gram_sum(activations, presence), presence.sum()]
        return tuple(sums)

    def conclude(self, sums: Sums) -> torch.Tensor:
        """The loss, a scalar."""
        pairs = iter(zip(sums[::2], sums[1::2], strict=True))
        distances = []
        for region in self._regions:
            for layer in self.layers:
                total, positions = next(pairs)
                distance = style_distance(total / positions.clamp_min(_LEAST), region.grams[layer])
                distances.append(region.share * self._weights[layer] * distance)
        return torch.stack(distances).sum()


class ContentLoss:
    """Weighted mean over the layers of the content distance; `attention` weighs positions, 1 for an ordinary one."""

    def __init__(
        self, content: Features, layers: Mapping[str, float], attention: Mapping[str, torch.Tensor] | None = None
    ) -> None:
        self.layers = tuple(layers)
        total = sum(layers.values())
        # Each difference is scaled before it is squared, so that the sum of squares is the loss.
        self._scales, self._targets = {}, {}
        for layer, weight in layers.items():
            target = content[layer].detach()
            square = torch.linalg.vector_norm(target).square().clamp_min(_LEAST)
            scale = (weight / total / square).sqrt().view(1, 1, 1, 1)
            if attention is not None:
                scale = scale * attention[layer].sqrt()
            self._scales[layer], self._targets[layer] = scale, target * scale

    def measure(self, features: Features, crop: Crop = whole) -> Sums:
        """The loss of these positions, which is its own sum."""
        distances = []
        for layer, scale in self._scales.items():
            here = scale if scale.numel() == 1 else crop(layer, scale)
            difference = features[layer] * here - crop(layer, self._targets[layer])
            distances.append(difference.square().sum())
        return (torch.stack(distances).sum(),)

    def conclude(self, sums: Sums) -> torch.Tensor:
        """The loss, a scalar."""
        return sums[0]


class Objective:
    """Named losses with their weights: what an optimiser minimises, but for what it asks of the bare pixels."""

    def __init__(self, terms: Mapping[str, tuple[float, Loss]]) -> None:
        self._terms = terms
        self.layers = tuple(dict.fromkeys(layer for _, loss in terms.values() for layer in loss.layers))
        self._lengths: dict[str, int] = {}

    def measure(self, features: Features, crop: Crop = whole) -> Sums:
        """The sums of all losses, one after another."""
        sums: list[torch.Tensor] = []
        for name, (_, loss) in self._terms.items():
            measured = loss.measure(features, crop)
            self._lengths[name] = len(measured)
            sums += measured
        return tuple(sums)

    def conclude(self, sums: Sums) -> dict[str, torch.Tensor]:
        """The weighted losses by name."""
        concluded, start = {}, 0
        for name, (weight, loss) in self._terms.items():
            end = start + self._lengths[name]
            concluded[name] = weight * loss.conclude(sums[start:end])
            start = end
        return concluded
