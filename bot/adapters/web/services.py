"""What the web adapter needs of the house."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot.accounts import Accounts
from bot.admin import Admin
from bot.desk import Desk
from bot.erasure import Erasure
from bot.films import Films
from bot.gallery import Gallery
from bot.intake import Intake
from bot.keys import Keys
from bot.metrics import Metrics
from bot.texts import Said
from bot.thumbnails import Thumbnails


@dataclasses.dataclass(frozen=True)
class Services:
    """All of them, as `bot.app` puts them together."""

    intake: Intake
    desk: Desk
    accounts: Accounts
    erasure: Erasure
    gallery: Gallery
    films: Films
    thumbnails: Thumbnails
    admin: Admin
    metrics: Metrics
    keys: Keys
    privacy: Sequence[Said]  #: what is kept of people, said to them
