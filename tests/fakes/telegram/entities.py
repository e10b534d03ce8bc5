"""Marks in texts: those that clients find by themselves, and those of `parse_mode`. Offsets are in UTF-16 units."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.fakes.telegram.refusals import mistake

Entity = dict[str, Any]

_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?P<mention>(?<!\w)@\w{3,32})"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d_]\w*)"
)
_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z0-9-]+)((?:\s[^<>]*)?)>")
_PIECE = re.compile(r"<[^<>]*>?|&[^;\s<&]{1,10};|[^<&]+|&")
_ESCAPES = {"&lt;", "&gt;", "&amp;", "&quot;"}
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler", "`": "code"}


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def found(text: str) -> list[Entity]:
    """Commands, mentions, links and hashtags, as a client marks them in what somebody types."""
    return [
        {"type": str(match.lastgroup), "offset": units(text[: match.start()]), "length": units(match.group())}
        for match in _FOUND.finditer(text)
    ]


def cut(text: str, entity: Entity) -> str:
    """The part of a text that an entity marks."""
    data = text.encode("utf-16-le")
    return data[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


def parsed(text: str, parse_mode: str | None) -> tuple[str, list[Entity]]:
    """The text without its marks, and the marks."""
    mode = (parse_mode or "").lower()
    if mode in ("", "none"):
        return text, found(text)
    if mode == "html":
        return _html(text)
    if mode == "markdownv2":
        return _markdown(text)
    raise mistake("unsupported parse_mode")


def _unparsable(what: str, source: str, at: int) -> Exception:
    return mistake(f"can't parse entities: {what} at byte offset {len(source[:at].encode())}")


def _html(source: str) -> tuple[str, list[Entity]]:
    text, entities = "", []
    still_open: list[tuple[str, Entity]] = []
    for piece in _PIECE.finditer(source):
        part, at = piece.group(), piece.start()
        if not part.startswith("<"):
            escape = part in _ESCAPES or part.startswith("&#")
            text += html.unescape(part) if escape else part
            continue
        tag = _TAG.fullmatch(part)
        if tag is None or tag[2].lower() not in _TAGS:
            raise _unparsable(f'Unsupported start tag "{part[1:].split(">")[0]}"', source, at)
        name = tag[2].lower()
        if not tag[1]:
            still_open.append((name, _begun(name, tag[3], units(text))))
            continue
        if not still_open:
            raise _unparsable("Unexpected end tag", source, at)
        begun, entity = still_open.pop()
        if begun != name:
            raise _unparsable(f'Unmatched end tag, expected "</{begun}>", found "</{name}>"', source, at)
        if length := units(text) - entity["offset"]:
            entities.append(entity | {"length": length})
    if still_open:
        raise mistake(f"can't parse entities: Can't find end tag corresponding to start tag \"{still_open[-1][0]}\"")
    return text, sorted(entities, key=lambda entity: entity["offset"])


def _begun(name: str, attributes: str, offset: int) -> Entity:
    entity: Entity = {"type": _TAGS[name], "offset": offset}
    if name == "a" and (link := re.search(r"""href\s*=\s*["']?([^"'\s]+)""", attributes)):
        entity["url"] = html.unescape(link[1])
    return entity


def _markdown(source: str) -> tuple[str, list[Entity]]:
    text, at = "", 0
    entities: list[Entity] = []
    still_open: list[tuple[str, int]] = []
    while at < len(source):
        mark = next((mark for mark in ("__", "||", "*", "_", "~", "`") if source.startswith(mark, at)), None)
        link = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(((?:\\.|[^)\\])*)\)").match(source, at)
        if source[at] == "\\" and at + 1 < len(source):
            text += source[at + 1]
            at += 2
        elif mark and still_open and still_open[-1][0] == mark:
            _, offset = still_open.pop()
            entities.append({"type": _MARKS[mark], "offset": offset, "length": units(text) - offset})
            at += len(mark)
        elif mark:
            still_open.append((mark, units(text)))
            at += len(mark)
        elif link:
            label = re.sub(r"\\(.)", r"\1", link[1])
            entities.append({"type": "text_link", "offset": units(text), "length": units(label), "url": link[2]})
            text += label
            at = link.end()
        elif source[at] in _RESERVED:
            raise mistake(
                f"can't parse entities: Character '{source[at]}' is reserved and must be escaped"
                " with the preceding '\\'"
            )
        else:
            text += source[at]
            at += 1
    if still_open:
        mark, offset = still_open[-1]
        raise mistake(f"can't parse entities: Can't find end of {_MARKS[mark].title()} entity at byte offset {offset}")
    return text, sorted(entities, key=lambda entity: entity["offset"])
