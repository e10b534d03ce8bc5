"""Every code that a problem of the API may have: its status, and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from bot.adapters.web.problems import status_of
from bot.errors import (
    BadPicture,
    BadRequest,
    Busy,
    Forbidden,
    NotReady,
    TooExpensive,
    UnknownJob,
    UnknownStyle,
    UnknownWord,
    UserError,
)

_MEANINGS: dict[type[UserError], dict[str, str]] = {
    BadRequest: {
        "bad_body": "the body is not the JSON that is taken",
        "bad_edge": "`edge` is out of bounds",
        "bad_format": "a time-lapse cannot be had in this format",
        "bad_idempotency_key": "`Idempotency-Key` is empty or too long",
        "bad_options": "an option is unknown or out of bounds, or options, words and weights do not go together",
        "bad_page": "`limit` is out of bounds, or `after` is not where a page begins",
        "bad_upload": "the body is no form of the parts that are taken",
        "bad_webhook": "the webhook's URL is not one that may be told",
        "too_slow": "the body came too slowly",
        "unknown_variation": "there is no variation of this name",
    },
    UnknownWord: {"unknown_word": "a word is neither a style nor a tag nor an option; the nearest is named"},
    UnknownStyle: {"unknown_style": "the gallery has no such style"},
    Forbidden: {
        "bad_key": "the key is not in force",
        "banned": "the operator has banned this requester",
        "foreign_address": "this is not for the address that asks",
        "foreign_host": "the service does not answer under this name",
        "foreign_origin": "the request comes from a page of another site",
        "key_missing": "this is for requests with a key",
        "missing_scope": "the key does not open this",
        "moderated": "nothing is painted from this picture",
        "not_allowed": "only those who are invited may order",
    },
    UnknownJob: {"unknown_job": "there is no such job, or it is somebody else's"},
    NotReady: {
        "at_its_limit": "the painting cannot be taken further that way",
        "input_gone": "the pictures are no longer kept",
        "no_longer_cancellable": "the job has ended",
        "no_timelapse": "there is none of this painting",
        "not_painted": "the job has ended without a painting, or it is no longer kept",
        "not_ready": "the painting is not finished yet",
    },
    BadPicture: {
        "mask_mismatch": "a mask has another shape than the content",
        "not_a_picture": "the file is of no kind that is taken",
        "picture_broken": "the picture is damaged",
        "picture_missing": "content or style is missing",
        "picture_too_heavy": "a picture has too many bytes",
        "picture_too_large": "a picture has too many pixels",
        "picture_too_long": "one side is many times the other",
        "picture_too_small": "a side is too short",
    },
    TooExpensive: {"too_expensive": "painting would take too long; a size that would not is named"},
    Busy: {
        "address_quota_day": "enough has been ordered from this network within 24 hours",
        "address_quota_hour": "enough has been ordered from this network within an hour",
        "busy": "more pictures come in at the moment than can be looked at",
        "closing": "the operator takes in nothing new",
        "disk_full": "there is no room on the disk",
        "queue_full": "all places are taken",
        "quota_day": "enough has been ordered within 24 hours",
        "quota_hour": "enough has been ordered within an hour",
        "store_busy": "it could not be stored, and nothing of it was; the same again is safe",
        "too_many_jobs": "enough jobs of this requester are open",
        "too_many_requests": "there were too many requests within a minute",
    },
}
_OF_HTTP = {
    "internal_error": (HTTPStatus.INTERNAL_SERVER_ERROR, "the fault is ours; the id in the sentence stands in the log"),
    "method_not_allowed": (
        HTTPStatus.METHOD_NOT_ALLOWED,
        "this path does not take the method; `Allow` has those it takes",
    ),
    "not_found": (HTTPStatus.NOT_FOUND, "there is nothing at this path"),
}

#: By code: the status, and the meaning.
CODES: dict[str, tuple[HTTPStatus, str]] = {
    code: (status_of(kind, code), meaning) for kind, meanings in _MEANINGS.items() for code, meaning in meanings.items()
} | _OF_HTTP


def by_status(codes: Iterable[str]) -> dict[HTTPStatus, list[str]]:
    """The codes of each status, both in order."""
    found: dict[HTTPStatus, list[str]] = {}
    for code in sorted(set(codes), key=lambda code: (CODES[code][0], code)):
        found.setdefault(CODES[code][0], []).append(code)
    return found
