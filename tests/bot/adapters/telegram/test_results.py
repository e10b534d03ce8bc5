"""Paintings as Telegram takes them, and the words under them."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from PIL import Image
from telegram import InputFile, InputMediaDocument, InputMediaPhoto

from bot.adapters.telegram import results
from bot.adapters.telegram.breakdown import breakdown
from bot.adapters.telegram.critic import review
from bot.errors import NotReady
from bot.gallery import Gallery
from bot.jobs import Job, Status, new_id
from bot.options import Known, parse
from bot.texts import LANGUAGES, phrase, say
from config.settings import Settings
from renderer.options import RenderOptions
from renderer.protocol import StyleInput
from tests import pictures
from tests.bot.adapters.telegram.sending import opened

FACTS = {
    "width": 512, "height": 384, "seconds": 42.3, "iterations": 65, "losses": {"content": 1.23456, "style": 0.00071},
    "device": "cpu", "encoder": "vgg16-0123abcd", "notes": [],
    "options": RenderOptions(size=512, strength=0.9, seed=7, colours="keep").model_dump(mode="json"),
}  # fmt: skip
JOB = Job(
    id="0123456789abcdef" * 2,
    adapter="telegram",
    source="1:1",
    requester="telegram:1",
    content="content",
    styles=(StyleInput(picture="style"),),
    options=RenderOptions(strength=0.9, seed=7, colours="keep"),
    created_at=0,
    status=Status.RENDERED,
    result_info=FACTS,
)
DREAM = dataclasses.replace(JOB, styles=(), options=RenderOptions(mode="dream"))


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(Settings(data_dir=tmp_path))


def saved(folder: Path, image: Image.Image) -> Path:
    image.save(folder / "painting.png", compress_level=1)
    return folder / "painting.png"


def sent(media: results.Media) -> bytes:
    """The bytes that go out."""
    assert isinstance(media.media, InputFile)
    assert isinstance(media.media.input_file_content, bytes)
    return media.media.input_file_content


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))


# ---- the picture


async def test_a_painting_goes_out_as_it_is_where_telegram_takes_it(tmp_path: Path) -> None:
    painting = saved(tmp_path, pictures.gradient(512, 384))
    media = await results.shown(JOB, painting, "caption")
    assert isinstance(media, InputMediaPhoto)
    assert media.caption == "caption"
    assert sent(media) == painting.read_bytes()


async def test_a_heavy_painting_goes_out_as_a_jpeg_of_the_same_size(tmp_path: Path) -> None:
    painting = saved(tmp_path, noise(2048, 1800))
    assert painting.stat().st_size > results.MAX_PHOTO
    media = await results.shown(JOB, painting, "")
    data = sent(media)
    assert len(data) <= results.MAX_PHOTO
    assert (opened(data).format, opened(data).size) == ("JPEG", (2048, 1800))


async def test_a_wide_painting_is_shown_smaller(tmp_path: Path) -> None:
    painting = tmp_path / "painting.png"
    painting.write_bytes(pictures.png_of_zeros(9000, 1800, 2))
    media = await results.shown(JOB, painting, "")
    shown = opened(sent(media))
    assert shown.format == "JPEG"
    assert 9900 < sum(shown.size) <= results.MAX_SIDES


async def test_a_painting_of_a_shape_that_no_photo_has_goes_out_as_a_file(tmp_path: Path) -> None:
    painting = saved(tmp_path, pictures.gradient(1010, 50))
    media = await results.shown(JOB, painting, "caption")
    assert isinstance(media, InputMediaDocument)
    assert media.caption == "caption"


async def test_the_file_is_lossless_and_named_after_the_job(tmp_path: Path) -> None:
    painting = saved(tmp_path, pictures.gradient())
    media = await results.filed(JOB, painting)
    assert sent(media) == painting.read_bytes()
    assert isinstance(media.media, InputFile)
    assert media.media.filename == "atelier-01234567.png"


async def test_a_file_that_telegram_does_not_take_is_refused_with_its_size(tmp_path: Path) -> None:
    painting = tmp_path / "painting.png"
    with painting.open("wb") as file:
        file.truncate(results.MAX_FILE + 1)
    with pytest.raises(NotReady, match="51 MB, and Telegram takes 50 MB"):
        await results.filed(JOB, painting)


# ---- the words


def test_the_caption_names_styles_and_seconds(gallery: Gallery) -> None:
    assert results.caption_of(JOB, {"styles": ["stained_glass"]}, gallery) == "Stained glass · 43 seconds"
    blended = dataclasses.replace(JOB, styles=JOB.styles * 2)
    assert results.caption_of(blended, {"styles": ["waves", "gone"]}, gallery) == "Waves + gone · 43 seconds"
    assert results.caption_of(blended, {}, gallery) == "In the styles of 2 pictures · 43 seconds"
    assert results.caption_of(DREAM, {}, gallery) == "A dream · 43 seconds"


def test_a_caption_is_never_longer_than_telegram_takes(gallery: Gallery) -> None:
    noted = dataclasses.replace(JOB, result_info=FACTS | {"notes": ["Very long. " * 200]})
    assert len(results.caption_of(noted, {}, gallery)) == results.MAX_CAPTION


def test_the_breakdown_tells_what_was_painted_how_and_what_came_of_it(gallery: Gallery) -> None:
    text = say(breakdown(JOB, FACTS, {"styles": ["woodcut"]}, gallery))
    for told in ("painting 01234567", "Woodcut", "Seed: 7", "512 × 384", "43 seconds", "65 steps", "style 0.00071"):
        assert told in text
    assert "The critic: Valued at " in text
    assert len(text) < 2000


def test_the_options_of_a_breakdown_can_be_sent_again_as_they_stand(gallery: Gallery) -> None:
    line = next(line for line in say(breakdown(JOB, FACTS, {}, gallery)).splitlines() if line.startswith("Options: "))
    wishes = parse(line.removeprefix("Options: "), Known(frozenset(), frozenset()))
    assert wishes.render_options() == RenderOptions(size=512, strength=0.9, colours="keep")


def test_the_options_of_a_dream_are_its_own(gallery: Gallery) -> None:
    facts = FACTS | {"options": RenderOptions(mode="dream", size=512, octaves=3).model_dump(mode="json")}
    text = say(breakdown(DREAM, facts, {}, gallery))
    assert "Options: dream size=512 strength=0.8 quality=standard octaves=3" in text


# ---- the critic


def test_the_critic_says_the_same_of_the_same_painting_and_another_thing_of_another() -> None:
    assert say(review(JOB)) == say(review(JOB))
    assert len({say(review(dataclasses.replace(JOB, id=new_id()))) for _ in range(10)}) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_critic_is_never_at_a_loss_for_words(language: str) -> None:
    for kind in ("bold", "balanced", "timid", "dream", "advice"):
        said = {say(phrase(f"critic-{kind}", way=way), language) for way in range(5)}
        assert len(said) == 5
        assert all(sentence.endswith(".") for sentence in said)
    assert len({say(phrase("critic-value", guineas=2, way=way), language) for way in range(5)}) == 5


@pytest.mark.parametrize("strength,manner", [(0.2, "timid"), (0.6, "balanced"), (1.0, "bold")])
def test_the_critic_has_seen_how_much_of_the_style_there_is(strength: float, manner: str) -> None:
    job = dataclasses.replace(JOB, options=RenderOptions(strength=strength))
    ways = [say(phrase(f"critic-{manner}", way=way)) for way in range(5)]
    assert any(way in say(review(job)) for way in ways)
