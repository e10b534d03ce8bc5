"""The audit log: what is entered, what is not, and for how long."""

from __future__ import annotations

import asyncio
from unittest.mock import AsyncMock

import pytest
from pydantic import SecretStr

from bot.admin import acts
from bot.admin.verbs import VERBS
from bot.errors import UserError
from bot.store.audit import Entry
from bot.store.tables import Outcome
from config.settings import Settings, TelegramSettings
from tests.fakes.house import House

DAY_S = 24 * 3600
TOKEN = "12345678:a-token-of-telegram"


async def entries(house: House) -> list[Entry]:
    """All of them, the oldest first."""
    return list(reversed(await house.store.audit.latest(100)))


async def test_an_act_is_entered_with_who_did_it_and_what_was_answered(house: House) -> None:
    house.clock.ahead_s = 100
    await house.admin.do("pause", "  Back   at noon", by="telegram:42")
    [entry] = await entries(house)
    assert entry == Entry(
        entry.at,
        "telegram:42",
        "pause",
        "Back at noon",
        Outcome.OK,
        "Paused. What is being painted now is finished; “resume” goes on.",
    )
    assert entry.at == pytest.approx(house.clock(), abs=5)


async def test_a_refusal_is_entered_with_its_reason(house: House) -> None:
    for arguments, why in (
        ("deadbeef", "There is no painting deadbeef."),
        ("", "That is not understood. Usage: cancel ID"),
    ):
        with pytest.raises(UserError):
            await house.admin.do("cancel", arguments, by="control:0")
        entry = (await entries(house))[-1]
        assert (entry.arguments, entry.outcome, entry.said) == (arguments, Outcome.REFUSED, why)


async def test_what_changes_nothing_is_not_entered(house: House) -> None:
    job = await house.job()
    for verb in VERBS:
        if verb not in acts.VERBS:
            await house.admin.do(verb, "fake:1" if verb == "who" else "", by="x")
    for line in ("quota fake:1", "uncertain", "key", "key list"):
        verb, _, arguments = line.partition(" ")
        await house.admin.do(verb, arguments, by="x")
    with pytest.raises(UserError):
        await house.admin.do("queue", "now", by="x")
    with pytest.raises(UserError):
        await house.admin.do("erase", job.id, by="x")
    assert await entries(house) == []
    assert acts.VERBS < VERBS.keys()


async def test_an_act_that_a_bug_cuts_short_is_entered_as_unfinished(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.accounts, "change", AsyncMock(side_effect=RuntimeError("a bug")))
    with pytest.raises(RuntimeError):
        await house.admin.do("ban", "fake:1", by="x")
    [entry] = await entries(house)
    assert (entry.verb, entry.arguments, entry.outcome, entry.said) == ("ban", "fake:1", Outcome.UNFINISHED, "")


async def test_an_act_is_entered_before_it_is_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before: list[Entry] = []
    doing = asyncio.Event()

    async def change(*_: object, **__: object) -> None:
        before.extend(await entries(house))
        doing.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(house.accounts, "change", change)
    killed = asyncio.create_task(house.admin.do("unban", "fake:1", by="x"))
    await doing.wait()
    killed.cancel()
    await asyncio.wait([killed])
    assert [entry.outcome for entry in before] == [Outcome.UNFINISHED]
    assert await entries(house) == before


async def test_secrets_do_not_get_into_it(house: House) -> None:
    admin = house.admin_of(Settings(data_dir=house.folder, telegram=TelegramSettings(token=SecretStr(TOKEN))))
    await admin.do("pause", f"the token is {TOKEN}", by="x")
    await admin.do("ban", f"fake:1 {TOKEN}", by="x")
    assert TOKEN not in repr(await entries(house))
    assert (await entries(house))[0].arguments == "the token is [redacted]"


async def test_what_is_written_at_length_is_cut(house: House) -> None:
    await house.admin.do("pause", "why " * 5000, by="x")
    [entry] = await entries(house)
    assert len(entry.arguments) == 500 and entry.arguments.endswith("…")


async def test_the_latest_are_shown_with_what_came_of_them(house: House) -> None:
    assert await house.admin.do("audit", "", by="x") == "No admin has done anything."
    await house.admin.do("allow", "fake:1", by="telegram:42")
    house.clock.ahead_s = 3500
    with pytest.raises(UserError):
        await house.admin.do("cancel", "deadbeef", by="control:1000")
    last, first = (await house.admin.do("audit", "", by="x")).splitlines()
    assert last.endswith(" ago · control:1000 · cancel deadbeef · refused: There is no painting deadbeef.")
    assert first == "59 minutes ago · telegram:42 · allow fake:1 · ok: fake:1 is on the list."
    assert len((await house.admin.do("audit", "1", by="x")).splitlines()) == 1


async def test_it_is_kept_as_long_as_the_settings_say(house: House) -> None:
    await house.admin.do("allow", "fake:1", by="x")
    house.clock.ahead_s = 200 * DAY_S
    await house.admin.do("allow", "fake:2", by="x")
    house.clock.ahead_s = 364 * DAY_S
    await house.letting_go().sweep()
    assert len(await entries(house)) == 2
    house.clock.ahead_s = 366 * DAY_S
    await house.letting_go().sweep()
    assert [entry.arguments for entry in await entries(house)] == ["fake:2"]
    await house.letting_go(audit_days=100).sweep()
    assert await entries(house) == []


async def test_an_erasure_leaves_what_admins_did(house: House) -> None:
    await house.job("1", "fake:1")
    await house.admin.do("ban", "fake:1 too much", by="telegram:42")
    before = await entries(house)
    for who in ("fake:1", "telegram:42"):
        await house.erasure.erase(who)
    assert await entries(house) == before
