"""What the X adapter needs of the house."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from bot.accounts import Accounts
from bot.adapters.stored import Addresses, Letters, Switches
from bot.desk import Desk
from bot.erasure import Erasure
from bot.gallery import Gallery
from bot.intake import Intake
from bot.jobs import Job
from bot.metrics import Metrics
from bot.moderation import Moderation
from bot.notices import Notices
from bot.ports import BlobStore
from bot.spending import Budget


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
    metrics: Metrics
    open_jobs: Callable[[str], Awaitable[int]]  #: how many an adapter has taken in
    job_of: Callable[[str, str], Awaitable[Job | None]]  #: by adapter and the id of the reply
    picture_bytes: int  #: the heaviest picture that is taken
    clock: Callable[[], float]  #: gives Unix seconds
