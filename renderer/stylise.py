"""The painter: Gatys' optimisation from coarse to fine, as a generator that gives way after every evaluation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import torch
from PIL import Image

from renderer.colour import match
from renderer.features import Encoder
from renderer.images import resize, scaled_size, to_tensor
from renderer.losses import ContentLoss, StyleLoss, out_of_range, total_variation
from renderer.optimise import Criterion, minimise
from renderer.options import RenderOptions, default_size

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("relu4_2",)

_STYLE_WEIGHT = 10.0
_VARIATION_WEIGHT = 2.0
_RANGE_WEIGHT = 10.0
#: Content weight at strength 0.5, and the power of ten by which it falls over the whole range of strength.
_CONTENT_WEIGHT = 1.6
_CONTENT_DECADES = 4.0
#: No scale of the pyramid is smaller (px); steps at the coarsest, at those between and at the last.
_COARSEST = 96
_COARSEST_STEPS = 40
_MIDDLE_STEPS = 22
_FINAL_STEPS = 18
#: Standard deviation of the seeded noise at the start.
_NOISE = 0.05


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The state of a painting after one evaluation."""

    fraction: float  #: of the whole work, 0..1
    iterations: int  #: evaluations so far, over all scales
    losses: dict[str, float]  #: weighted terms of the last evaluation
    picture: torch.Tensor  #: (1, 3, H, W) at the scale in hand; the next evaluation changes it in place


@dataclasses.dataclass(frozen=True)
class Scale:
    """One step of the pyramid."""

    long_edge: int  #: pixels
    steps: int  #: evaluations


def pyramid(size: int, iterations: int | None) -> tuple[Scale, ...]:
    """The scales from coarse to fine; `iterations` holds for the last, of `size` px.

    Large strokes are laid while they are cheap; a finer scale only sharpens what the coarser left it.
    """
    edges = [size]
    while edges[0] // 2 >= _COARSEST:
        edges.insert(0, edges[0] // 2)
    steps = [_COARSEST_STEPS] + [_MIDDLE_STEPS] * (len(edges) - 1)
    if len(edges) > 1:
        steps[-1] = _FINAL_STEPS
    steps[-1] = iterations or steps[-1]
    return tuple(Scale(edge, count) for edge, count in zip(edges, steps, strict=True))


def content_weight(strength: float) -> float:
    """Weight of the content term for a strength of 0..1: falls by a constant factor with each step of strength."""
    return _CONTENT_WEIGHT * 10 ** (_CONTENT_DECADES * (0.5 - strength))


class Painting:
    """One painting under way: iterate over it for its snapshots; `finished()` is what there is, at full size."""

    def __init__(
        self,
        encoder: Encoder,
        content: Image.Image,
        styles: Sequence[tuple[Image.Image, float]],
        options: RenderOptions,
        device: torch.device,
    ) -> None:
        self._encoder = encoder
        self._content = content
        self._styles = styles
        self._options = options
        self._device = device
        self.size = options.size or default_size(device.type)
        self._scales = pyramid(self.size, options.iterations)
        self._picture = self._start()

    @property
    def dimensions(self) -> tuple[int, int]:
        """(width, height) of the finished painting in pixels."""
        return scaled_size(*self._content.size, self.size)

    def __iter__(self) -> Iterator[Snapshot]:
        work = [scale.steps * scale.long_edge**2 for scale in self._scales]
        done, iterations = 0, 0
        for scale in self._scales:
            self._picture = resize(self._picture, *scaled_size(*self._content.size, scale.long_edge))
            for evaluation in minimise(self._criterion(scale.long_edge), self._picture, scale.steps):
                self._picture = evaluation.variable
                iterations += 1
                done += scale.long_edge**2
                yield Snapshot(done / sum(work), iterations, evaluation.terms, self._picture)

    def finished(self) -> torch.Tensor:
        """The picture (1, 3, H, W) as it is now, brought to its final size when stopped at a coarse scale."""
        return (
            resize(self._picture, *self.dimensions)
            if self._picture.shape[-2:][::-1] != self.dimensions
            else self._picture
        )

    def _start(self) -> torch.Tensor:
        """The content in the styles' colours, with a little seeded noise: another seed, another painting.

        The colours are the optimiser's slowest lesson and have a closed form.
        """
        edge = self._scales[0].long_edge
        styles = [(to_tensor(image, edge, self._device), weight) for image, weight in self._styles]
        content = match(to_tensor(self._content, edge, self._device), styles).clamp(0, 1)
        generator = torch.Generator().manual_seed(self._options.seed)
        noise = torch.randn(content.shape, generator=generator).to(self._device)
        return content + _NOISE * noise

    @torch.no_grad()
    def _criterion(self, long_edge: int) -> Criterion:
        layers = (*STYLE_LAYERS, *CONTENT_LAYERS)
        content = ContentLoss(
            self._encoder(to_tensor(self._content, long_edge, self._device), CONTENT_LAYERS), CONTENT_LAYERS
        )
        style = StyleLoss(
            [
                (self._encoder(to_tensor(image, long_edge, self._device), STYLE_LAYERS), weight)
                for image, weight in self._styles
            ],
            STYLE_LAYERS,
        )
        weight = content_weight(self._options.strength)

        def criterion(picture: torch.Tensor) -> dict[str, torch.Tensor]:
            features = self._encoder(picture, layers)
            return {
                "style": _STYLE_WEIGHT * style(features),
                "content": weight * content(features),
                "variation": _VARIATION_WEIGHT * total_variation(picture),
                "range": _RANGE_WEIGHT * out_of_range(picture),
            }

        return criterion
