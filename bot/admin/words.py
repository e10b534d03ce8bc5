"""What admins write after a verb."""

from __future__ import annotations

import re

from bot.admin.lines import cut
from bot.admin.verbs import VERBS
from bot.errors import BadRequest

_WHO = re.compile(r"[a-z]+:\S{1,100}")
_ID = re.compile(r"[0-9a-f]{4,32}")
_NUMBER = re.compile(r"[0-9]{1,6}")
_MAX_REASON = 300


def who(verb: str, name: str) -> str:
    """A person or a group; raises BadRequest (bad_usage)."""
    if not _WHO.fullmatch(name):
        raise misused(verb, f"“{name}” is nobody: a person or a group is platform:id, as in telegram:123.")
    return name


def job_id(verb: str, prefix: str) -> str:
    """The id of a painting or its beginning, in lower case; raises BadRequest (bad_usage)."""
    prefix = prefix.lower()
    if not _ID.fullmatch(prefix):
        raise misused(verb, f"“{prefix}” is not the id of a painting.")
    return prefix


def is_number(word: str) -> bool:
    """Whether it is a whole number that can be meant."""
    return _NUMBER.fullmatch(word) is not None


def reason(words: list[str]) -> str:
    """What was written, as a sentence, since others follow it."""
    text = cut(" ".join(words), _MAX_REASON)
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def misused(verb: str, why: str = "That is not understood.") -> BadRequest:
    """The refusal that says how a verb is used."""
    return BadRequest(f"{why} Usage: {VERBS[verb].usage}", "bad_usage")
