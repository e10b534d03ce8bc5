"""The parts of a contact sheet: every content in every style, and one strip for each option that people turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from skimage import data

from renderer import patterns
from renderer.images import scaled_size
from renderer.options import QUALITIES, RenderOptions
from tests.sheet.cells import Cell, Picture
from tests.sheet.plates import Tile

PHOTOGRAPHS = ("chelsea", "astronaut", "coffee", "rocket")
STYLES = ("brushwork", "woodcut", "stained_glass", "waves", "watercolour", "mosaic")
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_LEGEND = "Under each painting: the part of the style distance that is left, the distance to the content, seconds."


class NoPicture(ValueError):
    """There is no such content or style."""


@dataclass(frozen=True)
class Strip:
    """One option at several values, all else being equal."""

    option: str
    values: Sequence[object]
    content: str  #: the first content is taken where there is none of that name; so with the style
    style: str


STRIPS = (
    Strip("strength", (0, 0.1, 0.25, 0.5, 0.75, 1), "chelsea", "brushwork"),
    Strip("style_scale", (0.25, 0.5, 1, 2, 4), "coffee", "waves"),
    Strip("colours", ("style", "keep", "match"), "coffee", "stained_glass"),
    Strip("protect", (0, 0.5, 1), "astronaut", "brushwork"),
    Strip("quality", QUALITIES, "rocket", "watercolour"),
)
NAMES = ("grid", *(strip.option for strip in STRIPS))


@dataclass(frozen=True)
class Place:
    """Where a painting goes."""

    cell: Cell
    label: str = ""


@dataclass(frozen=True)
class Part:
    """One picture file: rows of what is given and of what is to be painted."""

    name: str  #: as `--only` has it
    file: str
    title: str
    subtitle: str
    rows: list[list[Tile | Place]]

    @property
    def places(self) -> Iterator[Place]:
        return (item for row in self.rows for item in row if isinstance(item, Place))


def contents(folder: Path | None) -> list[Picture]:
    """The pictures of a folder, by default the photographs that scikit-image brings along; raises NoPicture."""
    if folder is None:
        return [Picture(name, Image.fromarray(np.asarray(getattr(data, name)()))) for name in PHOTOGRAPHS]
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    if not (files := [file for file in files if file.suffix.lower() in _SUFFIXES]):
        raise NoPicture(f"there is no picture ({', '.join(_SUFFIXES)}) in {folder}")
    return [_opened(file) for file in files]


def styles(names: Sequence[str]) -> list[Picture]:
    """Styles of the gallery by name, and picture files; raises NoPicture."""
    return [_style(name) for name in names]


def parts(contents: Sequence[Picture], styles: Sequence[Picture], size: int) -> list[Part]:
    """The grid, then the strips."""
    return [_grid(contents, styles, size), *(_strip(strip, contents, styles, size) for strip in STRIPS)]


def _grid(contents: Sequence[Picture], styles: Sequence[Picture], size: int) -> Part:
    options = RenderOptions(size=size)
    rows: list[list[Tile | Place]] = [[Tile(), *(_shown(style, size * 2 // 3) for style in styles)]]
    rows += [
        [_shown(content, size), *(Place(Cell(content, style, options)) for style in styles)] for content in contents
    ]
    title = f"{len(contents)} contents in {len(styles)} styles"
    return Part("grid", "sheet.png", title, f"{size} px, quality standard. {_LEGEND}", rows)


def _strip(strip: Strip, contents: Sequence[Picture], styles: Sequence[Picture], size: int) -> Part:
    content, style = _called(strip.content, contents), _called(strip.style, styles)
    name = strip.option.replace("_", " ")
    cells = [
        Place(
            Cell(content, style, RenderOptions.model_validate({"size": size, strip.option: value})), f"{name} {value}"
        )
        for value in strip.values
    ]
    row: list[Tile | Place] = [_shown(content, size), _shown(style, size * 2 // 3), *cells]
    return Part(strip.option, f"{strip.option}.png", name.capitalize(), f"{size} px. {_LEGEND}", [row])


def _style(name: str) -> Picture:
    if name in patterns.NAMES:
        return Picture(name, patterns.draw(name))
    if not Path(name).is_file():
        raise NoPicture(f"{name} is neither a picture file nor a style of the gallery: {', '.join(patterns.NAMES)}")
    return _opened(Path(name))


def _opened(file: Path) -> Picture:
    try:
        with Image.open(file) as image:
            return Picture(file.stem, ImageOps.exif_transpose(image).convert("RGB"))
    except OSError as exc:
        raise NoPicture(f"{file} cannot be read as a picture") from exc


def _called(name: str, pictures: Sequence[Picture]) -> Picture:
    return next((picture for picture in pictures if picture.name == name), pictures[0])


def _shown(picture: Picture, long_edge: int) -> Tile:
    image = picture.image.resize(scaled_size(*picture.image.size, long_edge), Image.Resampling.LANCZOS)
    return Tile(image, picture.name.replace("_", " "))
