"""Posts as answers tell of them: no more than was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.fakes.x.media import Media
from tests.fakes.x.parameters import Wanted
from tests.fakes.x.posts import Post, User, moment
from tests.fakes.x.vocabulary import Vocabulary
from tests.fakes.x.world import World

_COUNTS = ("retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")


class View:
    """One answer in the making: its posts, and what is included with them."""

    def __init__(self, world: World, wanted: Wanted) -> None:
        self._world = world
        self._words = world.words
        self._wanted = wanted
        self._parents: dict[str, Post] = {}
        self._media: dict[str, Media] = {}
        self._users: dict[str, User] = {}
        self.errors: list[dict[str, Any]] = []

    def post(self, post: Post) -> dict[str, Any]:
        """A post that was asked for; what it refers to is included."""
        asked = self._wanted.expansions
        told: set[str] = {name for name in ("author_id", "in_reply_to_user_id", "username") if name in asked}
        if "author_id" in asked:
            self._meet(post.author)
        if "in_reply_to_user_id" in asked and post.reply_to:
            self._meet(post.reply_to.author)
        if "entities.mentions.username" in asked:
            for user in post.mentioned:
                self._meet(user)
        if "attachments.media_keys" in asked:
            told.add("attachments")
            self._show(post.media)
        if self._words.parents in asked:
            told.add(self._words.referenced)
        for _, parent in post.references:
            self._refer(parent)
        return self._told(post, told)

    def answer(self, data: Sequence[dict[str, Any]] | dict[str, Any] | None) -> dict[str, Any]:
        """The whole; empty parts are left out, as X does."""
        parents = [self._told(post, self._of_parents()) for post in self._parents.values()]
        includes = {
            self._words.included: parents,
            "media": [one.json(self._wanted.media_fields, self._world.host) for one in self._media.values()],
            "users": [user.json(self._wanted.user_fields) for user in self._users.values()],
        }
        if self._users:
            self._world.bill["user"] += len(self._users)
        parts = {
            "data": data,
            "includes": {name: part for name, part in includes.items() if part},
            "errors": self.errors,
        }
        return {name: part for name, part in parts.items() if part}

    def missing(self, post_id: str, parameter: str) -> None:
        """Tell that a post cannot be seen, and why."""
        self.errors.append(problem(self._words, post_id, parameter, self._world.posts.get(post_id)))

    def _refer(self, parent: Post) -> None:
        asked, words = self._wanted.expansions, self._words
        if not self._world.visible(parent):
            if words.parents in asked:
                self.missing(parent.id, words.parents)
            return
        if words.parents in asked:
            self._parents[parent.id] = parent
        if words.parents_media in asked:
            self._show(parent.media)
        if words.parents_author in asked:
            self._meet(parent.author)

    def _of_parents(self) -> set[str]:
        """What an included post tells besides the fields asked for: an expansion brings its own field along."""
        brings = {self._words.parents_media: "attachments", self._words.parents_author: "author_id"}
        return {field for expansion, field in brings.items() if expansion in self._wanted.expansions}

    def _told(self, post: Post, more: Iterable[str]) -> dict[str, Any]:
        told = self._wanted.fields.union(more)
        said = {"id": post.id, "text": post.text, self._words.history: [post.id]}
        return said | {name: value for name, value in self._everything(post).items() if name in told}

    def _everything(self, post: Post) -> dict[str, Any]:
        references = [{"type": how, "id": parent.id} for how, parent in post.references]
        note = post.note
        everything: dict[str, Any] = {
            "attachments": {"media_keys": [one.media_key for one in post.media]} if post.media else None,
            "author_id": post.author.id,
            "conversation_id": post.conversation,
            "created_at": moment(post.at),
            "display_text_range": list(post.shown),
            "entities": post.layout.entities,
            "in_reply_to_user_id": post.reply_to and post.reply_to.author.id,
            "lang": post.lang,
            "possibly_sensitive": False,
            "public_metrics": dict.fromkeys(_COUNTS, 0),
            "reply_settings": "everyone",
            "username": post.author.username,
            self._words.referenced: references,
            self._words.note: note and {"text": note.text} | ({"entities": note.entities} if note.entities else {}),
        }
        return {name: value for name, value in everything.items() if value not in (None, [], {})}

    def _show(self, media: Iterable[Media]) -> None:
        self._media |= {one.media_key: one for one in media}

    def _meet(self, user: User) -> None:
        self._users[user.id] = user


def problem(words: Vocabulary, post_id: str, parameter: str, post: Post | None) -> dict[str, Any]:
    """Why a post is not in an answer."""
    of = f"{words.noun} with {parameter}: [{post_id}]."
    said = {"value": post_id, "resource_type": words.noun, "parameter": parameter, "resource_id": post_id}
    if post is None or post.deleted:
        kind = {"title": "Not Found Error", "detail": f"Could not find {of}"}
        return said | kind | {"type": words.problems + "resource-not-found"}
    kind = {"title": "Authorization Error", "detail": f"Sorry, you are not authorized to see the {of}"}
    return said | kind | {"type": words.problems + "not-authorized-for-resource"}
