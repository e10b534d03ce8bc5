"""A backup is put back: what X was told after it was made is not known any more, and is not said once more."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.backup.making import make
from bot.backup.restoring import restore
from tests.bot.adapters.x.summoning import open_booth, picture
from tests.fakes.x import FakeX

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)


async def test_nobody_is_answered_twice_and_nobody_is_passed_over(tmp_path: Path, x: FakeX) -> None:
    data, new = tmp_path / "data", tmp_path / "new"
    data.mkdir()
    alice = x.person("Alice")
    async with open_booth(data, x, alice) as booth:
        await booth.quiet()
        await asyncio.to_thread(make, data, tmp_path / "backup.tar", "test")
        answered = [
            await alice.post(BOT, [CONTENT, STYLE]),
            await alice.post(f"{BOT} #woodcutt", [CONTENT]),  # answered in words: there is no such style
        ]
        for post in answered:
            await booth.answer(post)
        await booth.quiet()
    missed = await alice.post(f"{BOT} #woodcut", [CONTENT])
    await asyncio.to_thread(restore, new, tmp_path / "backup.tar", "control:0")
    async with open_booth(new, x, alice) as booth:
        await booth.answer(missed)
        await booth.quiet()
        assert await booth.job(answered[0]) is not None  # it was read again, and painted
        further = await alice.post(f"{BOT} #woodcut", [CONTENT])
        await booth.answer(further)
        await booth.quiet()
    for post in (*answered, missed, further):
        assert len(x.replies_to(post)) == 1
