from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.bench import textbook
from tests.bench.measure import STYLE_LAYERS, UNSEEN_LAYERS, load_encoder, load_weights
from tests.bench.objective import Held, Judge, Subject, held_at, watched
from tests.pictures import gradient

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def vgg() -> textbook.Vgg:
    return textbook.Vgg(*load_weights())


def test_the_textbook_sees_what_the_painter_s_encoder_sees(vgg: textbook.Vgg) -> None:
    picture = torch.rand(1, 3, 49, 70, generator=torch.Generator().manual_seed(0))
    layers = {*STYLE_LAYERS, *UNSEEN_LAYERS}
    ours, theirs = load_encoder(CPU)(picture, layers), vgg(picture, layers)
    for layer in layers:
        torch.testing.assert_close(theirs[layer], ours[layer], rtol=1e-3, atol=1e-3 * float(ours[layer].max()))


def test_the_textbook_starts_from_the_content_and_leaves_it_as_it_is() -> None:
    content, goal = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.5)
    steps = textbook.paint(content, lambda picture: (picture - goal).square().sum())
    pictures = [next(steps).clone() for _ in range(5)]
    assert 0 < float(pictures[0].max()) < 0.5
    torch.testing.assert_close(pictures[-1], goal)
    assert not content.any()


def test_a_picture_under_way_is_kept_as_it_was_at_its_second() -> None:
    def painting() -> Iterator[torch.Tensor]:
        picture = torch.zeros(1)
        for _ in range(3):
            yield picture.add_(1)

    held = watched(painting(), 60)
    assert [float(at.picture) for at in held] == [1, 2, 3]
    assert [at.seconds for at in held] == sorted(at.seconds for at in held)


def test_nothing_is_made_after_the_limit() -> None:
    def painting() -> Iterator[torch.Tensor]:
        yield torch.zeros(1)
        raise AssertionError("one picture too many")

    assert len(watched(painting(), 1e-9)) == 1


def test_at_a_second_the_last_picture_by_then_is_held() -> None:
    early, late = Held(0.4, torch.zeros(1)), Held(2.5, torch.ones(1))
    assert held_at([early, late], 0.1) is None
    assert held_at([early, late], 2) is early
    assert held_at([early, late], 3) is late


def test_a_picture_of_a_coarse_scale_is_judged_at_full_size(vgg: textbook.Vgg) -> None:
    subject = Subject(gradient(128, 96), gradient(64, 64).rotate(90), size=128)
    judge = Judge(subject, vgg)
    coarse = torch.full((1, 3, 48, 64), 0.5)
    assert judge.loss(coarse) == pytest.approx(judge.loss(torch.full((1, 3, 96, 128), 0.5)), rel=1e-4)
    assert judge.by_second([Held(1.5, coarse)])[60] == judge.loss(coarse)
    assert 1 not in judge.by_second([Held(1.5, coarse)])
