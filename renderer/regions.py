"""Where in the picture: masks of styles, and what of the content deserves protection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch.nn import functional

from renderer.features import Features, stride

#: A place's surroundings are the means of a grid with this many cells along the long edge.
_SURROUNDINGS = 12


def shares(masks: Sequence[torch.Tensor | None], weights: Sequence[float]) -> list[torch.Tensor]:
    """How far each style is present (1, 1, H, W), 0..1, adding up to one in every place.

    A mask (1, 1, H, W) is 1 where its style goes; the styles without one (None) share what the masks leave, by weight.
    Where all have masks and none goes to a place, they share it.
    """
    rest = (1 - torch.stack([mask for mask in masks if mask is not None]).sum(0)).clamp_min(0)
    everywhere = all(mask is not None for mask in masks)
    free = [weight if everywhere or mask is None else 0.0 for mask, weight in zip(masks, weights, strict=True)]
    presence = [
        rest * (part / sum(free)) + (0 if mask is None else mask) for mask, part in zip(masks, free, strict=True)
    ]
    total = torch.stack(presence).sum(0).clamp_min(1e-6)
    return [part / total for part in presence]


def at_layers(plane: torch.Tensor, layers: Iterable[str]) -> dict[str, torch.Tensor]:
    """A plane (1, 1, H, W) over the picture, averaged over each position of the layers."""
    height, width = plane.shape[-2:]
    return {layer: _pooled(plane, -(-height // stride(layer)), -(-width // stride(layer))) for layer in layers}


@torch.no_grad()
def detail(features: Features, height: int, width: int) -> torch.Tensor:
    """Where faces and fine structure are: (1, 1, height, width), 0..1.

    The encoder's own view: a place whose activations differ much from those around it is one where something is to
    be recognised, while sky, wall and grass look like their surroundings.
    """
    total = torch.zeros(1, 1, height, width, device=next(iter(features.values())).device)
    for activations in features.values():
        contrast = (activations - _surroundings(activations)).square().sum(1, keepdim=True).sqrt()
        contrast = functional.interpolate(contrast, size=(height, width), mode="bilinear", align_corners=False)
        total += contrast / contrast.flatten().quantile(0.98).clamp_min(1e-6)
    return (total / len(features)).clamp(0, 1)


def _surroundings(plane: torch.Tensor) -> torch.Tensor:
    """The plane so coarsely that only its surroundings are left of any place."""
    height, width = plane.shape[-2:]
    cells = min(_SURROUNDINGS, max(height, width) // 4)
    rows, columns = (max(1, round(cells * length / max(height, width))) for length in (height, width))
    coarse = _pooled(plane, rows, columns)
    return functional.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=False)


def _pooled(plane: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The plane as means, (…, height, width)."""
    # Apple's GPUs pool only to sizes that divide the plane's.
    source = plane.cpu() if plane.device.type == "mps" else plane
    return functional.adaptive_avg_pool2d(source, (height, width)).to(plane.device)
