"""`python -m tests.bench.sizes`: whether the same settings look the same at 256 and at 1024 px."""

from __future__ import annotations

import sys

import torch
from PIL import Image

from renderer.options import RenderOptions
from renderer.stylise import Painting, Style
from tests.bench import subjects
from tests.bench.figures import Figure, as_in_a_renderer, report
from tests.bench.measure import Ruler, load_encoder

CPU = torch.device("cpu")


def main() -> int:
    as_in_a_renderer()
    content, style = subjects.photograph(), subjects.pattern()
    small, large = (style_distance(content, style, size) for size in (256, 1024))
    report(
        "sizes.json",
        [
            Figure("style distance at 256 px", small, "", None),
            Figure("style distance at 1024 px", large, "", None),
            Figure("the larger over the smaller", max(small, large) / min(small, large), "", 1.15),
        ],
    )
    return 0


def style_distance(content: Image.Image, style: Image.Image, size: int) -> float:
    """Of a painting of that size to the style at that size."""
    encoder = load_encoder(CPU)
    painting = Painting(encoder, content, [Style(style)], RenderOptions(size=size), CPU)
    for _ in painting:
        pass
    return Ruler(encoder, content, style, size).distances(painting.finished())[0]


if __name__ == "__main__":
    sys.exit(main())
