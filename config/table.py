"""The settings as a table: what is in force for `atelier settings`, what there is for docs/settings.md."""

from __future__ import annotations

import dataclasses
import sys

from config.fields import Setting, as_text, env_name, settings_of
from config.settings import Settings

INTRODUCTION = """\
# Settings

Nothing has to be set. What is set comes, the first found winning, from

1. the command line,
2. the environment, under the names below,
3. a file `.env` in the current folder, under the same names,
4. a file `atelier.toml` in the current folder: `ATELIER_WEB__PORT` is `port` in the table `[web]` there,
5. for secrets, a file: `ATELIER_TELEGRAM__TOKEN_FILE=/run/secrets/token` instead of `ATELIER_TELEGRAM__TOKEN`
   (`token_file` in `atelier.toml`); to give both is refused.

An empty variable counts as not set. An unknown name or a wrong value stops the program with a line that says what is
allowed. `atelier settings` prints what is in force and where each value came from, secrets masked.
This page is written by `python -m config.table > docs/settings.md`.

"""

MASK = "********"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One setting in force."""

    name: str  #: as an environment variable
    value: str  #: masked where it is secret
    origin: str  #: see `Settings.origin`
    description: str
    allowed: str


def explain(settings: Settings) -> list[Row]:
    """Every setting with its value in force and where that came from; secrets are masked."""
    return [
        Row(
            env_name(setting.path),
            _shown(setting, settings.value(setting.path)),
            settings.origin(setting.path),
            setting.description,
            setting.allowed,
        )
        for setting in settings_of(Settings)
    ]


def markdown() -> str:
    """All settings as a Markdown table: name, default, what is allowed, meaning."""
    head = "| Setting | Default | Allowed | Meaning |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{env_name(setting.path)}` | {setting.default} | {setting.allowed} | {setting.description} |\n"
        for setting in settings_of(Settings)
    )


def _shown(setting: Setting, value: object) -> str:
    return MASK if setting.secret and value is not None else as_text(value)


if __name__ == "__main__":
    sys.stdout.write(INTRODUCTION + markdown())
