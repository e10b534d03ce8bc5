"""The real encoder, loaded once, and a studio that paints small pictures with it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from renderer import patterns, weights
from renderer.features import Encoder
from renderer.images import open_rgb
from renderer.options import RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from renderer.work import GiveWay

CPU = torch.device("cpu")


@pytest.fixture(scope="session")
def encoder(weights_dir: Path) -> Encoder:
    found = weights.find("vgg16", weights_dir)
    assert found
    source, file = found
    return Encoder(source, weights.load(source, file))


@contextlib.contextmanager
def little_memory(encoder: Encoder, pixels: int) -> Iterator[None]:
    """As if the device could not encode more pixels than that at once."""

    def check(_: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        height, width = given[0].shape[-2:]
        if height * width > pixels:
            raise torch.OutOfMemoryError(f"no memory for {width} × {height} px")

    handle = encoder.register_forward_pre_hook(check)
    try:
        yield
    finally:
        handle.remove()


@functools.cache
def drawn(name: str) -> Image.Image:
    """A style picture drawn by code, 256 px."""
    return patterns.draw(name, 256)


class Studio:
    """Paints photographs in styles drawn by code, at 128 px unless the options say otherwise."""

    def __init__(self, encoder: Encoder, photographs: dict[str, Path]) -> None:
        self.encoder = encoder
        self.photographs = {name: open_rgb(file) for name, file in photographs.items()}

    def work(
        self,
        content: str | Image.Image = "chelsea",
        styles: str | Sequence[Style] = "brushwork",
        start: Image.Image | None = None,
        give_way: GiveWay = lambda: None,
        **options: Any,
    ) -> Painting:
        content = self.photographs[content] if isinstance(content, str) else content
        styles = [Style(drawn(styles))] if isinstance(styles, str) else styles
        wanted = RenderOptions.model_validate({"size": 128, **options})
        return Painting(self.encoder, content, styles, wanted, CPU, start, give_way)

    def painted(self, *pictures: Any, **options: Any) -> torch.Tensor:
        """A finished painting (1, 3, H, W)."""
        work = self.work(*pictures, **options)
        for _ in work:
            pass
        return work.finished()


@pytest.fixture(scope="session")
def studio(encoder: Encoder, photographs: dict[str, Path]) -> Studio:
    return Studio(encoder, photographs)
