"""The gallery: built-in styles beside the operator's own, and what becomes of bad files among those."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import structlog
from PIL import Image

from bot import gallery as module
from bot.errors import BadPicture, OperatorError, UnknownStyle
from bot.gallery import SMALL_EDGE, THUMBNAIL_EDGE, Gallery
from bot.options import Known, Wishes
from config.settings import Settings
from renderer import patterns
from tests import pictures

WOODCUT = 'title = "Woodcut"\ndescription = "Black lines"\ntags = ["ink", "dark"]\n'
WAVES = 'title = "Waves"\ndescription = "Blue curls"\ntags = ["ink", "blue"]\n'


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """A gallery of woodcut and waves, the former with a thumbnail."""
    built_in = tmp_path / "built-in"
    built_in.mkdir()
    (built_in / "woodcut.toml").write_text(WOODCUT)
    (built_in / "woodcut.jpg").write_bytes(pictures.jpeg(256, 256))
    (built_in / "waves.toml").write_text(WAVES)
    return Gallery(Settings(data_dir=tmp_path / "data"), built_in)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "gallery"
    folder.mkdir(parents=True)
    return folder


def names(gallery: Gallery) -> list[str]:
    return [entry.name for entry in gallery.entries()]


def test_a_picture_that_the_operator_drops_is_there_at_once_under_its_own_name(gallery: Gallery, own: Path) -> None:
    assert names(gallery) == ["waves", "woodcut"]
    (own / "Étude No. 3.PNG").write_bytes(pictures.png())
    (own / "notes.txt").write_text("no picture")
    assert names(gallery) == ["waves", "woodcut", "étude_no_3"]
    entry = gallery.find("étude no 3")
    assert (entry.title, entry.description, entry.tags, entry.own) == ("Étude no 3", "", frozenset(), True)
    (own / "Étude No. 3.PNG").unlink()
    assert names(gallery) == ["waves", "woodcut"]


def test_an_own_picture_wins_over_a_built_in_of_its_name_and_may_say_more(gallery: Gallery, own: Path) -> None:
    (own / "woodcut.jpg").write_bytes(pictures.jpeg())
    (own / "woodcut.toml").write_text('title = "From the attic"\ntags = ["Grand-Mère"]')
    entry = gallery.find("woodcut")
    assert (entry.title, entry.tags, entry.own) == ("From the attic", frozenset({"grand_mère"}), True)
    assert gallery.known() == Known(frozenset({"waves", "woodcut"}), frozenset({"grand_mère", "ink", "blue"}))


@pytest.mark.parametrize(
    "toml,reason",
    [
        ("title = ", "cannot be read"),
        ("title = 3", "title: Input should be a valid string"),
        ('colour = "red"', "colour: Extra inputs are not permitted"),
    ],
)
def test_a_bad_toml_leaves_its_picture_out_and_is_logged_once(
    gallery: Gallery, own: Path, toml: str, reason: str
) -> None:
    (own / "attic.jpg").write_bytes(pictures.jpeg())
    (own / "attic.toml").write_text(toml)
    with structlog.testing.capture_logs() as logs:
        assert names(gallery) == names(gallery) == ["waves", "woodcut"]
    assert [(entry["file"], reason in entry["reason"]) for entry in logs] == [("attic.jpg", True)]
    assert reason in gallery.left_out["attic.jpg"]
    (own / "attic.toml").write_text("")
    assert "attic" in names(gallery) and not gallery.left_out


async def test_a_picture_that_cannot_be_read_is_left_out_until_it_is_another(gallery: Gallery, own: Path) -> None:
    (own / "torn.jpg").write_bytes(pictures.jpeg()[:300])
    (own / "whole.jpg").write_bytes(pictures.jpeg())
    await gallery.examine()
    assert names(gallery) == ["waves", "whole", "woodcut"]
    assert list(gallery.left_out) == ["torn.jpg"]
    (own / "torn.jpg").write_bytes(pictures.jpeg())
    assert "torn" in names(gallery)


def test_of_two_files_of_one_name_the_second_is_left_out(gallery: Gallery, own: Path) -> None:
    for name in ("Attic.jpg", "attic.jpg", "….jpg"):
        (own / name).write_bytes(pictures.jpeg())
    assert names(gallery) == ["attic", "waves", "woodcut"]
    assert gallery.left_out.keys() == {"attic.jpg", "….jpg"}


def test_a_style_is_found_however_its_name_is_written(gallery: Gallery) -> None:
    assert gallery.find("Wood-Cut").name == "woodcut"
    with pytest.raises(UnknownStyle, match=r"There is no style “woodcutt”\. Did you mean “woodcut”\?"):
        gallery.find("woodcutt")
    with pytest.raises(UnknownStyle, match=r"There is no style “xyzzy”\. There are waves, woodcut\."):
        gallery.find("xyzzy")


def test_tags_choose_by_lot_and_a_seed_always_the_same(gallery: Gallery) -> None:
    assert [entry.name for entry in gallery.matching(frozenset({"ink"}))] == ["waves", "woodcut"]
    assert gallery.choose(frozenset({"ink"}), frozenset({"dark"})).name == "waves"
    assert {gallery.choose(seed=seed).name for seed in range(20)} == {"waves", "woodcut"}
    assert len({gallery.choose(seed=7).name for _ in range(20)}) == 1
    with pytest.raises(UnknownStyle, match=r"No style is \+blue -ink\. There are the tags blue, dark, ink\."):
        gallery.choose(frozenset({"blue"}), frozenset({"ink"}))


def test_words_are_answered_with_styles_and_their_weights(gallery: Gallery) -> None:
    waves, woodcut = gallery.entries()
    assert gallery.chosen(Wishes(styles=(("woodcut", 0.7), ("waves", 0.3)))) == ((woodcut, 0.7), (waves, 0.3))
    assert gallery.chosen(Wishes(must_not=frozenset({"dark"}))) == ((waves, 1.0),)
    assert gallery.chosen(Wishes(surprise=True), seed=3) == gallery.chosen(Wishes(surprise=True), seed=3)
    assert gallery.chosen(Wishes()) == ()


async def test_a_built_in_picture_is_drawn_once_for_all_who_ask(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, draw = [], module._draw

    async def counted(name: str, output: Path) -> None:
        drawn.append(name)
        await draw(name, output)

    monkeypatch.setattr(module, "_draw", counted)
    entry = gallery.find("waves")
    files = await asyncio.gather(*(gallery.picture(entry) for _ in range(3)))
    assert len(set(files)) == 1 and drawn == ["waves"]
    with Image.open(files[0]) as image:
        assert image.size == (1024, 1024)
    assert list(files[0].parent.iterdir()) == [files[0]], "nothing half done is left"


async def test_a_picture_that_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    (tmp_path / "no_such.toml").write_text("")
    gallery = Gallery(Settings(data_dir=tmp_path / "data"), tmp_path)
    with pytest.raises(OperatorError, match="The style picture no_such could not be drawn"):
        await gallery.picture(gallery.find("no_such"))


async def test_thumbnails_are_small_and_made_once(gallery: Gallery, own: Path) -> None:
    (own / "attic.png").write_bytes(pictures.png(640, 320))
    entry = gallery.find("attic")
    assert await gallery.picture(entry) == own / "attic.png"
    first = await gallery.thumbnail(entry)
    made = first.stat().st_ino, first.stat().st_mtime_ns
    with Image.open(first) as image:
        assert image.size == (THUMBNAIL_EDGE, THUMBNAIL_EDGE // 2)
    again = (await gallery.thumbnail(entry)).stat()
    assert (again.st_ino, again.st_mtime_ns) == made  # not st_atime: reading the file may change it
    (own / "attic.png").write_bytes(pictures.png(64, 64))
    assert await gallery.thumbnail(entry) != first, "another picture has another thumbnail"
    assert (await gallery.thumbnail(gallery.find("woodcut"))).name == "woodcut.jpg"
    (own / "attic.png").unlink()
    with pytest.raises(BadPicture):
        await gallery.thumbnail(entry)


def test_every_picture_drawn_by_code_hangs_in_the_gallery_with_its_label(tmp_path: Path) -> None:
    entries = Gallery(Settings(data_dir=tmp_path)).entries()
    assert tuple(entry.name for entry in entries) == patterns.NAMES
    for entry in entries:
        assert entry.title and entry.description and entry.tags, entry
        assert entry.ready.keys() == {THUMBNAIL_EDGE, SMALL_EDGE}, entry
