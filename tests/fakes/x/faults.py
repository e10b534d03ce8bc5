"""What goes wrong on the way, by a test's order."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.fakes.x.refusals import Refusal, title

When = Literal["before", "after"]
_PAGE = "<html><head><title>{status} {title}</title></head><body><center><h1>{title}</h1></center></body></html>"


@dataclass(eq=False)
class Fault:
    """One kind of trouble for one operation. `times` is how often it still strikes; None until it is ended."""

    route: str  #: ``*`` for all, ``media`` for files
    status: int | None = None
    body: str | dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: When | Literal["during"] | None = None  #: during: while the request comes in
    hang: When | None = None
    done: bool = False  #: whether the call is carried out although a status says otherwise
    times: int | None = 1
    hits: int = 0

    @property
    def late(self) -> bool:
        """Whether the call is carried out all the same, and only its answer lost."""
        return self.done or "after" in (self.drop, self.hang)

    @property
    def silent(self) -> bool:
        return bool(self.drop or self.hang)

    def strikes(self, route: str) -> bool:
        return self.route in ("*", route) and (self.times is None or self.hits < self.times)

    def response(self, problems: str) -> web.Response:
        """A page where it is the gateway that fails, else what the API would say."""
        status, body = self.status or 500, self.body
        if body is None and status >= 500:
            body = _PAGE.format(status=status, title=title(status))
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers=self.headers)
        said = Refusal(status, title(status), blame=False).json(problems) if body is None else body
        return web.json_response(said, status=status, headers=self.headers)

    def end(self) -> None:
        self.times = 0


def tears(faults: Iterable[Fault], route: str) -> bool:
    """Whether the connection is to be cut while a call of this operation comes in."""
    return next_fault((fault for fault in faults if fault.drop == "during"), route) is not None


def next_fault(faults: Iterable[Fault], route: str) -> Fault | None:
    """The first that strikes this call, which is counted."""
    for fault in faults:
        if fault.strikes(route):
            fault.hits += 1
            return fault
    return None


def limit_headers(now: float, retry_after: int | None, reset_in: float | None) -> dict[str, str]:
    """How a test lets an answer say when to come back."""
    said = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if reset_in is not None:
        said |= {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(math.ceil(now + reset_in))}
    return said
