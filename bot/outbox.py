"""Sends the replies that are due, each until the platform has confirmed or refused it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping

import structlog

from bot.errors import Refused, Retry, Unknown
from bot.jobs import Job
from bot.ports import Adapter, BlobStore, Sent
from bot.replies import reply_to
from bot.store import Store
from bot.store.outbox import DueReply
from bot.store.tables import ReplyState

log = structlog.get_logger(__name__)

_LONGEST_PAUSE_S = 300.0


class Outbox:
    """A loop over the due replies of each adapter, so that no platform holds up another.

    The adapters are those that there are when `run` begins; replies to any other wait. `poll_s`: seconds after which
    the store is asked unrung.
    """

    def __init__(self, store: Store, blobs: BlobStore, adapters: Mapping[str, Adapter], poll_s: float = 5) -> None:
        self._rows = store.outbox
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
        while not self._stopping:
            self._bells[name].clear()
            due = await self._rows.due(name)
            for reply in due:
                if self._stopping:
                    return
                await self._handle(adapter, reply)
            if not due:
                await self._wait(name)

    async def _wait(self, name: str) -> None:
        next_s = await self._rows.seconds_to_next(name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_s if next_s is None else min(next_s, self._poll_s)):
                await self._bells[name].wait()

    async def _handle(self, adapter: Adapter, due: DueReply) -> None:
        job = due.job
        asking = due.state is ReplyState.SENDING
        if not asking:
            await self._rows.claim(job)
        try:
            sent = await (adapter.find_reply(job) if asking else self._send(adapter, job))
        except Refused as refusal:
            log.info("reply refused", job=job.id, why=str(refusal))
            await self._rows.refused(job, str(refusal))
        except Retry as told:
            await self._rows.postpone(job, due.state, told.after_s, str(told))
        except Unknown as unknown:
            log.warning("reply unknown", job=job.id, why=str(unknown))
            await self._rows.postpone(job, ReplyState.SENDING, _pause_s(due.tries) if asking else 0, str(unknown))
        except Exception as error:
            # An adapter's bug may cost neither this painting nor the other replies.
            log.exception("reply failed", job=job.id, adapter=adapter.name, tries=due.tries)
            await self._rows.postpone(job, due.state, _pause_s(due.tries), repr(error))
        else:
            await self._settle(job, sent)

    async def _send(self, adapter: Adapter, job: Job) -> Sent:
        painting = self._blobs.path(job.result) if job.result else None
        return await adapter.reply(job, reply_to(job, painting))

    async def _settle(self, job: Job, sent: Sent | None) -> None:
        if sent is None:
            log.warning("reply uncertain", job=job.id)
            await self._rows.uncertain(job)
        else:
            log.info("reply sent", job=job.id)
            await self._rows.sent(job, sent.message_id)


def _pause_s(tries: int) -> float:
    return min(_LONGEST_PAUSE_S, 2.0 ** min(tries + 1, 16))
