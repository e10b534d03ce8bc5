"""Every error of Telegram's means something."""

from __future__ import annotations

import inspect

import httpx
import pytest
import telegram.error
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot.adapters.telegram.failures import as_reply_error, kind_of
from bot.errors import Refused, ReplyError, Retry, Unknown

#: By class: an example, what it means of an edit, and of what cannot be done twice.
MEANINGS: dict[str, tuple[TelegramError, type[ReplyError], type[ReplyError]]] = {
    "TelegramError": (TelegramError("Invalid server response"), Retry, Unknown),
    "NetworkError": (NetworkError("Bad Gateway"), Retry, Unknown),
    "TimedOut": (TimedOut(), Retry, Unknown),
    "RetryAfter": (RetryAfter(5), Retry, Retry),
    "BadRequest": (telegram.error.BadRequest("Chat not found"), Refused, Refused),
    "Forbidden": (telegram.error.Forbidden("Forbidden: bot was blocked by the user"), Refused, Refused),
    "ChatMigrated": (telegram.error.ChatMigrated(-100), Retry, Retry),
    "InvalidToken": (telegram.error.InvalidToken(), Retry, Retry),
    "Conflict": (telegram.error.Conflict("terminated by other getUpdates"), Retry, Retry),
    "EndPointNotFound": (telegram.error.EndPointNotFound("no such method"), Refused, Refused),
    "PassportDecryptionError": (telegram.error.PassportDecryptionError("no"), Refused, Refused),
}


def test_every_class_of_errors_is_mapped() -> None:
    classes = inspect.getmembers(telegram.error, inspect.isclass)
    assert set(MEANINGS) == {name for name, kind in classes if issubclass(kind, Exception)}


@pytest.mark.parametrize("name", MEANINGS)
def test_an_error_means_the_same_each_time(name: str) -> None:
    error, of_an_edit, of_what_is_new = MEANINGS[name]
    assert type(error).__name__ == name
    assert type(as_reply_error(error, repeatable=True)) is of_an_edit
    assert type(as_reply_error(error, repeatable=False)) is of_what_is_new


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RetryAfter(5), "429"),
        (telegram.error.InvalidToken(), "denied"),
        (telegram.error.Forbidden("Forbidden: bot was blocked by the user"), "refused"),
        (telegram.error.Conflict("terminated by other getUpdates"), "conflict"),
        (telegram.error.BadRequest("Chat not found"), "refused"),
        (telegram.error.BadRequest("Message to edit not found"), "gone"),
        (telegram.error.BadRequest("Message is not modified"), None),
        (telegram.error.EndPointNotFound("no such method"), "refused"),
        (TimedOut(), "unsure"),
        (NetworkError("Bad Gateway"), "unsure"),
    ],
)
def test_errors_are_counted_by_what_they_mean_for_the_bot(error: TelegramError, kind: str | None) -> None:
    assert kind_of(error) == kind


def test_telegram_is_asked_again_when_it_said() -> None:
    told = as_reply_error(RetryAfter(17), repeatable=False)
    assert isinstance(told, Retry)
    assert told.after_s == 17


@pytest.mark.parametrize("never_out", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_what_never_left_this_machine_may_be_sent_again(never_out: type[Exception]) -> None:
    error = NetworkError("httpx")
    error.__cause__ = never_out("no route")
    assert isinstance(as_reply_error(error, repeatable=False), Retry)


def test_what_is_too_large_is_not_tried_for_ever() -> None:
    assert isinstance(as_reply_error(NetworkError("Request Entity Too Large"), repeatable=True), Refused)


def test_an_error_of_our_own_leaves_the_reply_unknown() -> None:
    assert isinstance(as_reply_error(KeyError("chat"), repeatable=True), Unknown)
