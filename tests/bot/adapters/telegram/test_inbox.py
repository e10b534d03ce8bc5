"""What Telegram has handed over is dealt with, whatever happens to the bot."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.telegram import adapter
from tests import pictures
from tests.bot.adapters.telegram.receiving import Reception, open_reception
from tests.fakes.house import open_house
from tests.fakes.telegram import Content, FakeTelegram, fake_telegram
from tests.fakes.telegram.delivery import Update

CONTENT, STYLE, OTHER = pictures.png(64), pictures.png(72), pictures.png(80)
WEBHOOK = "https://bot.example.org"

#: The adapter as a process of its own, on the folder and with the settings of its arguments.
BOT = """
import asyncio, json, sys
from pathlib import Path
from bot.adapters.telegram.adapter import TelegramAdapter
from config.settings import TelegramSettings
from tests.bot.adapters.telegram.receiving import services_of
from tests.fakes.house import open_house

async def main(folder, settings):
    async with open_house(Path(folder)) as house:
        settings = TelegramSettings.model_validate(json.loads(settings))
        await TelegramAdapter(settings, services_of(house), house.folder / "telegram").run()

asyncio.run(main(*sys.argv[1:]))
"""


@contextlib.asynccontextmanager
async def doomed_bot(folder: Path, telegram: FakeTelegram, **settings: object) -> AsyncIterator[None]:
    """A bot that is killed in the end."""
    given = {"token": telegram.token, "base_url": telegram.base_url, "base_file_url": telegram.base_file_url}
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BOT, folder, json.dumps(given | {"album_pause_s": 0.4} | settings)
    )
    try:
        yield
    finally:
        bot.kill()
        await bot.wait()


@pytest.mark.parametrize("by_webhook", [False, True])
async def test_pictures_that_a_killed_bot_was_fetching_become_a_painting(tmp_path: Path, by_webhook: bool) -> None:
    async with fake_telegram() as telegram:
        settings = _webhook(telegram) if by_webhook else {}
        hanging = telegram.fail("getFile", hang=True, times=None)
        alice = telegram.person("Alice")
        async with doomed_bot(tmp_path, telegram, **settings):
            album = await alice.album([CONTENT, STYLE])
            await telegram.until(lambda: hanging.hits > 0 and not telegram.delivery.waiting)
        hanging.end()
        async with open_reception(tmp_path, telegram, alice=alice) as after:
            (job,) = await after.jobs()
            assert await after.widths(job) == [64, 72]
            assert job.source == f"{alice.id}:{album[0].id}"
            await after.alice.text("/status")
            await after.heard(number=2)
            await after.jobs(1)
        async with open_house(tmp_path) as house:
            assert await house.store.inbox.left("telegram") == []


def _webhook(telegram: FakeTelegram) -> dict[str, object]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    telegram.delivery.routes[WEBHOOK] = f"http://127.0.0.1:{port}"
    return {"webhook_url": f"{WEBHOOK}/telegram", "webhook_secret": "s3cret", "webhook_port": port}


async def test_an_album_of_which_a_killed_bot_had_only_a_part_comes_together(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        alice = telegram.person("Alice")
        await alice.album([CONTENT, STYLE, OTHER])
        await _write_down(tmp_path, telegram.updates[:2])
        async with open_reception(tmp_path, telegram, alice=alice) as after:
            (job,) = await after.jobs()
            assert await after.widths(job) == [64, 72, 80]


async def _write_down(folder: Path, updates: list[Update]) -> None:
    """As a bot does that is killed before it has dealt with these."""
    async with open_house(folder) as house:
        async with house.store.inbox._database.write() as connection:
            await connection.execute(text("DELETE FROM inbox"))
        await house.store.inbox.put("telegram", [(str(update["update_id"]), None, update) for update in updates])


async def test_what_a_stop_has_interrupted_is_taken_up_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_GRACE_S", 0.1)
    async with fake_telegram() as telegram:
        hanging = telegram.fail("getFile", hang=True, times=None)
        async with open_reception(tmp_path, telegram) as before:
            await before.alice.album([CONTENT, STYLE])
            await telegram.until(lambda: hanging.hits > 0)
        hanging.end()
        async with open_reception(tmp_path, telegram, alice=before.alice) as after:
            (job,) = await after.jobs()
            assert await after.widths(job) == [64, 72]


async def test_what_cannot_be_read_holds_up_nothing(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        alice = telegram.person("Alice")
        await alice.text("/start")
        await _write_down(tmp_path, [{"update_id": 1, "message": {"message_id": "one"}}, *telegram.updates])
        async with open_reception(tmp_path, telegram, alice=alice) as after:
            await after.said("Hello!")


async def test_who_sent_what_has_killed_the_bot_each_time_is_told(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        alice = telegram.person("Alice")
        await alice.photo(CONTENT)
        await _write_down(tmp_path, telegram.updates[:1])
        async with open_house(tmp_path) as house:
            for _ in range(5):
                await house.store.inbox.take("telegram", [str(telegram.updates[0]["update_id"])])
        async with open_reception(tmp_path, telegram, alice=alice) as after:
            await after.said("Please send it again")
            await after.until_dealt_with()
            assert await after.pending() is None


async def test_what_was_left_comes_before_what_is_new(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        alice = telegram.person("Alice")
        await alice.photo(CONTENT)
        await _write_down(tmp_path, telegram.updates[:1])
        await alice.photo(STYLE)
        async with open_reception(tmp_path, telegram, alice=alice) as after:
            (job,) = await after.jobs()
            assert await after.widths(job) == [64, 72]


async def test_a_message_that_had_made_its_job_makes_no_second_one(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        async with open_reception(tmp_path, telegram) as before:
            await before.alice.photo(CONTENT)
            await before.said("Which style?")
            await before.alice.photo(STYLE)
            (job,) = await before.jobs()
            # Killed after the job was made, and before it was shown.
            address = await before.services.addresses.get(job.id)
            assert address is not None
            await before.services.addresses.put(job.id, address | {"live": None})
        await _write_down(tmp_path, telegram.updates[1:2])
        async with open_reception(tmp_path, telegram, alice=before.alice) as after:
            await after.alice.text("/start")
            await after.said("Hello!")
            await after.jobs(1)
            assert await after.pending() is None
            told = [message.words for message in telegram.chat(after.alice).from_bot]
            assert len([words for words in told if "You are next" in words]) == 2


async def test_what_is_delivered_again_after_a_restart_is_answered_once(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        async with open_reception(tmp_path, telegram) as before:
            greeting = await before.alice.text("/start")
            await before.said("Hello!")
        async with open_reception(tmp_path, telegram, alice=before.alice) as after:
            telegram.redeliver(greeting)
            await after.alice.text("/privacy")
            await after.said("with /delete on Telegram")
            assert len(telegram.chat(after.alice).from_bot) == 2


async def test_a_message_under_two_numbers_leaves_nothing_to_be_dealt_with(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        telegram = reception.telegram
        telegram.world.tell(reception.alice._stand(Content(text="/start"), None))
        telegram.delivery.put("message", telegram.updates[-1]["message"])
        await telegram.told()
        await reception.said("Hello!")
        await reception.until_dealt_with()


async def test_a_picture_under_two_numbers_is_in_its_album_once(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        await reception.alice.album([CONTENT, STYLE])
        reception.telegram.delivery.put("message", reception.telegram.updates[-1]["message"])
        (job,) = await reception.jobs()
        assert await reception.widths(job) == [64, 72]
        await reception.until_dealt_with()


async def test_what_cannot_be_written_down_is_left_with_telegram(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        await _rename(reception, "inbox", "mislaid")
        reception.telegram.calls.clear()
        await reception.alice.text("/start")
        await reception.telegram.until(lambda: len(reception.telegram.calls) >= 2)
        assert reception.telegram.delivery.waiting == 1
        await _rename(reception, "mislaid", "inbox")
        await reception.said("Hello!")


async def test_what_was_said_to_others_in_a_group_is_forgotten_at_once(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        bob = reception.telegram.person("Bob")
        group = reception.telegram.group("Painters", [reception.alice, bob], privacy=False)
        await bob.text("a secret", group)
        await bob.album([CONTENT, STYLE], chat=group)
        await reception.until_dealt_with()
        async with reception.house.store.inbox._database.read() as connection:
            rows = (await connection.execute(text("SELECT requester, body FROM inbox"))).all()
    assert len(rows) >= 3 and set(rows) == {(None, None)}


async def _rename(reception: Reception, table: str, name: str) -> None:
    async with reception.house.store.inbox._database.write() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
