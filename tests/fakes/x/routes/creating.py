"""Posts by the bot, and whom it may reply to."""

from __future__ import annotations

from typing import Any

from tests.fakes.x import schemas, text
from tests.fakes.x.media import KEPT_S, Media, Upload
from tests.fakes.x.posts import Post
from tests.fakes.x.refusals import DELETED, DUPLICATE, NOT_SUMMONED, TOO_LONG, forbidden, invalid
from tests.fakes.x.routes.registry import Answer, Request
from tests.fakes.x.world import World

_REMEMBERED = 50


async def create(request: Request) -> Answer:
    schemas.check(request.body, schemas.CREATE)
    assert request.body is not None
    world, body = request.world, request.body
    said = body.get("text", "")
    uploads = _uploads(world, body.get("media", {}).get("media_ids", []))
    if not said and not uploads:
        raise invalid("text", [], "text or media is required")
    if text.weight(said) > text.MOST_WEIGHT:
        raise forbidden(TOO_LONG, blame=True)
    parent = _parent(world, body["reply"]["in_reply_to_tweet_id"]) if "reply" in body else None
    quote = _parent(world, body["quote_tweet_id"]) if "quote_tweet_id" in body else None
    if parent and not parent.concerns(world.bot):
        raise forbidden(NOT_SUMMONED, blame=True)
    if _is_duplicate(world, said, bool(uploads)):
        raise forbidden(DUPLICATE)
    post = _posted(world, body, [upload.media for upload in uploads], parent, quote)
    for upload in uploads:
        upload.shown = True
    return Answer(201, {"data": {"id": post.id, "text": post.text, world.words.history: [post.id]}})


def _posted(world: World, body: dict[str, Any], media: list[Media], parent: Post | None, quote: Post | None) -> Post:
    said = body.get("text", "")
    linked = text.has_link(said)
    if linked:
        world.blame(f"create: the text has a link, which is dear: {said!r}")
    if parent and world.replies[parent.id]:
        world.blame(f"create: a second reply to post {parent.id}: {said!r}")
    world.bill["link" if linked else "reply" if parent else "create"] += 1
    kept_out = body.get("reply", {}).get("exclude_reply_user_ids", ())
    to = [user for user in world.addressed(world.bot, parent) if user.id not in kept_out] if parent else []
    return world.add(world.bot, said, media, parent, quote, to=to, made_with_ai=bool(body.get("made_with_ai")))


def _uploads(world: World, ids: list[str]) -> list[Upload]:
    found = [world.uploads.get(one) for one in ids]
    usable = [one for one in found if one and not one.shown and world.now() < one.at + KEPT_S]
    if len(usable) < len(ids) or len(set(ids)) < len(ids):
        raise invalid("media.media_ids", ids, "Your media IDs are invalid.")
    return usable


def _parent(world: World, post_id: str) -> Post:
    post = world.posts.get(post_id)
    if post is None or not world.visible(post):
        raise forbidden(DELETED, blame=post is None)
    return post


def _is_duplicate(world: World, said: str, pictured: bool) -> bool:
    if pictured and not world.strict_duplicates:
        return False
    latest = world.own[-_REMEMBERED:]
    return any(post.said == said and (world.strict_duplicates or not post.media) for post in latest)
