"""What an error of X's, of tweepy's or of the network's means."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import requests
import tweepy

from bot.errors import AtelierError, Refused, ReplyError, Retry, Unknown

#: Seconds until another try: after a fault of the network or of X's, while the bot is denied, without credit.
_FAULT_S = 20.0
_DENIED_S = 300.0
_CREDIT_S = 900.0
#: X counts calls in windows of that length, in seconds.
WINDOW_S = 900.0

MAY_NOT_WRITE = (
    "the app may read and not write: give it “Read and write” in X's developer portal, then make new access tokens"
)
_KEYS = "X refuses the keys: ATELIER_X__CONSUMER_KEY and the other three must be of one app and one account"
#: Ends of the types of problems that concern the app or the account, not this one call.
_DENIALS = ("oauth1-permissions", "client-forbidden", "unsupported-authentication", "usage-capped")


class Kind(StrEnum):
    """What can be done about it."""

    LATER = "later"  #: the same again, after a while; nothing was done
    UNSURE = "unsure"  #: nobody knows whether it was done
    DENIED = "denied"  #: the bot is let do nothing of this kind
    GONE = "gone"  #: what it is about is deleted or hidden
    DUPLICATE = "duplicate"  #: X has the same text already
    REFUSED = "refused"  #: never


class Trouble(AtelierError):
    """A call to X that came to nothing; `quotes_people` where X has said why, in words that are for no log."""

    def __init__(self, kind: Kind, why: str, after_s: float = _FAULT_S, quotes_people: bool = False) -> None:
        super().__init__(why)
        self.kind = self.code = kind
        self.quotes_people = quotes_people
        self.after_s = after_s

    def as_reply_error(self) -> ReplyError:
        """What it means for the reply that was being sent."""
        match self.kind:
            case Kind.LATER:
                return Retry(self.after_s)
            case Kind.DENIED:
                return Retry(_DENIED_S)
            case Kind.UNSURE:
                return Unknown(str(self), self.quotes_people)
        return Refused(str(self), self.quotes_people)


def trouble_of(error: Exception) -> Trouble:
    """The trouble that an exception of tweepy's or requests' is."""
    match error:
        case tweepy.TooManyRequests():
            after_s = 60.0 if error.reset_time is None else seconds_to_reset(error.reset_time, error.response.headers)
            return Trouble(Kind.LATER, "X asks to be left alone for a while (429)", after_s)
        case tweepy.Unauthorized():
            return Trouble(Kind.DENIED, f"{_KEYS} (401)")
        case tweepy.Forbidden():
            return _forbidden(error)
        case tweepy.NotFound():
            return _told(Kind.GONE, error)
        case tweepy.BadRequest():
            return _told(Kind.REFUSED, error)
        case tweepy.TwitterServerError():
            return Trouble(Kind.UNSURE, f"X has a fault ({error.response.status_code})")
        case tweepy.HTTPException() if error.response.status_code == HTTPStatus.PAYMENT_REQUIRED:
            return Trouble(Kind.LATER, "the app's credit with X is used up (402)", _CREDIT_S)
        case tweepy.HTTPException() if error.response.status_code == HTTPStatus.REQUEST_TIMEOUT:
            return Trouble(Kind.UNSURE, "X has waited in vain (408)")
        case tweepy.HTTPException():
            return _told(Kind.REFUSED, error)
        case requests.RequestException() if _never_out(error):
            return Trouble(Kind.LATER, f"no connection to X: {_innermost(error)}")
        case requests.RequestException() | tweepy.TweepyException():
            return Trouble(Kind.UNSURE, f"the connection to X broke: {_innermost(error)}")
    # tweepy reads headers and errors as they should be, and may stumble over others.
    return Trouble(Kind.UNSURE, f"X's answer cannot be understood: {error!r}"[:300], quotes_people=True)


def _forbidden(error: tweepy.Forbidden) -> Trouble:
    detail, kind = _detail(error), str(_problem(error).get("type", ""))
    if kind.endswith("oauth1-permissions"):
        return Trouble(Kind.DENIED, f"{MAY_NOT_WRITE} (403)")
    if kind.endswith(_DENIALS):
        return Trouble(Kind.DENIED, f"X lets the app do nothing of this kind (403): {detail}")
    if "duplicate content" in detail.lower():
        return _told(Kind.DUPLICATE, error)
    if "deleted or not visible" in detail.lower():
        return _told(Kind.GONE, error)
    return _told(Kind.REFUSED, error)


def _told(kind: Kind, error: tweepy.HTTPException) -> Trouble:
    return Trouble(kind, _detail(error), quotes_people=True)


def _problem(error: tweepy.HTTPException) -> dict[str, Any]:
    try:
        body = error.response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _detail(error: tweepy.HTTPException) -> str:
    told = str(_problem(error).get("detail") or error)
    return " ".join(told.split())[:300]


def seconds_to_reset(reset: int, headers: Mapping[str, str]) -> float:
    """Until X counts anew, `reset` in Unix seconds of X's own clock; ours may be wrong."""
    try:
        now = email.utils.parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        now = time.time()
    return min(max(1.0, reset - now + 1), WINDOW_S + 1)


def _never_out(error: requests.RequestException) -> bool:
    """Whether X has certainly not seen the request."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectionError) and type(reason).__name__ in (
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
        "ProxyError",
    )


def _innermost(error: BaseException) -> str:
    """The reason within all that is wrapped around it; addresses and headers stay out."""
    while error.__context__ is not None:
        error = error.__context__
    return f"{type(error).__name__}: {error}"[:200]
