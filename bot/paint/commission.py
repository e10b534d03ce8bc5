"""What one call of the command asks for, and where each painting and all that goes with it will lie."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

from bot.errors import BadRequest
from bot.paint.export import FORMATS
from bot.pictures import Style
from renderer import timelapse
from renderer.options import RenderOptions


@dataclasses.dataclass(frozen=True)
class Commission:
    """What one call of the command asks for."""

    contents: tuple[Path, ...]
    styles: tuple[Style, ...]  #: none for a dream
    output: Path
    into_folder: bool  #: `output` is a folder, one painting a content
    options: RenderOptions
    initial: Path | None = None  #: the picture to start from, where the options say so
    film: str | None = None  #: path of a time-lapse, or a kind (``mp4``) for one beside each painting
    metadata: bool = False  #: what is known of each painting as JSON beside it
    as_json: bool = False  #: the same, a line on stdout

    def inputs(self) -> Iterator[Path]:
        """Every picture to paint from."""
        yield from self.contents
        for style in self.styles:
            yield style.picture
            if style.mask:
                yield style.mask
        if self.initial:
            yield self.initial


@dataclasses.dataclass(frozen=True)
class Work:
    """One painting to be made."""

    content: Path
    output: Path
    film: Path | None
    metadata: Path | None

    def step(self, number: str) -> Path:
        """Where a picture of the way there is saved."""
        return self.output.with_name(f"{self.output.stem}-{number}{self.output.suffix}")


def plan(commission: Commission) -> list[Work]:
    """Every painting to be made; raises BadRequest where an output cannot be what was asked for."""
    works = [_work(commission, content, output) for content, output in _outputs(commission)]
    for work in works:
        for name, path in (("-o", work.output), ("--timelapse", work.film), ("--metadata", work.metadata)):
            if path and path.exists() and any(given.exists() and given.samefile(path) for given in commission.inputs()):
                raise BadRequest(f"{name} {path}: this is one of the pictures to paint from; choose another name")
    return works


def open_folder(commission: Commission) -> None:
    """Make sure, before minutes are spent, that there is a folder and that it can be written to."""
    output = commission.output
    folder = output if commission.into_folder else output.absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise BadRequest(f"-o {output}: this folder cannot be made ({exc.strerror})") from exc
    if not os.access(folder, os.W_OK):
        raise BadRequest(f"-o {output}: the folder {folder} cannot be written to")


def _outputs(commission: Commission) -> Iterator[tuple[Path, Path]]:
    output = commission.output
    if not commission.into_folder:
        if len(commission.contents) > 1:
            raise BadRequest(f"several contents need a folder to be painted into: -o {output}/")
        if output.suffix.lower() not in FORMATS:
            raise BadRequest(f"-o {output}: the name must end in {', '.join(FORMATS)}, or in / for a folder")
        if not output.absolute().parent.is_dir():
            raise BadRequest(f"-o {output}: there is no folder {output.parent}")
        yield commission.contents[0], output
        return
    if output.exists() and not output.is_dir():
        raise BadRequest(f"-o {output}: this is a file, and several paintings need a folder")
    planned: dict[Path, Path] = {}
    for content in commission.contents:
        target = output / f"{content.stem}.png"
        if other := planned.get(target):
            raise BadRequest(f"{other} and {content} would both become {target}; rename one of them")
        planned[target] = content
        yield content, target


def _work(commission: Commission, content: Path, output: Path) -> Work:
    metadata = output.with_suffix(".json") if commission.metadata else None
    return Work(content, output, _film(commission, output), metadata)


def _film(commission: Commission, output: Path) -> Path | None:
    wanted = commission.film
    if wanted is None:
        return None
    kind = f".{wanted.lstrip('.').lower()}"
    film = output.with_suffix(kind) if kind in timelapse.KINDS else Path(wanted)
    if kind not in timelapse.KINDS and len(commission.contents) > 1:
        raise BadRequest(f"--timelapse {wanted}: several paintings need one each; --timelapse mp4 puts it beside each")
    if film == output:
        raise BadRequest(f"--timelapse {wanted}: this is where the painting goes; choose another name or kind")
    if not film.absolute().parent.is_dir() and not commission.into_folder:
        raise BadRequest(f"--timelapse {wanted}: there is no folder {film.parent}")
    try:
        timelapse.check(film)
    except timelapse.TimelapseError as exc:
        raise BadRequest(f"--timelapse {wanted}: {exc}") from exc
    return film
