"""The settings as a table: what is in force for `atelier settings`, what there is for the documents."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path

from config.fields import Setting, as_text, env_name, settings_of
from config.settings import Settings

MASK = "********"
#: Name and password in an address (RFC 3986, 3.2.1).
_USER_INFO = re.compile(r"//[^/?#\s]+@")


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


def changed(settings: Settings) -> list[Row]:
    """Those rows whose value is not the default."""
    rows = zip(settings_of(Settings), explain(settings), strict=True)
    return [row for setting, row in rows if row.value != setting.default]


def markdown() -> str:
    """All settings as a Markdown table: name, default, what is allowed, meaning."""
    head = "| Setting | Default | Allowed | Meaning |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{env_name(setting.path)}` | {setting.default} | {setting.allowed} | {setting.description} |\n"
        for setting in settings_of(Settings)
    )


def _shown(setting: Setting, value: object) -> str:
    return MASK if setting.secret and value is not None else _USER_INFO.sub(f"//{MASK}@", as_text(value))


def renew(page: str, subject: str, table: str) -> str:
    """The page with the table between the two marks of its subject; raises ValueError without marks."""
    first, last = f"<!-- {subject}: written by `make docs` -->\n", f"<!-- end of {subject} -->\n"
    before, _, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not end:
        raise ValueError(f"no {first.strip()} … {last.strip()}")
    return f"{before}{first}\n{table}\n{last}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        file = Path(name)
        file.write_text(renew(file.read_text("utf-8"), "settings", markdown()), "utf-8")
