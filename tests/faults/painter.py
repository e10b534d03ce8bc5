"""The renderer child with a painter who needs no time: the worker's own loop, protocol and process, without an encoder.

What it paints is noise that says whose it is, so that nobody gets another's painting unnoticed.
"""

from __future__ import annotations

import random
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from renderer import easel, images, protocol, worker
from renderer.options import RenderOptions
from renderer.work import Snapshot
from tests.faults.points import Points
from tests.faults.signature import signed

_STEPS = 4


class Sketch:
    """Implements `renderer.work.Work`."""

    def __init__(self, order: protocol.Paint, points: Points) -> None:
        with Image.open(order.content) as content:
            aspect = content.width / content.height
        for style in order.styles:  # as a painter would
            Image.open(style.picture).close()
        edge = order.options.size or 64
        self.dimensions = (edge, max(1, round(edge / aspect)))
        self.evaluations = _STEPS
        self.options: RenderOptions = order.options.model_copy(update={"size": edge})
        self.notes = ()
        self._points = points
        self._number = order.options.seed or 0
        noise = random.Random(self._number).randbytes(3 * self.dimensions[0] * self.dimensions[1])
        pixels = np.frombuffer(noise, np.uint8).reshape(self.dimensions[1], self.dimensions[0], 3).copy()
        self._picture = torch.from_numpy(signed(pixels, self._number)).permute(2, 0, 1)[None] / 255

    def __iter__(self) -> Iterator[Snapshot]:
        for step in range(1, _STEPS + 1):
            if step == _STEPS // 2 + 1:
                self._points.reached("painting", self._number)
            yield Snapshot(step / _STEPS, step, {"content": 1.0}, self._picture)

    def finished(self) -> torch.Tensor:
        return self._picture


def main() -> int:
    """Paint as `renderer.worker.main` does."""
    points = Points("child", Path(sys.argv[sys.argv.index("--weights") + 1]))
    write_png = images.write_png

    def written(image: Image.Image, path: Path) -> None:
        points.write("painting written")
        write_png(image, path)

    torch.set_num_threads(1)
    images.write_png = written
    easel.work_of = lambda order, *_: Sketch(order, points)
    encoder = types.SimpleNamespace(name="none")
    worker._load = lambda *_: (encoder, "none")  # type: ignore[assignment]
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
