"""What a route is, and what it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.fakes.x.parameters import Parameters
from tests.fakes.x.world import World


@dataclass(frozen=True)
class Request:
    """One call, signed rightly and within its limit."""

    world: World
    path: dict[str, str]
    query: list[tuple[str, str]]
    body: dict[str, Any] | None
    picture: bytes | None = field(default=None, repr=False)  #: of a multipart body

    def parameters(self, *allowed: str | Collection[str]) -> Parameters:
        names = {name for one in allowed for name in ([one] if isinstance(one, str) else one)}
        return Parameters(self.query, names, self.world.words)


class Answer(NamedTuple):
    status: int
    json: dict[str, Any]


class Route(NamedTuple):
    """One operation; `name` is what limits and faults call it."""

    name: str
    method: str
    template: str
    handler: Callable[[Request], Awaitable[Answer]]
