"""How the server says no, in the words of the Bot API."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that is answered with an error.

    `blame` is true where the caller could have known beforehand, which fails a test; a chat that blocked the bot or a
    message that somebody has deleted is nobody's mistake.
    """

    def __init__(self, status: int, description: str, *, blame: bool, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.blame = blame
        self.parameters = parameters

    def json(self) -> dict[str, Any]:
        said = {"ok": False, "error_code": self.status, "description": self.description}
        return said | ({"parameters": self.parameters} if self.parameters else {})


def mistake(what: str) -> Refusal:
    """What a correct client would not have sent."""
    return Refusal(400, f"Bad Request: {what}", blame=True)


def misfortune(what: str) -> Refusal:
    """What a correct client runs into because the world has moved on."""
    return Refusal(400, f"Bad Request: {what}", blame=False)


def forbidden(what: str, *, blame: bool = False) -> Refusal:
    return Refusal(403, f"Forbidden: {what}", blame=blame)


def too_many(retry_after: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", blame=False, retry_after=retry_after)


#: Descriptions of statuses that are not about one call.
WORDS = {
    400: "Bad Request: wrong file_id or the file is temporarily unavailable",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
