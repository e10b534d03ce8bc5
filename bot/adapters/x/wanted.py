"""What a mention asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from bot.adapters.x.posts import Photo, Post
from bot.errors import BadRequest, UnknownWord
from bot.options import Known, Wishes, parse, same
from bot.texts import Said

#: Styles that are blended at most.
MAX_STYLES = 3
#: Signs of a post that are read; nobody hides a wish behind so many.
_LONGEST = 900

_ORDERS = {
    "stop": {"stop", "stopit", "pleasestop", "stopplease", "unsubscribe", "optout"},
    "start": {"start", "optin"},
    "delete": {"delete", "deletemydata", "forgetme", "erase"},
}
#: By what is said in answer to a painting.
_VARIATIONS = {
    "again": "again",
    "oncemore": "again",
    "stronger": "stronger",
    "softer": "softer",
    "keepcolours": "keep-colours",
    "keepcolors": "keep-colours",
    "protectfaces": "protect-faces",
    "bigger": "bigger",
    "larger": "bigger",
}


class Order(StrEnum):
    """What is to be done about the person, whatever else the post holds."""

    STOP = "stop"
    START = "start"
    DELETE = "delete"


@dataclasses.dataclass(frozen=True)
class Understood:
    """The words of a mention, so far as they are of the grammar."""

    wishes: Wishes
    in_full: bool  #: whether every word is, and there is one
    unclear: Said | None = None  #: of a word that was meant to be


def order_of(mention: Post) -> Order | None:
    """Whether the person wants no more answers, or answers again, or to be forgotten."""
    said = same(mention.words)
    return next((Order(order) for order, words in _ORDERS.items() if said in words), None)


def variation_of(mention: Post) -> str | None:
    """What is to be changed about the painting that is answered, of `bot.variations.VARIATIONS`."""
    return _VARIATIONS.get(same(mention.words))


def is_named(mention: Post, my_name: str) -> bool:
    """Whether the bot's name stands where its author must have written it."""
    return mention.replied_to is None or f"@{my_name.lower()}" in mention.visible.lower()


def is_meant(mention: Post, parent: Post | None, me: str, my_name: str) -> bool:
    """Whether somebody has written the bot's name, and X has not put it there: it does in every answer to a post
    of the bot's or with its name in it.
    """
    if is_named(mention, my_name):
        return True
    return parent is not None and parent.author != me and my_name.lower() not in parent.mentions


def understood(mention: Post, known: Known) -> Understood:
    """The words of a post; what is said to others is passed over. Raises BadRequest where values cannot be."""
    words = mention.words[:_LONGEST]
    if not words:
        return Understood(Wishes(), False)
    try:
        return Understood(parse(words, known), True)
    except UnknownWord as unknown:
        try:
            wishes = parse(unknown.understood, known)
        except (UnknownWord, BadRequest):
            wishes = Wishes()
        meant = unknown.nearest is not None and _has_sign(words, unknown.understood)
        return Understood(wishes, False, unknown.said if meant else None)


def pictures_of(mention: Post, others: Mapping[str, Post]) -> tuple[Photo, ...]:
    """Its own pictures; without any, those of the post that it answers, or else of the one that it quotes."""
    posts = (mention, *(others[one] for one in (mention.replied_to, mention.quoted) if one and one in others))
    return next((post.photos[: MAX_STYLES + 1] for post in posts if post.photos), ())


def _has_sign(words: str, understood: str) -> bool:
    """Whether a word that was not understood was marked as one of the grammar."""
    left = set(words.split()) - set(understood.split())
    return any(word[0] in "#+!" or "=" in word for word in left)
