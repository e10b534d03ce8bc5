from __future__ import annotations

import pytest

from bot.adapters.telegram.introduction import introduce
from bot.errors import AdapterDown, OperatorError
from config.settings import TelegramSettings
from tests.fakes.telegram import FakeTelegram, fake_telegram


def settings(telegram: FakeTelegram, token: str) -> TelegramSettings:
    return TelegramSettings(token=token, base_url=telegram.base_url, base_file_url=telegram.base_file_url)


async def test_the_bot_says_its_name_and_a_wrong_token_is_told_from_a_lost_connection() -> None:
    async with fake_telegram() as telegram:
        assert await introduce(settings(telegram, telegram.token)) == telegram.bot.username
        with pytest.raises(AdapterDown, match="ATELIER_TELEGRAM__TOKEN"):
            await introduce(settings(telegram, "1:another"))
        telegram.fail("getMe", drop="before", times=None)
        with pytest.raises(OperatorError, match="no connection to Telegram"):
            await introduce(settings(telegram, telegram.token))
