"""How updates reach the bot: `getUpdates`, or POSTs to its webhook."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.telegram.refusals import WORDS, Refusal

Update = dict[str, Any]

_RETRY_S = 0.05


@dataclass(frozen=True)
class Webhook:
    """Where updates go, as the bot has set it."""

    url: str
    secret: str | None
    max_connections: int


class Delivery:
    """The updates that the bot has not confirmed yet, in order."""

    def __init__(self) -> None:
        self.webhook: Webhook | None = None
        self.routes: dict[str, str] = {}  #: beginning of a public address → where the test listens, as a proxy does it
        self.sent: list[Update] = []  #: every update there was
        self.last_error: str | None = None
        self._pending: list[Update] = []
        self._again: list[Update] = []
        self._allowed: set[str] | None = None
        self._ids = itertools.count(100_001)
        self._arrived = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None
        self._posting: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Updates that the bot has not confirmed."""
        return len(self._pending) + len(self._again)

    @property
    def polled(self) -> bool:
        """Whether a call of `getUpdates` waits."""
        return self._poll is not None and not self._poll.done()

    def put(self, kind: str, what: dict[str, Any]) -> Update | None:
        """A new update, unless the bot does not want its kind."""
        if self._allowed is not None and kind not in self._allowed:
            return None
        update = {"update_id": next(self._ids), kind: what}
        self.sent.append(update)
        self._pending.append(update)
        self._arrived.set()
        return update

    def repeat(self, update: Update) -> None:
        """Deliver an update once more, as happens where a confirmation is lost."""
        self._again.append(update)
        self._arrived.set()

    def allow(self, kinds: list[str] | None) -> None:
        """What the bot wants from now on; None changes nothing, an empty list means the usual."""
        if kinds is not None:
            self._allowed = set(kinds) or None

    def drop(self) -> None:
        self._pending.clear()
        self._again.clear()

    async def get(self, offset: int, limit: int, timeout_s: float) -> list[Update]:
        """What there is from `offset` on, waited for; a newer call ends an older one with a conflict."""
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
                " webhook first",
                blame=True,
            )
        self.stop_polls()
        mine = self._poll = asyncio.get_running_loop().create_future()
        self._confirm(offset)
        try:
            async with asyncio.timeout(timeout_s):
                while not self.waiting and not mine.done():
                    self._arrived.clear()
                    arrived = asyncio.ensure_future(self._arrived.wait())
                    try:
                        await asyncio.wait([arrived, mine], return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        arrived.cancel()
            if mine.done():
                mine.result()
        except TimeoutError:
            return []
        finally:
            mine.cancel()
        again, self._again = self._again, []
        return (again + self._pending)[:limit]

    def stop_polls(self, why: Refusal | None = None) -> None:
        """End the call that waits, as Telegram does when another one comes, or for another reason."""
        if self._poll and self.polled:
            self._poll.set_exception(why or Refusal(409, WORDS[409], blame=False))
            self._poll.exception()  # asked for, so that nobody warns where the client has left

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._pending = self._pending[offset:]
        elif offset > 0:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]

    async def hook(self, webhook: Webhook | None) -> None:
        """Deliver to a webhook from now on, or to nobody until `getUpdates` comes."""
        if self._posting:
            self._posting.cancel()
            await asyncio.wait([self._posting])
            self._posting = None
        self.webhook = webhook
        if webhook:
            self.stop_polls()
            self._posting = asyncio.create_task(self._post(webhook), name="telegram webhook")

    async def _post(self, webhook: Webhook) -> None:
        headers = {} if webhook.secret is None else {"X-Telegram-Bot-Api-Secret-Token": webhook.secret}
        url = webhook.url
        for public, here in self.routes.items():
            if url.startswith(public):
                url = here + url.removeprefix(public)
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                if not self.waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
                queue = self._again or self._pending
                if await self._posted(session, url, queue[0]):
                    queue.pop(0)
                else:
                    await asyncio.sleep(_RETRY_S)

    async def _posted(self, session: aiohttp.ClientSession, url: str, update: Update) -> bool:
        try:
            async with session.post(url, json=update) as response:
                self.last_error = None if response.ok else f"Wrong response from the webhook: {response.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            self.last_error = str(error) or type(error).__name__
        return self.last_error is None
