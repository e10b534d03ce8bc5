"""The encoder: a frozen VGG whose rectified activations are named relu1_1 … relu5_3 (VGG-19: … relu5_4).

Simonyan & Zisserman, "Very deep convolutional networks for large-scale image recognition" (2014).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn import functional

from renderer.weights import Source, Tensors

Features = dict[str, torch.Tensor]


class UnknownLayer(ValueError):
    """A layer that this encoder does not have."""


class Encoder(nn.Module):
    """A VGG without its classifier; takes pictures in 0..1 and knows its own normalisation."""

    mean: torch.Tensor

    def __init__(self, source: Source, tensors: Tensors) -> None:
        super().__init__()
        self.name = source.name
        self.layers = tuple(
            f"relu{block}_{conv}" for block, count in enumerate(source.blocks, 1) for conv in range(1, count + 1)
        )
        self.register_buffer("mean", torch.tensor(source.mean).view(1, 3, 1, 1))
        self.convolutions = nn.ModuleDict({layer: _convolution(layer, source, tensors) for layer in self.layers})
        self.requires_grad_(False)

    def forward(self, picture: torch.Tensor, layers: Iterable[str]) -> Features:
        """Activations (1, C, H', W') of the named layers for a picture (1, 3, H, W) in 0..1.

        Raises UnknownLayer. Nothing is computed beyond the deepest layer that is asked for.
        """
        wanted = set(layers)
        if unknown := wanted.difference(self.layers):
            raise UnknownLayer(
                f"{self.name} has no layer {', '.join(sorted(unknown))}; it has {', '.join(self.layers)}"
            )
        features: Features = {}
        x = (picture - self.mean).contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            if features.keys() == wanted:
                break
            if layer.endswith("_1") and layer != "relu1_1":
                x = functional.max_pool2d(x, kernel_size=2, stride=2, ceil_mode=True)
            x = functional.relu(self.convolutions[layer](x), inplace=True)
            if layer in wanted:
                features[layer] = x
        return features


def _convolution(layer: str, source: Source, tensors: Tensors) -> nn.Conv2d:
    stem = layer.replace("relu", "conv")
    kernel = torch.from_numpy(tensors[f"{stem}.weight"])
    first = layer == "relu1_1"
    if first:
        kernel = (kernel.flip(1) if source.bgr else kernel) * torch.tensor(source.scale).view(1, 3, 1, 1)
    # This differs from VGG, which pads with the mean colour throughout: at the first convolution that is an
    # edge that the optimiser answers with a grey border.
    convolution = nn.Conv2d(
        kernel.shape[1], kernel.shape[0], 3, padding=1, padding_mode="replicate" if first else "zeros", device="meta"
    )
    # Channels last takes half the time of the contiguous layout on a CPU.
    convolution.weight = nn.Parameter(kernel.contiguous(memory_format=torch.channels_last))
    convolution.bias = nn.Parameter(torch.from_numpy(tensors[f"{stem}.bias"]))
    return convolution
