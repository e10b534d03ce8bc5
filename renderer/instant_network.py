"""The network of instant painting, and what it knows of a style.

What it knows of a style are the style's statistics in the frozen encoder (means and Gram matrices), which a small
predictor turns into a scale and a shift of each of the network's channels: styles therefore blend as their statistics
do, and a style costs nothing once it has been looked at. Conditional instance normalisation is from Dumoulin et al., "A
learned representation for artistic style" (2017), and its prediction from a style picture from Ghiasi et al.,
"Exploring the structure of a real-time, arbitrary neural artistic stylization network" (2017). This differs from
theirs: the predictor sees the second-order statistics that the loss is made of instead of a picture, a strength is
among its inputs, the network sees the content in the style's colours already, and only its middle normalises.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import nn
from torch.nn import functional

from renderer.features import Features

LAYERS: Mapping[str, int] = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu4_1": 512, "relu5_1": 512}
#: Pictures are painted at multiples of this many pixels.
GRID = 8
#: How far in pixels, on each side, a ground acts on a place of the painting, when the moments are given.
REACH = 160

_PROJECTED = 16
_HIDDEN, _CODE = 256, 256
_SHALLOW, _DEEP = 128, 192
_DEEP_BLOCKS, _SHALLOW_BLOCKS = 5, 3
#: Channels on the way up, at half and at full size.
_HALF, _FULL = 64, 32
_LEAST = 1e-4
_PORTION = 4096


@dataclasses.dataclass(frozen=True)
class Statistics:
    """What is known of N styles: by layer, means (N, C) and Gram matrices (N, C, C) of activations over positions."""

    means: Mapping[str, torch.Tensor]
    grams: Mapping[str, torch.Tensor]


def statistics(features: Features) -> Statistics:
    """Of the activations (N, C, H, W) of each layer."""
    vectors = {layer: features[layer].flatten(2) for layer in LAYERS}  # (N, C, H·W)
    return Statistics(
        {layer: values.mean(2, dtype=torch.float32) for layer, values in vectors.items()},
        {layer: gram(values) for layer, values in vectors.items()},
    )


def gram(vectors: torch.Tensor) -> torch.Tensor:
    """Gram matrices (N, C, C) of (N, C, positions), means over the positions; in half precision without overflow.

    The positions are taken in portions: one long product would leave most of a GPU idle.
    """
    count, channels, positions = vectors.shape
    portions = 1 if positions % _PORTION else positions // _PORTION
    scaled = vectors * positions**-0.5
    parts = scaled.view(count, channels, portions, -1).transpose(1, 2)  # (N, portions, C, positions / portions)
    total: torch.Tensor = (parts @ parts.transpose(2, 3)).sum(1, dtype=torch.float32)
    return total


def blend(styles: Sequence[Statistics], weights: Sequence[float]) -> Statistics:
    """The statistics of a picture of which each style has a part."""
    total = sum(weights)

    def mixed(parts: Iterator[torch.Tensor]) -> torch.Tensor:
        return torch.stack([part * (weight / total) for part, weight in zip(parts, weights, strict=True)]).sum(0)

    return Statistics(
        {layer: mixed(style.means[layer] for style in styles) for layer in LAYERS},
        {layer: mixed(style.grams[layer] for style in styles) for layer in LAYERS},
    )


class Predictor(nn.Module):
    """From a style's statistics and a strength to what modulates the network's channels."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        inputs = 0
        for layer, channels in LAYERS.items():
            self.register_buffer(f"size_{layer}", torch.ones(channels))  # root mean square over the training's styles
            projection = torch.randn(_PROJECTED, channels) / channels**0.5
            self.register_parameter(f"projection_{layer}", nn.Parameter(projection))
            inputs += 2 * channels + _PROJECTED * (_PROJECTED + 1) // 2
        upper = torch.triu_indices(_PROJECTED, _PROJECTED)
        self.register_buffer("upper", upper[0] * _PROJECTED + upper[1], persistent=False)
        self.first = nn.Linear(inputs, _HIDDEN)
        self.second = nn.Linear(_HIDDEN + 2, _CODE)
        self.last = nn.Linear(_CODE, outputs)
        nn.init.normal_(self.last.weight, std=0.02)
        nn.init.zeros_(self.last.bias)

    @torch.no_grad()
    def calibrate(self, seen: Statistics) -> None:
        """Take the sizes of activations from some styles, so that all channels begin with an equal say."""
        for layer in LAYERS:
            squares = seen.grams[layer].diagonal(dim1=1, dim2=2).mean(0)
            size = self.get_buffer(f"size_{layer}")
            size.copy_(squares.clamp_min(squares.mean() * 1e-3).sqrt())

    def forward(self, style: Statistics, strength: torch.Tensor) -> torch.Tensor:
        """(N, outputs) for N styles and strengths (N,) of 0..1."""
        parts = []
        for layer in LAYERS:
            size = self.get_buffer(f"size_{layer}")
            projection = self.get_parameter(f"projection_{layer}") / size
            means, grams = style.means[layer] / size, style.grams[layer]
            spread = grams.diagonal(dim1=1, dim2=2).clamp_min(0).sqrt() / size
            projected = (projection @ grams @ projection.T).flatten(1)[:, self.get_buffer("upper")]
            parts += [means, spread, projected.sign() * projected.abs().log1p()]
        seen = functional.silu(self.first(torch.cat(parts, 1)))
        told = torch.stack([strength, strength.square()], 1)
        code: torch.Tensor = self.last(functional.silu(self.second(torch.cat([seen, told], 1))))
        return code


