"""What is asked of a GPU before its first use; there need be none for that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config.confinement import Reach, command

READYING = """
import sys
import torch
from renderer import devices

devices.make_repeatable(torch.device("cuda"))
assert torch.get_deterministic_debug_mode() == 1
print(*(name for name in ("torch._dynamo", "torch._inductor") if name in sys.modules))
"""


def test_a_confined_renderer_is_made_repeatable_without_the_compiler(tmp_path: Path) -> None:
    """The compiler asks who it runs as, which a confined process may not read."""
    (tmp_path / "readying.py").write_text(READYING)
    done = subprocess.run(
        [sys.executable, *command(Reach(devices=True), "readying")],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
