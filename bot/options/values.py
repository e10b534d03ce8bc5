"""Values of the options as people write them, and what each may be, in words."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from renderer.options import RenderOptions

_LONGEST_SHOWN = 40
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e-?\d+)?(%|px)?")


def explain(error: ValidationError, spell: Callable[[str], str] = str, given: Mapping[str, str] | None = None) -> str:
    """A sentence for each wrong option of a `RenderOptions`: what it may be, and what it is.

    `spell` writes an option's name; `given` has options as they were written, where that is not as they are.
    """
    # Each wrong layer of a list is an error of its own.
    return " ".join(dict.fromkeys(_sentence(one, spell, given or {}) for one in error.errors()))


def allowed(name: str) -> str:
    """What an option may be: ``a whole number from 128 to 4096``."""
    kind = kind_of(name)
    match kind["type"]:
        case "integer":
            return f"a whole number {_range(kind)}"
        case "number":
            return f"a number {_range(kind)}"
        case "object":
            return "layers of the encoder such as relu4_2, or relu1_1+relu2_1:0.5 with weights"
    if "enum" in kind:
        *others, last = kind["enum"]
        return f"{', '.join(others)} or {last}"
    return "a layer of the encoder such as relu4_2"


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


def _range(kind: Mapping[str, Any]) -> str:
    if "exclusiveMinimum" in kind:
        return f"above {plain(kind['exclusiveMinimum'])} and at most {plain(kind['maximum'])}"
    return f"from {plain(kind['minimum'])} to {plain(kind['maximum'])}"


def _sentence(error: Mapping[str, Any], spell: Callable[[str], str], given: Mapping[str, str]) -> str:
    if not error["loc"]:
        message = error["msg"].removeprefix("Value error, ")
        return f"{message[:1].upper()}{message[1:]}."
    name = str(error["loc"][0])
    if name in RenderOptions.model_fields:
        value = given.get(name, error["input"])
        shown = f"“{short(value)}”" if isinstance(value, str) and number(value) is None else short(str(value))
        return f"{spell(name)} must be {allowed(name)}, not {shown}."
    near = nearest(name, {same(known): known for known in RenderOptions.model_fields})
    hint = (
        f"Did you mean “{spell(near)}”?" if near else f"There are {', '.join(map(spell, RenderOptions.model_fields))}."
    )
    return f"There is no option “{short(name)}”. {hint}"
