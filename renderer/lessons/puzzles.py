"""Old paintings that GCompris cuts into puzzles, put together again; out of its Qt resource files."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path

from PIL import Image

#: Size in pixels at which the places of a board's pieces fit the pieces.
_BOARD = (702, 516)
_EDGE = 6  #: px, cut off: pieces are frayed there
_PIECE = re.compile(r"\{([^{}]*pixmapfile[^{}]*)\}")
_FIELD = re.compile(r'"(\w+)"\s*:\s*"([^"]*)"')


def resources(path: Path) -> dict[str, bytes]:
    """The files in a Qt resource file (`rcc`), by their names."""
    data = path.read_bytes()
    version, tree, contents, names = struct.unpack(">4I", data[4:20])
    size = 22 if version >= 2 else 14
    found: dict[str, bytes] = {}

    def name(offset: int) -> str:
        start = names + offset
        length = struct.unpack(">H", data[start : start + 2])[0]
        return data[start + 6 : start + 6 + 2 * length].decode("utf-16-be")

    def walk(node: int, above: str) -> None:
        start = tree + node * size
        name_offset, flags = struct.unpack(">IH", data[start : start + 6])
        path = f"{above}/{name(name_offset)}" if node else ""
        if flags & 2:
            count, first = struct.unpack(">II", data[start + 6 : start + 14])
            for child in range(first, first + count):
                walk(child, path)
            return
        begin = contents + struct.unpack(">I", data[start + 10 : start + 14])[0]
        length = struct.unpack(">I", data[begin : begin + 4])[0]
        body = data[begin + 4 : begin + 4 + length]
        found[path] = zlib.decompress(body[4:]) if flags & 1 else body

    walk(0, "")
    return found


def paintings(puzzles: Path) -> dict[str, Image.Image]:
    """Every painting of the puzzles' resource file, by its name."""
    files = resources(puzzles)
    pieces = {Path(name).name: body for name, body in files.items() if name.endswith(".webp")}
    found = {}
    for name, body in sorted(files.items()):
        if name.endswith(".qml") and "/board" in name:
            placed = [dict(_FIELD.findall(piece)) for piece in _PIECE.findall(body.decode())]
            placed = [piece for piece in placed if Path(piece["pixmapfile"]).name in pieces]
            if len(placed) > 1:
                title = re.sub(r"[_-][a-z]?\d+\.webp$", "", Path(placed[0]["pixmapfile"]).name)
                found[title] = _together(placed, pieces)
    return found


def _together(placed: list[dict[str, str]], pieces: dict[str, bytes]) -> Image.Image:
    board = Image.new("RGBA", (_BOARD[0] + 40, _BOARD[1] + 40))
    for piece in placed:
        with Image.open(io.BytesIO(pieces[Path(piece["pixmapfile"]).name])) as opened:
            image = opened.convert("RGBA")
        left = round(float(piece["x"]) * _BOARD[0] - image.width / 2)
        top = round(float(piece["y"]) * _BOARD[1] - image.height / 2)
        board.alpha_composite(image, (max(0, left) + 20, max(0, top) + 20))
    left, top, right, bottom = board.getchannel("A").getbbox() or (0, 0, *board.size)
    return board.crop((left + _EDGE, top + _EDGE, right - _EDGE, bottom - _EDGE)).convert("RGB")
