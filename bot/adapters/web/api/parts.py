"""Parts of the descriptions that several operations have."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import hdrs
from pydantic import BaseModel

from bot.adapters.web.api import models
from bot.adapters.web.api.operations import Answer, Parameter, Schema
from bot.adapters.web.api.views import path_of

JOB = path_of("{id}")


def _event(name: str, **data: object) -> Schema:
    event_id = {"type": "string", "description": "what its reader knows by then; for `Last-Event-ID`"}
    parts = {"event": {"const": name}, "id": event_id, "data": {"type": "string", **data}}
    return {"type": "object", "properties": parts, "required": [*parts]}


#: One event of a job's stream.
EVENT: Schema = {
    "oneOf": [
        _event("status", contentMediaType="application/json", contentSchema={"$ref": "#/components/schemas/Job"}),
        _event("preview", contentMediaType="image/jpeg", contentEncoding="base64"),
    ]
}
#: Longest Idempotency-Key, in characters.
MAX_KEY = 128

JOB_ID = Parameter("id", "path", "the job's id", {"type": "string"})
KEY = Parameter(
    "Idempotency-Key",
    "header",
    "makes a repeated request return the first one's job",
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
)
DOWNLOAD = Parameter("download", "query", "`1`: as a file to keep", {"type": "string", "enum": ["1"]})

#: Why nothing can be done with a picture.
UNUSABLE = (
    *("not_a_picture", "picture_broken", "picture_too_heavy"),
    *("picture_too_large", "picture_too_small", "picture_too_long"),
)
#: Why there is nothing of a painting to be had.
PAINTED = ("unknown_job", "not_ready", "not_painted")
#: What an order may be refused for, whatever it is made of.
ORDER = (
    *("bad_idempotency_key", "bad_options", "bad_webhook"),
    *("banned", "not_allowed", "moderated", "too_expensive"),
    *("too_many_jobs", "queue_full", "quota_hour", "quota_day", "address_quota_hour", "address_quota_day"),
    *("closing", "disk_full"),
)


def answers_with(model: type[BaseModel], description: str) -> dict[HTTPStatus, Answer]:
    """A good answer that is a model."""
    return {HTTPStatus.OK: Answer(description, {"application/json": model})}


def answers_with_file(description: str, *media_types: str) -> dict[HTTPStatus, Answer]:
    """A good answer that is a file, which may be asked for in parts and only if it has changed."""
    headers: dict[str, str] = {hdrs.ETAG: "for `If-None-Match`", hdrs.CONTENT_DISPOSITION: "a name for the file"}
    return {
        HTTPStatus.OK: Answer(description, dict.fromkeys(media_types), headers),
        HTTPStatus.PARTIAL_CONTENT: Answer("the part that `Range` asks for", dict.fromkeys(media_types)),
        HTTPStatus.NOT_MODIFIED: Answer("the one that `If-None-Match` or `If-Modified-Since` knows"),
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: Answer("`Range` asks for what there is not"),
    }


#: Of a job that has been taken in.
ACCEPTED = {
    HTTPStatus.ACCEPTED: Answer(
        "the job has been taken in", {"application/json": models.Accepted}, {hdrs.LOCATION: "path of the job"}
    )
}
