"""How a method is entered among the methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.arguments import Reader, Signature
from tests.fakes.telegram.files import Upload
from tests.fakes.telegram.world import World

Values = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One call, ready to be carried out."""

    world: World
    values: Values  #: the parameters, each of its type
    uploads: Mapping[str, Upload]


@dataclass(frozen=True)
class Method:
    """One method: what it takes and what it does. The doing returns the ``result`` of the answer."""

    name: str
    signature: Signature
    do: Callable[[Request], Any]

    async def __call__(self, request: Request) -> Any:
        result = self.do(request)
        return await result if inspect.isawaitable(result) else result


#: By lower-case name, as Telegram compares them.
METHODS: dict[str, Method] = {}


def method(
    name: str, required: Mapping[str, Reader] | None = None, optional: Mapping[str, Reader] | None = None
) -> Callable[[Callable[[Request], Any]], Callable[[Request], Any]]:
    """Enter a function as a method of the API."""

    def enter(do: Callable[[Request], Any]) -> Callable[[Request], Any]:
        METHODS[name.lower()] = Method(name, Signature(required or {}, optional or {}), do)
        return do

    return enter
