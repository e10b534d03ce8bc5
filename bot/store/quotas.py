"""How many jobs may be accepted within an hour and a day, and the count of those that were."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.accounts import one_account
from bot.store.tables import accepted

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclasses.dataclass(frozen=True, slots=True)
class Quotas:
    """Jobs that may be accepted of one requester and from one group, unless their account says otherwise."""

    per_hour: int
    per_day: int
    group_per_hour: int
    group_per_day: int


class OverQuota(Exception):
    """One job more would be too many within an hour or a day."""

    def __init__(self, code: str, most: int, retry_after_s: float) -> None:
        super().__init__(f"{code}: {most} jobs were accepted")
        self.code = code  #: quota_hour, quota_day, group_quota_hour, group_quota_day
        self.most = most
        self.retry_after_s = retry_after_s


async def check_quotas(
    connection: AsyncConnection, requester: str, place: str | None, quotas: Quotas, now: float
) -> None:
    """Raise OverQuota where a job more of this requester, or from this group, would be too many."""
    own = await one_account(connection, requester)
    its = accepted.c.requester == requester
    await _check(connection, its, "quota_hour", _first(own.per_hour, quotas.per_hour), HOUR_S, now)
    await _check(connection, its, "quota_day", _first(own.per_day, quotas.per_day), DAY_S, now)
    if place is None:
        return
    group = await one_account(connection, place)
    its = accepted.c.place == place
    await _check(connection, its, "group_quota_hour", _first(group.per_hour, quotas.group_per_hour), HOUR_S, now)
    await _check(connection, its, "group_quota_day", _first(group.per_day, quotas.group_per_day), DAY_S, now)


async def count_accepted(connection: AsyncConnection, requester: str, place: str | None, now: float) -> None:
    """Count a job, and forget those that no quota asks about any more."""
    await connection.execute(delete(accepted).where(accepted.c.at <= now - DAY_S))
    await connection.execute(insert(accepted).values(requester=requester, place=place, at=now))


def _first(own: int | None, usual: int) -> int:
    return usual if own is None else own


async def _check(connection: AsyncConnection, its: Any, code: str, most: int, within_s: float, now: float) -> None:
    """There is room again when the oldest of the last `most` jobs is older than the time they may come in."""
    if most <= 0:
        raise OverQuota(code, 0, within_s)
    recent = select(accepted.c.at).where(its, accepted.c.at > now - within_s)
    oldest = (await connection.execute(recent.order_by(accepted.c.at.desc()).offset(most - 1).limit(1))).scalar()
    if oldest is not None:
        raise OverQuota(code, most, oldest + within_s - now)
