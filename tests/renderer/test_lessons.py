"""Pictures to learn from: painted ones are the same each time, puzzles are put together."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from renderer.lessons import puzzles, strokes
from tests import pictures


def test_a_painted_picture_is_the_same_each_time_and_no_photograph() -> None:
    photograph = pictures.gradient(320, 240)
    one, again, other = (strokes.painted(photograph, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert max(one.size) == 640
    assert one.tobytes() == again.tobytes() != other.tobytes()


def resource(files: dict[str, tuple[bytes, bool]]) -> bytes:
    """A Qt resource file of one folder; files that are marked are compressed."""
    names, contents, nodes = b"", b"", b""
    offsets = {}
    for name in ["board", *files]:
        offsets[name] = len(names)
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    nodes += struct.pack(">IHII", 0, 2, 1, 1) + bytes(8)
    nodes += struct.pack(">IHII", offsets["board"], 2, len(files), 2) + bytes(8)
    for name, (body, compressed) in files.items():
        stored = struct.pack(">I", len(body)) + zlib.compress(body) if compressed else body
        nodes += struct.pack(">IHHHI", offsets[name], int(compressed), 0, 0, len(contents)) + bytes(8)
        contents += struct.pack(">I", len(stored)) + stored
    head = 24
    places = struct.pack(">4I", 3, head, head + len(nodes) + len(names), head + len(nodes))
    return b"qres" + places + bytes(4) + nodes + names + contents


def webp(colour: str, width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def test_the_pieces_of_a_puzzle_are_put_together(tmp_path: Path) -> None:
    board = "\n".join(
        f'{{ "pixmapfile": "image/wave_a{n}.webp", "x": "{(100 * n - 50) / 702}", "y": "{50 / 516}" }}' for n in (1, 2)
    )
    file = tmp_path / "puzzles.rcc"
    file.write_bytes(
        resource(
            {
                "board1_0.qml": (board.encode(), True),
                "wave_a1.webp": (webp("red", 100, 100), False),
                "wave_a2.webp": (webp("blue", 100, 100), False),
            }
        )
    )
    (wave,) = puzzles.paintings(file).values()
    assert wave.size == (188, 88)
    assert wave.getpixel((40, 40)) == (255, 0, 0) and wave.getpixel((140, 40)) == (0, 0, 255)
