"""Posts as X's API tells them, under the old names of its fields and the new ones."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PLATFORM = "x"

#: Ids are milliseconds since a moment of X's own (Unix milliseconds), and behind these bits what tells them apart.
_EPOCH_MS = 1_288_834_974_657
_MORE_BITS = 22

_MENTION = re.compile(r"@(\w{1,15})\b")
_LINK = re.compile(r"https?://\S+")


def posted_at(post_id: str) -> float:
    """When a post was written (Unix seconds), which its id tells."""
    return ((int(post_id) >> _MORE_BITS) + _EPOCH_MS) / 1000


@dataclasses.dataclass(frozen=True)
class Photo:
    """A picture of a post."""

    url: str
    alt: str | None = None  #: its description, by whoever posted it


@dataclasses.dataclass(frozen=True)
class Post:
    """A post, so far as the bot cares."""

    id: str
    author: str  #: their id
    text: str  #: whole, as X has it: with links and names of others
    visible: str = ""  #: without the names that X puts before a reply by itself
    lang: str | None = None
    name: str | None = None  #: the author's user name
    photos: tuple[Photo, ...] = ()
    has_film: bool = False  #: whether there is a video or an animation among its media
    has_more: bool = False  #: whether there are media that were not told
    replied_to: str | None = None  #: id of the post that it answers
    quoted: str | None = None
    reposts: bool = False
    mentions: tuple[str, ...] = ()  #: user names, in lower case
    conversation: str | None = None

    @property
    def requester(self) -> str:
        """Its author, as the rest of the bot knows them."""
        return f"{PLATFORM}:{self.author}"

    @property
    def number(self) -> int:
        """Its place in time: ids are numbers, told as strings."""
        return int(self.id)

    @property
    def words(self) -> str:
        """What is said in it, without names and links."""
        return " ".join(_LINK.sub(" ", _MENTION.sub(" ", html.unescape(self.text))).split())

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Post:
        """What `to_json` gave."""
        photos = tuple(Photo(**photo) for photo in kept["photos"])
        return cls(**{**kept, "photos": photos, "mentions": tuple(kept["mentions"])})


@dataclasses.dataclass(frozen=True)
class Page:
    """An answer with posts in it."""

    posts: tuple[Post, ...]
    included: Mapping[str, Post]  #: posts that these refer to, by id, so far as X tells them
    next_token: str | None
    users: int  #: how many users were told


def read_page(answer: Mapping[str, Any]) -> Page:
    """The posts of an answer, one or many."""
    includes = answer.get("includes") or {}
    media = {one.get("media_key"): one for one in includes.get("media") or ()}
    users = {one["id"]: one.get("username") for one in includes.get("users") or ()}
    data = answer.get("data") or []
    told = filter(_is_post, [data] if isinstance(data, dict) else data)
    others = [*(includes.get("tweets") or ()), *(includes.get("posts") or ())]
    included = {one["id"]: _read(one, media, users) for one in others if _is_post(one)}
    token = (answer.get("meta") or {}).get("next_token")
    return Page(tuple(_read(one, media, users) for one in told), included, token, len(users))


def _is_post(told: Any) -> bool:
    return isinstance(told, dict) and str(told.get("id", "")).isdecimal()


def _read(told: Mapping[str, Any], media: Mapping[Any, Any], users: Mapping[str, str | None]) -> Post:
    text = (told.get("note_tweet") or told.get("note_post") or {}).get("text") or told.get("text", "")
    keys = (told.get("attachments") or {}).get("media_keys") or []
    found = [media[key] for key in keys if key in media]
    refers = {kind: post for kind, post in _references(told)}
    author = told.get("author_id", "")
    begin = (told.get("display_text_range") or [0])[0]
    return Post(
        id=told["id"],
        author=author,
        text=text,
        visible=text[begin:],
        lang=told.get("lang"),
        name=users.get(author),
        photos=tuple(_photos(found)),
        has_film=any(one.get("type") != "photo" for one in found),
        has_more=len(found) < len(keys) or any(one.get("type") == "photo" and not one.get("url") for one in found),
        replied_to=refers.get("replied_to"),
        quoted=refers.get("quoted"),
        reposts="retweeted" in refers,
        mentions=tuple(name.lower() for name in _MENTION.findall(text)),
        conversation=told.get("conversation_id"),
    )


def _references(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for reference in told.get("referenced_tweets") or told.get("referenced_posts") or ():
        yield reference["type"], reference["id"]


def _photos(media: Sequence[Mapping[str, Any]]) -> Iterator[Photo]:
    for one in media:
        if one.get("type") == "photo" and one.get("url"):
            yield Photo(one["url"], one.get("alt_text"))
