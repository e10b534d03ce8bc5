"""What an error of Telegram's means for the reply that was being sent."""

from __future__ import annotations

import datetime
import os

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
)

from bot.errors import Refused, ReplyError, Retry, Unknown

# PTB's own spelling of "durations are timedeltas"; without it every 429 comes with a warning.
os.environ["PTB_TIMEDELTA"] = "true"

#: Seconds until another try, after a fault of the network and while there is nobody who may send.
_NETWORK_S = 10.0
_NOBODY_S = 300.0

_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_UNCHANGED = "message is not modified"
#: The message turned out to have no text, or to have nothing but text.
_OTHER_KIND = ("there is no text in the message", "there is no caption in the message")


def as_reply_error(error: Exception, repeatable: bool) -> ReplyError:
    """How a reply ended that ended with this error; `repeatable` is what may be done twice, as an edit may."""
    match error:
        case RetryAfter():
            return Retry(seconds_of(error))
        case ChatMigrated():
            return Retry(1)
        case Forbidden() | BadRequest() | EndPointNotFound() | PassportDecryptionError():
            return Refused(str(error))
        case InvalidToken() | Conflict():
            return Retry(_NOBODY_S)
        case TelegramError() if "too large" in str(error).lower():
            return Refused(str(error))
        case TelegramError() if repeatable or surely_not_sent(error):
            return Retry(_NETWORK_S)
    return Unknown(repr(error))


def kind_of(error: TelegramError) -> str | None:
    """What is counted of a request that failed, in the words of `atelier_platform_errors_total`; None for no fault."""
    match error:
        case RetryAfter():
            return "429"
        case InvalidToken():
            return "denied"
        case Conflict():
            return "conflict"
        case BadRequest():
            return None if is_unchanged(error) else "gone" if is_gone(error) else "refused"
        # Forbidden is what one person does, who has blocked the bot, say.
        case Forbidden() | ChatMigrated() | EndPointNotFound() | PassportDecryptionError():
            return "refused"
    return "later" if surely_not_sent(error) else "unsure"


def seconds_of(told: RetryAfter) -> float:
    """Seconds that Telegram wants to be left alone for."""
    pause = told.retry_after
    return pause.total_seconds() if isinstance(pause, datetime.timedelta) else pause


def surely_not_sent(error: TelegramError) -> bool:
    """Whether Telegram has certainly not seen the request."""
    never_out = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return isinstance(error, RetryAfter | ChatMigrated) or isinstance(error.__cause__, never_out)


def is_gone(error: TelegramError) -> bool:
    """Whether the message that was to be edited is no longer there."""
    return isinstance(error, BadRequest) and any(words in str(error).lower() for words in _GONE)


def is_unchanged(error: TelegramError) -> bool:
    """Whether the message looks already as the edit would have it."""
    return isinstance(error, BadRequest) and _UNCHANGED in str(error).lower()


def is_of_other_kind(error: TelegramError) -> bool:
    """Whether words were to be edited as a text that are a caption, or the other way round."""
    return isinstance(error, BadRequest) and any(words in str(error).lower() for words in _OTHER_KIND)
