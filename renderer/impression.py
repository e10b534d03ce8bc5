"""A painting at once, with all that may be asked of one: `renderer.instant` as a `renderer.work.Work`."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import torch
from PIL import Image
from torch.nn import functional

from renderer import colour, regions
from renderer.features import Encoder
from renderer.images import plane_of, resize, scaled_size, to_tensor
from renderer.instant import Manner, instant_of, long_edges
from renderer.options import RenderOptions, default_size
from renderer.style import Style
from renderer.work import GiveWay, Snapshot

#: A style picture is looked at up to these long edges (px), whatever the painting's: strokes are learnt at that size.
_LEAST_STYLE_EDGE, _STYLE_EDGE, _MOST_STYLE_EDGE = 64, 512, 1024
#: Where the content has detail is looked for at this long edge (px), in these layers.
_DETAIL_EDGE, _DETAIL_LAYERS = 256, ("relu3_3", "relu4_2")
#: How far a painting gives way to the content where that has most detail, at the fullest protection.
_PROTECTED = 0.6


class Impression:
    """One painting under way, from coarse to fine; each snapshot is a painting of its own size.

    Raises `renderer.instant.Untaught` where the encoder is another one than the network was taught with.
    """

    notes: tuple[str, ...] = ()

    def __init__(
        self,
        encoder: Encoder,
        content: Image.Image,
        styles: Sequence[Style],
        options: RenderOptions,
        device: torch.device,
        give_way: GiveWay = lambda: None,
    ) -> None:
        size = options.size or default_size(device.type)
        self.options = options.model_copy(update={"size": size})
        self.dimensions = scaled_size(*content.size, size)
        self._encoder = encoder
        self._instant = instant_of(encoder, device)
        self._styles = styles
        self._device = device
        self._give_way = give_way
        self._content = to_tensor(content, size, device)
        self._picture = self._content

    @property
    def evaluations(self) -> int:
        """How many snapshots there will be."""
        return len(long_edges(max(self.dimensions)))

    def __iter__(self) -> Iterator[Snapshot]:
        edges = long_edges(max(self.dimensions))
        work = sum(edge**2 for edge in edges)
        done = 0
        for iterations, (edge, painting) in enumerate(zip(edges, self._passes(), strict=True), 1):
            done += edge**2
            self._picture = self._finished(painting)
            yield Snapshot(done / work, iterations, {}, self._picture)

    def finished(self) -> torch.Tensor:
        """The painting (1, 3, H, W), brought to its full size when stopped at a coarser one."""
        return resize(self._picture, *self.dimensions)

    def enlarged(self, painting: torch.Tensor) -> torch.Tensor:
        """A smaller painting of the same picture at its full size: with the strokes that are laid there."""
        if self.options.colours == "keep":
            painting = colour.grey(painting)
        parts = [
            self._instant.enlarged(painting, self._ground, manners, self.options.strength, self._give_way)
            for manners in self._parts
        ]
        return self._finished(self._joined(parts))

    def _passes(self) -> Iterator[torch.Tensor]:
        """The painting at every size."""
        parts = [
            self._instant.passes(self._ground, manners, self.options.strength, self._give_way)
            for manners in self._parts
        ]
        return map(self._joined, zip(*parts, strict=True))

    @functools.cached_property
    def _ground(self) -> torch.Tensor:
        """What is painted over (1, 3, H, W)."""
        return colour.grey(self._content) if self.options.colours == "keep" else self._content

    @functools.cached_property
    def _manners(self) -> Sequence[tuple[Manner, float]]:
        return [(self._manner(style), style.weight) for style in self._styles]

    @property
    def _parts(self) -> Sequence[Sequence[tuple[Manner, float]]]:
        """What is painted at a time: all styles blended, or each by itself where they have places of their own."""
        if all(style.mask is None for style in self._styles):
            return [self._manners]
        return [[manner] for manner in self._manners]

    def _joined(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """The paintings of all parts, each in its place."""
        if all(style.mask is None for style in self._styles):
            return parts[0]
        presences = self._presences(parts[0])
        return torch.stack([presence * part for presence, part in zip(presences, parts, strict=True)]).sum(0)

    def _manner(self, style: Style) -> Manner:
        edge = round(min(max(self.dimensions), _STYLE_EDGE) * self.options.style_scale)
        picture = to_tensor(style.picture, min(max(edge, _LEAST_STYLE_EDGE), _MOST_STYLE_EDGE), self._device)
        match self.options.colours:
            case "match":
                picture = colour.match(picture, [(self._content, 1.0)]).clamp(0, 1)
            case "keep":
                picture = colour.with_range_of(colour.grey(picture), colour.luminance(self._content))
        return self._instant.manner(picture)

    def _presences(self, painting: torch.Tensor) -> list[torch.Tensor]:
        """Where each style goes (1, 1, H, W) on a painting of that size."""
        height, width = painting.shape[-2:]
        masks = [
            None if style.mask is None else plane_of(style.mask, width, height, self._device) for style in self._styles
        ]
        return regions.shares(masks, [style.weight for style in self._styles])

    def _protected(self, painting: torch.Tensor) -> torch.Tensor:
        """The painting, and where the content has detail, of what was painted over."""
        if not self.options.protect:
            return painting
        height, width = painting.shape[-2:]
        colours = [(manner.picture, weight) for manner, weight in self._manners]
        ground = colour.match(resize(self._ground, width, height), colours).clamp(0, 1)
        share = _PROTECTED * self.options.protect * resize(self._detail, width, height).clamp(0, 1)
        return torch.lerp(painting, ground, share)

    @functools.cached_property
    def _detail(self) -> torch.Tensor:
        """Where the content has detail (1, 1, H, W), 0..1."""
        width, height = scaled_size(*self.dimensions, min(_DETAIL_EDGE, max(self.dimensions)))
        content = functional.interpolate(self._content, size=(height, width), mode="area")
        with torch.no_grad():
            return regions.detail(self._encoder(content, _DETAIL_LAYERS), height, width)

    def _finished(self, painting: torch.Tensor) -> torch.Tensor:
        painting = self._protected(painting)
        if self.options.colours != "keep":
            return painting
        content = resize(self._content, *painting.shape[:-3:-1])
        return colour.with_luminance(content, colour.luminance(painting)).clamp(0, 1)
