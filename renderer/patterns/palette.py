"""Colours: RGB in 0..1, from `#rrggbb`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""Real numbers; the large arrays are float32 throughout, for speed."""


Numbers = NDArray[np.integer[Any]]
"""What lies at each place, numbered."""


def rgb(colour: str) -> Array:
    """The colour `#rrggbb`, shape (3,)."""
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8).astype(np.float32) / 255


def table(*colours: str) -> Array:
    """Several colours, shape (n, 3): indexed by an array of integers it colours a picture."""
    return np.stack([rgb(colour) for colour in colours])


def ramp(tone: Array, colours: Sequence[str]) -> Array:
    """Colours at tones of 0..1, evenly spaced and mixed between neighbours; tones beyond take the ends. (..., 3)."""
    steps = np.linspace(0, 1, 256, dtype=np.float32)
    places = np.linspace(0, 1, len(colours))
    mixed = np.stack([np.interp(steps, places, channel) for channel in table(*colours).T], axis=-1).astype(np.float32)
    return mixed[(np.clip(tone, 0, 1) * 255).astype(np.uint8)]


def inks(colours: Array) -> list[tuple[int, int, int]]:
    """The colours of an (n, 3) array as Pillow's drawing wants them."""
    return [(red, green, blue) for red, green, blue in (np.clip(colours, 0, 1) * 255).round().astype(int).tolist()]
