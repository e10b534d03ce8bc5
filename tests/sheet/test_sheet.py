from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from renderer.options import RenderOptions
from tests.bench.measure import load_encoder
from tests.pictures import gradient
from tests.sheet.cells import Cell, Picture, load, paint
from tests.sheet.parts import NAMES, NoPicture, contents, parts, styles
from tests.sheet.plates import Tile, plate


def cell(**options: object) -> Cell:
    options = {"size": 128, **options}
    return Cell(
        Picture("tree", gradient()), Picture("ink", gradient().rotate(90)), RenderOptions.model_validate(options)
    )


def rows_of(colour: tuple[int, int, int], sheet: Image.Image) -> list[int]:
    """Where in the sheet, from above, there are pixels of that colour, once for each."""
    return [int(row) for row in np.nonzero((np.asarray(sheet) == colour).all(-1))[0]]


def test_pictures_are_shown_pixel_by_pixel_and_stand_on_one_line() -> None:
    red, blue = Image.new("RGB", (40, 30), (255, 0, 0)), Image.new("RGB", (20, 50), (0, 0, 255))
    sheet = plate("Two", "of a kind", [[Tile(red, "red"), Tile(blue, "blue", "a note longer than its picture")]])
    reds, blues = rows_of((255, 0, 0), sheet), rows_of((0, 0, 255), sheet)
    assert (len(reds), len(blues)) == (40 * 30, 20 * 50)
    assert max(reds) == max(blues)


def test_rows_do_not_cover_one_another() -> None:
    red, blue = Image.new("RGB", (40, 30), (255, 0, 0)), Image.new("RGB", (20, 50), (0, 0, 255))
    sheet = plate("Two", "", [[Tile(), Tile(red, "red")], [Tile(blue, "blue"), Tile()]])
    assert max(rows_of((255, 0, 0), sheet)) < min(rows_of((0, 0, 255), sheet))
    assert len(rows_of((0, 0, 255), sheet)) == 20 * 50


def test_a_painted_cell_is_found_again_with_what_was_measured(tmp_path: Path) -> None:
    order, told = cell(iterations=8, strength=1.0), list[float]()
    file = order.file(tmp_path)
    assert load(file) is None
    painted = paint(order, file, load_encoder(torch.device("cpu")), told.append)
    assert told[-1] == 1 and painted.image.size == (128, 96)
    assert painted.fall > 1 and painted.content > 0
    found = load(file)
    assert found and found.image.tobytes() == painted.image.tobytes()
    assert (found.fall, found.content, found.seconds) == (painted.fall, painted.content, painted.seconds)
    assert list(tmp_path.iterdir()) == [file]


def test_another_option_or_another_picture_is_another_painting(tmp_path: Path) -> None:
    one = cell()
    assert one.file(tmp_path) == cell().file(tmp_path)
    assert one.file(tmp_path) != cell(strength=0.75).file(tmp_path)
    other = Cell(Picture("tree", gradient().rotate(180)), one.style, one.options)
    assert one.file(tmp_path) != other.file(tmp_path)


def test_every_content_meets_every_style_and_every_strip_turns_one_option() -> None:
    pictures = [Picture(name, gradient()) for name in ("tree", "house")]
    made = {part.name: part for part in parts(pictures, pictures, 128)}
    assert tuple(made) == NAMES
    assert len({(p.cell.content.name, p.cell.style.name) for p in made["grid"].places}) == 4
    for name in NAMES[1:]:
        options = [place.cell.options for place in made[name].places]
        assert len({getattr(each, name) for each in options}) == len(options) > 1
        assert all(
            each.model_copy(update={name: None}) == options[0].model_copy(update={name: None}) for each in options
        )


def test_contents_come_from_a_folder_of_pictures(tmp_path: Path) -> None:
    gradient().save(tmp_path / "B.PNG")
    gradient().save(tmp_path / "a.webp")
    (tmp_path / "notes.txt").write_text("no picture")
    assert [picture.name for picture in contents(tmp_path)] == ["B", "a"]


def test_a_folder_without_pictures_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match="there is no picture"):
        contents(tmp_path)


def test_a_style_is_a_name_of_the_gallery_or_a_file(tmp_path: Path) -> None:
    gradient().save(tmp_path / "own.png")
    assert [style.name for style in styles(["brushwork", str(tmp_path / "own.png")])] == ["brushwork", "own"]
    with pytest.raises(NoPicture, match="brushwork"):
        styles(["no-such-style"])
