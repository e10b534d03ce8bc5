"""The settings as a flat list: what each is called, whether it is secret, what it may be."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

ENV_PREFIX = "ATELIER_"
ENV_DELIMITER = "__"

#: Names of the groups that lead to a setting, and its own: ``("web", "port")``.
SettingPath = tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set."""

    path: SettingPath
    description: str
    default: str  #: as `as_text` writes it
    allowed: str  #: what it may be, in words
    secret: bool

    @property
    def file_path(self) -> SettingPath:
        """SettingPath of its companion, which names a file that holds the secret."""
        return (*self.path[:-1], f"{self.path[-1]}_file")


def env_name(path: SettingPath) -> str:
    """Name of a setting as an environment variable."""
    return ENV_PREFIX + ENV_DELIMITER.join(path).upper()


def dotted_name(path: SettingPath) -> str:
    """Name of a setting in a TOML file and on the command line."""
    return ".".join(path)


def as_text(value: object) -> str:
    """A setting's value as an operator would write it."""
    match value:
        case None | () | []:
            return "not set"
        case bool():
            return str(value).lower()
        case tuple() | list():
            return ", ".join(map(str, value))
        case _:
            return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


@functools.cache
def settings_of(model: type[BaseModel]) -> tuple[Setting, ...]:
    """Every setting of a model and of the groups in it, in the order in which they are declared."""
    # Once, with those of the groups, since every start waits for it.
    schema = model.model_json_schema()
    return tuple(_settings(model, (), schema["properties"], schema.get("$defs", {})))


def _settings(
    model: type[BaseModel], group: SettingPath, schema: dict[str, Any], groups: dict[str, Any]
) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        path, kind = (*group, name), field.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            yield from _settings(kind, path, groups[kind.__name__]["properties"], groups)
        else:
            yield _setting(path, schema[name])


def _setting(path: SettingPath, schema: dict[str, Any]) -> Setting:
    kind = schema | next(kind for kind in schema.get("anyOf", [schema]) if kind["type"] != "null")
    return Setting(
        path=path,
        description=schema["description"],
        default=as_text(schema["default"]),
        allowed=_allowed(kind),
        secret=kind.get("format") == "password",
    )


def _allowed(kind: dict[str, Any]) -> str:
    match kind:
        case {"enum": [*names, last]}:
            return f"{', '.join(names)} or {last}"
        case {"examples": examples}:
            return f"one like {', '.join(examples)}"
        case {"format": "path"}:
            return "a path"
        case {"format": "password"}:
            return "text that is not empty"
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "array"}:
            return "names, with commas between them"
        case {"type": "integer"}:
            return f"a whole number{_bounds(kind)}"
        case {"type": "number"}:
            return f"a number{_bounds(kind)}"
    raise TypeError(f"no words for what this setting may be: {kind}")


def _bounds(kind: dict[str, Any]) -> str:
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most"}
    bounds = [f"{word} {as_text(kind[key])}" for key, word in words.items() if key in kind]
    return f" {' and '.join(bounds)}" if bounds else ""
