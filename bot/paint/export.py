"""Paintings in the format of their name, with what is known of them inside: options and figures, never the inputs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

from bot.errors import OperatorError
from renderer.files import whole

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
#: Keyword of the text in a PNG.
KEYWORD = "atelier"


def software() -> str:
    """The program and its version."""
    return f"atelier {version('atelier')}"


def export(painting: Path, output: Path, facts: Mapping[str, Any] | None = None) -> None:
    """Write the child's PNG in the format that the output's name asks for, whole or not at all.

    `facts` go inside as JSON: into a PNG as text called `KEYWORD`, else into EXIF's user comment. Raises OperatorError
    where the disk does not take it.
    """
    with _whole(output) as part, Image.open(painting) as image:
        form = FORMATS[output.suffix.lower()]
        image.save(part, format=form, quality=95, subsampling=0, **(_inside(form, facts) if facts else {}))


def write_json(facts: Mapping[str, Any], output: Path) -> None:
    """Write facts for people and programs, whole or not at all; raises OperatorError."""
    with _whole(output) as part:
        part.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _inside(form: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """How Pillow is told to put facts into a file of that format."""
    text = json.dumps(facts)
    if form == "PNG":
        chunks = PngImagePlugin.PngInfo()
        chunks.add_text("Software", facts["software"])
        chunks.add_itxt(KEYWORD, text)
        return {"pnginfo": chunks}
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = facts["software"]
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + text.encode("ascii")
    return {"exif": exif}


@contextlib.contextmanager
def _whole(output: Path) -> Iterator[Path]:
    """As `renderer.files.whole`; raises OperatorError where the writing fails."""
    try:
        with whole(output) as part:
            yield part
    except OSError as exc:
        raise OperatorError(f"{output} cannot be written: {exc.strerror or exc}") from exc
