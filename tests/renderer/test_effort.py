from __future__ import annotations

import itertools
from typing import Any

import pytest

from renderer.effort import Scale, pixels_evaluated, scales
from renderer.images import scaled_size
from renderer.options import QUALITIES, RenderOptions

SIZES = (128, 191, 192, 255, 512, 1000, 1023, 2048, 4096)


def options(**given: Any) -> RenderOptions:
    return RenderOptions.model_validate(given)


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("size", SIZES)
def test_paintings_grow_from_small_by_doubling_and_end_at_the_size(size: int, quality: str) -> None:
    steps = scales(size, options(quality=quality))
    assert steps[-1].long_edge == size
    assert 96 <= steps[0].long_edge < 192
    assert all(2 * low.long_edge in (high.long_edge, high.long_edge - 1) for low, high in itertools.pairwise(steps))
    counts = [scale.steps for scale in steps]
    assert min(counts) >= 1 and counts == sorted(counts, reverse=True), "most of the work is done where it is cheap"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["paint", "dream"])
def test_better_quality_is_more_work(size: int, mode: str) -> None:
    work = [pixels_evaluated(scales(size, options(mode=mode, quality=quality))) for quality in QUALITIES]
    assert all(1.4 * less < more for less, more in itertools.pairwise(work))


@pytest.mark.parametrize("mode", ["paint", "dream"])
def test_a_larger_picture_is_more_work(mode: str) -> None:
    work = [pixels_evaluated(scales(size, options(mode=mode))) for size in (128, 256, 512, 1024, 2048, 4096)]
    assert all(low < high for low, high in itertools.pairwise(work))
    assert pixels_evaluated(scales(128, options(iterations=3))) == 3 * 128**2


def test_iterations_of_one_s_own_hold_at_the_final_size_alone() -> None:
    own, usual = scales(512, options(iterations=7)), scales(512, options())
    assert own[-1] == Scale(512, 7)
    assert own[:-1] == usual[:-1]
    assert scales(128, options(iterations=7)) == (Scale(128, 7),)


def test_a_narrow_picture_has_at_least_one_row_at_every_scale() -> None:
    """The bot takes pictures up to twenty times as long as wide; a picture 4096 × 32 px has a single row at 128 px."""
    assert [scaled_size(4096, 32, scale.long_edge) for scale in scales(4096, options())] == [
        (128, 1), (256, 2), (512, 4), (1024, 8), (2048, 16), (4096, 32),
    ]  # fmt: skip


def test_a_dream_s_octaves_end_at_the_size() -> None:
    assert scales(512, options(mode="dream")) == (Scale(187, 10), Scale(261, 10), Scale(366, 10), Scale(512, 10))
    assert scales(512, options(mode="dream", octaves=1, iterations=3)) == (Scale(512, 3),)


def test_a_dream_has_no_octave_too_small_to_see_anything_in() -> None:
    steps = scales(128, options(mode="dream", octaves=12))
    assert steps[0].long_edge >= 32 and steps[-1].long_edge == 128
    assert len(steps) == 5
