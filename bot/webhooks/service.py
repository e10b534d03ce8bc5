"""The loop that tells programs of their jobs' ends."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import bound_contextvars

from bot.errors import UnknownJob
from bot.jobs import ENDED, Job
from bot.keys import Key, Keys
from bot.patience import patiently
from bot.store import Store
from bot.store.tables import WebhookState
from bot.store.webhooks import DueWebhook
from bot.webhooks.signing import signed

if TYPE_CHECKING:
    from bot.webhooks.posting import Poster

log = structlog.get_logger(__name__)

#: Seconds before each further try, before jitter; together about a day.
PAUSES_S = (*(5.0 * 3**number for number in range(9)), 36_000.0)
#: Share of a pause by which it is longer or shorter, so that receivers that were down are not met all at once.
JITTER = 0.2

_AT_ONCE = 8
_POLL_S = 60.0

#: A job as its owner sees it, as JSON; raises UnknownJob.
View = Callable[[Job], Awaitable[Mapping[str, Any]]]


class Webhooks:
    """Tells each receiver until it has confirmed: at least once, in no order.

    `private` allows private addresses; `clock` gives Unix seconds; `post` is for tests.
    """

    def __init__(
        self,
        store: Store,
        view: View,
        private: bool,
        clock: Callable[[], float] = time.time,
        post: Poster | None = None,
    ) -> None:
        self._rows = store.webhooks
        self._keys = Keys(store, clock)
        self._view = view
        self._private = private
        self._clock = clock
        self._post = post
        self._bell = asyncio.Event()
        store.watch(self._stepped)

    async def run(self) -> None:
        """Send until cancelled; what is cut short is sent again at the next start."""
        sending: set[str] = set()
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._bell.clear()
                for due in await self._rows.due(_AT_ONCE):
                    job = due.job.id
                    if job not in sending and len(sending) < _AT_ONCE:
                        sending.add(job)
                        task = tasks.create_task(self._handle(due), name=f"webhook of {job}")
                        task.add_done_callback(functools.partial(self._handled, sending, job))
                await self._wait(any_sending=bool(sending))

    def _handled(self, sending: set[str], job: str, _: asyncio.Task[None]) -> None:
        sending.discard(job)
        self._bell.set()

    def _stepped(self, before: Job, after: Job) -> None:
        if after.status in ENDED:
            self._bell.set()

    async def _wait(self, any_sending: bool) -> None:
        # What is being sent counts as due; its end rings the bell.
        next_s = None if any_sending else await self._rows.seconds_to_next()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_S if next_s is None else min(next_s, _POLL_S)):
                await self._bell.wait()

    async def _handle(self, due: DueWebhook) -> None:
        with bound_contextvars(job=due.job.id):
            try:
                await self._deal_with(due)
            except UnknownJob:
                pass  # it was erased in this very moment, and the webhook with it
            except Exception as error:
                # One receiver, or a bug of ours, may not cost the others.
                log.exception("webhook failed")
                later = functools.partial(self._later, due, type(error).__name__)
                await patiently(later)

    async def _deal_with(self, due: DueWebhook) -> None:
        from bot.webhooks.posting import NotReached

        key = await self._keys.of_requester(due.job.requester)
        if key is None or key.revoked_at is not None:
            await self._give_up(due, "the key is revoked")
            return
        try:
            status = await self._tell(due, key)
        except NotReached as why:
            await self._later(due, str(why))
            return
        if HTTPStatus(200) <= status < 300:
            log.info("webhook sent", tries=due.tries + 1)
            await self._rows.settle(due.job.id, WebhookState.SENT)
        elif status == HTTPStatus.GONE:
            await self._give_up(due, "HTTP 410")
        else:
            await self._later(due, f"HTTP {status}")

    async def _tell(self, due: DueWebhook, key: Key) -> int:
        job, message_id = due.job, f"evt_{due.job.id}"
        event = {
            "id": message_id,
            "type": f"job.{job.status}",
            "timestamp": _utc(job.ended_at or job.created_at),
            "data": await self._view(job),
        }
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Atelier"}
        proof = signed(key.webhook_secret, message_id, int(self._clock()), body)
        return await self._poster()(due.url, headers | proof, body)

    def _poster(self) -> Poster:
        if self._post is None:
            # Here, since few services send any: its library takes some megabytes.
            from bot.webhooks.posting import Poster

            self._post = Poster(self._private)
        return self._post

    async def _later(self, due: DueWebhook, error: str) -> None:
        if due.tries >= len(PAUSES_S):
            await self._give_up(due, error)
            return
        log.info("webhook not taken", why=_kind(error), tries=due.tries + 1)
        pause_s = PAUSES_S[due.tries] * random.uniform(1 - JITTER, 1 + JITTER)  # nosec B311  # only spreads the tries
        await self._rows.postpone(due.job.id, pause_s, error)

    async def _give_up(self, due: DueWebhook, error: str) -> None:
        log.warning("webhook given up", why=_kind(error), tries=due.tries + 1)
        await self._rows.settle(due.job.id, WebhookState.GIVEN_UP, error)


def _kind(error: str) -> str:
    """What the log says of an error: behind the colon it may name the receiver."""
    return error.partition(":")[0]


def _utc(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
