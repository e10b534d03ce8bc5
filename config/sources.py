"""Where the settings' values come from, each kept with its name as the operator wrote it and its origin."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, TomlConfigSettingsSource

from config.fields import ENV_DELIMITER, ENV_PREFIX, Setting, SettingPath, dotted_name, env_name, settings_of

DOTENV_FILE = ".env"
TOML_FILE = "atelier.toml"

Values = Mapping[SettingPath, object]


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody gave, not yet validated."""

    value: object
    name: str  #: as the operator wrote it: ``ATELIER_WEB__PORT``, ``web.port``
    origin: str  #: ``environment``, ``.env``, ``atelier.toml``, ``command line`` or ``file /run/…``


@dataclasses.dataclass(frozen=True, slots=True)
class _Layer:
    origin: str
    spell: Callable[[SettingPath], str]
    values: Values


def read(model: type[BaseSettings], overrides: Mapping[str, object]) -> tuple[dict[SettingPath, Given], list[str]]:
    """What was given for the settings of `model`, and a line for each thing that cannot be used.

    Overrides win over the environment, that over `.env`, that over `atelier.toml`; a secret may come from a file
    that its companion setting names, instead.
    """
    settings = settings_of(model)
    known = [path for setting in settings for path in (setting.path, setting.file_path)[: 1 + setting.secret]]
    groups = {path[:-1] for path in known}
    layers, problems = _files(model, groups)
    layers.append(_Layer("environment", env_name, _variables(EnvSettingsSource(model))))
    layers.append(_Layer("command line", dotted_name, dict(_flat(overrides, groups))))
    given: dict[SettingPath, Given] = {}
    for layer in layers:
        for path, value in layer.values.items():
            if path not in known:
                problems.append(_unknown(path, layer, known))
            elif value is not None:
                given[path] = Given(value, layer.spell(path), layer.origin)
    problems += _read_secret_files(given, settings)
    return given, problems


def _files(model: type[BaseSettings], groups: Collection[SettingPath]) -> tuple[list[_Layer], list[str]]:
    """The layers that stand in files, weakest first; a file that cannot be read is a problem and no layer."""
    readers: list[tuple[str, Callable[[SettingPath], str], Callable[[], Values]]] = [
        (TOML_FILE, dotted_name, lambda: dict(_flat(TomlConfigSettingsSource(model, TOML_FILE).toml_data, groups))),
        (DOTENV_FILE, env_name, lambda: _variables(DotEnvSettingsSource(model, DOTENV_FILE))),
    ]
    layers, problems = [], []
    for file, spell, read_values in readers:
        try:
            layers.append(_Layer(file, spell, read_values()))
        except OSError as exc:
            problems.append(f"{file} cannot be read: {exc.strerror}")
        except ValueError as exc:  # not TOML, not UTF-8
            problems.append(f"{file} cannot be understood: {exc}")
    return layers, problems


def _variables(source: EnvSettingsSource) -> Values:
    prefix = ENV_PREFIX.lower()
    return {
        tuple(name.removeprefix(prefix).split(ENV_DELIMITER)): value
        for name, value in source.env_vars.items()
        if name.startswith(prefix)
    }


def _flat(
    tree: Mapping[str, object], groups: Collection[SettingPath], above: SettingPath = ()
) -> Iterator[tuple[SettingPath, object]]:
    for name, value in tree.items():
        path = (*above, name)
        if path in groups and isinstance(value, Mapping):
            yield from _flat(value, groups, path)
        else:
            yield path, value


def _unknown(path: SettingPath, layer: _Layer, known: Collection[SettingPath]) -> str:
    # The value is not shown: it may be a secret under a mistyped name.
    names = [layer.spell(path) for path in known]
    nearest = difflib.get_close_matches(layer.spell(path), names, n=1, cutoff=0)[0]
    return f"{layer.spell(path)} ({layer.origin}) is no setting; the nearest is {nearest}"


def _read_secret_files(given: dict[SettingPath, Given], settings: Collection[Setting]) -> list[str]:
    """Put the contents of the named files in the place of their names."""
    problems = []
    for setting in settings:
        file = given.pop(setting.file_path, None)
        if file is None:
            continue
        if setting.path in given:
            value = given[setting.path]
            problems.append(f"{value.name} ({value.origin}) and {file.name} ({file.origin}) are both set; keep one")
            continue
        try:
            secret = Path(str(file.value)).read_text("utf-8").rstrip("\r\n")
        except OSError as exc:
            problems.append(f"{file.name} ({file.origin}): {file.value} cannot be read: {exc.strerror}")
        except ValueError:
            problems.append(f"{file.name} ({file.origin}): {file.value} is not UTF-8 text")
        else:
            given[setting.path] = Given(secret, file.name, f"file {file.value}")
    return problems
