"""`make sheet`: what the painter makes of several contents, styles and options, on sheets to be looked at.

Paintings are kept beside the sheets; those of the same pictures, options and code are not painted again.
"""

from __future__ import annotations

import argparse
import sys
from functools import cached_property
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from renderer import devices
from renderer.features import Encoder
from renderer.options import MAX_SIZE, MIN_SIZE
from tests.bench.figures import as_in_a_renderer
from tests.bench.measure import load_encoder
from tests.sheet.cells import Painted, load, paint
from tests.sheet.parts import NAMES, STYLES, NoPicture, Part, Place, contents, parts, styles
from tests.sheet.plates import Tile, plate


class Studio:
    """Hangs parts, painting first what is not painted yet, with one encoder."""

    def __init__(self, out: Path, parts: list[Part], progress: Progress) -> None:
        self._out = out
        self._cells = out / "cells"
        self._cells.mkdir(parents=True, exist_ok=True)
        self._progress = progress
        files = {place.cell.file(self._cells) for part in parts for place in part.places}
        self._missing = sum(not file.exists() for file in files)
        self._painted = 0
        self._bar = progress.add_task("", total=max(1, self._missing), visible=self._missing > 0)

    def hang(self, part: Part) -> None:
        rows = [[item if isinstance(item, Tile) else self._tile(item) for item in row] for row in part.rows]
        plate(part.title, part.subtitle, rows).save(self._out / part.file)
        self._progress.print(str(self._out / part.file), highlight=False)

    def _tile(self, place: Place) -> Tile:
        painted = load(place.cell.file(self._cells)) or self._paint(place)
        measured = f"style 1/{painted.fall:.0f} · content {painted.content:.2f} · {painted.seconds:.1f} s"
        return Tile(painted.image, place.label, measured)

    def _paint(self, place: Place) -> Painted:
        name = f"{place.cell.content.name}, {place.cell.style.name}  {self._painted + 1} of {self._missing}"

        def show(fraction: float) -> None:
            self._progress.update(self._bar, description=name, completed=self._painted + fraction)

        painted = paint(place.cell, place.cell.file(self._cells), self._encoder, show)
        self._painted += 1
        return painted

    @cached_property
    def _encoder(self) -> Encoder:
        return load_encoder(devices.choose("auto"))


def main() -> int:
    out, chosen = _chosen()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("left"), TimeRemainingColumn()) as progress:
        studio = Studio(out, chosen, progress)
        try:
            for part in chosen:
                studio.hang(part)
        except KeyboardInterrupt:
            progress.print("Stopped. What is painted is kept; the same command goes on from there.")
            return 130
    return 0


def _chosen() -> tuple[Path, list[Part]]:
    """The folder and the parts that the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests.sheet", description=__doc__)
    parser.add_argument("--pictures", type=Path, help="folder of contents; by default scikit-image's photographs")
    parser.add_argument("--styles", default=",".join(STYLES), help="names of the gallery or picture files: a,b,c")
    parser.add_argument("--size", type=int, default=256, help="long edge of every painting in pixels")
    parser.add_argument("--only", default=",".join(NAMES), help=f"some of {', '.join(NAMES)}, or strips")
    parser.add_argument("--out", type=Path, default=Path("sheet-out"), help="folder for the sheets")
    arguments = parser.parse_args()
    only = arguments.only.replace("strips", ",".join(NAMES[1:])).split(",")
    if unknown := set(only).difference(NAMES):
        parser.error(f"--only: there is no part {', '.join(sorted(unknown))}; there are {', '.join(NAMES)} and strips")
    if not MIN_SIZE <= arguments.size <= MAX_SIZE:
        parser.error(f"--size: {arguments.size} is not within {MIN_SIZE} to {MAX_SIZE}")
    try:
        pictures = contents(arguments.pictures), styles(arguments.styles.split(","))
    except NoPicture as exc:
        parser.error(str(exc))
    return arguments.out, [part for part in parts(*pictures, arguments.size) if part.name in only]


if __name__ == "__main__":
    as_in_a_renderer()
    sys.exit(main())
