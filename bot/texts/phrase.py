"""Sentences that have no language yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Phrase:
    """A message of the catalogue: its id, and what stands for its variables, phrases among it."""

    id: str
    args: Mapping[str, Argument] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Joined:
    """Phrases one after another."""

    parts: tuple[Said, ...]
    by: str = " "


@dataclasses.dataclass(frozen=True)
class Verbatim:
    """A text that is the same in all languages, of any length."""

    text: str


Said = Phrase | Joined | Verbatim
Argument = str | int | float | Said


def phrase(id: str, /, **args: Argument) -> Phrase:
    """The message `id` (``picture-too-small``) with its variables. Numbers are written without grouping."""
    return Phrase(id, args)


def together(*parts: Said, by: str = " ") -> Joined:
    """Phrases one after another, `by` between them."""
    return Joined(parts, by)


def verbatim(text: str) -> Verbatim:
    """A text that is the same in all languages: what somebody else said."""
    return Verbatim(text)
