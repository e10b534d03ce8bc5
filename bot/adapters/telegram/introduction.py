"""Who the bot is, asked once: for `atelier doctor`."""

from __future__ import annotations

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.connection import WRONG_TOKEN, first_line
from bot.errors import AdapterDown, OperatorError
from config.settings import TelegramSettings


async def introduce(settings: TelegramSettings) -> str:
    """The bot's user name. Raises AdapterDown for a wrong token, OperatorError where Telegram cannot be reached."""
    assert settings.token is not None
    try:
        bot = Bot(settings.token.get_secret_value(), base_url=settings.base_url, base_file_url=settings.base_file_url)
        async with bot:
            return bot.username
    except InvalidToken as error:
        raise AdapterDown(WRONG_TOKEN) from error
    except TelegramError as error:
        raise OperatorError(f"no connection to Telegram: {first_line(error)}") from error
