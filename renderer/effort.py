"""How much work a picture is: the scales it is painted at, from coarse to fine, and the evaluations at each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from renderer.options import Quality, RenderOptions

#: No scale of the pyramid is smaller (px).
_COARSEST = 96
#: Evaluations at the coarsest scale, at those between, and at the last.
_STEPS: dict[Quality, tuple[int, int, int]] = {
    "instant": (1, 1, 1),  # a pass of the network costs about as much
    "draft": (8, 3, 3),
    "standard": (20, 16, 14),
    "fine": (60, 50, 50),
}
#: The same where no strokes are laid at once (`lays_strokes`).
_STEPS_ALONE = _STEPS | {"draft": (12, 9, 2), "standard": (20, 20, 16)}
_DREAM_OCTAVE = 1.4
_DREAM_OCTAVES = 4
_DREAM_STEPS: dict[Quality, int] = {"instant": 3, "draft": 5, "standard": 10, "fine": 20}


@dataclasses.dataclass(frozen=True)
class Scale:
    """One step from coarse to fine."""

    long_edge: int  #: pixels
    steps: int  #: evaluations


def scales(size: int, options: RenderOptions, is_taught: bool = True) -> tuple[Scale, ...]:
    """The scales of a picture whose long edge is `size` px at last."""
    return _octaves(size, options) if options.mode == "dream" else _pyramid(size, options, is_taught)


def lays_strokes(options: RenderOptions, is_taught: bool) -> bool:
    """Whether a painting comes to its last scale with the strokes that `renderer.impression` lays there.

    It needs an encoder that the instant painter was taught with, and nothing else to start from.
    """
    return is_taught and options.mode == "paint" and options.initial == "content"


def pixels_evaluated(scales: Sequence[Scale]) -> int:
    """Evaluations × long edge², summed over the scales: what the time of a painting grows with."""
    return sum(scale.steps * scale.long_edge**2 for scale in scales)


def _pyramid(size: int, options: RenderOptions, is_taught: bool) -> tuple[Scale, ...]:
    """Large strokes are laid while they are cheap; a finer scale only sharpens what the coarser left it."""
    edges = [size]
    while edges[0] // 2 >= _COARSEST:
        edges.insert(0, edges[0] // 2)
    steps_of = _STEPS if lays_strokes(options, is_taught) else _STEPS_ALONE
    coarsest, between, last = steps_of[options.quality]
    steps = [coarsest, *[between] * (len(edges) - 2), last] if len(edges) > 1 else [coarsest]
    steps[-1] = options.iterations or steps[-1]
    return tuple(Scale(edge, count) for edge, count in zip(edges, steps, strict=True))


def _octaves(size: int, options: RenderOptions) -> tuple[Scale, ...]:
    """Octaves as in Mordvintsev et al., "Inceptionism" (2015): each 1.4 times the one before."""
    steps = options.iterations or _DREAM_STEPS[options.quality]
    edges = [round(size / _DREAM_OCTAVE**octave) for octave in reversed(range(options.octaves or _DREAM_OCTAVES))]
    return tuple(Scale(edge, steps) for edge in edges if edge >= 32)
