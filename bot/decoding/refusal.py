"""How a picture can be refused by the process that decodes it."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A picture that is not taken: code and phrase of the `BadPicture` to be, and the cause for the log."""

    def __init__(self, code: str, phrase: str, cause: str = "", **args: float) -> None:
        super().__init__(phrase)
        self.verdict: dict[str, Any] = {"code": code, "phrase": phrase, "args": args, "cause": cause}


class Heavy(Exception):
    """A picture that may need more than `LIGHT_MB`."""
