"""DeepDream: a picture is changed so that one layer of the encoder sees more of what it already sees in it.

Mordvintsev, Olah & Tyka, "Inceptionism: going deeper into neural networks" (2015): gradient ascent on the layer's
activity, octave by octave, each with the detail that the picture has there.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from PIL import Image

from renderer import devices
from renderer.effort import scales
from renderer.features import Encoder
from renderer.images import enlarge, scaled_size, to_tensor
from renderer.losses import Crop, Features, Objective, Sums, whole
from renderer.optimise import Evaluation, NormalisedGradient, minimise
from renderer.options import RenderOptions, default_size
from renderer.scalewise import Scalewise
from renderer.tiles import TiledEncoder
from renderer.work import GiveWay

LAYER = "relu4_3"
#: Mean change of a value in one step, at full strength.
_STEP = 0.02
#: The picture is shifted anew before each step, so that the grid of the poolings leaves no pattern.
_JITTER = 32


class Activity:
    """A loss that falls as the mean square of a layer's activations rises."""

    def __init__(self, layer: str) -> None:
        self.layers = (layer,)

    def measure(self, features: Features, crop: Crop = whole) -> Sums:
        """Sum of squares, and the number of values."""
        activations = features[self.layers[0]]
        return activations.square().sum(), activations.new_tensor(float(activations.numel()))

    def conclude(self, sums: Sums) -> torch.Tensor:
        """The loss, a scalar."""
        return -sums[0] / sums[1]


class Dream(Scalewise):
    """One dream under way (a `renderer.work.Work`)."""

    def __init__(
        self,
        encoder: Encoder,
        content: Image.Image,
        options: RenderOptions,
        device: torch.device,
        give_way: GiveWay = lambda: None,
    ) -> None:
        size = options.size or default_size(device.type)
        layer = options.layer or LAYER
        encoder.check([layer])
        octaves = scales(size, options)
        chosen = {"size": size, "layer": layer, "octaves": len(octaves), "iterations": octaves[0].steps}
        self.options = options.model_copy(update=chosen)
        dimensions = scaled_size(*content.size, size)
        tiled = TiledEncoder(encoder, options.pooling, devices.room(device, dimensions), give_way)
        super().__init__(content, octaves, tiled)
        self._device = device
        self._objective = Objective({"activity": (1.0, Activity(layer))})
        self._random = torch.Generator().manual_seed(options.seed)
        self._picture = self._tensor(octaves[0].long_edge)

    def _enlarged(self, long_edge: int) -> torch.Tensor:
        return enlarge(self._picture, self._tensor(max(self._picture.shape[-2:])), self._tensor(long_edge))

    def _evaluate(self, long_edge: int, steps: int) -> Iterator[Evaluation]:
        return minimise(self._criterion, self._picture, steps, NormalisedGradient(_STEP * self.options.strength))

    def _criterion(self, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        down, across = torch.randint(-_JITTER, _JITTER + 1, (2,), generator=self._random).tolist()
        shifted = picture.roll((down, across), dims=(-2, -1))
        return self._objective.conclude(self._encoder.measure(self._objective, shifted))

    def _tensor(self, long_edge: int) -> torch.Tensor:
        return to_tensor(self.content, long_edge, self._device)
