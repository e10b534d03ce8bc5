"""Bodies of calls, as X's own description has them, and the check of one against the other."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.x.refusals import Refusal, invalid

Schema = dict[str, Any]
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,),
    "number": (int, float),
}  # fmt: skip
_TEXT: Schema = {"type": "string"}
_YES: Schema = {"type": "boolean"}
_ANYTHING: Schema = {"type": "object"}
_ID: Schema = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_REPLIERS: Schema = {"type": "string", "enum": ["following", "mentionedUsers", "subscribers", "verified"]}


def _record(*required: str, **properties: Schema) -> Schema:
    """An object; more than is named may be in it."""
    return {"type": "object", "properties": properties} | ({"required": list(required)} if required else {})


def _strict(*required: str, **properties: Schema) -> Schema:
    return _record(*required, **properties) | {"additionalProperties": False}


def _many(items: Schema, **bounds: int) -> Schema:
    return {"type": "array", "items": items} | bounds


CREATE = _strict(
    card_uri=_TEXT,
    community_id=_ID,
    direct_message_deep_link=_TEXT,
    edit_options=_strict("previous_post_id", previous_post_id=_ID),
    for_super_followers_only=_YES,
    geo=_strict("place_id", place_id=_TEXT),
    made_with_ai=_YES,
    media=_strict(
        "media_ids",
        call_to_actions=_strict(
            app_install=_strict(app_store_id=_TEXT, ipad_app_store_id=_TEXT, play_store_id=_TEXT),
            visit_site=_strict("url", url=_TEXT),
            watch_now=_strict("url", url=_TEXT),
        ),
        description=_TEXT,
        embeddable=_YES,
        media_ids=_many(_ID, minItems=1, maxItems=4),
        preview_media_id=_ID,
        tagged_user_ids=_many(_ID, maxItems=10),
        title=_TEXT,
    ),
    nullcast=_YES,
    paid_partnership=_YES,
    poll=_strict(
        "options",
        "duration_minutes",
        duration_minutes={"type": "integer", "minimum": 5, "maximum": 10080},
        options=_many({"type": "string", "minLength": 1, "maxLength": 25}, minItems=2, maxItems=4),
        reply_settings=_REPLIERS,
    ),
    quote_tweet_id=_ID,
    reply=_strict(
        "in_reply_to_tweet_id",
        auto_populate_reply_metadata=_YES,
        exclude_reply_user_ids=_many(_TEXT),
        in_reply_to_tweet_id=_ID,
    ),
    reply_settings=_REPLIERS,
    share_with_followers=_YES,
    text={"type": "string", "default": ""},
)
UPLOAD = _strict(
    "media",
    "media_category",
    additional_owners=_TEXT,
    media=_TEXT,
    media_category={
        "type": "string",
        "enum": ["tweet_image", "tweet_video", "tweet_gif", "dm_image", "dm_video", "dm_gif", "subtitles"],
    },
)
METADATA = _record(
    "id",
    id=_ID,
    metadata=_record(
        allow_download_status=_record(allow_download=_YES),
        alt_text=_record("text", text={"type": "string", "maxLength": 1000}),
        audience_policy=_ANYTHING,
        content_expiration=_record("timestamp_sec", timestamp_sec={"type": "number"}),
        domain_restrictions=_record("whitelist", whitelist=_many(_TEXT)),
        found_media_origin=_record("provider", "id", id=_TEXT, provider=_TEXT),
        geo_restrictions=_ANYTHING,
        management_info=_record("managed", managed=_YES),
        preview_image=_record("media_key", media_key=_ANYTHING),
        sensitive_media_warning=_ANYTHING,
        shared_info=_record("shared", shared=_YES),
        sticker_info=_record("stickers", stickers=_many(_record())),
        upload_source=_record("upload_source", upload_source=_TEXT),
    ),
)


def check(value: Any, schema: Schema, path: str = "") -> None:
    """Raises a refusal that names the first field that is not as it should be."""
    kinds = _TYPES[schema["type"]]
    # A truth value is an integer to Python, and not to JSON.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise _wrong(path, value, f"is not of type {schema['type']}")
    if isinstance(value, dict):
        _check_fields(value, schema, path)
    elif isinstance(value, list):
        _check_bounds(len(value), schema, "Items", path, value)
        for at, item in enumerate(value):
            check(item, schema["items"], f"{path}[{at}]")
    elif isinstance(value, str):
        _check_bounds(len(value), schema, "Length", path, value)
        if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value):
            raise _wrong(path, value, f"does not match {schema['pattern']}")
        if "enum" in schema and value not in schema["enum"]:
            raise _wrong(path, value, f"is not one of [{','.join(schema['enum'])}]")
    elif "minimum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        raise _wrong(path, value, f"is not between {schema['minimum']} and {schema['maximum']}")


def _check_fields(value: dict[str, Any], schema: Schema, path: str) -> None:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            raise _wrong(f"{path}.{name}", None, "is required")
    for name, field in value.items():
        if name in known:
            check(field, known[name], f"{path}.{name}")
        elif schema.get("additionalProperties") is False:
            raise _wrong(f"{path}.{name}", field, "is not defined in the schema and there may be no other properties")


def _check_bounds(size: int, schema: Schema, of: str, path: str, value: Any) -> None:
    if not schema.get(f"min{of}", 0) <= size <= schema.get(f"max{of}", size):
        raise _wrong(path, value, f"has a size of {size}")


def _wrong(path: str, value: Any, why: str) -> Refusal:
    name = path.removeprefix(".") or "body"
    return invalid(name, [str(value)[:80]], f"$.{name} {why}")
