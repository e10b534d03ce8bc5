"""Sends the replies that are due, each until the platform has confirmed or refused it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

import structlog
from structlog.contextvars import bound_contextvars

from bot.errors import Refused, Retry, Unknown, Unwritable
from bot.jobs import IllegalTransition, Job
from bot.metrics import Metrics
from bot.patience import patiently
from bot.ports import Adapter, BlobStore, Sent
from bot.replies import reply_to
from bot.store import Store
from bot.store.outbox import DueReply
from bot.store.tables import ReplyState

log = structlog.get_logger(__name__)

_LONGEST_PAUSE_S = 300.0
#: Replies that an adapter sends at a time: one that hangs holds up few.
_AT_ONCE = 8


class Outbox:
    """A loop over the due replies of each adapter, so that no platform holds up another.

    The adapters are those that there are when `run` begins; replies to any other wait. `poll_s`: seconds after which
    the store is asked unrung.
    """

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        adapters: Mapping[str, Adapter],
        metrics: Metrics,
        poll_s: float = 5,
    ) -> None:
        self._rows = store.outbox
        self._metrics = metrics
        self._blobs = blobs
        self._adapters = adapters
        self._poll_s = poll_s
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._stopping = False

    def ring(self) -> None:
        """Say that a reply is due."""
        for name in self._adapters:
            self._bells[name].set()

    def stop(self) -> None:
        """Let `run` return once nothing is being sent; cut short, a reply would be `uncertain`."""
        self._stopping = True
        self.ring()

    async def run(self) -> None:
        """Send until stopped. What a crash left half sent is asked after first, never sent again."""
        async with asyncio.TaskGroup() as serving:
            for name, adapter in self._adapters.items():
                serving.create_task(self._serve(name, adapter), name=f"outbox {name}")

    async def _serve(self, name: str, adapter: Adapter) -> None:
        sending: set[str] = set()
        async with asyncio.TaskGroup() as replying:
            while not self._stopping:
                self._bells[name].clear()
                for reply in await self._rows.due(name):
                    job = reply.job.id
                    if job not in sending and len(sending) < _AT_ONCE and not self._stopping:
                        sending.add(job)
                        task = replying.create_task(self._handle(adapter, reply), name=f"reply to {job}")
                        task.add_done_callback(functools.partial(self._ended, sending, name, job))
                await self._wait(name, any_sending=bool(sending))

    def _ended(self, sending: set[str], name: str, job: str, _: asyncio.Task[None]) -> None:
        was_full = len(sending) == _AT_ONCE
        sending.discard(job)
        if was_full or not sending:  # what else was due is being sent
            self._bells[name].set()

    async def _wait(self, name: str, any_sending: bool) -> None:
        # What is being sent counts as due; its end rings the bell.
        next_s = None if any_sending else await self._rows.seconds_to_next(name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_s if next_s is None else min(next_s, self._poll_s)):
                await self._bells[name].wait()

    async def _handle(self, adapter: Adapter, due: DueReply) -> None:
        with bound_contextvars(job=due.job.id):
            try:
                await self._deal_with(adapter, due)
            except IllegalTransition:
                pass  # its job was erased meanwhile, or somebody has settled it
            except Unwritable as why:
                log.warning("what became of a reply is not stored; it is asked after at the next start", why=str(why))

    async def _deal_with(self, adapter: Adapter, due: DueReply) -> None:
        job = due.job
        asking = due.state is ReplyState.SENDING
        if not asking:
            await self._stored(lambda: self._rows.claim(job))
        try:
            sent = await (adapter.find_reply(job) if asking else self._send(adapter, due))
        except Refused as refusal:
            log.info("reply refused", why=refusal)
            self._metrics.reply_tried(job.adapter, "refused")
            why = str(refusal)
            await self._stored(lambda: self._rows.refused(job, why))
        except Retry as told:
            self._metrics.reply_tried(job.adapter, "retry")
            again = functools.partial(self._rows.postpone, job, due.state, told.after_s, str(told))
            await self._stored(again)
        except Unknown as unknown:
            log.warning("reply unknown", why=unknown)
            self._metrics.reply_tried(job.adapter, "unknown")
            await self._ask_later(due, str(unknown))
        except Exception as error:
            # What an adapter has not mapped may have come after the platform took the reply.
            log.exception("reply failed", adapter=adapter.name, tries=due.tries)
            self._metrics.reply_tried(job.adapter, "unmapped")
            await self._ask_later(due, repr(error))
        else:
            self._metrics.reply_tried(job.adapter, "uncertain" if sent is None else "sent")
            await self._settle(job, sent)

    async def _send(self, adapter: Adapter, due: DueReply) -> Sent:
        job = due.job
        try:
            painting = self._blobs.path(job.result) if job.result else None
        except FileNotFoundError as lost:
            log.exception("painting lost")
            raise Retry(_pause_s(due.tries)) from lost
        return await adapter.reply(job, reply_to(job, painting))

    async def _ask_later(self, due: DueReply, error: str) -> None:
        pause_s = _pause_s(due.tries) if due.state is ReplyState.SENDING else 0
        await self._stored(lambda: self._rows.postpone(due.job, ReplyState.SENDING, pause_s, error))

    async def _settle(self, job: Job, sent: Sent | None) -> None:
        if sent is None:
            log.warning("reply uncertain")
            await self._stored(lambda: self._rows.uncertain(job))
        else:
            log.info("reply sent")
            await self._stored(lambda: self._rows.sent(job, sent.message_id))

    async def _stored(self, change: Callable[[], Awaitable[None]]) -> None:
        """Store what became of a reply, whenever that can be done."""
        await patiently(change, lambda: not self._stopping)


def _pause_s(tries: int) -> float:
    return min(_LONGEST_PAUSE_S, 2.0 ** min(tries + 1, 16))
