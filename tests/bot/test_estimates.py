from __future__ import annotations

from typing import Any

import pytest

from renderer.options import RenderOptions
from tests.fakes.house import House


async def test_an_estimate_is_the_median_of_the_last_paintings_like_it(house: House) -> None:
    seconds = house.estimates.seconds
    prior = await seconds(RenderOptions(), 4 / 3)
    assert 20 < prior < 40  # 18 steps at 1.2 s, and the coarser ones

    for number, took in enumerate((10, 1000, 12)):
        assert await seconds(RenderOptions(), 4 / 3) == prior
        await house.painted(await house.job(str(number)), seconds=took)
    assert round(await seconds(RenderOptions(), 4 / 3), 6) == 12
    assert round(await seconds(RenderOptions(size=512), 3 / 4), 6) == 12
    assert round(await seconds(RenderOptions(), 2), 6) == 8

    assert await seconds(RenderOptions(size=1024), 4 / 3) > prior * 3.9
    assert await seconds(RenderOptions(iterations=50), 4 / 3) > prior
    for number in range(3, 24):
        await house.painted(await house.job(str(number)), seconds=30)
    assert round(await seconds(RenderOptions(), 4 / 3), 6) == 30


async def test_paintings_of_another_kind_of_device_say_nothing(house: House) -> None:
    prior = await house.estimates.seconds(RenderOptions(size=512), 4 / 3)
    for number in range(3):
        await house.painted(await house.job(str(number)), seconds=1, device="cuda:1")
    assert await house.estimates.seconds(RenderOptions(size=512), 4 / 3) == prior

    house.pool.workers = ()
    assert await house.estimates.device() == "cuda:1"
    assert round(await house.estimates.seconds(RenderOptions(size=512), 4 / 3), 6) == 1


async def test_the_largest_size_that_fits_does_fit_and_the_next_does_not(house: House) -> None:
    options = RenderOptions(size=2048)
    size = await house.estimates.largest_size_within(600, options, 1.5)
    assert size is not None
    assert await house.estimates.seconds(RenderOptions(size=size), 1.5) <= 600
    assert await house.estimates.seconds(RenderOptions(size=size + 64), 1.5) > 600
    assert await house.estimates.largest_size_within(1, options, 1.5) is None


@pytest.mark.parametrize(
    ("cheaper", "dearer"),
    [
        ({"quality": "draft"}, {}),
        ({}, {"quality": "fine"}),
        ({"mode": "dream"}, {"quality": "fine"}),
        ({"mode": "dream", "octaves": 1}, {"mode": "dream"}),
        ({"iterations": 5}, {}),
    ],
)
async def test_what_is_more_work_is_expected_to_take_longer(
    house: House, cheaper: dict[str, Any], dearer: dict[str, Any]
) -> None:
    seconds = house.estimates.seconds
    assert await seconds(RenderOptions(**cheaper), 4 / 3) < await seconds(RenderOptions(**dearer), 4 / 3)


async def test_tiles_make_a_large_painting_dearer_a_pixel(house: House) -> None:
    whole = await house.estimates.seconds(RenderOptions(size=1024, iterations=1000), 4 / 3)
    tiled = await house.estimates.seconds(RenderOptions(size=1040, iterations=1000), 4 / 3)
    assert tiled / whole == pytest.approx(2.5 * (1040 / 1024) ** 2, rel=0.02)


async def test_paintings_with_another_quality_or_mode_say_nothing(house: House) -> None:
    fine = RenderOptions(quality="fine")
    prior = await house.estimates.seconds(fine, 4 / 3)
    for number in range(3):
        await house.painted(await house.job(str(number)), seconds=1)
        await house.painted(await house.job(f"dream {number}", mode="dream"), seconds=2)
    assert await house.estimates.seconds(fine, 4 / 3) == prior
    for number in range(3):
        await house.painted(await house.job(f"fine {number}", quality="fine"), seconds=99)
    assert await house.estimates.seconds(fine, 4 / 3) == pytest.approx(99)
    assert await house.estimates.seconds(RenderOptions(mode="dream"), 4 / 3) == pytest.approx(2)