Moments = tuple[torch.Tensor, torch.Tensor]


class Moderator:
    """Hands the modulations (N, outputs) out to the layers, in their order; remembers or replays moments.

    Moments are the means and inverse spreads (N, C, 1, 1) that layers normalise by: those of a picture as a whole,
    replayed for each of its tiles, leave no seams.
    """

    def __init__(self, modulations: torch.Tensor, moments: Sequence[Moments] | None = None) -> None:
        self._rest = modulations
        self._replayed = None if moments is None else iter(moments)
        self.moments: list[Moments] = []

    def modulated(self, x: torch.Tensor) -> torch.Tensor:
        """X (N, C, H, W), each channel scaled and shifted."""
        scale, shift = self._next(x)
        return torch.addcmul(shift, x, scale)

    def normalised(self, x: torch.Tensor) -> torch.Tensor:
        """The same of x brought to mean 0 and spread 1 first."""
        mean, inverse = self._measured(x) if self._replayed is None else next(self._replayed)
        self.moments.append((mean, inverse))
        scale, shift = self._next(x)
        scale = scale * inverse
        return torch.addcmul((shift - mean * scale).to(x.dtype), x, scale.to(x.dtype))

    def _measured(self, x: torch.Tensor) -> Moments:
        variance, mean = torch.var_mean(x.float(), (2, 3), keepdim=True, correction=0)
        return mean, (variance + _LEAST).rsqrt()

    def _next(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        channels = x.shape[1]
        taken, self._rest = self._rest[:, : 2 * channels], self._rest[:, 2 * channels :]
        scale, shift = taken.to(x.dtype)[:, :, None, None].chunk(2, 1)
        return 1 + scale, shift


class Block(nn.Module):
    """A residual block: normalised once, modulated twice."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = _convolution(channels, channels)
        with torch.no_grad():
            self.second.weight.mul_(0.2)

    def forward(self, x: torch.Tensor, moderator: Moderator) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        inner = self.first(functional.relu(moderator.normalised(x), inplace=True))
        inner = self.second(functional.relu(moderator.modulated(inner), inplace=True))
        result: torch.Tensor = x + inner
        return result


class Network(nn.Module):
    """The painter of one pass. Its parts lie at a quarter (shallow) and an eighth (deep) of the picture's size."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _convolution(3 * 16, _SHALLOW)
        self.entry = Block(_SHALLOW)
        self.down = _convolution(_SHALLOW, _DEEP, stride=2)
        self.deep = nn.ModuleList(Block(_DEEP) for _ in range(_DEEP_BLOCKS))
        self.up = _convolution(_DEEP, _SHALLOW)
        self.shallow = nn.ModuleList(Block(_SHALLOW) for _ in range(_SHALLOW_BLOCKS))
        self.finer = _convolution(_SHALLOW, _HALF)
        self.finer_again = _convolution(_HALF, _HALF)
        self.finest = _convolution(_HALF, _FULL)
        self.out = _convolution(_FULL, 3)
        with torch.no_grad():
            self.out.weight.mul_(0.1)
        blocks = (1 + _SHALLOW_BLOCKS) * _SHALLOW + _DEEP_BLOCKS * _DEEP
        self.predictor = Predictor(2 * (2 * blocks + _SHALLOW + 2 * _HALF + _FULL))

    def forward(self, ground: torch.Tensor, moderator: Moderator) -> torch.Tensor:
        """The painting (N, 3, H, W) over a ground in the style's colours (N, 3, H, W), 0..1; H, W multiples of GRID."""
        seen = functional.pixel_unshuffle(ground - 0.5, 4).contiguous(memory_format=torch.channels_last)
        x = self.entry(functional.relu(self.stem(seen)), moderator)
        kept = x
        x = self.down(functional.relu(x))
        for block in self.deep:
            x = block(x, moderator)
        x = kept + self.up(_doubled(functional.relu(x)))
        for block in self.shallow:
            x = block(x, moderator)
        x = functional.relu(moderator.modulated(x), inplace=True)
        x = functional.relu(moderator.modulated(self.finer(_doubled(x))), inplace=True)
        x = functional.relu(moderator.modulated(self.finer_again(x)), inplace=True)
        x = functional.relu(moderator.modulated(self.finest(_doubled(x))), inplace=True)
        painting: torch.Tensor = _coarse(ground) + self.out(x)
        return painting


def _coarse(ground: torch.Tensor) -> torch.Tensor:
    """The ground without anything smaller than a brush: what the network need not learn."""
    return functional.interpolate(
        functional.avg_pool2d(ground, GRID), scale_factor=GRID, mode="bilinear", align_corners=False
    )


def _doubled(x: torch.Tensor) -> torch.Tensor:
    """Twice the size. Nearest neighbours and a convolution behind them leave no checkerboard (Odena et al., 2016)."""
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1)
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    assert convolution.bias is not None
    nn.init.zeros_(convolution.bias)
    convolution.weight.data = convolution.weight.data.contiguous(memory_format=torch.channels_last)
    return convolution
