"""What the worker needs of anything that it paints: a painting after Gatys, a dream."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Protocol

import torch

from renderer.options import RenderOptions

#: Called between tiles of a large picture; may raise, to end the evaluation in hand.
GiveWay = Callable[[], None]


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The state of a picture after one evaluation."""

    fraction: float  #: of the whole work, 0..1
    iterations: int  #: evaluations so far, over all scales
    losses: dict[str, float]  #: weighted terms of the last evaluation
    picture: torch.Tensor  #: (1, 3, H, W) at the scale in hand


class Work(Protocol):
    """One picture under way: iterate over it for its snapshots; it may be left after any of them."""

    @property
    def dimensions(self) -> tuple[int, int]:
        """(width, height) of the finished picture in pixels."""

    @property
    def evaluations(self) -> int:
        """How many snapshots there will be."""

    @property
    def options(self) -> RenderOptions:
        """The options with the renderer's own choices filled in (`size` at least)."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What its owner should know, in sentences; complete once the work has ended."""

    def __iter__(self) -> Iterator[Snapshot]:
        """Work, giving way after every evaluation."""

    def finished(self) -> torch.Tensor:
        """The picture (1, 3, H, W) as it is now, at its full size."""
