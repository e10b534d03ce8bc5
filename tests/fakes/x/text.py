"""Texts as X counts, cuts and gives them: links shortened, special characters escaped, mentions marked."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.x.posts import User

MOST_WEIGHT = 280
_URL_WEIGHT = 23
#: X knows every top-level domain; these are those that a slip of the pen or a careless bot would make a link with.
_DOMAINS = "com|org|net|edu|gov|io|co|me|ai|app|dev|art|ink|pics|photo|gallery|info|eu|de|fr|uk|us|tv|ly|gl|py|md"
_URL = rf"https?://[^\s]*[^\s.,;:!?)'\"]|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_DOMAINS})(?![\w-])(?:/\S*)?"
_MARKED = re.compile(
    rf"(?P<url>{_URL})|(?<![\w@])@(?P<mention>[a-z0-9_]{{1,15}})(?![\w@])|(?<![\w&])#(?P<tag>\w*[^\W\d_]\w*)",
    re.IGNORECASE,
)
_PICTOGRAM = (
    "[\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d"
    "\u3297\u3299\U0001f004-\U0001faff]"
)
_DRESSED = f"{_PICTOGRAM}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_COUNTED = re.compile(
    rf"(?P<url>{_URL})|(?P<emoji>[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_DRESSED}(?:\u200d{_DRESSED})*)|.",
    re.IGNORECASE | re.DOTALL,
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


@dataclass(frozen=True)
class Layout:
    """A text as it is given out. Positions count its characters, escaped as they are."""

    text: str
    entities: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def weight(text: str) -> int:
    """How long X takes a text to be."""
    return sum(heavy for _, heavy in _weighed(unicodedata.normalize("NFC", text)))


def cut(text: str) -> str:
    """As much of a text as fits."""
    kept, total = [], 0
    for piece, heavy in _weighed(text):
        total += heavy
        if total > MOST_WEIGHT:
            break
        kept.append(piece)
    return "".join(kept)


def has_link(text: str) -> bool:
    return any(match["url"] for match in _MARKED.finditer(text))


def mentioned(text: str, find: Callable[[str], User | None]) -> list[User]:
    """Those whose names a text has, each once, in their order."""
    found = (find(match["mention"]) for match in _MARKED.finditer(text) if match["mention"])
    return list(dict.fromkeys(user for user in found if user))


def laid_out(text: str, find: Callable[[str], User | None], shorten: Callable[[], str]) -> Layout:
    """A text as X gives it, with what is marked in it."""
    said, done = "", 0
    entities: dict[str, list[dict[str, Any]]] = {}
    for match in _MARKED.finditer(text):
        said += html.escape(text[done : match.start()], quote=False)
        done, start, words = match.end(), len(said), match[0]
        if match["url"]:
            words = shorten()
        said += html.escape(words, quote=False)
        place = {"start": start, "end": len(said)}
        if match["url"]:
            entities.setdefault("urls", []).append(place | link(words, match["url"]))
        elif match["tag"]:
            entities.setdefault("hashtags", []).append(place | {"tag": match["tag"]})
        elif user := find(match["mention"]):
            entities.setdefault("mentions", []).append(place | {"username": user.username, "id": user.id})
    return Layout(said + html.escape(text[done:], quote=False), entities)


def link(short: str, target: str, shown: str | None = None) -> dict[str, Any]:
    """What an entity says of a link."""
    whole = target if "://" in target else f"http://{target}"
    return {"url": short, "expanded_url": whole, "display_url": shown or whole.partition("://")[2]}


def _weighed(text: str) -> Iterator[tuple[str, int]]:
    for match in _COUNTED.finditer(text):
        if match["url"]:
            yield match[0], _URL_WEIGHT
        elif match["emoji"]:
            yield match[0], 2
        else:
            yield match[0], 1 if any(low <= ord(match[0]) <= high for low, high in _LIGHT) else 2
