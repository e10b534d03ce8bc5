"""The metrics as a table for docs/monitoring.md: ``python -m bot.metrics.table PAGE``, which `make docs` calls."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.metrics.definitions import DEFINITIONS, Definition
from config.table import renew


def markdown() -> str:
    """Every metric: name, kind, labels, meaning."""
    head = "| Metric | Kind | Labels | Meaning |\n|---|---|---|---|\n"
    return head + "".join(map(_row, DEFINITIONS))


def _row(metric: Definition) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} |\n"


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(renew(page.read_text("utf-8"), "metrics", markdown()), "utf-8")
