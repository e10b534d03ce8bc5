"""The corpus: every hostile file by its name, with what becomes of it. Each is made by code when it is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

#: What becomes of a file: it is painted from, or refused with one of these codes of a `BadPicture`.
TAKEN = "taken"
BROKEN = "picture_broken"
NO_PICTURE = "not_a_picture"
TOO_LARGE = "picture_too_large"
TOO_SMALL = "picture_too_small"
TOO_LONG = "picture_too_long"
TOO_HEAVY = "picture_too_heavy"

Make = Callable[[], bytes]


@dataclasses.dataclass(frozen=True)
class Hostile:
    """One file of the corpus."""

    name: str
    make: Make
    ends: str  #: TAKEN, or the code with which it is refused


CORPUS: dict[str, Hostile] = {}


def add(name: str, make: Make, ends: str) -> None:
    """Enter a file under its name."""
    assert name not in CORPUS, name
    CORPUS[name] = Hostile(name, make, ends)


def hostile(ends: str) -> Callable[[Make], Make]:
    """Enter what a function makes, under the name of the function."""

    def enter(make: Make) -> Make:
        add(make.__name__.replace("_", " "), make, ends)
        return make

    return enter


def whole() -> dict[str, Hostile]:
    """All of it; the modules enter their files as they are loaded."""
    from tests.hostile import gifs, jpegs, others, pngs, tiffs, truncated, webps

    assert all((gifs, jpegs, others, pngs, tiffs, truncated, webps))
    return CORPUS
