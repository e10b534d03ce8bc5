"""Large pictures in tiles: the exact loss and gradient, with the activations of one tile.

Losses over features are functions of sums over positions (`renderer.losses`). Each tile is encoded with a border as
wide as the encoder looks, adds its own positions to the sums and forgets its activations; the backward pass encodes it
again. Nothing is approximated, so there are no seams.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch.utils.checkpoint import checkpoint

from renderer import devices
from renderer.features import Encoder, Features, stride
from renderer.losses import Crop, Sums, whole
from renderer.optimise import Evaluation
from renderer.options import Pooling
from renderer.torch_compiler import spare
from renderer.work import GiveWay

spare(checkpoint)

#: Tiles begin at multiples of this many pixels, where all of the encoder's poolings begin anew.
_GRID = 16
#: No tile is smaller: the borders would be all of the work.
LEAST_EDGE = 128


class Measure(Protocol):
    """What can be measured tile by tile."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that it needs."""

    def measure(self, features: Features, crop: Crop) -> Sums:
        """What is to be added over all tiles."""


@dataclasses.dataclass(frozen=True)
class Span:
    """One dimension of a tile, in pixels: its own from `start` to `end`, encoded from `outer_start` to `outer_end`."""

    start: int
    end: int
    outer_start: int
    outer_end: int

    def own(self, step: int) -> slice:
        """Its own positions in a whole layer of that stride."""
        return slice(self.start // step, -(-self.end // step))

    def inner(self, step: int) -> slice:
        """Its own positions in the layer of the encoded window."""
        offset = (self.start - self.outer_start) // step
        return slice(offset, offset - self.start // step + -(-self.end // step))


@dataclasses.dataclass(frozen=True)
class Tile:
    """A rectangle of the picture."""

    down: Span
    across: Span

    def window(self, picture: torch.Tensor) -> torch.Tensor:
        """What is encoded for the tile, with its border."""
        return picture[
            ..., self.down.outer_start : self.down.outer_end, self.across.outer_start : self.across.outer_end
        ]

    def crop(self, layer: str, plane: torch.Tensor) -> torch.Tensor:
        """The tile's own part of a plane over the whole picture."""
        step = stride(layer)
        return plane[..., self.down.own(step), self.across.own(step)]

    def features(self, encoded: Features) -> Features:
        """The tile's own part of what its window was encoded to."""
        return {
            layer: plane[..., self.down.inner(stride(layer)), self.across.inner(stride(layer))]
            for layer, plane in encoded.items()
        }


def spans(length: int, edge: int, border: int) -> list[Span]:
    """A dimension of `length` px in pieces of about `edge` px, each with a border where it has neighbours."""
    count = -(-length // edge)
    edge, border = _on_grid(-(-length // count)), _on_grid(border)
    starts = range(0, length, edge)
    return [
        Span(start, min(start + edge, length), max(0, start - border), min(length, start + edge + border))
        for start in starts
    ]


def _on_grid(pixels: int) -> int:
    return -(-pixels // _GRID) * _GRID


def tiles(height: int, width: int, edge: int, border: int) -> list[Tile]:
    """The tiles of a picture, about `edge` px wide and high, without their borders."""
    return [Tile(down, across) for down in spans(height, edge, border) for across in spans(width, edge, border)]


class TiledEncoder:
    """Measures pictures as a whole or in tiles, as there is room."""

    def __init__(self, encoder: Encoder, pooling: Pooling, room: devices.Room, give_way: GiveWay) -> None:
        self._encode = functools.partial(encoder, pooling=pooling)
        self._reach = encoder.reach
        self._give_way = give_way
        self.room = room
        self.notes: tuple[str, ...] = ()  #: what the picture's owner should know
        self._in_hand = 0  # pixels of the picture measured last

    def measure(self, objective: Measure, picture: torch.Tensor) -> Sums:
        """The objective's sums over a picture (1, 3, H, W), differentiable."""
        height, width = picture.shape[-2:]
        if self._is_whole(height, width):
            return objective.measure(self._encode(picture, objective.layers), whole)
        total: Sums | None = None
        for tile in self._tiles(height, width, objective.layers):
            part: Sums = checkpoint(
                self._measure_tile, objective, tile, tile.window(picture), use_reentrant=False, preserve_rng_state=False
            )
            total = part if total is None else tuple(a + b for a, b in zip(total, part, strict=True))
        assert total is not None
        return total

    def encode(self, picture: torch.Tensor, layers: tuple[str, ...]) -> Features:
        """Whole planes of the layers, without gradient, put together from tiles where the picture is large."""
        height, width = picture.shape[-2:]
        with torch.no_grad():
            if self._is_whole(height, width):
                return dict(self._encode(picture, layers))
            planes: dict[str, torch.Tensor] = {}
            for tile in self._tiles(height, width, layers):
                self._give_way()
                for layer, part in tile.features(self._encode(tile.window(picture), layers)).items():
                    if layer not in planes:
                        step = stride(layer)
                        planes[layer] = torch.empty(
                            (1, part.shape[1], -(-height // step), -(-width // step)),
                            device=part.device,
                            memory_format=torch.channels_last,
                        )
                    tile.crop(layer, planes[layer]).copy_(part)
            return planes

    def sparingly(self, term: Callable[[torch.Tensor], torch.Tensor], picture: torch.Tensor) -> torch.Tensor:
        """A term of a picture as a whole; of a large one nothing is kept for the backward pass but the picture."""
        if self._is_whole(*picture.shape[-2:]):
            return term(picture)
        result: torch.Tensor = checkpoint(term, picture, use_reentrant=False, preserve_rng_state=False)
        return result

    def persevere(self, begin: Callable[[int], Iterator[Evaluation]], steps: int) -> Iterator[Evaluation]:
        """The evaluations of `begin(steps)`, begun anew for those left, with smaller tiles, where memory runs out."""
        while steps:
            try:
                for evaluation in begin(steps):
                    steps -= 1
                    yield evaluation
            except Exception as exc:
                if not (devices.is_out_of_memory(exc) and self._shrink()):
                    raise
            else:
                return
            devices.give_back_memory()
            self.notes = ("Painted in smaller tiles: the device had too little memory for larger ones.",)

    def _is_whole(self, height: int, width: int) -> bool:
        """Whether a picture of that size, which is in hand from now on, is encoded in one piece."""
        self._in_hand = height * width
        return self._in_hand <= self.room.whole

    def _shrink(self) -> bool:
        """Half the pixels from now on; False where that is no use any more."""
        half = (self._in_hand if self._in_hand <= self.room.whole else self.room.tile) // 2
        self.room = devices.Room(min(half, self.room.whole), min(half, self.room.tile))
        return half >= LEAST_EDGE**2

    def _tiles(self, height: int, width: int, layers: tuple[str, ...]) -> Iterator[Tile]:
        border = _on_grid(self._reach(layers))
        edge = max(LEAST_EDGE, int(self.room.tile**0.5) - 2 * border) // _GRID * _GRID
        return iter(tiles(height, width, edge, border))

    def _measure_tile(self, objective: Measure, tile: Tile, window: torch.Tensor) -> Sums:
        self._give_way()
        return objective.measure(tile.features(self._encode(window, objective.layers)), tile.crop)
