"""What the Telegram adapter needs of the house."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.accounts import Accounts
from bot.adapters.stored import Addresses, Letters
from bot.desk import Desk
from bot.erasure import Erasure
from bot.films import Films
from bot.gallery import Gallery
from bot.intake import Intake
from bot.metrics import Metrics
from bot.notices import Notices
from bot.pairing import Pairing
from bot.ports import BlobStore
from bot.texts import Said


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
    metrics: Metrics
    privacy: Sequence[Said]  #: what is kept of people, said to them
