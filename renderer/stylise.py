"""The painter: Gatys' optimisation from coarse to fine, as a generator that gives way after every evaluation."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence

import torch
from PIL import Image

from renderer import colour, devices, regions
from renderer.effort import lays_strokes, scales
from renderer.features import Encoder
from renderer.images import enlarge, plane_of, resize, scaled_size, to_tensor
from renderer.impression import Impression
from renderer.instant import is_taught_with
from renderer.losses import ContentLoss, Loss, Objective, Region, StyleLoss, out_of_range, total_variation
from renderer.optimise import LBFGS, Adam, Criterion, Evaluation, Method, minimise
from renderer.options import MAX_SIZE, RenderOptions, default_size
from renderer.scalewise import Scalewise
from renderer.style import Style
from renderer.tiles import TiledEncoder
from renderer.work import GiveWay

STYLE_LAYERS: Mapping[str, float] = {"relu1_1": 1, "relu2_1": 1, "relu3_1": 1, "relu4_1": 1, "relu5_1": 1}
CONTENT_LAYERS: Mapping[str, float] = {"relu4_2": 1}
#: What holds fine structure where it is protected, and what says where that is.
PROTECTED_LAYERS: Mapping[str, float] = {"relu2_2": 1, "relu3_3": 1}
PROTECTED_LAYERS_OF_LARGE: Mapping[str, float] = {"relu3_3": 1}
_DETAIL_LAYERS = ("relu3_3", "relu4_2")
_DETAIL_EDGE = 384

_STYLE_WEIGHT = 10.0
_VARIATION_WEIGHT = 2.0
_RANGE_WEIGHT = 10.0
#: Content weight by strength, chosen such that the style distance falls about evenly from 0 to 1: for a style
#: distance of 1 before painting, and in proportion to it, so that strength means the same for every pair of pictures.
_CONTENT_WEIGHTS = ((0.0, 150.0), (0.1, 30.0), (0.5, 9.0), (0.8, 2.7), (1.0, 0.07))
_LEAST_DISTANCE, _MOST_DISTANCE = 0.2, 2.0
#: Weight of the protection at its fullest, relative like the content's; it grows with the square.
_PROTECT_WEIGHT = 12.0
#: Standard deviation of the seeded noise at the start.
_NOISE = 0.05
#: No style picture is encoded smaller (px): a few strokes are no statistics.
_LEAST_STYLE_EDGE = 64
#: Above this long edge (px) memory is dear: L-BFGS keeps 2 × history pictures, a shallow layer a hundred planes.
_LARGE_EDGE = 1024
_HISTORY, _SHORT_HISTORY = 10, 5
_TENSORS_KEPT = 4
#: Above this long edge (px) the first step is the smaller: what is left to do there is fine.
_CAREFUL_EDGE = 512


def content_weight(strength: float) -> float:
    """Weight of the content term for a strength of 0..1, falling; between the points of the table by ratio."""
    for (low, start), (high, end) in itertools.pairwise(_CONTENT_WEIGHTS):
        if strength <= high:
            return float(start * (end / start) ** ((strength - low) / (high - low)))
    raise ValueError(f"strength {strength}")


class Painting(Scalewise):
    """One painting under way (a `renderer.work.Work`)."""

    def __init__(
        self,
        encoder: Encoder,
        content: Image.Image,
        styles: Sequence[Style],
        options: RenderOptions,
        device: torch.device,
        initial: Image.Image | None = None,
        give_way: GiveWay = lambda: None,
    ) -> None:
        is_taught = is_taught_with(encoder)
        self.options = _filled_in(options, device, is_taught)
        self._style_layers = self.options.style_layers or STYLE_LAYERS
        self._content_layers = self.options.content_layers or CONTENT_LAYERS
        encoder.check([*self._style_layers, *self._content_layers])
        assert self.options.size is not None
        size = scaled_size(*content.size, self.options.size)
        tiled = TiledEncoder(encoder, options.pooling, devices.room(device, size), give_way)
        super().__init__(content, scales(self.options.size, self.options, is_taught), tiled)
        self.styles = styles
        self._impression = (
            functools.partial(Impression, encoder, content, styles, self.options, device, give_way)
            if lays_strokes(self.options, is_taught)
            else None
        )
        self._initial = initial
        self._device = device
        self._style_losses: dict[int, StyleLoss] = {}
        self._tensors: dict[tuple[int, int], torch.Tensor] = {}
        self._picture = self._start()

    def objective(self, long_edge: int) -> Objective:
        """What the encoder's view of the picture is measured by, at that long edge (px)."""
        content = self._tensor(self.content, long_edge)
        if self.options.colours == "keep":
            content = colour.grey(content)
        weight = content_weight(self.options.strength) * self._distance
        protected = self._protected_layers(long_edge)
        features = self._encoder.encode(content, (*self._content_layers, *protected))
        terms: dict[str, tuple[float, Loss]] = {
            "style": (_STYLE_WEIGHT, self._style_loss(long_edge)),
            "content": (weight, ContentLoss(features, self._content_layers)),
        }
        if protected:
            attention = regions.at_layers(self._detail(*content.shape[-2:]), protected)
            protection = _PROTECT_WEIGHT * self.options.protect**2 * self._distance
            terms["protection"] = (protection, ContentLoss(features, protected, attention))
        return Objective(terms)

    def criterion(self, long_edge: int) -> Criterion:
        """All terms, weighted, of a picture (1, 3, H, W) with that long edge (px)."""
        objective = self.objective(long_edge)
        keeps_colours = self.options.colours == "keep"

        def criterion(picture: torch.Tensor) -> dict[str, torch.Tensor]:
            seen = colour.grey(picture) if keeps_colours else picture
            terms = objective.conclude(self._encoder.measure(objective, seen))
            terms["variation"] = (
                _VARIATION_WEIGHT * self.options.variation * self._encoder.sparingly(total_variation, picture)
            )
            terms["range"] = _RANGE_WEIGHT * self._encoder.sparingly(out_of_range, picture)
            return terms

        return criterion

    def _evaluate(self, long_edge: int, steps: int) -> Iterator[Evaluation]:
        options = self.options
        assert options.learning_rate is not None and options.history is not None
        method: Method = (
            Adam(options.learning_rate)
            if options.optimiser == "adam"
            else LBFGS(options.history, options.learning_rate, min(1, _CAREFUL_EDGE / long_edge) * LBFGS.first_step)
        )
        return minimise(self.criterion(long_edge), self._picture, steps, method)

    def _shown(self, picture: torch.Tensor) -> torch.Tensor:
        """The picture as people see it: what is painted, with the content's colours where these are kept."""
        if self.options.colours != "keep":
            return picture
        content = self._tensor(self.content, max(picture.shape[-2:]))
        return colour.with_luminance(content, colour.luminance(picture))

    def _start(self) -> torch.Tensor:
        """What the options start from, with a little seeded noise: another seed, another painting."""
        edge = self._scales[0].long_edge
        width, height = scaled_size(*self.content.size, edge)
        generator = torch.Generator().manual_seed(self.options.seed)
        noise = torch.randn((1, 3, height, width), generator=generator).to(self._device)
        match self.options.initial:
            case "content":
                return self._ground(edge) + _NOISE * noise
            case "noise":
                return 0.5 + 0.2 * noise
            case "picture":
                return self._given(edge)

    def _enlarged(self, long_edge: int) -> torch.Tensor:
        """The picture at the next scale, with the detail that what it is painted over has there."""
        coarse = max(self._picture.shape[-2:])
        if coarse == long_edge:
            return self._picture
        if self._impression and long_edge == self._scales[-1].long_edge:
            return self._impression().enlarged(self._picture.clamp(0, 1))
        match self.options.initial:
            case "content":
                return enlarge(self._picture, self._ground(coarse), self._ground(long_edge))
            case "noise":
                return resize(self._picture, *scaled_size(*self.content.size, long_edge))
            case "picture":
                return enlarge(self._picture, self._given(coarse), self._given(long_edge))

    def _given(self, long_edge: int) -> torch.Tensor:
        """The picture to start from, in the content's shape."""
        if self._initial is None:
            raise ValueError("the options start from a picture, and none is given")
        return resize(self._tensor(self._initial, long_edge), *scaled_size(*self.content.size, long_edge))

    def _ground(self, long_edge: int) -> torch.Tensor:
        """What is painted over: the content in the colours that the painting is to have.

        Colours are the optimiser's slowest lesson and have a closed form.
        """
        content = self._tensor(self.content, long_edge)
        match self.options.colours:
            case "keep":
                return colour.grey(content)
            case "match":
                return content
            case "style":
                edge = self._scales[0].long_edge
                styles = [(self._tensor(style.picture, edge), style.weight) for style in self.styles]
                if (presences := self._presences(content)) is None:
                    return colour.match(content, styles).clamp(0, 1)
                matched = [colour.match(content, [style]).clamp(0, 1) for style in styles]
                return torch.stack([part * m for part, m in zip(presences, matched, strict=True)]).sum(0)

    def _presences(self, content: torch.Tensor) -> list[torch.Tensor] | None:
        """Where each style goes (1, 1, H, W) on a content of that size; None where all go everywhere."""
        if all(style.mask is None for style in self.styles):
            return None
        height, width = content.shape[-2:]
        masks = [
            None if style.mask is None else plane_of(style.mask, width, height, self._device) for style in self.styles
        ]
        return regions.shares(masks, [style.weight for style in self.styles])

    @functools.cached_property
    def _distance(self) -> float:
        """The style distance before painting, of the coarsest scale."""
        edge = self._scales[0].long_edge
        loss = self._style_loss(edge)
        with torch.no_grad():
            distance = float(loss.conclude(self._encoder.measure(loss, self._ground(edge))))
        return min(max(distance, _LEAST_DISTANCE), _MOST_DISTANCE)

    def _style_loss(self, long_edge: int) -> StyleLoss:
        if long_edge not in self._style_losses:
            self._style_losses[long_edge] = self._new_style_loss(long_edge)
        return self._style_losses[long_edge]

    def _new_style_loss(self, long_edge: int) -> StyleLoss:
        content = self._tensor(self.content, long_edge)
        grams = [self._grams(style.picture, content, long_edge) for style in self.styles]
        weights = [style.weight / sum(style.weight for style in self.styles) for style in self.styles]
        if (presences := self._presences(content)) is None:
            blend = {
                layer: torch.stack([weight * gram[layer] for weight, gram in zip(weights, grams, strict=True)]).sum(0)
                for layer in self._style_layers
            }
            return StyleLoss([Region(blend)], self._style_layers)
        return StyleLoss(
            [
                Region(gram, regions.at_layers(presence, self._style_layers), float(presence.mean()))
                for gram, presence in zip(grams, presences, strict=True)
            ],
            self._style_layers,
        )

    @torch.no_grad()
    def _grams(self, style: Image.Image, content: torch.Tensor, long_edge: int) -> dict[str, torch.Tensor]:
        edge = min(max(round(long_edge * self.options.style_scale), _LEAST_STYLE_EDGE), MAX_SIZE)
        picture = self._tensor(style, edge)
        if self.options.colours == "match":
            picture = colour.match(picture, [(content, 1.0)]).clamp(0, 1)
        elif self.options.colours == "keep":
            picture = colour.with_range_of(colour.grey(picture), colour.luminance(content))
        loss = StyleLoss([Region({})], self._style_layers)
        sums = self._encoder.measure(loss, picture)
        return {layer: sums[2 * i] / sums[2 * i + 1] for i, layer in enumerate(self._style_layers)}

    def _protected_layers(self, long_edge: int) -> Mapping[str, float]:
        if not self.options.protect:
            return {}
        return PROTECTED_LAYERS if long_edge <= _LARGE_EDGE else PROTECTED_LAYERS_OF_LARGE

    def _detail(self, height: int, width: int) -> torch.Tensor:
        """Where the content has detail (1, 1, height, width), 0..1: as seen at one size, whatever the painting's."""
        content = self._tensor(self.content, min(_DETAIL_EDGE, max(height, width)))
        detail = regions.detail(self._encoder.encode(content, _DETAIL_LAYERS), height, width)
        return detail.square()

    def _tensor(self, image: Image.Image, long_edge: int) -> torch.Tensor:
        """One of the given pictures; the last few are kept, since shrinking a large one takes longer than painting."""
        key = (id(image), long_edge)
        if key not in self._tensors:
            while len(self._tensors) >= _TENSORS_KEPT:
                del self._tensors[next(iter(self._tensors))]
            self._tensors[key] = to_tensor(image, long_edge, self._device)
        return self._tensors[key]


def _filled_in(options: RenderOptions, device: torch.device, is_taught: bool) -> RenderOptions:
    """The options with the choices that are ours where they leave them open."""
    size = options.size or default_size(device.type)
    optimiser = options.optimiser or "lbfgs"
    return options.model_copy(
        update={
            "size": size,
            "iterations": scales(size, options, is_taught)[-1].steps,
            "content_layers": options.content_layers or dict(CONTENT_LAYERS),
            "style_layers": options.style_layers or dict(STYLE_LAYERS),
            "optimiser": optimiser,
            "learning_rate": options.learning_rate or (Adam if optimiser == "adam" else LBFGS).learning_rate,
            "history": options.history or (_HISTORY if size <= _LARGE_EDGE else _SHORT_HISTORY),
        }
    )
