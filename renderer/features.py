"""The encoder: a frozen VGG whose rectified activations are named relu1_1 … relu5_3 (VGG-19: … relu5_4).

Simonyan & Zisserman, "Very deep convolutional networks for large-scale image recognition" (2014).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn import functional

from renderer import winograd
from renderer.options import Pooling
from renderer.weights import Source, Tensors

Features = dict[str, torch.Tensor]

_CPU = torch.device("cpu")


class UnknownLayer(ValueError):
    """A layer that this encoder does not have."""


class Encoder(nn.Module):
    """A VGG without its classifier; takes pictures in 0..1 and knows its own normalisation."""

    mean: torch.Tensor

    def __init__(self, source: Source, tensors: Tensors, device: torch.device = _CPU) -> None:
        super().__init__()
        self.name = source.name
        self.layers = tuple(
            f"relu{block}_{conv}" for block, count in enumerate(source.blocks, 1) for conv in range(1, count + 1)
        )
        self.register_buffer("mean", torch.tensor(source.mean).view(1, 3, 1, 1))
        self.convolutions = nn.ModuleDict(
            {layer: _convolution(layer, source, tensors, device) for layer in self.layers}
        )
        self.requires_grad_(False)
        self.to(device)

    def check(self, layers: Iterable[str]) -> None:
        """Raise UnknownLayer where one of them is none of this encoder's."""
        if unknown := set(layers).difference(self.layers):
            raise UnknownLayer(
                f"{self.name} has no layer {', '.join(sorted(unknown))}; it has {', '.join(self.layers)}"
            )

    def forward(self, picture: torch.Tensor, layers: Iterable[str], pooling: Pooling = "max") -> Features:
        """Activations (1, C, H', W') of the named layers for a picture (1, 3, H, W) in 0..1.

        A layer of block b has a stride of 2^(b − 1): H' = ⌈H / stride⌉. Raises UnknownLayer. Nothing is computed beyond
        the deepest layer that is asked for.
        """
        self.check(layers)
        wanted = set(layers)
        pool = functional.max_pool2d if pooling == "max" else functional.avg_pool2d
        features: Features = {}
        # This differs from VGG, which pads with the mean colour: that is an edge, which the optimiser answers with a
        # grey border.
        x = bordered(picture - self.mean, 1, 1, 1, 1).contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            if features.keys() == wanted:
                break
            if layer.endswith("_1") and layer != "relu1_1":
                x = pool(x, kernel_size=2, stride=2, ceil_mode=True)
            x = functional.relu(self.convolutions[layer](x), inplace=True)
            if layer in wanted:
                features[layer] = x
        return features

    def reach(self, layers: Iterable[str]) -> int:
        """How far in pixels, on each side, the picture acts on a position of the deepest of these layers.

        Every 3×3 convolution looks one position of its layer further; poolings look at what is their own.
        """
        deepest = max(self.layers.index(layer) for layer in layers)
        return sum(stride(layer) for layer in self.layers[: deepest + 1])


def stride(layer: str) -> int:
    """Pixels of the picture from one position of a layer to the next."""
    return 1 << (int(layer[len("relu")]) - 1)


def bordered(picture: torch.Tensor, left: int, right: int, top: int, bottom: int) -> torch.Tensor:
    """The picture (1, 3, top + H + bottom, left + W + right) with its outermost pixels repeated around it.

    Not `functional.pad`: where CUDA is to be repeatable that gathers pixel by pixel, and its gradient sorts them all.
    """
    above, below = picture[..., :1, :].expand(-1, -1, top, -1), picture[..., -1:, :].expand(-1, -1, bottom, -1)
    picture = torch.cat((above, picture, below), dim=-2)
    before, after = picture[..., :1].expand(-1, -1, -1, left), picture[..., -1:].expand(-1, -1, -1, right)
    return torch.cat((before, picture, after), dim=-1)


def _convolution(layer: str, source: Source, tensors: Tensors, device: torch.device) -> nn.Module:
    stem = layer.replace("relu", "conv")
    kernel, bias = (torch.from_numpy(tensors[f"{stem}.{part}"]) for part in ("weight", "bias"))
    if device.type == "cpu" and kernel.shape[1] >= winograd.MIN_CHANNELS:
        return winograd.Convolution(kernel, bias)
    first = layer == "relu1_1"
    if first:
        kernel = (kernel.flip(1) if source.bgr else kernel) * torch.tensor(source.scale).view(1, 3, 1, 1)
    convolution = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=0 if first else 1, device="meta")
    # Channels last takes half the time of the contiguous layout on a CPU.
    convolution.weight = nn.Parameter(kernel.contiguous(memory_format=torch.channels_last))
    convolution.bias = nn.Parameter(bias)
    return convolution
