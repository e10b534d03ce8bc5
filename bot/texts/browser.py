"""Messages for a browser, which knows the plurals of its language itself and fills in what only it knows."""

from __future__ import annotations

from typing import Any

from bot.texts import catalogue

#: A text, the name of a variable (``{"of": name}``), a choice (``{"by": name, "cases": {key: pattern}, "else": key}``),
#: or a list of these, one after another.
Pattern = Any


def patterns(name: str, language: str) -> dict[str, Pattern]:
    """Each message of the file `name` (without its suffix) as JSON; English where the language lacks it.

    Raises TypeError where a message holds more than text, variables and choices by a variable.
    """
    from fluent.syntax import FluentParser
    from fluent.syntax import ast as ftl

    parser = FluentParser(with_spans=False)
    found: dict[str, Pattern] = {}
    for spoken in dict.fromkeys(("en", language)):
        file = catalogue.FOLDER / spoken / f"{name}.ftl"
        for entry in parser.parse(file.read_text("utf-8")).body:
            if isinstance(entry, ftl.Message) and entry.value is not None:
                found[entry.id.name] = _pattern(entry.value)
    return found


def _pattern(pattern: Any) -> Pattern:
    parts = [_part(element) for element in pattern.elements]
    return parts[0] if len(parts) == 1 else parts


def _part(element: Any) -> Pattern:
    from fluent.syntax import ast as ftl

    match element:
        case ftl.TextElement(value=text):
            return text
        case ftl.Placeable(expression=ftl.VariableReference(id=name)):
            return {"of": name.name}
        case ftl.Placeable(expression=ftl.SelectExpression(selector=ftl.VariableReference(id=name), variants=variants)):
            cases = {_key(variant): _pattern(variant.value) for variant in variants}
            usual = next(_key(variant) for variant in variants if variant.default)
            return {"by": name.name, "cases": cases, "else": usual}
    raise TypeError(f"a browser is given text, variables and choices, not {type(element).__name__}")


def _key(variant: Any) -> str:
    key = variant.key
    return str(getattr(key, "name", None) or key.value)
