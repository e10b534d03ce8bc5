"""Which pictures the styles of a command are: files, names of the gallery, or drawn by lot."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from bot.errors import BadRequest, UnknownStyle
from bot.gallery import Entry, Gallery
from bot.options import Wishes, number, same
from bot.paint import Style


@dataclasses.dataclass(frozen=True)
class Choice:
    """A style that was chosen: a file or an entry of the gallery."""

    picture: Path | Entry
    weight: float = 1.0
    by_chance: bool = False

    @property
    def name(self) -> str:
        """What a person would call it."""
        return self.picture.name if isinstance(self.picture, Entry) else self.picture.stem


async def choose(texts: Sequence[str], wishes: Wishes, gallery: Gallery, seed: int | None) -> list[Choice]:
    """The styles that flags ask for, each as ``PICTURE-or-NAME[:WEIGHT]``, and those that words ask for.

    Raises BadRequest and UnknownStyle.
    """
    weighted = [_weighted(text) for text in texts]
    if weighted and wishes.by_chance:
        raise BadRequest("--style names a style, and --words would choose another; leave one out")
    if wishes.by_chance or any(_is_surprise(name) for name, _ in weighted):
        await gallery.examine()
    return [
        *(_choice(name, weight, gallery, seed) for name, weight in weighted),
        *(Choice(entry, weight, wishes.by_chance) for entry, weight in gallery.chosen(wishes, seed)),
    ]


async def pictures(choices: Sequence[Choice], masks: Sequence[Path], gallery: Gallery) -> tuple[Style, ...]:
    """The files of the styles, with their masks: the nth belongs to the nth. Draws what the gallery has to draw."""
    if len(masks) > len(choices):
        raise BadRequest(f"--mask {masks[len(choices)]}: there are more masks than styles; the nth is for the nth")
    styles = []
    for choice, mask in itertools.zip_longest(choices, masks):
        picture = choice.picture
        file = await gallery.picture(picture) if isinstance(picture, Entry) else picture
        styles.append(Style(file, choice.weight, mask))
    return tuple(styles)


def _weighted(text: str) -> tuple[str, float]:
    """`a.jpg:0.7` as a name and a weight above 0; a file with a colon of its own stays whole."""
    name, colon, weight = text.rpartition(":")
    if not colon or Path(text).exists() or (value := number(weight)) is None:
        return text, 1.0
    if not 0 < value < float("inf"):
        raise BadRequest(f"--style {text}: the weight must be above 0")
    return name, value


def _choice(name: str, weight: float, gallery: Gallery, seed: int | None) -> Choice:
    """A file that exists wins over a name; what looks like a file is one, so that its absence can be told."""
    file = Path(name)
    if file.exists() or os.sep in name or file.suffix:
        return Choice(file, weight)
    if _is_surprise(name):
        return Choice(gallery.choose(seed=seed), weight, by_chance=True)
    try:
        return Choice(gallery.find(name), weight)
    except UnknownStyle as exc:
        raise UnknownStyle(f"{name} is no file. {exc.message}") from exc


def _is_surprise(name: str) -> bool:
    return same(name) == "surprise" and not Path(name).exists()
