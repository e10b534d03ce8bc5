"""Gatys et al. (2016) as it is usually written down: contiguous tensors, one scale, L-BFGS from the content picture.

The painter's reference in `objective`: it minimises the same sum of terms, by the plain way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch.nn import functional

from renderer.features import Encoder, Features
from renderer.options import Pooling
from renderer.weights import Source, Tensors


class Vgg(Encoder):
    """The frozen VGG as a list of convolutions and poolings, and nothing else."""

    def __init__(self, source: Source, tensors: Tensors) -> None:
        super().__init__(source, tensors)
        self._blocks = source.blocks
        self._parameters_by_name = {name: torch.from_numpy(values) for name, values in tensors.items()}
        first = self._parameters_by_name["conv1_1.weight"]
        self._parameters_by_name["conv1_1.weight"] = (first.flip(1) if source.bgr else first).contiguous()
        self._scale = torch.tensor(source.scale).view(1, 3, 1, 1)

    def forward(self, picture: torch.Tensor, layers: Iterable[str], pooling: Pooling = "max") -> Features:
        """What the painter's encoder gives, in the contiguous layout."""
        wanted, features = set(layers), {}
        pool = functional.max_pool2d if pooling == "max" else functional.avg_pool2d
        # The border is repeated as in our encoder: with grey around it the losses would not compare.
        x = functional.pad((picture - self.mean) * self._scale, (1, 1, 1, 1), mode="replicate")
        for layer in self.layers:
            if layer.endswith("_1") and layer != "relu1_1":
                x = pool(x, 2, ceil_mode=True)
            stem = layer.replace("relu", "conv")
            weight, bias = (self._parameters_by_name[f"{stem}.{part}"] for part in ("weight", "bias"))
            x = functional.relu(functional.conv2d(x, weight, bias, padding=0 if layer == "relu1_1" else 1))
            if layer in wanted:
                features[layer] = x
            if len(features) == len(wanted):
                break
        return features


def paint(content: torch.Tensor, loss: Callable[[torch.Tensor], torch.Tensor]) -> Iterator[torch.Tensor]:
    """Minimise the loss from the content (1, 3, H, W) for ever; the picture after each evaluation, changed in place."""
    picture = content.clone().requires_grad_()
    # With torch's own defaults, but one evaluation a step, so that it can be watched; the steps are the same.
    optimiser = torch.optim.LBFGS([picture], max_iter=1)

    def evaluate() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(picture)
        value.backward()
        return value

    while True:
        optimiser.step(evaluate)
        yield picture.detach()
