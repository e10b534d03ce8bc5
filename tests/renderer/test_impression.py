"""Instant paintings with all that may be asked of one, and the impression that is shown before a painting is begun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from renderer import colour, images
from renderer.easel import Easel, impression_of, work_of
from renderer.features import Encoder
from renderer.impression import Impression
from renderer.instant import Untaught, instant_of
from renderer.options import RenderOptions
from renderer.protocol import Paint, Progress, StyleInput
from renderer.style import Style
from renderer.stylise import Painting
from tests.renderer.conftest import CPU, Studio, drawn

SIZE = 192
Painted = Callable[..., torch.Tensor]


@pytest.fixture(scope="module")
def painted(encoder: Encoder, studio: Studio) -> Painted:
    def paint(styles: Sequence[Style] = (Style(drawn("brushwork")),), **options: Any) -> torch.Tensor:
        wanted = RenderOptions.model_validate({"size": SIZE, "quality": "instant", "protect": 0, **options})
        work = Impression(encoder, studio.photographs["coffee"], styles, wanted, CPU)
        for _ in work:
            pass
        return work.finished()

    return paint


def roughness(picture: torch.Tensor) -> float:
    """How much of a picture's brightness changes from pixel to pixel rather than over several."""
    grey = colour.luminance(picture)
    return float((grey[..., 1:] - grey[..., :-1]).abs().mean() / (grey[..., 8:] - grey[..., :-8]).abs().mean())


def test_it_is_painted_from_coarse_to_fine_and_may_be_left_in_between(encoder: Encoder, studio: Studio) -> None:
    options = RenderOptions(size=400, quality="instant")
    work = Impression(encoder, studio.photographs["coffee"], [Style(drawn("brushwork"))], options, CPU)
    (coarse, fine) = list(work)
    assert work.evaluations == 2 and work.options.size == 400
    assert [max(snapshot.picture.shape[-2:]) for snapshot in (coarse, fine)] == [200, 400]
    assert (coarse.fraction, fine.fraction) == (0.2, 1)
    assert work.finished() is fine.picture
    begun = Impression(encoder, studio.photographs["coffee"], [Style(drawn("brushwork"))], options, CPU)
    next(iter(begun))
    assert begun.finished().shape == fine.picture.shape


def test_larger_strokes_are_smoother(painted: Painted) -> None:
    fine, usual, broad = (roughness(painted(style_scale=scale)) for scale in (0.5, 1, 2))
    assert fine > usual > broad


def test_kept_colours_are_the_content_s(painted: Painted, studio: Studio) -> None:
    content = images.to_tensor(studio.photographs["coffee"], SIZE, CPU)
    kept, own = painted(colours="keep"), painted()

    def tint(picture: torch.Tensor) -> torch.Tensor:
        return picture - colour.luminance(picture)

    assert (tint(kept) - tint(content)).abs().mean() < 0.02 < (tint(own) - tint(content)).abs().mean()
    assert (colour.luminance(kept) - colour.luminance(content)).abs().mean() > 0.02


def test_matched_colours_are_the_content_s_as_a_whole(painted: Painted, studio: Studio) -> None:
    content = images.to_tensor(studio.photographs["coffee"], SIZE, CPU)
    assert (painted(colours="match").mean((2, 3)) - content.mean((2, 3))).abs().max() < 0.05


def test_each_style_goes_where_its_mask_says(painted: Painted) -> None:
    left = Image.fromarray(np.where(np.arange(64)[None, :] < 32, 255, 0).repeat(48, 0).astype(np.uint8))
    waves, woodcut = drawn("waves"), drawn("woodcut")
    both = painted([Style(waves, 1, left), Style(woodcut)])
    width = both.shape[-1] // 2 - 8
    assert both[..., :width].allclose(painted([Style(waves)])[..., :width], atol=1e-4)
    assert both[..., -width:].allclose(painted([Style(woodcut)])[..., -width:], atol=1e-4)


def test_protection_brings_back_what_is_fine_in_the_content(painted: Painted, studio: Studio) -> None:
    content = images.to_tensor(studio.photographs["coffee"], SIZE, CPU)
    style = images.to_tensor(drawn("brushwork"), SIZE, CPU)
    ground = colour.match(content, [(style, 1.0)]).clamp(0, 1)
    distances = [float((painted(protect=protect) - ground).square().mean()) for protect in (0, 0.5, 1)]
    assert distances == sorted(distances, reverse=True)
    assert distances[2] < 0.8 * distances[0]


