"""What the Telegram adapter needs of the house."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.accounts import Accounts
from bot.desk import Desk
from bot.erasure import Erasure
from bot.films import Films
from bot.gallery import Gallery
from bot.intake import Intake
from bot.notices import Notices
from bot.pairing import Pairing
from bot.ports import BlobStore


class Addresses(Protocol):
    """Where each job's reply goes: the adapter's own JSON."""

    async def get(self, job_id: str) -> dict[str, Any] | None:
        """The address, None where the job has none."""

    async def put(self, job_id: str, address: dict[str, Any]) -> None:
        """Keep it, in place of the one before."""


#: A key that is unique within its adapter, whose it is, and the adapter's own JSON.
Letter = tuple[str, str | None, dict[str, Any]]


class Letters(Protocol):
    """What came in and is not dealt with yet, as `bot.store.inbox.InboxRows`."""

    async def put(self, adapter: str, letters: Sequence[Letter]) -> frozenset[str]:
        """Keep letters in one commit; returns the keys of those that had not come before."""

    async def done(self, adapter: str, keys: Sequence[str]) -> None:
        """Forget what was in these letters."""

    async def left(self, adapter: str) -> list[dict[str, Any]]:
        """The bodies of what an earlier run has left, in the order in which it came."""


class Admin(Protocol):
    """What operators ask and order, as `bot.admin.Admin`."""

    @property
    def verbs(self) -> Mapping[str, Any]:
        """Each verb with its usage and help."""

    async def do(self, verb: str, arguments: str, by: str) -> str:
        """Plain lines; raises UserError with a usage line for what cannot be understood."""


@dataclasses.dataclass(frozen=True)
class Services:
    """All of them, as `bot.app` puts them together."""

    intake: Intake
    desk: Desk
    accounts: Accounts
    pairing: Pairing
    erasure: Erasure
    gallery: Gallery
    films: Films
    blobs: BlobStore
    addresses: Addresses
    inbox: Letters
    admin: Admin
    notices: Notices
