"""What adapters keep in the store, as they see it: the store itself they never import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

#: A key that is unique within its adapter, whose it is, and the adapter's own JSON.
Letter = tuple[str, str | None, dict[str, Any]]


class Letters(Protocol):
    """What came in and is not dealt with yet, as `bot.store.inbox.InboxRows`."""

    async def put(self, adapter: str, letters: Sequence[Letter]) -> frozenset[str]:
        """Keep letters in one commit; returns the keys of those that had not come before."""

    async def amend(self, adapter: str, key: str, requester: str | None, body: dict[str, Any]) -> None:
        """Note how far somebody is in dealing with a letter."""

    async def done(self, adapter: str, keys: Sequence[str]) -> None:
        """Forget what was in these letters."""

    async def get(self, adapter: str, key: str) -> dict[str, Any] | None:
        """What is in a letter; None where it is dealt with, or was erased with its person."""

    async def waiting(self, adapter: str) -> int:
        """How many letters are not dealt with."""

    async def take(self, adapter: str, keys: Sequence[str]) -> None:
        """Count that letters, which an earlier run has left, are taken in hand."""

    async def stopped(self, adapter: str) -> None:
        """The bot stops in good order: that letters were in its hands was no failure of theirs."""

    async def in_hand(self, adapter: str) -> frozenset[str]:
        """The keys of what is left and was in hand when an earlier run was killed: to be dealt with one at a time."""

    async def suspects(self, adapter: str) -> list[dict[str, Any]]:
        """The bodies of what was taken in hand in vain too often, and is given up."""

    async def left(self, adapter: str, within_s: float = ...) -> list[dict[str, Any]]:
        """The bodies of what an earlier run has left, in the order in which it came."""


class Addresses(Protocol):
    """Where each job's reply goes: the adapter's own JSON."""

    async def get(self, job_id: str) -> dict[str, Any] | None:
        """The address, None where the job has none."""

    async def put(self, job_id: str, address: dict[str, Any]) -> None:
        """Keep it, in place of the one before."""


class Switches(Protocol):
    """What is kept by name, as `bot.store.switches.Switches`."""

    async def get(self, name: str) -> dict[str, Any] | None:
        """What it is set to."""

    async def put(self, name: str, value: dict[str, Any] | None) -> None:
        """Set it."""
