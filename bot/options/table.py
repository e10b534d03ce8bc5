"""The options as a table for docs/options.md: ``python -m bot.options.table PAGE``, which `make docs` calls."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.options.values import allowed, plain
from bot.texts import say
from config.table import renew
from renderer.options import DREAM, EXPERT, RenderOptions


def markdown() -> str:
    """Every option: name, default, what is allowed, meaning; everyday ones first."""
    head = "| Option | Default | Allowed | Meaning |\n|---|---|---|---|\n"
    everyday = [name for name in RenderOptions.model_fields if name not in EXPERT | DREAM]
    dreams = [name for name in RenderOptions.model_fields if name in DREAM]
    experts = [name for name in RenderOptions.model_fields if name in EXPERT]
    return head + "".join(map(_row, [*everyday, *dreams, *experts]))


def _row(name: str) -> str:
    field = RenderOptions.model_fields[name]
    default = (
        ""
        if field.default is None
        else plain(field.default)
        if field.default.__class__ in (int, float)
        else field.default
    )
    mark = " (expert)" if name in EXPERT else ""
    return f"| `{name}`{mark} | {default} | {say(allowed(name))} | {field.description} |\n"


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(renew(page.read_text("utf-8"), "options", markdown()), "utf-8")
