"""Instant painting: brushwork of any style picture in a pass or two of a network (`renderer.instant_network`).

The content's colours are carried over to the style's in closed form; the network then lays the strokes, from coarse to
fine: a painting of half the size is mixed into what the next one is painted over, so that there are strokes of more
than one size.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional

from renderer import colour
from renderer.features import Encoder, bordered
from renderer.images import resize, scaled_size
from renderer.instant_network import GRID, LAYERS, REACH, Moderator, Moments, Network, Statistics, blend, statistics
from renderer.work import GiveWay

WEIGHTS = Path(__file__).with_name("instant.safetensors")

_TAUGHT_WITH = "vgg16"
#: Strengths that the network was taught; below the first, the painting fades into the content.
_STRENGTHS = (0.2, 0.9)
#: A single pass is timid: it is told more than it is asked for.
_BOLDNESS = 1.125
#: How much of the coarser painting is painted over, for a strength of 1; and how much of one that is enlarged.
_COARSE, _ENLARGED = 0.6, 0.45
_COARSEST = 192
#: A margin that is painted and cut off again: zeros around a picture are seen at its border.
_MARGIN = 2 * GRID
#: A ground of more pixels is painted in tiles of that edge (px), and normalised like one of the other edge.
_WHOLE_PIXELS, _TILE, _MEASURED_EDGE = 1_300_000, 768, 1024


#: About 6 MB each.
_MANNERS_KEPT = 8


class Untaught(ValueError):
    """An encoder whose view of a style means nothing to the network."""


@dataclasses.dataclass(frozen=True)
class Manner:
    """What is kept of a style picture, for however many paintings."""

    picture: torch.Tensor  #: (1, 3, H, W), for its colours
    statistics: Statistics


class Instant:
    """Paints at once; one for each encoder."""

    def __init__(self, encoder: Encoder, device: torch.device, weights: Path = WEIGHTS) -> None:
        if not is_taught_with(encoder):
            raise Untaught(f"quality instant was taught with the encoder {_TAUGHT_WITH}, and this is {encoder.name}")
        self._encoder = encoder
        self._network = Network()
        self._network.load_state_dict({name: value.float() for name, value in load_file(weights).items()})
        self._network.requires_grad_(False).eval().to(device)
        self._manners: dict[bytes, Manner] = {}

    @torch.no_grad()
    def manner(self, style: torch.Tensor) -> Manner:
        """Of a style picture (1, 3, H, W); the larger it is, the larger are the strokes. The last few are kept."""
        key = hashlib.blake2b(style.cpu().numpy().tobytes()).digest()
        manner = self._manners.pop(key, None) or Manner(style, statistics(self._encoder(style, LAYERS)))
        self._manners[key] = manner
        if len(self._manners) > _MANNERS_KEPT:
            del self._manners[next(iter(self._manners))]
        return manner

    def paint(
        self,
        content: torch.Tensor,
        styles: Sequence[tuple[Manner, float]],
        strength: float = 0.8,
        give_way: GiveWay = lambda: None,
    ) -> torch.Tensor:
        """The painting (1, 3, H, W) of a content of that size, in 0..1, in styles blended by their weights."""
        *_, painting = self.passes(content, styles, strength, give_way)
        return painting

    @torch.no_grad()
    def passes(
        self,
        content: torch.Tensor,
        styles: Sequence[tuple[Manner, float]],
        strength: float = 0.8,
        give_way: GiveWay = lambda: None,
    ) -> Iterator[torch.Tensor]:
        """The painting at each of `long_edges`, from coarse to fine."""
        paint = self._painter(styles, strength, give_way)
        painting: torch.Tensor | None = None
        for ground in _at_every_size(content):
            painting = paint(ground, painting, _COARSE * strength)
            yield painting

    @torch.no_grad()
    def enlarged(
        self,
        painting: torch.Tensor,
        content: torch.Tensor,
        styles: Sequence[tuple[Manner, float]],
        strength: float = 0.8,
        give_way: GiveWay = lambda: None,
    ) -> torch.Tensor:
        """A smaller painting, however it was made, at the content's size: with the strokes that are laid there."""
        return self._painter(styles, strength, give_way)(content, painting, _ENLARGED)

    def _painter(
        self, styles: Sequence[tuple[Manner, float]], strength: float, give_way: GiveWay
    ) -> Callable[[torch.Tensor, torch.Tensor | None, float], torch.Tensor]:
        """Paints over a content, into which a smaller painting was mixed to a share."""
        low, high = _STRENGTHS
        style = blend([manner.statistics for manner, _ in styles], [weight for _, weight in styles])
        told = torch.tensor([min(max(_BOLDNESS * strength, low), high)], device=styles[0][0].picture.device)
        modulations = self._network.predictor(style, told)
        colours = [(manner.picture, weight) for manner, weight in styles]

        def paint(content: torch.Tensor, smaller: torch.Tensor | None, share: float) -> torch.Tensor:
            ground = content
            if smaller is not None:
                coarse = resize(smaller, *content.shape[:-3:-1])
                ground = torch.lerp(colour.match(content, colours).clamp(0, 1), coarse, share)
            painting = self._pass(colour.match(ground, colours).clamp(0, 1), modulations, give_way).clamp(0, 1)
            return torch.lerp(content, painting, min(1.0, _BOLDNESS * strength / low))

        return paint

    def _pass(self, ground: torch.Tensor, modulations: torch.Tensor, give_way: GiveWay) -> torch.Tensor:
        """The painting of a ground of any size (1, 3, H, W)."""
        height, width = ground.shape[-2:]
        down, across = (_MARGIN + -length % GRID for length in (height, width))
        padded = bordered(ground, _MARGIN, across, _MARGIN, down)
        if padded.shape[-2] * padded.shape[-1] <= _WHOLE_PIXELS:
            painted = self._network(padded, Moderator(modulations))
        else:
            painted = self._in_tiles(padded, modulations, self._moments(ground, modulations), give_way)
        result: torch.Tensor = painted[..., _MARGIN : _MARGIN + height, _MARGIN : _MARGIN + width]
        return result

    def _moments(self, ground: torch.Tensor, modulations: torch.Tensor) -> Sequence[Moments]:
        width, height = (
            -(-length // GRID) * GRID for length in scaled_size(ground.shape[-1], ground.shape[-2], _MEASURED_EDGE)
        )
        moderator = Moderator(modulations)
        self._network(functional.interpolate(ground, size=(height, width), mode="area"), moderator)
        return moderator.moments

    def _in_tiles(
        self, ground: torch.Tensor, modulations: torch.Tensor, moments: Sequence[Moments], give_way: GiveWay
    ) -> torch.Tensor:
        painting = torch.empty_like(ground)
        for rows, outer_rows in _spans(ground.shape[-2]):
            for columns, outer_columns in _spans(ground.shape[-1]):
                give_way()
                tile = self._network(ground[..., outer_rows, outer_columns], Moderator(modulations, moments))
                own_rows, own_columns = _within(rows, outer_rows), _within(columns, outer_columns)
                painting[..., rows, columns] = tile[..., own_rows, own_columns]
        return painting


def is_taught_with(encoder: Encoder) -> bool:
    """Whether an encoder's view of a style means anything to the network."""
    return encoder.name == _TAUGHT_WITH


@functools.lru_cache(maxsize=1)
def instant_of(encoder: Encoder, device: torch.device) -> Instant:
    """The one of an encoder; raises Untaught."""
    return Instant(encoder, device)


def long_edges(size: int) -> list[int]:
    """Those that a painting of a long edge of `size` px is painted at, from coarse to fine."""
    edges = [size]
    while edges[0] // 2 >= _COARSEST:
        edges.insert(0, edges[0] // 2)
    return edges


def _at_every_size(content: torch.Tensor) -> Iterator[torch.Tensor]:
    """The content (1, 3, H, W) at each of its `long_edges`."""
    height, width = content.shape[-2:]
    for edge in long_edges(max(height, width))[:-1]:
        yield functional.interpolate(content, size=scaled_size(width, height, edge)[::-1], mode="area")
    yield content


def _spans(length: int) -> Iterator[tuple[slice, slice]]:
    """A dimension in pieces: each one's own pixels, and what has to be painted for them."""
    for start in range(0, length, _TILE):
        end = min(start + _TILE, length)
        yield slice(start, end), slice(max(0, start - REACH), min(length, end + REACH))


def _within(own: slice, outer: slice) -> slice:
    return slice(own.start - outer.start, own.stop - outer.start)
