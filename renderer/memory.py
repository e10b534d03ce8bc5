"""How much memory of its own a device needs for a painting, and which has it."""

from __future__ import annotations

from collections.abc import Iterable

from renderer.options import MAX_SIZE, RenderOptions

#: Long edges up to so many pixels need so many bytes, of a device that has memory of its own.
#:
#: Measured is the last (docs/benchmarks.md, "On a GPU"): 6.91 GB for a 4:3 picture of 4096 px. Of these a tile takes
#: 2.5 GB, or a quarter of a smaller device's memory (`renderer.devices.room`), CUDA itself and the weights about
#: 0.6 GB, and the rest grows with the pixels; a square picture has a third more of them. So 8 GB hold it on a device
#: that has just these. The others are reckoned from that: at half the edge the rest is a quarter.
_NEEDED = ((1024, 2_000_000_000), (2048, 4_000_000_000), (MAX_SIZE, 8_000_000_000))
#: What a picture of no given size is taken for (px).
_USUAL_SIZE = 512


def memory_needed(options: RenderOptions) -> int:
    """Bytes that a painting needs."""
    size = options.size or _USUAL_SIZE
    return next(needed for edge, needed in _NEEDED if size <= edge)


def suffices(total: int | None, needed: int) -> bool:
    """Whether a device of so many bytes can paint it; one that does not tell can."""
    return total is None or total >= needed


def largest(totals: Iterable[int | None]) -> int | None:
    """The most of these, where None is as much as anybody could need; 0 where there is none."""
    found = list(totals)
    return None if None in found else max((total for total in found if total is not None), default=0)
