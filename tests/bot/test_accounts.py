from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.accounts import Account, Accounts, Place
from bot.errors import Busy, Forbidden
from bot.jobs import Job
from config.settings import LimitsSettings
from tests.fakes.house import House, open_house

WHO, GROUP = "fake:1", "fake:-7"


async def test_who_is_not_known_has_an_account_and_a_place_with_defaults(house: House) -> None:
    assert await house.accounts.get(WHO) == Account(WHO)
    assert await house.accounts.place(GROUP) == Place(GROUP, others_may_press=True)


async def test_a_change_leaves_the_other_fields_and_outlives_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.accounts.change(WHO, language="de", options={"size": 768})
        await house.accounts.change_place(GROUP, others_may_press=False)
    async with open_house(tmp_path) as house:
        changed = await house.accounts.change(WHO, per_day=5)
        assert changed == Account(WHO, language="de", options={"size": 768}, per_day=5)
        assert await house.accounts.get(WHO) == changed
        assert await house.accounts.get("fake:2") == Account("fake:2")
        assert await house.accounts.place(GROUP) == Place(GROUP, others_may_press=False)


async def test_a_field_that_there_is_not_cannot_be_changed(house: House) -> None:
    with pytest.raises(TypeError):
        await house.accounts.change(WHO, langauge="de")
    assert await house.accounts.get(WHO) == Account(WHO)


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "You can no longer order paintings here."), ("spam", "You can no longer order paintings here: spam")],
)
async def test_who_is_banned_is_told_and_makes_no_job(house: House, reason: str, said: str) -> None:
    await house.accounts.change(WHO, banned=reason)
    with pytest.raises(Forbidden) as shut:
        await house.intake.accept(house.order())
    assert (shut.value.code, shut.value.message) == ("banned", said)
    assert await house.store.queue.open_jobs() == []
    assert house.blob_files() == set()

    await house.accounts.change(WHO, banned=None)
    assert await house.intake.accept(house.order())


async def test_in_a_group_that_is_banned_nobody_orders(house: House) -> None:
    await house.accounts.change(GROUP, banned="noise")
    with pytest.raises(Forbidden, match="noise"):
        await house.accounts.admit("fake:2", GROUP)
    await house.accounts.admit("fake:2", None)


@pytest.mark.parametrize(
    ("invited", "requester", "place", "admitted"),
    [
        ({WHO}, WHO, None, True),
        ({WHO}, "fake:12", None, False),
        ({WHO}, "fake:2", GROUP, False),
        ({GROUP}, "fake:2", GROUP, True),
        ({GROUP}, "fake:2", None, False),
        ({"web"}, "web:address:127.0.0.1", None, True),
        ({"web"}, "webber:1", None, False),
        (set(), WHO, None, False),
        (None, WHO, None, True),
    ],
)
async def test_with_an_allow_list_only_those_on_it_may_order(
    house: House, invited: set[str] | None, requester: str, place: str | None, admitted: bool
) -> None:
    accounts = Accounts(house.store, LimitsSettings(), invited)
    if admitted:
        await accounts.admit(requester, place)
        return
    with pytest.raises(Forbidden, match=f"you are {requester}") as stranger:
        await accounts.admit(requester, place)
    assert stranger.value.code == "not_allowed"


async def test_a_person_and_a_group_can_be_let_in_while_the_service_runs(house: House) -> None:
    accounts = Accounts(house.store, LimitsSettings(), ())
    for who, asks in ((WHO, (WHO, None)), (GROUP, ("fake:2", GROUP))):
        with pytest.raises(Forbidden):
            await accounts.admit(*asks)
        await accounts.change(who, allowed=True)
        await accounts.admit(*asks)
    await accounts.change(WHO, banned="spam")
    with pytest.raises(Forbidden, match="spam"):
        await accounts.admit(WHO, GROUP)


