"""The bot is killed between any two steps, and started again: never two answers, and none is lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.adapters.x.summoning import open_booth, picture, settings_for
from tests.fakes.x import FakeX, fake_x

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)

#: The adapter and everything behind it as a process of its own, on the folder and with the settings of its arguments.
PROCESS = """
import asyncio, json, sys
from pathlib import Path
from bot.adapters.x.adapter import XAdapter
from config.settings import XSettings
from tests.bot.adapters.x.summoning import NOBODY_LOOKS, PaintingPool, hurried, services_of
from tests.fakes.house import open_house

async def main(folder, given):
    settings = XSettings.model_validate(json.loads(given))
    async with open_house(Path(folder), PaintingPool(), NOBODY_LOOKS) as house:
        adapter = XAdapter(settings, services_of(house, settings), house.folder / "x", hurried, settle_s=0.1)
        for part in (house.outbox, house.dispatch):
            part._adapters["x"] = adapter
        async with house.running():
            await adapter.run()

asyncio.run(main(*sys.argv[1:]))
"""


@contextlib.asynccontextmanager
async def doomed_bot(folder: Path, x: FakeX) -> AsyncIterator[None]:
    """A bot that is killed in the end."""
    given = settings_for(x).model_dump(mode="json") | {
        "consumer_key": x.keys.consumer_key,
        "consumer_secret": x.keys.consumer_secret,
        "access_token": x.keys.access_token,
        "access_token_secret": x.keys.access_token_secret,
    }
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", PROCESS, folder, json.dumps(given))
    try:
        yield
    finally:
        bot.kill()
        await bot.wait()


@pytest.mark.parametrize(
    "route,hang,words,pictures",
    [
        ("mentions", "after", "", [CONTENT, STYLE]),  # read, and not kept
        ("media", "before", "", [CONTENT, STYLE]),  # kept, and no job yet
        ("upload", "before", "", [CONTENT, STYLE]),
        ("upload", "after", "", [CONTENT, STYLE]),
        ("metadata", "after", "", [CONTENT, STYLE]),
        ("create", "before", "", [CONTENT, STYLE]),
        ("create", "after", "", [CONTENT, STYLE]),  # posted, and not committed
        ("create", "before", "hello", []),
        ("create", "after", "hello", []),
        ("create", "before", "delete", []),
        ("create", "after", "delete", []),
    ],
)
async def test_a_mention_is_answered_once(
    tmp_path: Path, route: str, hang: str, words: str, pictures: list[bytes]
) -> None:
    async with fake_x() as x:
        alice = x.person("Alice")
        async with doomed_bot(tmp_path, x):
            await x.until(lambda: any(call.name == "mentions" and call.status == 200 for call in x.calls))
            hanging = x.fail(route, hang=hang, times=None)  # type: ignore[arg-type]
            post = await alice.post(f"{BOT} {words}", pictures)
            if route == "mentions":
                # What hangs now may have been asked before the post.
                before = hanging.hits
                await x.until(lambda: hanging.hits > max(before, 0))
            else:
                await x.until(lambda: hanging.hits > 0)
        hanging.end()
        async with open_booth(tmp_path, x, alice) as booth:
            await booth.answer(post)
            await booth.quiet()
            further = await alice.post(f"{BOT} #woodcut", [CONTENT])
            await booth.answer(further)
            await booth.quiet()
        assert len(x.replies_to(post)) == 1
        assert len(x.replies_to(further)) == 1
