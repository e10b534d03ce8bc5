"""What keeps people out of the log: their ids become pseudonyms, and what others have written is left out."""

from __future__ import annotations

import hashlib
import hmac
import re
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

#: Keys of log lines whose values say who: ``platform:id``, or the id of something that leads to a person.
PERSONS = frozenset({"requester", "person", "by", "admin", "who", "place"})
POSTS = frozenset({"mention", "post", "keys"})

#: Hexadecimal digits of a pseudonym: among a million people no two are likely to share one.
_LENGTH = 12
_PSEUDONYM = re.compile(rf"(?:[a-z]+:)?~?([0-9a-f]{{{_LENGTH}}})")
#: What stands before an id that is nobody's: the user on the machine.
_NOBODY = ("control:",)

#: Ids that have come into a text all the same: a requester's, an address, and numbers as long as platforms' are.
_REQUESTER = (
    r"(?<![\w/.-])(?:(?:telegram|x):-?\d+|(?:web|page|token):(?:[a-z]+:)?[0-9a-f](?:\w|[.:/](?=\w)|:(?=:))*)(?!\w)"
)
_ADDRESS = r"(?<![\w.])(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)"
_NUMBER = r"(?<![\w.])-?\d{9,}(?!\w|\.\d)"
_IDS = re.compile(f"(?P<requester>{_REQUESTER})|(?P<address>{_ADDRESS})|(?P<number>{_NUMBER})")

#: Modules whose errors quote nobody: their texts are Telegram's and SQLite's own. What ids are in them is replaced.
_QUOTING_NOBODY = ("telegram.error", "sqlite3")
_OURS = ("bot", "renderer", "config")


class Pseudonyms:
    """Names that stand for people: always the same for one, and by nobody without the key to be led back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, name: str) -> str:
        """The pseudonym of ``platform:id``, such as ``telegram:~3fa9c01b7d2e``."""
        if name.startswith(_NOBODY) or "~" in name:
            return name
        platform, colon, _ = name.partition(":")
        digest = hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()
        return f"{platform}{colon}~{digest[:_LENGTH]}" if colon else f"~{digest[:_LENGTH]}"

    def within(self, text: str) -> str:
        """The text with pseudonyms for all that looks like an id."""
        return _IDS.sub(lambda found: self.of(found[0]), text)


def pseudonym_in(text: str) -> str | None:
    """The digits of the pseudonym that a text is, with its platform or without; None where it is none."""
    found = _PSEUDONYM.fullmatch(text)
    return found[1] if found else None


class Veil:
    """A processor of log lines: values that say who are replaced, and of errors no more is said than is ours to say."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def __call__(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The line with its values replaced."""
        for key, value in event.items():
            if isinstance(value, BaseException) and key != "exc_info":
                event[key] = described(value)
            elif key in PERSONS and value is not None:
                event[key] = self._pseudonyms.of(str(value))
            elif key in POSTS and value is not None:
                event[key] = self._posts(value)
        return event

    def _posts(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._posts(one) for one in value]
        return self._pseudonyms.of(f"post:{value}")


def first_line_of_asyncio(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: asyncio says what has happened in its first line, and then shows what was in hand."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def described(error: BaseException) -> str:
    """What may be said of an error: its kind, and its text where no stranger can have written any of it.

    Others quote what they stumbled over: a library's, and most of Python's own.
    """
    kind = type(error)
    module = kind.__module__
    name = kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
    if getattr(error, "quotes_people", False):
        code = getattr(error, "code", None)
        return f"{name} ({code})" if code else name
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: [Errno {error.errno}] {error.strerror}"
    # SQLAlchemy wraps those of a driver, and keeps values out of its words where it is told to (`bot.store.engine`).
    wrapped = type(getattr(error, "orig", None)).__module__ if getattr(error, "hide_parameters", False) else ""
    if module.split(".")[0] in _OURS or {module, wrapped} & set(_QUOTING_NOBODY) or _is_raised_by_us(error):
        return f"{name}: {error}" if str(error) else name
    return name


def _is_raised_by_us(error: BaseException) -> bool:
    """Whether the error is one that Python itself does not raise about what it is given, and a line of ours did."""
    if type(error) is not RuntimeError or error.__traceback__ is None:
        return False
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__", "")).split(".")[0] in _OURS


def traced(error: BaseException) -> str:
    """A traceback in which each error is described as `described` does."""
    return "\n".join(_traced(error, set()))


def _traced(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _traced(before, seen)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    for entry in traceback.format_tb(error.__traceback__):
        yield entry.rstrip()
    yield described(error)
    for part in getattr(error, "exceptions", ()):
        if id(part) not in seen:
            yield "in which there was:"
            yield from _traced(part, seen)