async def test_who_has_used_up_the_hour_is_told_when_there_is_room_again(tmp_path: Path) -> None:
    async with open_house(tmp_path, jobs_per_hour=2) as house:
        for source in ("1", "2"):
            await house.intake.accept(house.order(source))
            house.clock.ahead_s += 600
        with pytest.raises(Busy, match=r"2 paintings within the last hour.*about 40 minutes\.") as busy:
            await house.intake.accept(house.order("3"))
        assert busy.value.code == "quota_hour"
        assert 2390 < busy.value.retry_after_s <= 2400
        with pytest.raises(Busy):
            await house.accounts.check_quota(WHO, None)
        await house.intake.accept(house.order("4", requester="fake:2"))

        house.clock.ahead_s += 2401
        await house.accounts.check_quota(WHO, None)
        await house.intake.accept(house.order("5"))
        with pytest.raises(Busy):
            await house.intake.accept(house.order("6"))


async def test_the_day_counts_besides_the_hour(tmp_path: Path) -> None:
    async with open_house(tmp_path, jobs_per_day=1) as house:
        await house.intake.accept(house.order("1"))
        house.clock.ahead_s += 23 * 3600
        with pytest.raises(Busy, match="1 painting within the last day") as busy:
            await house.intake.accept(house.order("2"))
        assert busy.value.code == "quota_day"
        house.clock.ahead_s += 3601
        await house.intake.accept(house.order("2"))


async def test_a_message_that_comes_again_counts_once(tmp_path: Path) -> None:
    async with open_house(tmp_path, jobs_per_hour=1) as house:
        job = await house.intake.accept(house.order("1"))
        assert await house.intake.accept(house.order("1")) == job


@pytest.mark.parametrize("limit", ["jobs_per_hour", "jobs_per_day"])
async def test_of_two_orders_at_once_only_the_one_that_the_quota_has_room_for_is_accepted(
    tmp_path: Path, limit: str
) -> None:
    limits: dict[str, Any] = {limit: 1}
    async with open_house(tmp_path, **limits) as house:
        orders = [house.order("1"), house.order("10")]
        ended = await asyncio.gather(*map(house.intake.accept, orders), return_exceptions=True)
        [job] = [job for job in ended if isinstance(job, Job)]
        [busy] = [refusal for refusal in ended if isinstance(refusal, Busy)]
        assert busy.code == limit.replace("jobs_per", "quota")
        assert await house.store.queue.open_jobs() == [job]
        assert house.blob_files() == {job.content, job.styles[0].picture}


@pytest.mark.parametrize(("limit", "code"), [("hour", "group_quota_hour"), ("day", "group_quota_day")])
async def test_a_group_has_a_quota_of_its_own(tmp_path: Path, limit: str, code: str) -> None:
    limits: dict[str, Any] = {f"group_jobs_per_{limit}": 2}
    async with open_house(tmp_path, **limits) as house:
        for number in (1, 2):
            await house.intake.accept(house.order(str(number), f"fake:{number}", place=GROUP))
        with pytest.raises(Busy, match=r"^This group has asked for 2 paintings") as busy:
            await house.intake.accept(house.order("3", "fake:3", place=GROUP))
        assert busy.value.code == code
        await house.intake.accept(house.order("4", "fake:3", place="fake:-8"))
        await house.intake.accept(house.order("5", "fake:3"))


async def test_an_account_s_own_quota_replaces_the_usual_one(tmp_path: Path) -> None:
    async with open_house(tmp_path, jobs_per_hour=1, group_jobs_per_day=1) as house:
        await house.accounts.change(WHO, per_hour=2)
        await house.accounts.change(GROUP, per_day=2)
        for source in ("1", "2"):
            await house.intake.accept(house.order(source, place=GROUP))
        with pytest.raises(Busy) as busy:
            await house.intake.accept(house.order("3"))
        assert busy.value.code == "quota_hour"

        await house.accounts.change("fake:2", per_day=0)
        with pytest.raises(Busy, match="0 paintings within the last day") as busy:
            await house.intake.accept(house.order("4", "fake:2"))
        assert busy.value.code == "quota_day"
