"""How the adapter comes up, stays up and goes down."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr
from telegram.error import NetworkError

from bot.adapters.telegram import connection, updates
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.errors import AdapterDown, Retry
from bot.ports import Reply
from bot.texts import phrase
from config.log import Redactor
from config.settings import TelegramSettings
from tests import pictures
from tests.bot.adapters.telegram.receiving import Reception, open_reception, services_of
from tests.bot.adapters.telegram.sending import hurried
from tests.fakes.house import House, open_house
from tests.fakes.telegram import Content, FakeTelegram, fake_telegram
from tests.fakes.watched import PATIENCE_S

CONTENT, STYLE = pictures.png(64), pictures.png(72)


def adapter_of(telegram: FakeTelegram, house: House, **settings: object) -> TelegramAdapter:
    given = {"token": telegram.token, "base_url": telegram.base_url, "base_file_url": telegram.base_file_url}
    chosen = TelegramSettings.model_validate({**given, **settings})
    return TelegramAdapter(chosen, services_of(house), house.folder / "telegram", hurried())


@pytest.mark.parametrize("token", ["5900000001:AAWrongTokenWith35Characters_xxxxxxx", "not a token/at all"])
async def test_a_wrong_token_puts_the_adapter_down_with_one_line(tmp_path: Path, token: str) -> None:
    async with fake_telegram() as telegram, open_house(tmp_path) as house:
        with pytest.raises(AdapterDown) as down:
            await adapter_of(telegram, house, token=token).run()
    assert "ATELIER_TELEGRAM__TOKEN" in str(down.value)
    assert "\n" not in str(down.value) and token not in str(down.value)


async def test_a_token_withdrawn_while_polling_puts_the_adapter_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fake_telegram() as telegram, open_house(tmp_path) as house:
        adapter = adapter_of(telegram, house)
        serving = asyncio.create_task(adapter.run())
        await adapter.listening.wait()
        telegram.refuse_token()
        telegram.delivery.stop_polls()
        with pytest.raises(AdapterDown, match="token"):
            await asyncio.wait_for(serving, PATIENCE_S)
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_without_a_network_it_tries_again_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FIRST_PAUSE_S", 0.01)
    async with fake_telegram() as telegram, open_house(tmp_path) as house:
        outage = telegram.fail("getMe", drop="before", times=None)
        adapter = adapter_of(telegram, house)
        serving = asyncio.create_task(adapter.run())
        await telegram.until(lambda: sum(call.method == "getMe" for call in telegram.calls) >= 3)
        assert "no connection" in adapter.state and not serving.done()
        job = await house.job(adapter="telegram")
        with pytest.raises(Retry):
            await adapter.reply(job, Reply(phrase("reply-painted")))
        outage.end()
        await asyncio.wait_for(adapter.listening.wait(), PATIENCE_S)
        assert adapter.state == "up"
        serving.cancel()
        await asyncio.wait([serving])


async def test_a_connection_lost_while_polling_is_told_and_found_again(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        outage = reception.telegram.fail("getUpdates", drop="before", times=1)
        reception.telegram.delivery.stop_polls()
        await reception.telegram.until(lambda: reception.adapter.state != "up")
        outage.end()
        await reception.alice.text("/start")
        await reception.said("Hello!")
        assert reception.adapter.state == "up"


async def test_failed_polls_are_counted_by_kind() -> None:
    counted: list[str] = []
    nothing = cast(Any, None)
    polling = connection.Connection(TelegramSettings(token=SecretStr("1:a")), hurried(), nothing, counted.append)
    for what in (200, 409, 429, 401, 502, NetworkError("cut")):
        polling._heard(what)
    assert counted == ["conflict", "429", "denied", "later", "later"]


async def test_being_asked_to_wait_is_counted(tmp_path: Path) -> None:
    async with fake_telegram() as telegram, open_house(tmp_path) as house:
        settings = TelegramSettings(token=telegram.token, base_url=telegram.base_url)
        adapter = TelegramAdapter(settings, services_of(house), tmp_path / "telegram")
        telegram.fail("getMe", status=429, retry_after=1)
        serving = asyncio.create_task(adapter.run())
        await asyncio.wait_for(adapter.listening.wait(), PATIENCE_S)
        assert b'atelier_platform_errors_total{kind="429",platform="telegram"} 1.0' in await house.metrics.text()
        serving.cancel()
        await asyncio.wait([serving])


async def test_updates_come_by_webhook_with_the_secret_only(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with fake_telegram() as telegram, open_house(tmp_path) as house:
        telegram.delivery.routes["https://bot.example.org"] = f"http://127.0.0.1:{port}"
        url = "https://bot.example.org/telegram"
        adapter = adapter_of(telegram, house, webhook_url=url, webhook_secret="s3cret", webhook_port=port)
        serving = asyncio.create_task(adapter.run())
        await adapter.listening.wait()
        alice = telegram.person("Alice")
        await alice.text("/start")
        await telegram.until(lambda: bool(telegram.chat(alice).from_bot))
        assert telegram.delivery.webhook is not None
        assert telegram.delivery.webhook.secret == "s3cret"
        serving.cancel()
        await asyncio.wait([serving])


async def test_a_port_in_use_puts_the_webhook_down(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with fake_telegram() as telegram, open_house(tmp_path) as house:
            hook = {"webhook_url": "https://bot.example.org/telegram", "webhook_secret": "s3cret"}
            with pytest.raises(AdapterDown, match=f"port {port}"):
                await adapter_of(telegram, house, webhook_port=port, **hook).run()


async def test_what_has_come_in_is_dealt_with_before_it_stops(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        async with open_reception(tmp_path, telegram) as reception:
            before = telegram.calls[-1]
            await reception.alice.album([CONTENT, STYLE])
            await telegram.until(lambda: before is not telegram.calls[-1] and not telegram.delivery.waiting)
        async with open_house(tmp_path) as house:
            assert len(await house.desk.history(f"telegram:{reception.alice.id}")) == 1
        assert [message for message in telegram.chat(reception.alice).from_bot if "next" in message.words]


async def test_pictures_that_a_killed_service_left_are_removed(tmp_path: Path) -> None:
    left = tmp_path / "telegram" / "fetched-0123"
    left.parent.mkdir()
    left.write_bytes(CONTENT)
    async with open_reception(tmp_path):
        assert not left.exists()


async def test_the_token_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "httpx")
    async with open_reception(tmp_path) as reception:
        await reception.alice.photo(CONTENT, "woodcut")
        await reception.jobs()
    redacted = Redactor()("\n".join(record.getMessage() for record in caplog.records))
    assert "[redacted]" in redacted and "AAExample" not in redacted


async def test_many_updates_at_once_are_all_dealt_with_each_persons_in_order(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        people = [reception.telegram.person(f"Person {number}") for number in range(100)]
        for word in ("/status", "/help", "hello"):
            for person in people:
                person.telegram.world.tell(person._stand(Content(text=word), None))
        await reception.telegram.told()
        chats = [reception.telegram.chat(person) for person in people]
        await reception.telegram.until(lambda: all(len(chat.from_bot) == 3 for chat in chats), 60)
        for chat in chats:
            assert [message.words[:7] for message in chat.from_bot] == ["Nothing", "Send tw", "I paint"]


def _write(reception: Reception, number: int) -> None:
    """Let Alice write so often at once."""
    for _ in range(number):
        reception.telegram.world.tell(reception.alice._stand(Content(text="hello"), None))


async def test_of_too_much_at_once_the_rest_is_left_out_with_one_word(tmp_path: Path) -> None:
    async with open_reception(tmp_path) as reception:
        reception.telegram.fail("download", status=502)  # tried again in a second
        await reception.alice.photo(CONTENT, "woodcut")
        _write(reception, 60)
        await reception.said("your last messages were left out")
        await reception.until_dealt_with()
        said = [message.words for message in reception.telegram.chat(reception.alice).from_bot]
        assert sum("your last messages were left out" in words for words in said) == 1
        assert sum("I paint pictures" in words for words in said) == 29
        _write(reception, 1)
        await reception.heard(number=len(said) + 1)


async def test_one_who_writes_far_too_much_keeps_nobody_else_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_ROOM", 40)
    async with open_reception(tmp_path) as reception:
        reception.telegram.fail("getFile", hang=True, times=None)
        await reception.alice.photo(CONTENT, "woodcut")
        _write(reception, 60)
        bob = reception.telegram.person("Bob")
        await bob.text("/start")
        await reception.said("Hello!", bob)


async def test_a_press_does_not_wait_until_there_is_room_for_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_ROOM", 1)
    async with open_reception(tmp_path) as reception:
        await reception.alice.photo(CONTENT)
        question = await reception.said("Which style?")
        await reception.until_dealt_with()
        hanging = reception.telegram.fail("getFile", hang=True, times=None)
        await reception.telegram.person("Bob").photo(CONTENT, "woodcut")
        await reception.telegram.until(lambda: hanging.hits > 0)
        assert await reception.alice.press(question, "Cancel") == "All right, forgotten."
