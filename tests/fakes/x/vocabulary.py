"""The names of things, of which X has two sets: tweets were renamed posts, first in one operation, then in another."""

from __future__ import annotations

from dataclasses import dataclass

_COMMON_FIELDS = {
    "article", "attachments", "card_uri", "community_id", "context_annotations", "conversation_id", "created_at",
    "display_text_range", "edit_controls", "entities", "geo", "id", "lang", "media_metadata", "non_public_metrics",
    "organic_metrics", "paid_partnership", "possibly_sensitive", "promoted_metrics", "public_metrics",
    "reply_settings", "scopes", "source", "suggested_source_links", "suggested_source_links_with_counts", "text",
    "withheld",
}  # fmt: skip
_COMMON_EXPANSIONS = {
    "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet",
    "attachments.poll_ids", "author_id", "entities.mentions.username", "geo.place_id", "in_reply_to_user_id",
}  # fmt: skip
USER_FIELDS = {
    "confirmed_email", "connection_status", "created_at", "description", "entities", "id", "is_identity_verified",
    "location", "name", "parody", "profile_banner_url", "profile_image_url", "protected", "public_metrics",
    "receives_your_dm", "subscribes_to_you", "subscription", "subscription_type", "url", "username", "verified",
    "verified_followers_count", "verified_type", "withheld",
}  # fmt: skip
MEDIA_FIELDS = {
    "alt_text", "duration_ms", "height", "media_key", "non_public_metrics", "organic_metrics", "preview_image_url",
    "promoted_metrics", "public_metrics", "type", "url", "variants", "width",
}  # fmt: skip
POLL_FIELDS = {"duration_minutes", "end_datetime", "id", "options", "voting_status"}
PLACE_FIELDS = {"contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type"}


@dataclass(frozen=True)
class Vocabulary:
    """One set of names."""

    noun: str
    fields_parameter: str
    fields: frozenset[str]
    expansions: frozenset[str]
    user_expansions: frozenset[str]
    referenced: str  #: the field of a post that tells what it replies to and quotes
    parents: str  #: the expansion that includes those
    parents_media: str | None  #: and the one that includes their media
    parents_author: str | None
    included: str
    note: str
    history: str
    problems: str


TWEET = Vocabulary(
    noun="tweet",
    fields_parameter="tweet.fields",
    fields=frozenset(
        _COMMON_FIELDS
        | {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets"}
    ),
    expansions=frozenset(
        _COMMON_EXPANSIONS
        | {"edit_history_tweet_ids", "entities.note.mentions.username", "referenced_tweets.id"}
        | {"referenced_tweets.id.attachments.media_keys", "referenced_tweets.id.author_id"}
    ),
    user_expansions=frozenset({"affiliation", "most_recent_tweet_id", "pinned_tweet_id"}),
    referenced="referenced_tweets",
    parents="referenced_tweets.id",
    parents_media="referenced_tweets.id.attachments.media_keys",
    parents_author="referenced_tweets.id.author_id",
    included="tweets",
    note="note_tweet",
    history="edit_history_tweet_ids",
    problems="https://api.twitter.com/2/problems/",
)
POST = Vocabulary(
    noun="post",
    fields_parameter="post.fields",
    fields=frozenset(
        _COMMON_FIELDS | {"article_title", "matched_media_notes", "note_post", "note_request_suggestions"}
    ),
    expansions=frozenset(_COMMON_EXPANSIONS | {"edit_history_post_ids", "referenced_posts", "username"}),
    user_expansions=frozenset({"affiliation", "most_recent_post_id", "pinned_post_id"}),
    referenced="referenced_posts",
    parents="referenced_posts",
    parents_media=None,
    parents_author=None,
    included="posts",
    note="note_post",
    history="edit_history_post_ids",
    problems="https://api.x.com/2/problems/",
)
VOCABULARIES = {"tweet": TWEET, "post": POST}
#: Every name of either set: to use one where the other is spoken is no mistake of the caller's.
ANY_NAME = frozenset().union(*(words.fields | words.expansions | {words.fields_parameter} for words in (TWEET, POST)))
