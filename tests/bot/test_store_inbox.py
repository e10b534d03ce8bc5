from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.fakes.house import House, open_house

DAY_S = 24 * 3600


async def test_what_came_in_outlives_a_restart_in_its_order_until_it_is_dealt_with(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        inbox = house.store.inbox
        assert await inbox.put("fake", [("9", "fake:1", {"n": 1}), ("8", None, {"n": 2})]) == {"9", "8"}
        await inbox.put("fake", [("7", "fake:1", {"n": 3})])
        await inbox.put("other", [("9", "other:1", {"n": 4})])
        await inbox.done("fake", ["8"])
    async with open_house(tmp_path) as house:
        assert await house.store.inbox.left("fake") == [{"n": 1}, {"n": 3}]
        assert await house.store.inbox.left("other") == [{"n": 4}]


async def test_what_came_before_is_known_even_when_it_is_dealt_with(house: House) -> None:
    inbox = house.store.inbox
    await inbox.put("fake", [("1", "fake:1", {"n": 1}), ("2", "fake:1", {"n": 2})])
    await inbox.done("fake", ["1"])
    assert await inbox.put("fake", [("1", "fake:1", {}), ("2", "fake:1", {}), ("3", "fake:1", {"n": 3})]) == {"3"}
    assert await inbox.left("fake") == [{"n": 2}, {"n": 3}]


async def test_what_is_a_day_old_is_dropped_and_told_in_the_log(house: House) -> None:
    inbox = house.store.inbox
    await inbox.put("fake", [("1", "fake:1", {"n": 1}), ("2", "fake:1", {"n": 2})])
    await inbox.done("fake", ["2"])
    house.clock.ahead_s = DAY_S + 60
    await inbox.put("fake", [("3", "fake:1", {"n": 3})])
    with capture_logs() as logs:
        assert await inbox.left("fake") == [{"n": 3}]
    assert [line["keys"] for line in logs] == [["1"]]
    assert await inbox.put("fake", [("2", "fake:1", {"n": 2})]) == {"2"}


async def test_what_kills_the_bot_whenever_it_is_taken_in_hand_is_given_up(house: House) -> None:
    inbox = house.store.inbox
    await inbox.put("fake", [("1", "fake:1", {"n": 1}), ("2", "fake:2", {"n": 2})])
    for time in range(5):
        assert await inbox.suspects("fake") == []
        assert await inbox.left("fake") == [{"n": 1}, {"n": 2}]
        assert await inbox.in_hand("fake") == ({"1"} if time else frozenset())
        await inbox.take("fake", ["1"])
    assert await inbox.suspects("fake") == [{"n": 1}]
    assert await inbox.left("fake") == [{"n": 2}]
    assert await inbox.put("fake", [("1", "fake:1", {"n": 1})]) == frozenset()


@pytest.mark.parametrize("whose,left", [("fake:1", [{"n": 2}]), ("fake:2", [{"n": 1}])])
async def test_who_is_erased_takes_along_what_they_sent(house: House, whose: str, left: list[object]) -> None:
    await house.store.inbox.put("fake", [("1", "fake:1", {"n": 1}), ("2", "fake:2", {"n": 2})])
    await house.erasure.erase(whose)
    assert await house.store.inbox.left("fake") == left
