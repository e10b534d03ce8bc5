"""The messages of each language, and how a phrase becomes one of its sentences."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.texts.phrase import Argument, Joined, Said, Verbatim

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle
    from fluent.runtime.types import FluentType

FOLDER = Path(__file__).parent
#: Languages that there is a folder of, English first.
LANGUAGES = ("en", *sorted({file.parent.name for file in FOLDER.glob("*/*.ftl")} - {"en"}))


def language_for(code: str | None) -> str:
    """The language for a code such as Telegram's ``de-AT``; English where there is none of it."""
    primary = (code or "").partition("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def say(said: Said, language: str = "en") -> str:
    """The phrase in that language (of `LANGUAGES`). Raises KeyError for an id that English does not have."""
    if isinstance(said, Verbatim):
        return said.text
    if isinstance(said, Joined):
        return said.by.join(say(part, language) for part in said.parts)
    bundle = _loaded(language)
    if not bundle.has_message(said.id):
        bundle = _loaded("en")
    message = bundle.get_message(said.id)
    assert message.value is not None
    args = {name: _resolved(value, language) for name, value in said.args.items()}
    text, problems = bundle.format_pattern(message.value, args)
    if problems:
        raise KeyError(f"{said.id}: {problems}")
    return str(text)


@contextlib.contextmanager
def in_passing(language: str) -> Iterator[None]:
    """Forget the language afterwards if it was not spoken before: each takes some two megabytes."""
    is_spoken = language in _bundles
    yield
    if not is_spoken:
        _bundles.pop(language, None)


def _resolved(value: Argument, language: str) -> FluentType | str:
    from fluent.runtime.types import fluent_number

    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return fluent_number(value, useGrouping=False)
    return say(value, language)


_bundles: dict[str, FluentBundle] = {}


def _loaded(language: str) -> FluentBundle:
    if language not in _bundles:
        _bundles[language] = _read(language)
    return _bundles[language]


def _read(language: str) -> FluentBundle:
    # Here, since it takes a tenth of a second that a command without words can do without.
    from fluent.runtime import FluentBundle
    from fluent.syntax import FluentParser

    parser = FluentParser(with_spans=False)
    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted((FOLDER / language).glob("*.ftl")):
        bundle.add_resource(parser.parse(file.read_text("utf-8")))
    return bundle
