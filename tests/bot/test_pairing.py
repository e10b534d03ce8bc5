from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

from bot.pairing import Pending
from tests.fakes.house import House, open_house

WHO, HERE = "fake:1", "fake:-7"
PHOTO = Pending(({"file_id": "abc", "size": 12},), "size=512", {"chat": -7, "live": None})


async def test_what_is_kept_comes_back_as_it_was_and_outlives_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.pairing.keep(WHO, HERE, PHOTO)
    async with open_house(tmp_path) as house:
        kept = await house.pairing.get(WHO, HERE)
        assert kept is not None
        assert abs(kept.kept_at - house.clock()) < 60
        assert kept == dataclasses.replace(PHOTO, kept_at=kept.kept_at)


async def test_people_and_places_do_not_mix(house: House) -> None:
    await house.pairing.keep(WHO, HERE, PHOTO)
    for requester, place in (("fake:2", HERE), (WHO, "fake:1"), (HERE, WHO)):
        assert await house.pairing.get(requester, place) is None
        assert await house.pairing.take(requester, place) is None
    assert await house.pairing.take(WHO, HERE)


async def test_the_last_beginning_counts(house: House) -> None:
    await house.pairing.keep(WHO, HERE, PHOTO)
    await house.pairing.keep(WHO, HERE, Pending(({"file_id": "xyz"},)))
    kept = await house.pairing.take(WHO, HERE)
    assert kept is not None
    assert (kept.pictures, kept.words, kept.address) == (({"file_id": "xyz"},), "", {})
    assert await house.pairing.get(WHO, HERE) is None


async def test_what_was_taken_is_not_amended(house: House) -> None:
    assert not await house.pairing.amend(WHO, HERE, PHOTO)
    assert await house.pairing.get(WHO, HERE) is None
    await house.pairing.keep(WHO, HERE, PHOTO)
    assert await house.pairing.amend(WHO, HERE, Pending(PHOTO.pictures, "size=256"))
    kept = await house.pairing.get(WHO, HERE)
    assert kept is not None and kept.words == "size=256"


async def test_what_is_too_old_is_gone_and_keeping_prolongs(tmp_path: Path) -> None:
    async with open_house(tmp_path, pending_s=100) as house:
        await house.pairing.keep(WHO, HERE, PHOTO)
        await house.pairing.keep("fake:2", HERE, PHOTO)
        house.clock.ahead_s += 90
        await house.pairing.keep(WHO, HERE, PHOTO)
        house.clock.ahead_s += 90
        assert await house.pairing.get(WHO, HERE)
        assert await house.pairing.get("fake:2", HERE) is None
        assert await house.pairing.take("fake:2", HERE) is None
        house.clock.ahead_s += 20
        assert await house.pairing.take(WHO, HERE) is None


async def test_of_ten_who_take_at_once_one_gets_it(house: House) -> None:
    await house.pairing.keep(WHO, HERE, PHOTO)
    taken = await asyncio.gather(*(house.pairing.take(WHO, HERE) for _ in range(10)))
    assert sum(found is not None for found in taken) == 1
