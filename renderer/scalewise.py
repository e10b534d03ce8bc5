"""Pictures made from coarse to fine: the loop that paintings and dreams share, giving way after every evaluation."""

from __future__ import annotations

import abc
import functools
from collections.abc import Iterator, Sequence

import torch
from PIL import Image

from renderer import devices
from renderer.effort import Scale, pixels_evaluated
from renderer.images import resize, scaled_size
from renderer.optimise import Evaluation
from renderer.tiles import TiledEncoder
from renderer.work import Snapshot


class Scalewise(abc.ABC):
    """One picture under way, a `renderer.work.Work` but for its options.

    `_picture` (1, 3, H, W) is what has been made so far, at the scale in hand.
    """

    _picture: torch.Tensor

    def __init__(self, content: Image.Image, scales: Sequence[Scale], encoder: TiledEncoder) -> None:
        self.content = content
        self._scales = scales
        self._encoder = encoder

    @property
    def dimensions(self) -> tuple[int, int]:
        """(width, height) of the finished picture in pixels."""
        return scaled_size(*self.content.size, self._scales[-1].long_edge)

    @property
    def evaluations(self) -> int:
        """How many snapshots there will be."""
        return sum(scale.steps for scale in self._scales)

    @property
    def notes(self) -> tuple[str, ...]:
        """What its owner should know."""
        return self._encoder.notes

    def __iter__(self) -> Iterator[Snapshot]:
        work = pixels_evaluated(self._scales)
        done, iterations = 0, 0
        for scale in self._scales:
            # What the last scale's sizes have left in the allocator fits none of this one's.
            devices.give_back_memory()
            self._picture = self._enlarged(scale.long_edge)
            for evaluation in self._encoder.persevere(functools.partial(self._evaluate, scale.long_edge), scale.steps):
                self._picture = evaluation.variable
                iterations += 1
                done += scale.long_edge**2
                yield Snapshot(done / work, iterations, evaluation.terms, self._shown(self._picture))

    def finished(self) -> torch.Tensor:
        """The picture (1, 3, H, W) as it is now, brought to its full size when stopped at a coarse scale."""
        return self._shown(resize(self._picture, *self.dimensions))

    @abc.abstractmethod
    def _enlarged(self, long_edge: int) -> torch.Tensor:
        """The picture at the next scale."""

    @abc.abstractmethod
    def _evaluate(self, long_edge: int, steps: int) -> Iterator[Evaluation]:
        """So many evaluations at the scale in hand, from the picture as it is."""

    def _shown(self, picture: torch.Tensor) -> torch.Tensor:
        """The picture as people see it."""
        return picture
