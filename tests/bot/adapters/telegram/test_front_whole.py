"""From pictures to paintings, through the whole house, with a pool that paints when it is told to."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from bot.adapters.telegram.limits import Limits
from tests import pictures
from tests.bot.adapters.telegram.receiving import open_reception
from tests.fakes.pool import FakePool

CONTENT, STYLE = pictures.png(64), pictures.png(72)


async def test_two_pictures_become_a_painting_in_the_message_that_told_of_them(tmp_path: Path) -> None:
    async with open_reception(tmp_path, running=True) as reception:
        await reception.alice.album([CONTENT, STYLE])
        (job,) = await reception.jobs()
        (live,) = reception.telegram.chat(reception.alice).from_bot  # "You are next", or already what is painted
        assert live.buttons == ["Cancel", "Swap"]
        await reception.house.pool.paint(job.id)
        await reception.said("Your painting is ready.")
        assert live.photo and "Stronger" in live.buttons
        await reception.alice.press(live, "Stronger")
        _, stronger = await reception.jobs(2)
        assert stronger.options.strength > job.options.strength


async def test_a_painting_is_cancelled_within_a_second(tmp_path: Path) -> None:
    async with open_reception(tmp_path, running=True) as reception:
        await reception.alice.album([CONTENT, STYLE])
        (job,) = await reception.jobs()
        (live,) = reception.telegram.chat(reception.alice).from_bot  # "You are next", or already what is painted
        await reception.house.pool.until_started(job.id)
        began = time.monotonic()
        assert await reception.alice.press(live, "Cancel") == "Stopping this one."
        assert time.monotonic() - began < 1
        await reception.said("cancelled")
        await reception.until_status(job, "cancelled")


@pytest.mark.slow
async def test_fifty_people_at_once_get_one_painting_each_within_telegrams_limits(tmp_path: Path) -> None:
    pool = FakePool(slots=50)
    async with open_reception(tmp_path, running=True, pool=pool, rates=Limits()) as reception:
        people = [reception.telegram.person(f"Person {number}") for number in range(50)]
        await asyncio.gather(*(person.album([CONTENT, STYLE]) for person in people))
        chats = [reception.telegram.chat(person) for person in people]
        await reception.telegram.until(lambda: all(chat.from_bot for chat in chats), 120)
        for person in people:
            (job,) = await reception.services.desk.history(f"telegram:{person.id}")
            await pool.paint(job.id)
        await reception.telegram.until(lambda: all(len(chat.from_bot) == 2 for chat in chats), 60)
        for chat in chats:
            painting, notice = chat.from_bot
            assert painting.photo and notice.words == "Your painting is ready."
    reception.telegram.assert_rates()
