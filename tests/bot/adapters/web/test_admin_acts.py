"""Every act of the admin page really acts, and stands in the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.admin import VERBS
from bot.jobs import Status
from bot.store.tables import ReplyState
from tests.bot.adapters.web.administering import Desk, browser, served
from tests.fakes.house import House

ALICE = "telegram:1"


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    """A browser that is logged in."""
    async with served(house) as url, browser(url) as desk:
        await desk.log_in()
        yield desk


async def test_the_doors_are_closed_and_opened(house: House, desk: Desk) -> None:
    await desk.do("pause Back at noon")
    assert await house.store.switches.get("paused") == {"reason": "Back at noon."}
    await desk.do("drain")
    doors = (await desk.state())["doors"]
    assert (doors["paused"], doors["drained"]) == ("Back at noon.", True)
    assert await desk.do("resume") == "Resumed; 0 paintings waiting."
    assert (await desk.state())["doors"] == {"paused": None, "drained": False, "disk_opens_mb": None}


async def test_a_painting_is_cancelled(house: House, desk: Desk) -> None:
    job = await house.job("1", ALICE)
    assert await desk.do(f"cancel {job.id}") == f"{job.id[:8]} of {ALICE} is cancelled."
    assert (await house.read(job)).status is Status.CANCELLED
    assert await desk.do(f"cancel {job.id}") == "no_longer_cancellable"


async def test_people_are_banned_invited_and_given_quotas(house: House, desk: Desk) -> None:
    await desk.do(f"ban {ALICE} too much")
    await desk.do(f"allow {ALICE}")
    await desk.do(f"quota {ALICE} 2 20")
    account = await house.accounts.get(ALICE)
    assert (account.banned, account.allowed, account.per_hour, account.per_day) == ("too much.", True, 2, 20)
    for verb in ("unban", "disallow"):
        await desk.do(f"{verb} {ALICE}")
    await desk.do(f"quota {ALICE} default")
    account = await house.accounts.get(ALICE)
    assert (account.banned, account.allowed, account.per_hour, account.per_day) == (None, False, None, None)


@pytest.mark.parametrize(("how", "state"), [("resend", ReplyState.READY), ("sent", ReplyState.SENT)])
async def test_an_uncertain_reply_is_settled(house: House, desk: Desk, how: str, state: ReplyState) -> None:
    job = await house.painted(await house.job("1", ALICE))
    await house.store.outbox.claim(job)
    await house.store.outbox.postpone(job, ReplyState.SENDING, 0, "the connection was cut")
    await house.store.outbox.uncertain(job)
    [reply] = (await desk.state())["uncertain"]
    assert (reply["job"], reply["what"], reply["error"]) == (job.id, "a painting", "the connection was cut")
    await desk.do(f"uncertain {job.id} {how}")
    assert await house.store.outbox.counts() == {state: 1}
    assert (await desk.state())["uncertain"] == []


async def test_a_key_that_is_made_is_shown_here_and_kept_out_of_the_log(house: House, desk: Desk) -> None:
    lines = (await desk.do("key new bot expert")).splitlines()
    secrets = [line.partition(": ")[2] for line in lines[1:]]
    assert await house.keys.holder_of(secrets[0]) is not None
    kept = repr(await house.store.audit.latest(9))
    assert "key" in kept and not any(secret in kept for secret in secrets)


async def test_every_act_and_every_refusal_is_entered_and_no_question(house: House, desk: Desk) -> None:
    job = await house.job("1", ALICE)
    for line in (f"ban {ALICE} too much", "queue", "quota", f"cancel {'0' * 8}", f"quota {ALICE}", "uncertain"):
        await desk.do(line)
    await desk.do(f"cancel {job.id[:8]}")
    entries = [(entry.verb, entry.arguments, entry.outcome) for entry in reversed(await house.store.audit.latest(20))]
    assert entries[1:] == [
        ("ban", f"{ALICE} too much", "ok"),
        ("quota", "", "refused"),
        ("cancel", "00000000", "refused"),
        ("cancel", job.id[:8], "ok"),
    ]
    told = (await desk.state())["audit"]
    assert [entry["verb"] for entry in told] == ["cancel", "cancel", "quota", "ban", "login"]
    assert told[0]["said"] == f"{job.id[:8]} of {ALICE} is cancelled."
    assert {entry["by"] for entry in told} == {"page:127.0.0.1"}


async def test_the_page_can_say_every_verb(house: House, desk: Desk) -> None:
    async with desk.http.get("/admin/api/session") as answer:
        told = (await answer.json())["verbs"]
    assert told == {name: verb.usage for name, verb in VERBS.items()}
    for verb in ("stats", "people", "failed", "disk", "config", "audit 3", "key", "spend"):
        assert " " in await desk.do(verb), "an answer, not the code of a refusal"
    assert await desk.do("quee") == "unknown_verb"


@pytest.mark.parametrize("body", [None, [], {"verb": "drain"}, {"verb": "drain", "arguments": 1}])
async def test_what_is_no_verb_is_refused(house: House, desk: Desk, body: object) -> None:
    answer = await desk.post("/admin/api/do", body)
    assert answer.status == 400
    assert await house.store.switches.get("drained") is None
