"""What somebody has sent and not completed: kept in the store, so that a restart loses nothing."""

from __future__ import annotations

from bot.store import Store
from bot.store.pending import Pending as Pending  # what adapters keep here


class Pairing:
    """Beginnings of orders, one for each requester and place: a person in two chats has two.

    A beginning is kept for `pending_s` seconds, and anew each time it is added to.
    """

    def __init__(self, store: Store, pending_s: float) -> None:
        self._rows = store.pending
        self._pending_s = pending_s

    async def get(self, requester: str, place: str) -> Pending | None:
        """What is kept, None once it is too old."""
        return await self._rows.get(requester, place, self._pending_s)

    async def keep(self, requester: str, place: str, pending: Pending) -> None:
        """Keep a beginning in place of the former one."""
        await self._rows.put(requester, place, pending, self._pending_s)

    async def amend(self, requester: str, place: str, pending: Pending) -> bool:
        """Keep a beginning in place of the former one, unless that was taken meanwhile; whether it was there."""
        return await self._rows.amend(requester, place, pending, self._pending_s)

    async def take(self, requester: str, place: str) -> Pending | None:
        """Remove what is kept and return it; of two who take at once only one gets it."""
        return await self._rows.take(requester, place, self._pending_s)
