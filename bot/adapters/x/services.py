"""What the X adapter needs of the house."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from bot.accounts import Accounts
from bot.desk import Desk
from bot.erasure import Erasure
from bot.gallery import Gallery
from bot.intake import Intake
from bot.jobs import Job
from bot.moderation import Moderation
from bot.notices import Notices
from bot.ports import BlobStore
from bot.spending import Budget

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

    async def left(self, adapter: str) -> list[dict[str, Any]]:
        """The bodies of what an earlier run has left, in the order in which it came."""


class Switches(Protocol):
    """What is kept by name, as `bot.store.switches.Switches`."""

    async def get(self, name: str) -> dict[str, Any] | None:
        """What it is set to."""

    async def put(self, name: str, value: dict[str, Any] | None) -> None:
        """Set it."""


class Addresses(Protocol):
    """Where each job's reply goes, as `bot.store.addresses.Addresses`."""

    async def get(self, job_id: str) -> Mapping[str, Any] | None:
        """The address, None where the job has none."""


@dataclasses.dataclass(frozen=True)
class Services:
    """All of them, as `bot.app` puts them together."""

    intake: Intake
    desk: Desk
    accounts: Accounts
    erasure: Erasure
    gallery: Gallery
    blobs: BlobStore
    moderation: Moderation
    addresses: Addresses
    inbox: Letters
    switches: Switches
    budget: Budget
    notices: Notices
    job_of: Callable[[str, str], Awaitable[Job | None]]  #: by adapter and the id of the reply
    picture_bytes: int  #: the heaviest picture that is taken
    clock: Callable[[], float]  #: gives Unix seconds
