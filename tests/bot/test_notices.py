from __future__ import annotations

import asyncio

from tests.fakes.house import House


async def test_the_newest_notice_comes_first_and_listeners_hear_it(house: House) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def deaf(_: str) -> None:
        raise RuntimeError("nobody there")

    house.notices.listeners += [deaf, heard.put]
    await house.notices.add("x", "one")
    await house.notices.add("spend", "two")
    assert [(notice.kind, notice.text) for notice in await house.notices.latest(5)] == [("spend", "two"), ("x", "one")]
    assert [await heard.get(), await heard.get()] == ["x: one", "spend: two"]


async def test_only_so_many_are_kept(house: House) -> None:
    from bot.store import notices

    for number in range(notices._KEPT + 5):
        await house.notices.add("x", str(number))
    kept = await house.notices.latest(10_000)
    assert len(kept) == notices._KEPT and kept[-1].text == "5"