def test_a_style_that_was_seen_before_is_not_looked_at_again(
    painted: Painted, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = painted([Style(drawn("pencil"))])
    monkeypatch.setattr(encoder, "forward", None)
    assert painted([Style(drawn("pencil"))], strength=0.8).equal(first)


def test_steps_that_are_not_taken_cannot_be_chosen() -> None:
    with pytest.raises(ValidationError, match="iterations and pooling: not with quality instant, which takes no steps"):
        RenderOptions(quality="instant", iterations=5, pooling="average")
    assert RenderOptions(quality="instant", mode="dream", iterations=5).is_instant is False


def test_with_an_encoder_that_it_was_not_taught_with_it_is_refused(
    encoder: Encoder, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = studio.work()
    monkeypatch.setattr(encoder, "name", "vgg19")
    instant_of.cache_clear()
    with pytest.raises(Untaught, match="taught with the encoder vgg16, and this is vgg19"):
        instant_of(encoder, CPU)
    assert impression_of(work, encoder, CPU) is None


# The strokes of a painting's last scale


@pytest.fixture(scope="module")
def enlarged(encoder: Encoder, studio: Studio) -> Painted:
    small = images.to_tensor(studio.photographs["coffee"], SIZE // 2, CPU)

    def enlarge(styles: Sequence[Style] = (Style(drawn("brushwork")),), **options: Any) -> torch.Tensor:
        wanted = RenderOptions.model_validate({"size": SIZE, "quality": "instant", "protect": 0, **options})
        return Impression(encoder, studio.photographs["coffee"], styles, wanted, CPU).enlarged(small)

    return enlarge


def test_enlarged_too_each_style_goes_where_its_mask_says(enlarged: Painted) -> None:
    right = Image.fromarray(np.where(np.arange(64)[None, :] < 32, 0, 255).repeat(48, 0).astype(np.uint8))
    waves, woodcut = drawn("waves"), drawn("woodcut")
    both = enlarged([Style(waves), Style(woodcut, 1, right)])
    width = both.shape[-1] // 2 - 8
    assert both[..., :width].allclose(enlarged([Style(waves)])[..., :width], atol=1e-4)
    assert both[..., -width:].allclose(enlarged([Style(woodcut)])[..., -width:], atol=1e-4)


def test_enlarged_too_kept_colours_are_the_content_s(enlarged: Painted, studio: Studio) -> None:
    content = images.to_tensor(studio.photographs["coffee"], SIZE, CPU)
    kept = enlarged(colours="keep")
    assert (kept - colour.luminance(kept) - (content - colour.luminance(content))).abs().mean() < 0.02


@pytest.mark.parametrize(("content", "style"), [("rocket", "woodcut"), ("astronaut", "waves")])
def test_a_painting_comes_to_its_last_scale_nearer_to_the_style_than_without_its_strokes(
    studio: Studio, content: str, style: str
) -> None:
    work, plain = (studio.work(content, style, size=256, quality="draft", iterations=1) for _ in range(2))
    plain._impression = None
    *_, begun = work
    *_, enlarged = plain
    assert begun.losses["style"] < 0.8 * enlarged.losses["style"]
    assert begun.losses["content"] < 1.1 * enlarged.losses["content"]


def test_a_painting_has_no_strokes_laid_that_starts_from_something_else_or_is_seen_otherwise(
    encoder: Encoder, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = studio.work(size=256, quality="draft")
    alone = studio.work(size=256, quality="draft", initial="noise")
    monkeypatch.setattr(encoder, "name", "vgg19")
    other = studio.work(size=256, quality="draft")
    assert other.evaluations == alone.evaluations != usual.evaluations
    assert len(list(other)) == other.evaluations


# Orders


@pytest.fixture
def order(tmp_path: Path, photographs: dict[str, Path], pattern: Path) -> Callable[..., Paint]:
    def ordered(**options: Any) -> Paint:
        return Paint(
            job="one", attempt=1, delivery=1, content=str(photographs["coffee"]),
            styles=(StyleInput(picture=str(pattern)),), output=str(tmp_path / "painting.png"),
            options=RenderOptions.model_validate({"size": 128, **options}),
        )  # fmt: skip

    return ordered


def test_an_order_says_which_it_wants(encoder: Encoder, order: Callable[..., Paint]) -> None:
    assert isinstance(work_of(order(quality="instant"), encoder, CPU, lambda: None), Impression)
    assert isinstance(work_of(order(quality="draft"), encoder, CPU, lambda: None), Painting)


def test_the_first_that_is_shown_of_a_painting_is_an_impression(encoder: Encoder, order: Callable[..., Paint]) -> None:
    easel = Easel(order(size=512), encoder, "vgg16", CPU, lambda: None)
    first = easel.step()
    assert isinstance(first, Progress) and (first.fraction, first.loss) == (0, None)
    assert first.preview and easel.previewed
    second = easel.step()
    assert second and second.fraction > 0
    assert second.preview is None, "128 px, after an impression of 384"


def test_who_has_enough_of_it_when_nothing_else_is_painted_keeps_the_impression(
    encoder: Encoder, order: Callable[..., Paint]
) -> None:
    easel = Easel(order(size=512), encoder, "vgg16", CPU, lambda: None)
    easel.step()
    done = easel.finish(stopped_early=True)
    assert (done.width, done.iterations, done.stopped_early) == (512, 0, True)
    with Image.open(done.result) as image:
        assert image.width == 512


@pytest.mark.parametrize("options", [{"mode": "dream"}, {"quality": "instant"}])
def test_what_is_no_painting_in_steps_has_no_impression(
    encoder: Encoder, order: Callable[..., Paint], options: dict[str, Any]
) -> None:
    easel = Easel(order(**options), encoder, "vgg16", CPU, lambda: None)
    first = easel.step()
    assert first is None or first.fraction > 0
