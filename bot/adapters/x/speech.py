"""What the bot says on X: short, in one line, and nothing that X would make a link or a name of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.jobs import Job
from bot.replies import duration, notes
from bot.texts import Said, phrase, say, together, verbatim

#: What a post may hold, in X's weights: an emoji or a sign of East Asia counts twice.
MAX_WEIGHT = 280
MAX_ALT = 1000
_LIGHT = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def line(said: Said, language: str) -> str:
    """One line of at most `MAX_WEIGHT`."""
    # A name would call somebody who has not asked; “cat.gif” becomes a link, which costs twenty times as much.
    text = re.sub(r"[@＠]+(?=\w)", "", " ".join(say(said, language).split()))
    return _cut(re.sub(r"https?://|(?<=\w)\.(?=[^\W\d_])", " ", text), MAX_WEIGHT)


def worded_otherwise(text: str, to: str) -> str:
    """The same, so that no other answer is the same."""
    end = f" · {to[-6:]}"
    return _cut(text, MAX_WEIGHT - weight(end)) + end


def _cut(text: str, most: int) -> str:
    if weight(text) <= most:
        return text
    while weight(text) > most - 2:
        text = text[:-1]
    return f"{text.rstrip()}…"


def weight(text: str) -> int:
    """How much a text counts, links apart."""
    return sum(1 if any(first <= ord(sign) <= last for first, last in _LIGHT) else 2 for sign in text)


def caption(job: Job, address: Mapping[str, Any]) -> Said:
    """What is said with a painting."""
    seconds = duration((job.result_info or {}).get("seconds", 0))
    said: Said = phrase("painting-caption", style=_manner(job, address["styles"]), seconds=seconds)
    more = [verbatim(address["note"])] if address.get("note") else []
    return together(said, *notes(job), *more, by=" · ")


def alt_text(job: Job, address: Mapping[str, Any]) -> str:
    """What is to be seen on a painting, for those who do not see it, in the job's language."""
    language = job.language or "en"
    end = say(phrase("x-alt-painted", style=_manner(job, address["styles"])), language)
    name = address.get("name")
    sent = phrase("x-alt-sent-by", name=f"@{name}") if name else phrase("x-alt-sent")
    content = " ".join((address.get("alt") or say(sent, language)).split())
    room = MAX_ALT - len(end) - 1
    if len(content) > room:
        content = f"{content[: room - 1]}…"
    return f"{content if content.endswith(('.', '!', '?', '…')) else content + '.'} {end}"[:MAX_ALT]


def _manner(job: Job, titles: Sequence[str]) -> Said:
    if not job.styles:
        return phrase("painting-style-dream")
    if titles:
        return verbatim(" + ".join(titles))
    return phrase("painting-style-sent", count=len(job.styles))
