"""Every error of tweepy's, and of the network's below it, means something."""

from __future__ import annotations

import inspect
import time
from email.utils import formatdate

import pytest
import requests
import tweepy
from tweepy import errors

from bot.adapters.x.failures import Kind, Trouble, trouble_of
from bot.errors import Refused, Retry, Unknown


def response(status: int, body: bytes = b"", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content, made.reason = status, body, "reason"
    made.headers.update(headers)
    return made


def test_every_error_of_tweepys_is_mapped() -> None:
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)]
    assert {tweepy.TooManyRequests, tweepy.Forbidden, tweepy.TwitterServerError} <= set(classes)
    for one in classes:
        error = one(response(418)) if issubclass(one, tweepy.HTTPException) else one("a word")
        assert isinstance(trouble_of(error), Trouble), one


def test_every_error_of_the_networks_is_mapped() -> None:
    for _, one in inspect.getmembers(requests.exceptions, inspect.isclass):
        if issubclass(one, requests.RequestException) and one is not requests.exceptions.JSONDecodeError:
            assert trouble_of(one("a word")).kind in (Kind.LATER, Kind.UNSURE)


def test_an_error_that_tweepy_stumbled_over_leaves_it_open_what_x_did() -> None:
    assert trouble_of(TypeError("'NoneType' object is not iterable")).kind is Kind.UNSURE


@pytest.mark.parametrize(
    "error,kind,reply",
    [
        (tweepy.Unauthorized(response(401)), Kind.DENIED, Retry),
        (tweepy.Forbidden(response(403, b'{"type": "https://x/oauth1-permissions"}')), Kind.DENIED, Retry),
        (tweepy.Forbidden(response(403, b'{"type": "https://x/client-forbidden"}')), Kind.DENIED, Retry),
        (tweepy.Forbidden(response(403, b'{"detail": "with duplicate content."}')), Kind.DUPLICATE, Refused),
        (tweepy.Forbidden(response(403, b'{"detail": "deleted or not visible to you"}')), Kind.GONE, Refused),
        (tweepy.Forbidden(response(403, b'{"detail": "You are not permitted"}')), Kind.REFUSED, Refused),
        (tweepy.NotFound(response(404)), Kind.GONE, Refused),
        (tweepy.BadRequest(response(400)), Kind.REFUSED, Refused),
        (tweepy.HTTPException(response(402)), Kind.LATER, Retry),
        (tweepy.TwitterServerError(response(503, b"<html>")), Kind.UNSURE, Unknown),
        (requests.ConnectTimeout(), Kind.LATER, Retry),
        (requests.ReadTimeout(), Kind.UNSURE, Unknown),
        (requests.ConnectionError(ConnectionResetError()), Kind.UNSURE, Unknown),
    ],
)
def test_what_can_be_done_about_it(error: Exception, kind: Kind, reply: type[Exception]) -> None:
    trouble = trouble_of(error)
    assert trouble.kind is kind
    assert isinstance(trouble.as_reply_error(), reply)


@pytest.mark.parametrize("skew_s", [0, 86_400, -86_400])
def test_a_limit_is_waited_for_by_xs_clock(skew_s: int) -> None:
    now = int(time.time()) + skew_s
    answer = response(429, date=formatdate(now, usegmt=True))
    assert 100 <= trouble_of(tweepy.TooManyRequests(answer, reset_time=now + 100)).after_s <= 102


@pytest.mark.parametrize("reset", [None, 0, 10**10])
def test_a_limit_is_never_waited_for_longer_than_a_window(reset: int | None) -> None:
    assert 1 <= trouble_of(tweepy.TooManyRequests(response(429), reset_time=reset)).after_s <= 901
