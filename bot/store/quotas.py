"""How many jobs may be accepted within an hour and a day, and the count of those that were."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.accounts import one_account
from bot.store.tables import accepted

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclasses.dataclass(frozen=True, slots=True)
class Quotas:
    """Jobs that may be accepted of one requester and from one group, unless their account says otherwise.

    And from one network, whoever's they are.
    """

    per_hour: int
    per_day: int
    group_per_hour: int
    group_per_day: int
    address_per_hour: int
    address_per_day: int


@dataclasses.dataclass(frozen=True, slots=True)
class Allowance:
    """How much of one quota is left."""

    name: str  #: quota_hour, quota_day, and these after group_ or address_
    most: int  #: jobs
    within_s: float
    left: int
    more_in_s: float | None  #: seconds until one job more is left; None where all are


class OverQuota(Exception):
    """One job more would be too many within an hour or a day."""

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(f"{allowance.name}: {allowance.most} jobs were accepted")
        self.code = allowance.name
        self.most = allowance.most
        self.retry_after_s = allowance.more_in_s or 0


async def check_quotas(
    connection: AsyncConnection, requester: str, place: str | None, network: str | None, quotas: Quotas, now: float
) -> None:
    """Raise OverQuota where a job more of this requester, or from this group or network, would be too many."""
    for allowance in await allowances(connection, requester, place, network, quotas, now):
        if not allowance.left:
            raise OverQuota(allowance)


async def allowances(
    connection: AsyncConnection, requester: str, place: str | None, network: str | None, quotas: Quotas, now: float
) -> list[Allowance]:
    """How much is left of the quotas of a requester, and of a group and a network where there is one."""
    own = await one_account(connection, requester)
    its: list[tuple[str, Any, int, int]] = [
        (
            "quota",
            accepted.c.requester == requester,
            _first(own.per_hour, quotas.per_hour),
            _first(own.per_day, quotas.per_day),
        )
    ]
    if place is not None:
        group = await one_account(connection, place)
        per_hour, per_day = _first(group.per_hour, quotas.group_per_hour), _first(group.per_day, quotas.group_per_day)
        its.append(("group_quota", accepted.c.place == place, per_hour, per_day))
    if network is not None:
        within = accepted.c.network == network
        its.append(("address_quota", within, quotas.address_per_hour, quotas.address_per_day))
    return [
        await _allowance(connection, f"{name}_{unit}", counted, most, within_s, now)
        for name, counted, per_hour, per_day in its
        for unit, most, within_s in (("hour", per_hour, HOUR_S), ("day", per_day, DAY_S))
    ]


async def count_accepted(
    connection: AsyncConnection, requester: str, place: str | None, network: str | None, now: float
) -> None:
    """Count a job, and forget those that no quota asks about any more."""
    await connection.execute(delete(accepted).where(accepted.c.at <= now - DAY_S))
    await connection.execute(insert(accepted).values(requester=requester, place=place, network=network, at=now))


def _first(own: int | None, usual: int) -> int:
    return usual if own is None else own


async def _allowance(
    connection: AsyncConnection, name: str, counted: Any, most: int, within_s: float, now: float
) -> Allowance:
    """There is room again when the oldest of the last `most` jobs is older than the time they may come in."""
    if most <= 0:
        return Allowance(name, 0, within_s, 0, within_s)
    recent = select(accepted.c.at).where(counted, accepted.c.at > now - within_s)
    last = recent.order_by(accepted.c.at.desc()).limit(most).subquery()
    number, oldest = (await connection.execute(select(func.count(), func.min(last.c.at)))).one()
    return Allowance(name, most, within_s, most - number, None if oldest is None else oldest + within_s - now)
