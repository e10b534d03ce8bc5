"""Values of the options as people write them, and what each may be, in words."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from bot.texts import Said, phrase, together, verbatim
from renderer.options import RenderOptions

_LONGEST_SHOWN = 40
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e-?\d+)?(%|px)?")
#: What RenderOptions says of options that its mode does not know.
_OTHER_MODE = re.compile(r"(.+): for mode (\w+) only")


def explain(error: ValidationError, spell: Callable[[str], str] = str, given: Mapping[str, str] | None = None) -> Said:
    """A sentence for each wrong option of a `RenderOptions`: what it may be, and what it is.

    `spell` writes an option's name; `given` has options as they were written, where that is not as they are.
    """
    sentences: list[Said] = []
    for one in error.errors():
        # Each wrong layer of a list is an error of its own.
        if (sentence := _sentence(one, spell, given or {})) not in sentences:
            sentences.append(sentence)
    return together(*sentences)


def allowed(name: str) -> Said:
    """What an option may be: ``a whole number from 128 to 4096``."""
    kind = kind_of(name)
    match kind["type"]:
        case "integer":
            return phrase("error-allowed-whole-number", least=kind["minimum"], most=kind["maximum"])
        case "number" if "exclusiveMinimum" in kind:
            return phrase("error-allowed-number-above", least=kind["exclusiveMinimum"], most=kind["maximum"])
        case "number":
            return phrase("error-allowed-number", least=kind["minimum"], most=kind["maximum"])
        case "object":
            return phrase("error-allowed-layers")
    if "enum" in kind:
        *others, last = kind["enum"]
        return phrase("error-allowed-one-of", others=", ".join(others), last=last)
    return phrase("error-allowed-layer")


def value_of(name: str, text: str) -> object:
    """The text as a value of that option; what is none stays text, and RenderOptions refuses it."""
    text, kind = text.casefold(), kind_of(name)["type"]
    if kind == "object":
        return layers(text)
    value = number(text) if kind in ("integer", "number") else None
    if value is None:
        return text
    return int(value) if kind == "integer" and value.is_integer() else value


def number(text: str) -> float | None:
    """A number as people write it: ``0.8``, ``0,8``, ``80%``, ``512px``; None where it is none."""
    if not (found := _NUMBER.fullmatch(text)):
        return None
    value = float(text.rstrip("%px").replace(",", "."))
    return value / 100 if found[1] == "%" else value


def layers(text: str) -> dict[str, Any]:
    """``relu1_1+relu2_1:0.5`` (or with commas) as layers with their weights; RenderOptions checks them."""
    pairs = (part.partition(":") for part in re.split(r"[+,\s]+", text) if part)
    return {name: (number(weight) or weight) if colon else 1.0 for name, colon, weight in pairs}


def same(name: str) -> str:
    """A key that is equal for all ways to write a name: ``Stained-Glass`` and ``stained_glass``."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def nearest(word: str, spellings: Mapping[str, str]) -> str | None:
    """Of spellings by their key (`same`), the one most like `word`; None where none is like it."""
    found = difflib.get_close_matches(same(word), spellings, n=1)
    return spellings[found[0]] if found else None


def hint(word: str, spellings: Mapping[str, str]) -> Said:
    """What is said after a word that is none: the `nearest` of the spellings, or all where none is like it."""
    if near := nearest(word, spellings):
        return phrase("error-nearest", near=near)
    return phrase("error-there-are", names=", ".join(spellings.values()))


def kind_of(name: str) -> dict[str, Any]:
    """The JSON schema of an option, without its None."""
    schema = _schema()[name]
    kind: dict[str, Any] = next(kind for kind in schema.get("anyOf", [schema]) if kind["type"] != "null")
    return kind


@functools.cache
def _schema() -> dict[str, Any]:
    properties: dict[str, Any] = RenderOptions.model_json_schema()["properties"]
    return properties


def short(text: str) -> str:
    """The text, or its beginning where it is too long to be quoted."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def plain(value: float) -> str:
    """A number without needless digits."""
    return str(int(value)) if float(value).is_integer() else str(value)


def _sentence(error: Mapping[str, Any], spell: Callable[[str], str], given: Mapping[str, str]) -> Said:
    if not error["loc"]:
        return _of_all_options(error["msg"].removeprefix("Value error, "))
    name = str(error["loc"][0])
    if name in RenderOptions.model_fields:
        value = given.get(name, error["input"])
        shown = short(str(value))
        is_text = isinstance(value, str) and number(value) is None
        quoted = phrase("error-quoted", text=shown) if is_text else shown
        return phrase("error-option", name=spell(name), allowed=allowed(name), given=quoted)
    spellings = {same(known): spell(known) for known in RenderOptions.model_fields}
    return together(phrase("error-no-option", name=short(name)), hint(name, spellings))


def _of_all_options(message: str) -> Said:
    message = f"{message[:1].upper()}{message[1:]}"
    if not (found := _OTHER_MODE.fullmatch(message)):
        return verbatim(f"{message}.")
    first, *others = map(verbatim, found[1].split(" and "))
    names: Said = first
    for other in others:
        names = phrase("error-names-and", others=names, last=other)
    return phrase("error-other-mode", names=names, mode=found[2])
