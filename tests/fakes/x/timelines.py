"""Posts in pages, the newest first."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.x.ids import at
from tests.fakes.x.parameters import Parameters
from tests.fakes.x.posts import Post


@dataclass(frozen=True)
class Page:
    """Some of a timeline, and how to get at what comes after it."""

    posts: list[Post]
    next_token: str | None

    def meta(self) -> dict[str, Any]:
        said: dict[str, Any] = {"result_count": len(self.posts)}
        if self.posts:
            said |= {"newest_id": self.posts[0].id, "oldest_id": self.posts[-1].id}
        return said | ({"next_token": self.next_token} if self.next_token else {})


def page(
    timeline: Sequence[Post],
    shown: Callable[[Post], bool],
    parameters: Parameters,
    *,
    most: int,
    limit: int,
    lost_since_id: bool = False,
) -> Page:
    """The part of a timeline, the oldest first in it, that a query asks for; only its newest `most` can be had."""
    since, until = parameters.since_and_until()
    start, end = parameters.times()
    token = parameters.token()
    # A token says where the page before ended, so that new posts move nothing.
    below = min(
        1 << 64 if until is None else until,
        1 << 64 if end is None else at(end),
        1 << 64 if token is None else _place(token, parameters),
    )
    above = max(-1 if since is None or lost_since_id else since, -1 if start is None else at(start) - 1)
    found: list[Post] = []
    for post in newest(timeline, shown, most):
        if post.number <= above:
            break
        if post.number < below:
            found.append(post)
        if len(found) > limit:
            return Page(found[:limit], _token(found[limit - 1]))
    return Page(found, None)


def newest(timeline: Sequence[Post], shown: Callable[[Post], bool], most: int) -> list[Post]:
    found: list[Post] = []
    for post in reversed(timeline):
        if shown(post):
            found.append(post)
            if len(found) == most:
                break
    return found


def _token(post: Post) -> str:
    return base64.b32hexencode(f"below {post.id}".encode()).decode().rstrip("=").lower()


def _place(token: str, parameters: Parameters) -> int:
    try:
        padded = token.upper() + "=" * (-len(token) % 8)
        word, _, number = base64.b32hexdecode(padded).decode().partition(" ")
        assert word == "below"
        return int(number)
    except (ValueError, AssertionError):
        raise parameters.refused_token() from None
