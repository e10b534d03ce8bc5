"""`python -m tests.bench.strokes`: paintings with and without the strokes that are laid at once at their last scale.

Each pair is painted both ways, one after the other; the losses are those of the objective that both minimise at full
size. A table, and bench-out/strokes.json. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from renderer.effort import scales
from renderer.features import Encoder
from renderer.images import to_image
from renderer.options import Quality, RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from tests.bench.figures import Figure, as_in_a_renderer, median, report
from tests.bench.measure import load_encoder
from tests.bench.pairs import CPU, STYLES, Pair
from tests.sheet.parts import contents, styles

#: Paintings with a start are to come to the loss of those without in this part of their time.
_PART = 0.75


@dataclass(frozen=True)
class Run:
    """A painting: the objective at its end, and at which second of its work it was how low at full size."""

    total: float
    seconds: float
    course: list[tuple[float, float]]

    def until_s(self, total: float) -> float | None:
        """Seconds until the objective was as low as that; None where it never was."""
        return next((at for at, loss in [*self.course, (self.seconds, self.total)] if loss <= total), None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.strokes", description=__doc__)
    parser.add_argument("--contents", type=Path, help="folder of contents; by default scikit-image's photographs")
    parser.add_argument("--styles", default=",".join(STYLES), help="names of the gallery or picture files: a,b,c")
    parser.add_argument("--size", type=int, default=512, help="long edge in pixels")
    parser.add_argument("--qualities", default="draft,standard")
    arguments = parser.parse_args()
    encoder = load_encoder(CPU)
    given = contents(arguments.contents), styles(arguments.styles.split(","))
    pairs = [Pair(content, style, arguments.size) for content in given[0] for style in given[1]]
    figures = [figure for quality in arguments.qualities.split(",") for figure in compared(pairs, quality, encoder)]
    report("strokes.json", figures)
    return 0


def compared(pairs: list[Pair], quality: Quality, encoder: Encoder) -> list[Figure]:
    table = Table("content", "style", f"{quality}: total, without", "with", "seconds, without", "with", "as low after")
    parts, ratios = [], []
    for pair in pairs:
        print(f"{quality}: {pair.content.name}, {pair.style.name} …", file=sys.stderr)
        without, with_them = run(pair, quality, encoder, False), run(pair, quality, encoder, True)
        as_low_s = with_them.until_s(without.total)
        parts.append(as_low_s / without.seconds if as_low_s else float("inf"))
        ratios.append(with_them.total / without.total)
        table.add_row(
            pair.content.name, pair.style.name, f"{without.total:.2f}", f"{with_them.total:.2f}",
            f"{without.seconds:.1f}", f"{with_them.seconds:.1f}", f"{as_low_s:.1f}" if as_low_s else "",
        )  # fmt: skip
    Console(width=120).print(table)
    return [
        Figure(f"{quality}: total with strokes over that without, median", median(ratios), "", 1),
        Figure(f"{quality}: part of the time until the same total, median", median(parts), "", _PART),
    ]


def run(pair: Pair, quality: Quality, encoder: Encoder, has_strokes: bool) -> Run:
    options = RenderOptions(size=pair.size, quality=quality)
    painting = Painting(encoder, pair.content.image, [Style(pair.style.image)], options, CPU)
    if not has_strokes:
        painting._impression, painting._scales = None, scales(pair.size, options, is_taught=False)
    course = []
    began = time.monotonic()
    for snapshot in painting:
        at = time.monotonic() - began
        if max(snapshot.picture.shape[-2:]) == pair.size:
            course.append((at, sum(snapshot.losses.values())))
    seconds = time.monotonic() - began
    return Run(pair.judge(encoder)(to_image(painting.finished()))["total"], seconds, course)


if __name__ == "__main__":
    as_in_a_renderer()
    sys.exit(main())
