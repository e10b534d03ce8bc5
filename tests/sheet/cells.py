"""One cell of a contact sheet: painted and measured once for each state of pictures, options and code."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from renderer.features import Encoder
from renderer.images import to_image
from renderer.impression import Impression
from renderer.options import RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from tests.bench.figures import ROOT
from tests.bench.measure import Ruler


@dataclass(frozen=True)
class Picture:
    """A content or a style, as people would call it."""

    name: str
    image: Image.Image

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(repr(self.image.size).encode() + self.image.tobytes()).hexdigest()


@dataclass(frozen=True)
class Cell:
    """A painting to be made."""

    content: Picture
    style: Picture
    options: RenderOptions  #: `size` is given

    def file(self, folder: Path) -> Path:
        """Where the painting is kept: its name ends in digests of what it is painted from, and of the code."""
        whole = self.content.digest + self.style.digest + self.options.model_dump_json()
        recipe = hashlib.sha256(whole.encode()).hexdigest()
        return folder / f"{self.content.name}-{self.style.name}-{recipe[:8]}-{code_digest()[:8]}.png"


@dataclass(frozen=True)
class Painted:
    """A cell's picture, and what was measured of it."""

    image: Image.Image
    fall: float  #: of the style distance, from the content to the painting: 1 / fall of it is left
    content: float  #: distance to the content; an unrelated picture's is about 1
    seconds: float  #: of painting


@cache
def code_digest() -> str:
    """SHA-256 over the renderer's modules."""
    total = hashlib.sha256()
    for file in sorted((ROOT / "renderer").glob("*.py")):
        total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()


def load(file: Path) -> Painted | None:
    """The painting, where there is one already."""
    if not file.exists():
        return None
    with Image.open(file) as image:
        return Painted(image.convert("RGB"), **json.loads(image.info["measured"]))


def paint(cell: Cell, file: Path, encoder: Encoder, show: Callable[[float], None]) -> Painted:
    """Paint the cell, telling `show` how far it is (0..1), and keep it."""
    device = encoder.mean.device
    began = time.monotonic()
    paints = Impression if cell.options.is_instant else Painting
    painting = paints(encoder, cell.content.image, [Style(cell.style.image)], cell.options, device)
    for snapshot in painting:
        show(snapshot.fraction)
    picture = painting.finished()
    seconds = time.monotonic() - began
    painted = Painted(to_image(picture), *_measured(cell, encoder, picture), seconds)
    _keep(painted, file)
    return painted


def _measured(cell: Cell, encoder: Encoder, picture: torch.Tensor) -> tuple[float, float]:
    size = cell.options.size
    assert size
    ruler = Ruler(encoder, cell.content.image, cell.style.image, size, round(size * cell.options.style_scale))
    style, content = ruler.distances(picture)
    return ruler.distances(ruler.plain)[0] / style, content


def _keep(painted: Painted, file: Path) -> None:
    info = PngInfo()
    info.add_text(
        "measured", json.dumps({"fall": painted.fall, "content": painted.content, "seconds": painted.seconds})
    )
    part = file.with_suffix(".part")
    painted.image.save(part, format="PNG", pnginfo=info)
    part.replace(file)
