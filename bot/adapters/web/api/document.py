"""The API's OpenAPI document, made of what is said at the handlers and of the models of their answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from aiohttp import hdrs
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from bot.adapters.web.api import models
from bot.adapters.web.api.codes import CODES, by_status
from bot.adapters.web.api.operations import Answer, Body, Content, Operation, Parameter, operations_of
from bot.adapters.web.guard import COOKIE
from bot.adapters.web.keys import API, SAFE_METHODS
from bot.adapters.web.limits import UNCOUNTED

#: Media type of all problems (RFC 9457).
PROBLEM = "application/problem+json"
#: Where the examples' service is.
EXAMPLE_URL = "http://127.0.0.1:8080"

_TAGS = {
    "jobs": "Orders of paintings. A job is its requester's alone: of a key, of a browser's session or, without either, "
    "of an address; to others it does not exist.",
    "pictures": "What a job was made of, and what it leaves.",
    "gallery": "Styles with a name.",
    "requester": "Who asks.",
    "service": "The service itself.",
}
_ABOUT = (
    "Two pictures in, a painting out. JSON in UTF-8; what a person is to read comes in the best of `Accept-Language` "
    "that there is (English, German, Spanish, French). Errors are problems (RFC 9457) with a stable `code`."
)
#: What keeps a request from any handler.
_EVERYWHERE = ("foreign_host", "internal_error", "store_busy")
_IN_API = ("bad_key", "missing_scope", "key_missing")

#: Headers that tell of quotas, as in draft-ietf-httpapi-ratelimit-headers-10.
_QUOTAS = {
    "RateLimit-Policy": "the quotas that are counted: how many (`q`), within how many seconds (`w`)",
    "RateLimit": "what is left of each (`r`), and in how many seconds there is more (`t`)",
}

_Models = list[tuple[type[BaseModel], JsonSchemaMode]]


def document(apis: Iterable[object]) -> dict[str, Any]:
    """The document of classes of handlers, or of objects of them."""
    operations = [operation for api in apis for operation, _ in operations_of(api)]
    schemas, definitions = models_json_schema(
        _models_of(operations), ref_template="#/components/schemas/{model}", schema_generator=_Schemas
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(path_in(operation), {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Atelier", "version": version("atelier"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "security": [{}, {"session": []}, {"key": []}],
        "paths": paths,
        "webhooks": {"jobEnded": {"post": _webhook(schemas)}},
        "components": {
            "schemas": definitions["$defs"],
            "headers": {
                name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in _QUOTAS.items()
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "a browser's session"},
                "key": {"type": "http", "scheme": "bearer", "description": "a program's key"},
            },
        },
    }


class _Schemas(GenerateJsonSchema):
    """Schemas without the titles that pydantic makes of the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False

    def default_schema(self, schema: Any) -> Any:
        """Without a default of null, which says no more than that the field may be left out."""
        described = super().default_schema(schema)
        if described.get("default", ...) is None:
            del described["default"]
        return described


def _models_of(operations: Iterable[Operation]) -> _Models:
    found: dict[tuple[type[BaseModel], JsonSchemaMode], None] = dict.fromkeys(
        [(models.Problem, "serialization"), (models.JobEnded, "serialization")]
    )
    for operation in operations:
        if operation.body is not None:
            found[operation.body.model, "validation"] = None
        for answer in operation.answers.values():
            for content in answer.content.values():
                if isinstance(content, type):
                    found[content, "serialization"] = None
    return list(found)


_References = Mapping[tuple[Any, JsonSchemaMode], Any]


def path_in(operation: Operation) -> str:
    """The path without what the router checks of its variables."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", operation.path)


def _operation(operation: Operation, references: _References) -> dict[str, Any]:
    quotas = _QUOTAS if "too_many_requests" in _codes(operation) else ()
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.details,
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "requestBody": _body(operation.body, references) if operation.body else None,
        "responses": {
            **{str(int(status)): _answer(answer, references, quotas) for status, answer in operation.answers.items()},
            **{str(int(status)): _problem(codes, references) for status, codes in by_status(_codes(operation)).items()},
        },
        "x-codeSamples": [{"lang": "Shell", "label": "curl", "source": _curl(operation)}],
    }
    return {name: value for name, value in described.items() if value}


def _codes(operation: Operation) -> Sequence[str]:
    codes = [*operation.problems, *_EVERYWHERE]
    if operation.path.startswith(API):
        codes += _IN_API
    if operation.path.startswith(API) and not operation.path.startswith(UNCOUNTED):
        codes.append("too_many_requests")
    if operation.method not in SAFE_METHODS:
        codes.append("foreign_origin")
    if operation.body is not None:
        codes.append("too_slow")
    return codes


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "required": parameter.where == "path",
        "schema": dict(parameter.schema),
    }


def _body(body: Body, references: _References) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": references[body.model, "validation"]}
    if body.encoding:
        content["encoding"] = {part: {"contentType": media_type} for part, media_type in body.encoding.items()}
    return {"required": True, "content": {body.media_type: content}}


def _webhook(references: _References) -> dict[str, Any]:
    """What a program that asked for it is told of a job's end."""
    return {
        "summary": "A job has ended",
        "description": "To the `webhook` of an order with a key, signed as Standard Webhooks say; at least once.",
        "parameters": [
            _parameter(Parameter(name, "header", meaning, {"type": "string"}))
            for name, meaning in {
                "webhook-id": "the same each time that this is sent",
                "webhook-timestamp": "when it was sent, in Unix seconds",
                "webhook-signature": "`v1,` and the HMAC-SHA256 of id, timestamp and body, in base64",
            }.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": _content(models.JobEnded, references)}},
        "responses": {
            "2XX": {"description": "it is known; nothing of the answer is read"},
            "410": {"description": "nobody wants to know"},
            "default": {"description": "there is another try later"},
        },
    }


def _answer(answer: Answer, references: _References, quotas: Iterable[str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": answer.description,
        "headers": {
            **{
                name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in answer.headers.items()
            },
            **{name: {"$ref": f"#/components/headers/{name}"} for name in quotas},
        },
        "content": {kind: _content(content, references) for kind, content in answer.content.items()},
    }
    return {name: value for name, value in described.items() if value}


def _content(content: Content, references: _References) -> dict[str, Any]:
    if content is None:
        return {}
    return {"schema": references[content, "serialization"] if isinstance(content, type) else dict(content)}


def _problem(codes: Sequence[str], references: _References) -> dict[str, Any]:
    status = CODES[codes[0]][0]
    described: dict[str, Any] = {
        "description": "\n".join(f"- `{code}`: {CODES[code][1]}" for code in codes),
        "content": {
            PROBLEM: {
                "schema": {
                    "allOf": [references[models.Problem, "serialization"]],
                    "properties": {"status": {"const": int(status)}, "code": {"enum": list(codes)}},
                }
            }
        },
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        described["headers"] = {
            hdrs.RETRY_AFTER: {"description": "seconds", "required": True, "schema": {"type": "integer", "minimum": 0}}
        }
    return described


def _curl(operation: Operation) -> str:
    """An example; ``$JOB`` is a job's id."""
    path = path_in(operation)
    for name, value in {"id": "$JOB", "number": "1", "name": "woodcut"}.items():
        path = path.replace(f"{{{name}}}", value)
    query = f"?{operation.query}" if operation.query else ""
    # What has a body is a POST without a word.
    method = "" if operation.method == hdrs.METH_GET or operation.body else f"-X {operation.method} "
    arguments = f"{operation.curl} " if operation.curl else ""
    return f'curl {method}{arguments}"{EXAMPLE_URL}{path}{query}"'
