"""The answer to a press on a button."""

from __future__ import annotations

from typing import Any

from tests.fakes.telegram.arguments import boolean, integer, text
from tests.fakes.telegram.entities import units
from tests.fakes.telegram.methods.registry import Request, method
from tests.fakes.telegram.refusals import Refusal, mistake

_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@method(
    "answerCallbackQuery",
    {"callback_query_id": text},
    {"text": text, "show_alert": boolean, "url": text, "cache_time": integer},
)
def answer_callback_query(request: Request) -> Any:
    values = request.values
    query = request.world.queries.get(values["callback_query_id"])
    if query is None or query.answered or query.too_old:
        raise Refusal(400, _TOO_OLD, blame=query is None or query.answered)
    said = values.get("text", "")
    if units(said) > 200:
        raise mistake("MESSAGE_TOO_LONG")
    if "url" in values:
        raise mistake("URL_INVALID")
    query.answered, query.text, query.alert = True, said, values.get("show_alert", False)
    return True
