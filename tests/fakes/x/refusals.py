"""How the server says no, in the words of the API."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

DELETED = "You attempted to reply to a Tweet that is deleted or not visible to you."
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_SUMMONED = (
    "You are not permitted to perform this action. Reply to this conversation is not allowed because you have not "
    "been mentioned or otherwise engaged by the author of the post you are replying to."
)
TOO_LONG = "Your Tweet text is too long. For more information see https://developer.x.com/en/docs/counting-characters."
_READ_ONLY = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."


class Refusal(Exception):
    """A call that is answered with an error.

    `blame` is true where the caller could have known beforehand, which fails a test; a post that somebody has deleted
    is nobody's mistake.
    """

    def __init__(
        self, status: int, detail: str, *, blame: bool, problem: str = "", errors: Iterable[dict[str, Any]] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.blame = blame
        self.problem = problem  #: the last part of its type's address; empty where it has none of its own
        self.errors = list(errors)

    @property
    def words(self) -> str:
        """What was wrong, in one line."""
        return "; ".join([self.detail, *(str(error["message"]) for error in self.errors)])

    def json(self, problems: str) -> dict[str, Any]:
        """The answer; `problems` is the address under which types of problems stand."""
        if self.problem == "invalid-request":
            said = {"title": "Invalid Request", "detail": self.detail, "type": problems + self.problem}
            return said | ({"errors": self.errors} if self.errors else {})
        # This one kept its old address when the others moved.
        kind = f"https://api.twitter.com/2/problems/{self.problem}" if self.problem else "about:blank"
        return {"title": title(self.status), "type": kind, "status": self.status, "detail": self.detail}


def title(status: int) -> str:
    return HTTPStatus(status).phrase


def invalid(parameter: str, values: Iterable[str], message: str, *, blame: bool = True) -> Refusal:
    """A parameter, or a field of the body, that the operation does not take."""
    error = {"parameters": {parameter: list(values)}, "message": message}
    detail = "One or more parameters to your request was invalid."
    return Refusal(400, detail, blame=blame, problem="invalid-request", errors=[error])


def forbidden(detail: str, *, blame: bool = False) -> Refusal:
    return Refusal(403, detail, blame=blame)


def unauthorized(*, blame: bool = False) -> Refusal:
    return Refusal(401, "Unauthorized", blame=blame)


def read_only() -> Refusal:
    return Refusal(403, _READ_ONLY, blame=False, problem="oauth1-permissions")


def too_many() -> Refusal:
    return Refusal(429, "Too Many Requests", blame=False)
