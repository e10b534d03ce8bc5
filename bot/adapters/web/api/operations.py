"""What a handler answers, said at the handler: its route and the API's document come of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal, TypeVar

from aiohttp import hdrs, web
from pydantic import BaseModel

from bot.adapters.web.bodies import later

_ATTRIBUTE = "_operation"
_Handler = TypeVar("_Handler", bound=Callable[..., Any])

#: A JSON schema.
Schema = Mapping[str, Any]
#: What there is of a media type: a model's JSON, or whatever a schema says; None for bytes of which nothing is said.
Content = type[BaseModel] | Schema | None


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A part of a request beside its body; those of the path are always required."""

    name: str
    where: Literal["path", "query", "header"]
    description: str
    schema: Schema


@dataclasses.dataclass(frozen=True)
class Answer:
    """A good answer."""

    description: str
    content: Mapping[str, Content] = dataclasses.field(default_factory=dict)  #: by media type
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)  #: name → meaning


@dataclasses.dataclass(frozen=True)
class Body:
    """The body of a request, which is required."""

    media_type: str
    model: type[BaseModel]
    encoding: Mapping[str, str] = dataclasses.field(default_factory=dict)  #: media types of a form's parts


@dataclasses.dataclass(frozen=True)
class Operation:
    """One method of one path; decorates its handler."""

    name: str  #: in programs: ``createJob``
    method: str
    path: str  #: as the router takes it
    tag: str
    summary: str
    answers: Mapping[HTTPStatus, Answer]
    details: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    problems: tuple[str, ...] = ()  #: codes, beside those that the doors before every handler have
    curl: str = ""  #: arguments of an example that are more than method and URL
    query: str = ""  #: of the example's URL

    def __call__(self, handler: _Handler) -> _Handler:
        """Note this at the handler."""
        setattr(handler, _ATTRIBUTE, self)
        return handler


def operations_of(api: object) -> Iterator[tuple[Operation, str]]:
    """The operations of a class of handlers, or of an object of it, in their order; and the handlers' names."""
    kind = api if isinstance(api, type) else type(api)
    for name, handler in vars(kind).items():
        operation = getattr(handler, _ATTRIBUTE, None)
        if operation is not None:
            yield operation, name


def routes_of(api: object) -> list[web.RouteDef]:
    """A route for each operation of an object, for ``Router.add_routes``."""
    return [_route(operation, getattr(api, name)) for operation, name in operations_of(api)]


def _route(operation: Operation, handler: Any) -> web.RouteDef:
    if operation.body is not None and operation.body.media_type == "multipart/form-data":
        return web.route(operation.method, operation.path, handler, expect_handler=later)
    if operation.method != hdrs.METH_GET:
        return web.route(operation.method, operation.path, handler)
    # A stream has no end at which a HEAD could be answered.
    streams = any("text/event-stream" in answer.content for answer in operation.answers.values())
    return web.get(operation.path, handler, allow_head=not streams)
