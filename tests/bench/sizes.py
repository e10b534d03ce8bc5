"""`python -m tests.bench.sizes`: whether the same settings look the same at 256 and at 1024 px."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import torch
from PIL import Image

from renderer.options import Quality, RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from tests.bench import subjects
from tests.bench.figures import Figure, as_in_a_renderer, report
from tests.bench.measure import Ruler, load_encoder

CPU = torch.device("cpu")


def main() -> int:
    as_in_a_renderer()
    content, style = subjects.photograph(), subjects.pattern()
    report("sizes.json", [*alike(content, style, "standard"), *alike(content, style, "draft")])
    return 0


def alike(content: Image.Image, style: Image.Image, quality: Quality) -> Iterator[Figure]:
    """The style distances at both sizes, and how far apart they are."""
    small, large = (style_distance(content, style, size, quality) for size in (256, 1024))
    yield Figure(f"{quality}, style distance at 256 px", small, "", None)
    yield Figure(f"{quality}, style distance at 1024 px", large, "", None)
    yield Figure(f"{quality}, the larger over the smaller", max(small, large) / min(small, large), "", 1.15)


def style_distance(content: Image.Image, style: Image.Image, size: int, quality: Quality) -> float:
    """Of a painting of that size to the style at that size."""
    encoder = load_encoder(CPU)
    painting = Painting(encoder, content, [Style(style)], RenderOptions(size=size, quality=quality), CPU)
    for _ in painting:
        pass
    return Ruler(encoder, content, style, size).distances(painting.finished())[0]


if __name__ == "__main__":
    sys.exit(main())
