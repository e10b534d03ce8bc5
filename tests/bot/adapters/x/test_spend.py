"""What X costs: near a limit the bot looks less often, at it it rests and says so; and a whole day of mentions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.spending import total
from tests.bot.adapters.x.day import simulate
from tests.bot.adapters.x.summoning import Booth, open_booth, picture
from tests.fakes.x import FakeX, fake_x

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)


@pytest.fixture
async def x() -> AsyncIterator[FakeX]:
    async with fake_x() as x:
        yield x


async def spent(booth: Booth) -> float:
    return total(await booth.services.budget.today())


@pytest.mark.parametrize("names", [True, False])
async def test_the_ledger_is_xs_own_bill(tmp_path: Path, x: FakeX, names: bool) -> None:
    async with open_booth(tmp_path, x, author_names=names) as booth:
        theirs = await x.person("Bob").post("look", [CONTENT])
        for text, pictures, parent in ((BOT, [CONTENT, STYLE], None), (f"{BOT} hello", [], None), (BOT, [], theirs)):
            post = await booth.alice.post(text, pictures, reply_to=parent)
            answer = await booth.answer(post)
        await booth.answer(await booth.alice.post("stronger", reply_to=answer))
        await booth.quiet()
        assert await spent(booth) == pytest.approx(x.dollars)
        if not names:
            assert (answer.media[0].alt or "").startswith("A picture that somebody sent.")


async def test_near_the_limit_the_bot_looks_less_often_and_at_it_it_rests(tmp_path: Path, x: FakeX) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0.05)

    # The keys cost 1 cent. Mentions are looked for as long as five can be paid for, at 2.6 cents each.
    async with open_booth(tmp_path, x, sleep=sleep, poll_interval_s=7, daily_limit=1) as booth:
        assert pauses[0] == 7
        await booth.services.budget.spend("user", 80)
        await x.until(lambda: 28 in pauses)
        assert booth.adapter.state == "up"
        seen = await booth.alice.post(BOT, [CONTENT, STYLE])
        await booth.made(seen)
        await booth.services.budget.spend("user", 4)
        unseen = await booth.alice.post(BOT, [CONTENT, STYLE])
        await x.until(lambda: booth.adapter.state.startswith("resting: the limit of $1 a day"))
        # What is left is for the answers.
        await booth.answer(seen)
        (notice,) = await booth.house.notices.latest(5)
        assert notice.kind == "spend" and "X rests" in notice.text
        assert await spent(booth) <= 1 and x.replies_to(unseen) == []
        booth.house.clock.ahead_s += 86_400
        await booth.answer(unseen)
        await booth.quiet()
        assert booth.adapter.state == "up"


async def test_a_busy_hour_in_fast_time(tmp_path: Path) -> None:
    """A whole day is `python -m tests.bench.x_day`."""
    day = await simulate(tmp_path, mentions=60, hours=1, burst=40, create_limit=30)
    assert day.answered == day.to_be_answered > 40
    assert day.violations == [] and day.refused_for_rate == 0
    assert day.ledger == pytest.approx(day.bill) and day.bill < 60 * 0.04
    assert day.polls <= 3600 / 45 + 2
    assert day.most_posts_in_a_window <= 30
