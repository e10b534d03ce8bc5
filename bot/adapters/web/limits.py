"""How much may be asked for: requests in a minute, and what the headers say of these and of the jobs' quotas.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10, structured fields (RFC 9651).
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterable

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.accounts import Accounts
from bot.adapters.web.clients import is_here, network_of
from bot.adapters.web.guard import requester_of
from bot.adapters.web.keys import API, grant_of
from bot.errors import Busy
from bot.replies import duration
from bot.texts import phrase

WINDOW_S = 60.0
#: Pictures of the house, which a page shows many of.
UNCOUNTED = "/api/v1/gallery"
#: Where the quotas of jobs are told: where jobs are ordered, and who asks how they stand.
_ORDERS, _ME = "/api/v1/jobs", "/api/v1/me"

_LET_IN = web.RequestKey("let in", bool)


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """A quota, and how much of it is left."""

    name: str
    most: int
    within_s: float
    left: int
    more_in_s: float | None  #: seconds until one more is left; None where all are


class Bucket:
    """A token bucket for each of many: `most` tokens at first, and as many again in `WINDOW_S`.

    Kept as the one moment at which it will be full (the generic cell rate algorithm), so that a full bucket is nothing.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._each_s = WINDOW_S / most
        self._full_at: dict[str, float] = {}
        self._swept_at = clock()

    def take(self, who: str) -> float:
        """Take a token; returns the seconds until there is one, 0 where it was taken."""
        now = self._clock()
        self._sweep(now)
        full_at = max(now, self._full_at.get(who, now)) + self._each_s
        # Rounding may not cost the last token.
        missing_s = full_at - now - WINDOW_S
        if missing_s > 1e-6:
            return missing_s
        self._full_at[who] = full_at
        return 0.0

    def policy(self, who: str) -> Policy:
        """How much is left."""
        empty_s = max(0.0, self._full_at.get(who, 0.0) - self._clock())
        left = math.floor((WINDOW_S - empty_s) / self._each_s + 1e-6)
        more_in_s = empty_s - (self.most - left - 1) * self._each_s if empty_s else None
        return Policy("requests", self.most, WINDOW_S, left, more_in_s)

    def _sweep(self, now: float) -> None:
        if now - self._swept_at > WINDOW_S:
            self._full_at = {who: full_at for who, full_at in self._full_at.items() if full_at > now}
            self._swept_at = now


class Limits:
    """Counts the API's requests, of each key and, without one, from each network; 0 `per_minute` counts none."""

    def __init__(self, per_minute: int, accounts: Accounts) -> None:
        self._bucket = Bucket(per_minute) if per_minute else None
        self._accounts = accounts

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Raise Busy (too_many_requests) where there are too many; a stream of events is one request."""
        if self._bucket is not None and _is_counted(request):
            wait_s = self._bucket.take(_who(request))
            if wait_s:
                said = phrase("busy-too-many-requests", most=self._bucket.most, wait=duration(wait_s))
                raise Busy(said, "too_many_requests", wait_s)
        request[_LET_IN] = True
        return await handler(request)

    async def tell(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give a response the headers; for ``on_response_prepare``."""
        policies = []
        if self._bucket is not None and _is_counted(request):
            policies.append(self._bucket.policy(_who(request)))
        # Who is turned away before costs no look into the store.
        if _LET_IN in request and _is_about_jobs(request):
            allowances = await self._accounts.allowances(requester_of(request), counted_network(request))
            policies += [Policy(**dataclasses.asdict(allowance)) for allowance in allowances]
        if policies:
            response.headers["RateLimit-Policy"] = _listed(
                f'"{policy.name}";q={policy.most};w={math.ceil(policy.within_s)}' for policy in policies
            )
            response.headers["RateLimit"] = _listed(_state(policy) for policy in policies)


def counted_network(request: web.Request) -> str | None:
    """By what network a job is counted; None where it is not.

    A key has a quota of its own, and costs its owner a word with the operator. Nor is this machine counted: whoever is
    here could change the settings, and behind a proxy that is not named in them everybody would be here.
    """
    grant = grant_of(request)
    if is_here(request) or (grant is not None and grant.requester is not None):
        return None
    return network_of(request)


def _who(request: web.Request) -> str:
    grant = grant_of(request)
    # Not a browser's session: a new one costs nothing.
    return grant.requester if grant is not None and grant.requester is not None else network_of(request)


def _is_counted(request: web.Request) -> bool:
    return request.path.startswith(API) and not request.path.startswith(UNCOUNTED)


def _is_about_jobs(request: web.Request) -> bool:
    if request.method == hdrs.METH_POST:
        return request.path.startswith(_ORDERS)
    return request.method == hdrs.METH_GET and request.path == _ME


def _state(policy: Policy) -> str:
    more = "" if policy.more_in_s is None else f";t={math.ceil(policy.more_in_s)}"
    return f'"{policy.name}";r={policy.left}{more}'


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)
