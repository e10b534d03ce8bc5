"""What is asked of a GPU before its first use; there need be none for that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from config.confinement import Reach, command
from renderer import devices

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


@pytest.mark.parametrize(
    "gigabytes,dimensions,whole,tile",
    [
        (2, (512, 512), 125_000, 125_000),
        (8, (1024, 768), 500_000, 500_000),
        (24, (1024, 768), 1_000_000, 625_000),
        (24, (4096, 3072), 1_000_000, 625_000),
        (80, (2048, 1536), 3_333_333, 625_000),
        (141, (2048, 2048), 2048**2, 625_000),
        (141, (4096, 3072), 1024**2, 625_000),
    ],
)
def test_a_gpu_encodes_whole_what_it_has_room_for(
    monkeypatch: pytest.MonkeyPatch, gigabytes: int, dimensions: tuple[int, int], whole: int, tile: int
) -> None:
    properties = SimpleNamespace(total_memory=gigabytes * 10**9)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: properties)
    assert devices.room(torch.device("cuda", 0), dimensions) == devices.Room(whole, tile)
