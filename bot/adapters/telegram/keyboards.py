"""The buttons under a job's message, and what a press on one says."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.telegram.speech import rows
from bot.gallery import Entry
from bot.jobs import Job
from bot.texts import phrase, say
from bot.variations import VARIATIONS, varied

#: Buttons in a row, which a telephone shows without cutting their words.
_COLUMNS = 3
#: Telegram takes 100 buttons; two more stand below the styles.
_MOST_STYLES = 96
_FACTS = ("as-file", "time-lapse", "breakdown")
_VOTES = {"like": "👍", "dislike": "👎"}
_VERBS = frozenset(
    {"cancel", "swap", *VARIATIONS, "other-style", "in-style", "surprise", "back", *_FACTS, *_VOTES},
)
_DATA = re.compile(r"([a-z-]+):([0-9a-f]{32})(?::([0-9a-f]+))?")


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a button asks for."""

    verb: str
    job_id: str
    style: str = ""  #: `key_of` a style, with ``in-style``


def read(data: str | None) -> Wish | None:
    """The wish in a button's data, None where it is none of ours."""
    found = _DATA.fullmatch(data or "")
    return Wish(found[1], found[2], found[3] or "") if found and found[1] in _VERBS else None


def waiting(job: Job, swappable: bool, language: str) -> InlineKeyboardMarkup:
    """Under a job that waits or is being painted."""
    return _keyboard(job, ["cancel", "swap"] if swappable else ["cancel"], language)


def finished(job: Job, language: str) -> InlineKeyboardMarkup:
    """Under a painting: other paintings that can be made of it, and what there is to be had of it."""
    verbs = [verb for verb in VARIATIONS if varied(job, verb)]
    if job.styles:
        verbs.append("other-style")
    verbs += [verb for verb in _FACTS if verb != "time-lapse" or job.frames]
    return _keyboard(job, [*verbs, *_VOTES], language)


def styles(job: Job, entries: Sequence[Entry], language: str) -> InlineKeyboardMarkup:
    """The gallery, to choose another style from."""
    buttons = [_button(entry.title, job, "in-style", key_of(entry)) for entry in entries[:_MOST_STYLES]]
    below = [_button(_label(verb, language), job, verb) for verb in ("surprise", "back")]
    return InlineKeyboardMarkup([*rows(buttons, _COLUMNS), below])


def key_of(entry: Entry) -> str:
    """A short name of a style, for the 64 bytes that a button can say."""
    return hashlib.sha256(entry.name.encode()).hexdigest()[:12]


def _keyboard(job: Job, verbs: Sequence[str], language: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows([_button(_label(verb, language), job, verb) for verb in verbs], _COLUMNS))


def _label(verb: str, language: str) -> str:
    return _VOTES.get(verb) or say(phrase(f"painting-button-{verb}"), language)


def _button(label: str, job: Job, *data: Any) -> InlineKeyboardButton:
    verb, *rest = data
    return InlineKeyboardButton(label, callback_data=":".join([verb, job.id, *rest]))
