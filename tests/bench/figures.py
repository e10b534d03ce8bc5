"""Measured numbers, what they may be at most, and how they are told: a table, and JSON in bench-out/."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from renderer.supervisor import TUNING

ROOT = Path(__file__).resolve().parent.parent.parent
OUT = ROOT / "bench-out"


@dataclass(frozen=True)
class Figure:
    """One measured number, with the most that it may be."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def row(self) -> tuple[str, str, str, str]:
        limit = "" if self.limit is None else f"{self.limit:g} {self.unit}"
        return self.name, f"{self.value:.{2 if self.value < 10 else 1}f} {self.unit}", limit, "" if self.met else "over"


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def report(file: str, figures: list[Figure], **more: Any) -> None:
    """Print the figures and keep them, with what more there is to know, in bench-out/`file`."""
    table = Table("figure", "measured", "at most", "")
    for figure in figures:
        table.add_row(*figure.row(), style=None if figure.met else "red")
    Console().print(table)
    OUT.mkdir(exist_ok=True)
    result = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "python": platform.python_version()},
        "figures": [asdict(figure) | {"met": figure.met} for figure in figures],
        **more,
    }
    (OUT / file).write_text(json.dumps(result, indent=2) + "\n")


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def as_in_a_renderer() -> None:
    """Start this program anew with what a renderer child is given for its allocator and threads, unless it has that."""
    if not TUNING.items() <= os.environ.items():
        os.execve(sys.executable, sys.orig_argv, os.environ | TUNING)
