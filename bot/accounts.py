"""Who may order, and how much: bans, the allow list, quotas; and what people have set for themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.errors import Busy, Forbidden
from bot.jobs import Priority
from bot.replies import duration
from bot.store import Store
from bot.store.accounts import Account as Account  # what adapters ask for here
from bot.store.accounts import Place as Place
from bot.store.quotas import Allowance as Allowance
from bot.store.quotas import OverQuota, Quotas
from bot.texts import Phrase, phrase
from config.settings import LimitsSettings


class Accounts:
    """People, by requester, and groups, by place.

    `invited` are the only ones that may order, unless it is None: requesters, places, or the beginning of such up to
    a colon (``web``). Whoever's account says `allowed` may, too. A group's account is found under its place.
    `operators` are the requesters who run the service.
    """

    def __init__(
        self,
        store: Store,
        limits: LimitsSettings,
        invited: Iterable[str] | None = None,
        operators: Iterable[str] = (),
    ) -> None:
        self._jobs = store.jobs
        self._rows = store.accounts
        self._at_once = limits.open_jobs_per_requester
        self._invited = None if invited is None else frozenset(invited)
        self._operators = frozenset(operators)
        self.quotas = Quotas(
            per_hour=limits.jobs_per_hour,
            per_day=limits.jobs_per_day,
            group_per_hour=limits.group_jobs_per_hour,
            group_per_day=limits.group_jobs_per_day,
            address_per_hour=limits.address_jobs_per_hour,
            address_per_day=limits.address_jobs_per_day,
        )

    async def get(self, requester: str) -> Account:
        """What is known of somebody; all defaults where nothing is."""
        return await self._rows.get(requester)

    async def change(self, requester: str, **fields: Any) -> Account:
        """Change fields of an account; returns it as it is then."""
        return await self._rows.change(requester, **fields)

    async def place(self, place_id: str) -> Place:
        """A group's settings."""
        return await self._rows.place(place_id)

    async def change_place(self, place_id: str, **fields: Any) -> Place:
        """Change a group's settings; returns them as they are then."""
        return await self._rows.change_place(place_id, **fields)

    async def admit(self, requester: str, place: str | None) -> None:
        """Raise Forbidden (banned, not_allowed) where this requester may not order, or nobody may in this place."""
        them = [await self.get(who) for who in (requester, place) if who is not None]
        for account in them:
            if account.banned is not None:
                raise Forbidden(_banned(account.banned), "banned")
        if not any(account.allowed or self._is_invited(account.requester) for account in them):
            raise Forbidden(phrase("account-not-allowed", id=requester), "not_allowed")

    def priority(self, requester: str) -> Priority:
        """The class of a requester's jobs."""
        return Priority.OPERATOR if requester in self._operators else Priority.USUAL

    async def check_quota(self, requester: str, place: str | None, network: str | None = None) -> None:
        """Raise Busy where a job more would be too many; the count that decides is taken when one is accepted."""
        try:
            await self._jobs.check_quotas(requester, place, network, self.quotas)
        except OverQuota as over:
            raise over_quota(over) from over

    async def open_jobs(self, requester: str) -> tuple[int, int]:
        """How many open jobs a requester has, and may have."""
        return await self._jobs.open_of(requester), self._at_once

    async def allowances(self, requester: str, network: str | None = None) -> list[Allowance]:
        """How much is left of each quota that counts for a requester and the network that they come from."""
        return await self._jobs.allowances(requester, None, network, self.quotas)

    def _is_invited(self, who: str) -> bool:
        if self._invited is None:
            return True
        parts = who.split(":")
        return any(":".join(parts[:number]) in self._invited for number in range(1, len(parts) + 1))


def _banned(reason: str) -> Phrase:
    return phrase("account-banned-because", reason=reason) if reason else phrase("account-banned")


def over_quota(over: OverQuota) -> Busy:
    """What is said to who has used up a quota."""
    said = phrase(f"busy-{over.code.replace('_', '-')}", number=over.most, wait=duration(over.retry_after_s))
    return Busy(said, over.code, over.retry_after_s)
