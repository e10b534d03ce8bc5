from __future__ import annotations

import dataclasses

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.accounts import Account
from bot.admin import MAX_ANSWER, VERBS, Admin
from bot.admin.agents import resting
from bot.admin.state import Agent
from bot.errors import BadRequest, Busy, Forbidden, UserError
from bot.jobs import Job, Status
from bot.ports import AgentStatus, WorkerStatus
from bot.spending import Budget
from bot.store.tables import ReplyState
from config.settings import Settings, TelegramSettings, WebSettings
from renderer.protocol import FailureReason
from tests.fakes.house import ROOM, House, failure, progress, started

ALICE, BOB, GROUP = "fake:1", "fake:2", "fake:-100"
DAY_S = 24 * 3600


@pytest.fixture
def admin(house: House) -> Admin:
    return house.admin


async def told(admin: Admin, line: str) -> str:
    verb, _, arguments = line.partition(" ")
    return await admin.do(verb, arguments, by="fake:9")


async def refused(admin: Admin, line: str) -> str:
    with pytest.raises(UserError) as refusal:
        await told(admin, line)
    return f"{refusal.value.code}: {refusal.value.message}"


async def uncertain(house: House, job: Job) -> Job:
    await house.store.outbox.claim(job)
    await house.store.outbox.postpone(job, ReplyState.SENDING, 0, "the connection was cut")
    await house.store.outbox.uncertain(job)
    return job


async def failed(house: House, job: Job, reason: FailureReason = FailureReason.BAD_INPUT) -> Job:
    await house.dispatch.on_event(started(job))
    await house.dispatch.on_event(failure(await house.read(job), reason))
    return await house.read(job)


# ---- what there is to see


async def test_spend_says_what_has_cost_how_much(house: House) -> None:
    budget = Budget(house.store, "x", {"reply": 0.01, "mention": 0.001}, 5, 50, house.clock)
    await budget.spend("mention", 300)
    await budget.spend("reply", 7)
    today = ["$0.370 of $5.", "mention · 300 · $0.300", "reply · 7 · $0.070"]
    lines = (await told(house.admin_of(budgets=[budget]), "spend")).splitlines()
    assert lines[:3] == [f"Today: {today[0]}", *today[1:]]
    assert lines[4] == "This month: $0.370 of $50."
    assert await told(house.admin, "spend") == "No platform that charges is served."


async def test_notices_come_with_the_newest_first(house: House, admin: Admin) -> None:
    assert await told(admin, "notices") == "Nothing has happened that you should know."
    await house.notices.add("spend", "X rests")
    house.clock.ahead_s += 110
    await house.notices.add("moderation", "a picture was refused")
    assert (await told(admin, "notices")).splitlines() == [
        "1 second ago · moderation · a picture was refused",
        "2 minutes ago · spend · X rests",
    ]


async def test_the_queue_says_what_is_painted_what_waits_and_whose_it_is(house: House, admin: Admin) -> None:
    painting = await house.job("1", ALICE, estimate_s=30)
    second, third = await house.job("2", BOB, estimate_s=40), await house.job("3", BOB, estimate_s=50)
    await house.dispatch.on_event(started(painting))
    await house.dispatch.on_event(progress(await house.read(painting), 0.25))
    lines = (await told(admin, "queue")).splitlines()
    assert lines[0] == "2 waiting, 1 being painted, 0 painted and to be sent."
    assert lines[1] == "All are painted in about 2 minutes."
    assert lines[3:5] == ["Being painted:", f"{painting.id[:8]} · {ALICE} · 25% done, about 1 second to go"]
    assert lines[6:9] == [
        "Waiting:",
        f"{second.id[:8]} · {BOB} · in about 41 seconds",
        f"{third.id[:8]} · {BOB} · in about 2 minutes",
    ]
    assert lines[10:] == ["By person:", f"{BOB} · 2", f"{ALICE} · 1"]


async def test_an_empty_queue_is_one_line(admin: Admin) -> None:
    assert await told(admin, "queue") == "0 waiting, 0 being painted, 0 painted and to be sent."


async def test_of_a_long_queue_the_first_ten_are_shown_and_the_rest_counted(house: House, admin: Admin) -> None:
    jobs = [await house.job(str(number), f"fake:{number}") for number in range(13)]
    answer = await told(admin, "queue")
    assert [job.id[:8] in answer for job in jobs] == [True] * 10 + [False] * 3
    assert answer.count("… and 3 more") == 2, "of those that wait, and of the people"


async def test_workers_and_platforms_say_how_they_are(house: House, admin: Admin) -> None:
    house.pool.workers = (
        WorkerStatus("cuda:0", "cuda:0", "painting", job="1a2b3c4d" * 4),
        WorkerStatus("cuda:1", None, "down", reason="out of memory"),
    )
    house.states["telegram"] = "down: the token is wrong"
    assert await told(admin, "workers") == "\n".join(
        [
            "cuda:0 · painting 1a2b3c4d",
            "cuda:1 · down: out of memory",
            *("", "Platforms:", "fake · up", "telegram · down: the token is wrong"),
        ]
    )


async def test_an_answer_is_no_longer_than_a_message_may_be(house: House, admin: Admin) -> None:
    house.pool.workers = (WorkerStatus("cpu", None, "down", reason="why " * 5000),)
    answer = await told(admin, "workers")
    assert len(answer) == MAX_ANSWER
    assert answer.endswith("…")


async def test_the_statistics_tell_the_last_day_from_the_last_week(house: House, admin: Admin) -> None:
    house.clock.ahead_s = -8 * DAY_S
    await house.painted(await house.job("too old"))
    house.clock.ahead_s = -2 * DAY_S
    liked = await house.painted(await house.job("1", ALICE))
    await house.desk.vote(liked.id, ALICE, 1)
    unlucky = await house.job("2", BOB)
    house.clock.ahead_s += 600
    await failed(house, unlucky)
    house.clock.ahead_s = 0
    await house.painted(await house.job("3", ALICE))
    await house.job("4", "fake:3")
    assert await told(admin, "stats") == "\n".join(
        [
            "Last day: 2 paintings asked for by 2 people (fake 2).",
            "painted 1, under way 1.",
            "On average 1 second until begun and 20 seconds to paint; 20 seconds in all.",
            "",
            "Last week: 4 paintings asked for by 3 people (fake 4).",
            "painted 2, under way 1, failed 1 (bad_input 1).",
            "On average 1 second until begun and 20 seconds to paint; 40 seconds in all.",
            "Thumbs: 1 up, 0 down.",
        ]
    )


async def test_where_nobody_has_asked_the_statistics_say_so(admin: Admin) -> None:
    assert await told(admin, "stats") == (
        "Last day: nobody has asked for anything.\n\nLast week: nobody has asked for anything."
    )


async def test_people_are_listed_by_what_they_ask_and_what_is_decided(house: House, admin: Admin) -> None:
    nobody = "Nobody has asked for anything in the last day, and nothing is decided about anybody."
    assert await told(admin, "people") == nobody
    await house.job("1", BOB)
    house.clock.ahead_s = 2 * 3600
    for number in range(2, 4):
        await house.job(str(number), ALICE)
    for line in (f"ban {BOB} too much", f"allow {GROUP}", f"quota {ALICE} 2 20"):
        await told(admin, line)
    assert (await told(admin, "people")).splitlines() == [
        "Anybody may ask for 60 in an hour, 300 in a day.",
        *("", "Asked for most in the last day:"),
        f"{ALICE} · 2, 2 of them in the last hour; 2 open",
        f"{BOB} · 1, 0 of them in the last hour; 1 open",
        *("", "Banned:", f"{BOB} · too much."),
        *("", "On the list:", GROUP),
        *("", "With a quota of their own:", f"{ALICE} · 2 in an hour, 20 in a day"),
    ]


async def test_failures_are_listed_with_their_reasons_and_the_last_first(house: House, admin: Admin) -> None:
    assert await told(admin, "failed") == "No painting has failed."
    await house.painted(await house.job("0"))
    first = await failed(house, await house.job("1", ALICE))
    house.clock.ahead_s = 550
    second = await failed(house, await house.job("2", BOB), FailureReason.POISONED)
    last, before = (await told(admin, "failed")).splitlines()
    assert last.startswith(f"{second.id[:8]} · {BOB} · ") and last.endswith(" ago · poisoned")
    assert before == f"{first.id[:8]} · {ALICE} · 10 minutes ago · bad_input"


async def test_the_disk_says_what_is_free_and_what_is_kept(house: House, admin: Admin) -> None:
    for number in range(3):
        await house.blob(b"%d" % number * 1_000_000)
    (house.folder / "cache").mkdir()
    (house.folder / "cache" / "film.mp4").write_bytes(b"x" * 2_000_000)
    lines = (await told(admin, "disk")).splitlines()
    assert lines[0].startswith("100.0 GB of ") and lines[0].endswith("are free; below 1.0 GB nothing is taken in.")
    assert lines[1:4] == ["", "Kept here:", "pictures · 3 MB"]
    assert "cache · 2 MB" in lines and any(line.startswith("database · ") for line in lines)


async def test_the_settings_that_are_not_as_they_come_are_shown_and_secrets_masked(house: House) -> None:
    assert await told(house.admin_of(Settings()), "config") == "Everything is set as it comes."
    settings = Settings(web=WebSettings(port=81), telegram=TelegramSettings(token=SecretStr("12:abc")))
    lines = (await told(house.admin_of(settings), "config")).splitlines()
    assert lines == ["ATELIER_WEB__PORT = 81 (default)", "ATELIER_TELEGRAM__TOKEN = ******** (default)"]


async def test_a_worker_says_for_how_long_it_has_painted_and_in_how_much_memory(house: House, admin: Admin) -> None:
    job = await house.job()
    await house.dispatch.on_event(started(job))
    house.clock.ahead_s = 3 * 60 - 30
    house.pool.workers = (WorkerStatus("local-0", "cuda:0", "painting", job.id, memory=1_250_000_000),)
    line = (await told(admin, "workers")).splitlines()[0]
    assert line == f"local-0 · painting {job.id[:8]} for 3 minutes · 1.2 GB"


async def test_a_worker_of_an_agent_says_whose_it_is_what_it_has_and_when_it_was_heard(
    house: House, admin: Admin
) -> None:
    job = await house.job()
    await house.dispatch.on_event(started(job))
    house.pool.workers = (of_agent("gpu1", job.id, held=2, seen_s=200, is_resting=True),)
    line = (await told(admin, "workers")).splitlines()[0]
    assert line.startswith(f"gpu1-0 · painting {job.id[:8]} for ")
    assert line.endswith(
        " · cuda, NVIDIA H100 · agent gpu1 holds 2 and paints 1 at a time · heard 4 minutes ago · drained"
    )
    [worker] = (await admin.state()).workers
    assert worker.agent
    assert dataclasses.replace(worker.agent, seen_at=0) == Agent("gpu1", 1, 2, 0, drained=True)
    assert worker.agent.seen_at == pytest.approx(house.clock() - 200, abs=2)
    assert worker.device_class == "cuda"


# ---- agents


def of_agent(
    name: str, job: str | None = None, held: int = 0, seen_s: float = 1, is_resting: bool = False
) -> WorkerStatus:
    agent = AgentStatus(name, 1, held, seen_s, is_resting)
    state = "painting" if job else "idle"
    return WorkerStatus(f"{name}-0", "cuda:0", state, job, device_name="NVIDIA H100", agent=agent)


async def test_an_agent_that_is_drained_is_so_until_it_is_undrained(house: House, admin: Admin) -> None:
    house.pool.workers = (of_agent("gpu1", "1a2b3c4d"), of_agent("gpu2"))
    assert await told(admin, "drain gpu1") == (
        "gpu1 is given nothing more; it ends the 1 painting under its hands. “undrain gpu1” gives it work again."
    )
    assert "it paints nothing now" in await told(admin, "drain gpu2")
    assert house.pool.resting == await resting(house.store) == {"gpu1", "gpu2"}
    assert house.pool.evicted == []
    assert await house.store.switches.get("drained") is None, "the door stays open"
    assert await told(admin, "undrain gpu1") == "gpu1 is given work again."
    assert await told(admin, "undrain gpu1") == "gpu1 was not drained."
    assert house.pool.resting == await resting(house.store) == {"gpu2"}


async def test_an_agent_that_is_gone_can_be_undrained(house: House, admin: Admin) -> None:
    house.pool.workers = (of_agent("gpu1"),)
    await told(admin, "drain gpu1")
    house.pool.workers = ()
    assert await told(admin, "undrain gpu1") == "gpu1 is given work again."
    assert await resting(house.store) == frozenset()


async def test_an_evicted_agent_rests_and_its_paintings_go(house: House, admin: Admin) -> None:
    house.pool.workers = (of_agent("gpu1", "1a2b3c4d", held=2), of_agent("gpu2"))
    assert "2 paintings of it go to others" in await told(admin, "evict gpu1")
    assert "it had nothing" in await told(admin, "evict gpu2")
    assert (sorted(house.pool.resting), house.pool.evicted) == (["gpu1", "gpu2"], ["gpu1", "gpu2"])


@pytest.mark.parametrize("verb", ["drain", "evict", "undrain"])
async def test_whoever_is_no_agent_is_told_apart(house: House, admin: Admin, verb: str) -> None:
    assert "nor is any other connected" in await refused(admin, f"{verb} gpu1")
    house.pool.workers = (WorkerStatus("local-0", "cpu", "idle"), of_agent("gpu1"))
    assert await refused(admin, f"{verb} gpu9") == "unknown_agent: There is no agent gpu9; there are gpu1."
    assert "only agents can be drained by name" in await refused(admin, f"{verb} local-0")
    assert "one device of the agent gpu1" in await refused(admin, f"{verb} gpu1-0")
    assert house.pool.resting == await resting(house.store) == frozenset()


# ---- switches


async def test_a_pause_has_a_reason_and_ends_with_resume(house: House, admin: Admin) -> None:
    await house.job()
    assert (await told(admin, "pause Back at noon")).endswith("People are told: Back at noon.")
    assert await house.store.switches.get("paused") == {"reason": "Back at noon."}
    for verb in ("queue", "workers"):
        assert "Paused: Back at noon." in (await told(admin, verb)).splitlines()
    assert await told(admin, "resume") == "Resumed; 1 painting waiting."
    assert await house.store.switches.get("paused") is None
    assert await told(admin, "resume") == "Nothing was paused."


async def test_a_reason_is_a_sentence_even_where_none_is_given(house: House, admin: Admin) -> None:
    await told(admin, "pause")
    assert await house.store.switches.get("paused") == {"reason": "maintenance."}
    await told(admin, "pause Why not?")
    assert await house.store.switches.get("paused") == {"reason": "Why not?"}


async def test_drained_nothing_is_taken_in_and_what_waits_stays(house: House, admin: Admin) -> None:
    job = await house.job()
    assert "1 waiting, 0 being painted" in await told(admin, "drain")
    with pytest.raises(Busy) as busy:
        await house.intake.accept(house.order("2"))
    assert busy.value.code == "closing"
    assert (await house.read(job)).status is Status.QUEUED
    assert "Drained: nothing is taken in." in (await told(admin, "queue")).splitlines()
    await told(admin, "resume")
    assert await house.store.switches.get("drained") is None


# ---- cancel


async def test_a_waiting_job_of_anybody_is_cancelled_by_the_beginning_of_its_id(house: House, admin: Admin) -> None:
    job = await house.job("1", ALICE)
    assert await told(admin, f"cancel {job.id[:8].upper()}") == f"{job.id[:8]} of {ALICE} is cancelled."
    assert (await house.read(job)).status is Status.CANCELLED


async def test_jobs_in_the_pool_are_cancelled_and_their_owners_told(house: House, admin: Admin) -> None:
    painting, prefetched = await house.job("1", ALICE), await house.job("2", BOB)
    async with house.running():
        await house.pool.until_started(painting.id)
        await house.pool.until_held(prefetched.id)
        assert await told(admin, f"cancel {prefetched.id}") == f"{prefetched.id[:8]} of {BOB} is cancelled."
        assert "is being stopped" in await told(admin, f"cancel {painting.id}")
        await house.adapter.until_replies(2)
    for job in (painting, prefetched):
        assert (await house.read(job)).status is Status.CANCELLED


@pytest.mark.parametrize("end", ["rendered", "delivered", "failed", "cancelled"])
async def test_what_has_ended_is_not_cancelled_and_its_state_is_told(house: House, admin: Admin, end: str) -> None:
    job = await house.job()
    if end == "cancelled":
        await house.store.jobs.cancel(job.id)
    elif end == "failed":
        await failed(house, job)
    else:
        job = await house.painted(job)
    if end == "delivered":
        await house.store.outbox.claim(job)
        await house.store.outbox.sent(job, "1")
    assert await refused(admin, f"cancel {job.id}") == f"no_longer_cancellable: {job.id[:8]} is {end} already."


async def test_an_id_that_fits_none_or_several_is_refused(house: House, admin: Admin) -> None:
    job = await house.job()
    twin = dataclasses.replace(job, id=job.id[:8] + "0" * 24, source="2")
    await house.store.jobs.add(twin, estimate_s=1, room=ROOM)
    stranger = f"{int(job.id[:8], 16) ^ 1:08x}"
    assert await refused(admin, f"cancel {stranger}") == f"unknown_job: There is no painting {stranger}."
    assert "Several paintings begin with" in await refused(admin, f"cancel {job.id[:8]}")
    assert "is cancelled" in await told(admin, f"cancel {job.id}")
    assert (await house.read(twin)).status is Status.QUEUED
    for no_id in ("1a2", "painting", "%%%%", job.id + "0"):
        assert "is not the id of a painting. Usage: cancel ID" in await refused(admin, f"cancel {no_id}")


# ---- people


async def test_a_ban_keeps_somebody_out_until_it_ends(house: House, admin: Admin) -> None:
    await house.job("1", ALICE)
    assert await told(admin, f"ban {ALICE} too much of it") == f"{ALICE} is banned. 1 painting so far, 1 open."
    with pytest.raises(Forbidden) as out:
        await house.accounts.admit(ALICE, None)
    assert out.value.code == "banned"
    assert "Banned: too much of it." in await told(admin, f"quota {ALICE}")
    await house.accounts.admit(BOB, None)
    await told(admin, f"unban {ALICE}")
    await house.accounts.admit(ALICE, None)


async def test_a_ban_needs_no_reason_and_holds_for_groups(house: House, admin: Admin) -> None:
    await told(admin, f"ban {GROUP}")
    with pytest.raises(Forbidden):
        await house.accounts.admit(ALICE, GROUP)
    assert "Banned: no reason given." in await told(admin, f"quota {GROUP}")


async def test_people_come_onto_the_list_and_off_it(house: House, admin: Admin) -> None:
    assert await told(admin, f"allow {ALICE}") == f"{ALICE} is on the list."
    assert (await house.accounts.get(ALICE)).allowed
    assert await told(admin, f"disallow {ALICE}") == f"{ALICE} is no longer on the list."
    assert not (await house.accounts.get(ALICE)).allowed


async def test_a_quota_is_shown_set_and_given_back(house: House, admin: Admin) -> None:
    await house.painted(await house.job("1", ALICE))
    await house.job("2", ALICE, place=GROUP)
    usage = f"{ALICE} has asked for 2 paintings: 2 in the last hour, 2 in the last day; 2 open."
    assert await told(admin, f"quota {ALICE}") == f"{usage}\nQuota: as for everybody."
    assert await told(admin, f"quota {ALICE} 2 50") == f"{usage}\nQuota: 2 in an hour, 50 in a day."
    with pytest.raises(Busy):
        await house.accounts.check_quota(ALICE, None)
    assert (await told(admin, f"quota {GROUP}")).startswith(f"{GROUP} has asked for 1 painting: 1 in the last hour")
    assert (await told(admin, f"quota {ALICE} default")).endswith("as for everybody.")
    await house.accounts.check_quota(ALICE, None)


async def test_a_quota_counts_the_last_hour_and_the_last_day(house: House, admin: Admin) -> None:
    await house.job("1", ALICE)
    house.clock.ahead_s = 3601
    await house.job("2", ALICE)
    assert "1 in the last hour, 2 in the last day" in await told(admin, f"quota {ALICE}")


# ---- replies that nobody knows about


async def test_uncertain_replies_are_listed_with_what_they_were(house: House, admin: Admin) -> None:
    assert await told(admin, "uncertain") == "No reply is uncertain."
    painting = await uncertain(house, await house.painted(await house.job("1", ALICE)))
    house.clock.ahead_s = 3 * 3600 - 60
    failure = await uncertain(house, await failed(house, await house.job("2", BOB)))
    house.clock.ahead_s = 6 * 3600 - 120
    lines = (await told(admin, "uncertain")).splitlines()
    assert lines[0].startswith("2 replies may never have arrived.")
    assert lines[3:] == [
        f"{painting.id[:8]} · {ALICE} · a painting · 6 hours ago · the connection was cut",
        f"{failure.id[:8]} · {BOB} · that it was failed · 3 hours ago · the connection was cut",
    ]


async def test_an_uncertain_reply_is_sent_again_when_told_to(house: House, admin: Admin) -> None:
    job = await uncertain(house, await house.painted(await house.job()))
    async with house.running():
        assert await told(admin, f"uncertain {job.id[:8]} resend") == f"The reply to {job.id[:8]} is sent again."
        await house.adapter.until_replies(1)
    assert (await house.read(job)).status is Status.DELIVERED
    assert await house.store.outbox.counts() == {ReplyState.SENT: 1}


async def test_an_uncertain_painting_that_counts_as_sent_is_delivered(house: House, admin: Admin) -> None:
    job = await uncertain(house, await house.painted(await house.job()))
    assert await told(admin, f"uncertain {job.id[:8]} sent") == f"The reply to {job.id[:8]} counts as sent."
    assert (await house.read(job)).status is Status.DELIVERED
    assert await house.store.outbox.counts() == {ReplyState.SENT: 1}
    assert "not_uncertain" in await refused(admin, f"uncertain {job.id[:8]} resend")


async def test_an_uncertain_word_of_a_failure_leaves_the_job_failed(house: House, admin: Admin) -> None:
    job = await uncertain(house, await failed(house, await house.job()))
    await told(admin, f"uncertain {job.id[:8]} sent")
    assert await house.read(job) == job


async def test_a_reply_that_is_on_its_way_cannot_be_settled(house: House, admin: Admin) -> None:
    job = await house.painted(await house.job())
    for what in ("sent", "resend"):
        assert await refused(admin, f"uncertain {job.id[:8]} {what}") == (
            f"not_uncertain: The reply to {job.id[:8]} is not uncertain."
        )
    assert await house.store.outbox.counts() == {ReplyState.READY: 1}


# ---- what cannot be understood


MISUSES = [
    "queue now", "workers 1", "stats week", "resume please", "drain off now", "undrain", "evict", "evict gpu1 gpu2",
    "cancel", "cancel 1a2b3c4d 5e6f7a8b",
    "ban", "unban", "unban fake:1 fake:2", "allow", "disallow", "quota", "quota fake:1 5", "quota fake:1 five 50",
    "quota fake:1 -1 50", "quota fake:1 5 99999999999999999999", "quota fake:1 ١ ٢", "uncertain 1a2b3c4d",
    "uncertain 1a2b3c4d again", "ban 123", "ban @alice", "ban Fake:1", "allow fake:",
]  # fmt: skip


async def test_what_is_not_understood_is_answered_with_the_usage_and_changes_nothing(
    house: House, admin: Admin
) -> None:
    for line in MISUSES:
        answer = await refused(admin, line)
        assert answer.startswith("bad_usage: ")
        assert answer.endswith(f"Usage: {VERBS[line.split()[0]].usage}")
    assert await house.accounts.get(ALICE) == Account(ALICE)
    assert await house.store.switches.get("drained") is None


async def test_an_unknown_verb_is_answered_with_those_there_are(admin: Admin) -> None:
    with pytest.raises(BadRequest) as refusal:
        await told(admin, "quee")
    assert refusal.value.code == "unknown_verb"
    assert all(verb in refusal.value.message for verb in VERBS)


async def test_every_verb_that_is_listed_is_known(house: House, admin: Admin) -> None:
    house.pool.workers = (of_agent("gpu1"),)
    for number, (verb, described) in enumerate(VERBS.items()):
        job = await house.job(str(number))
        words = (
            described.usage.partition(" [")[0]
            .replace("ID", job.id)
            .replace("WHO", ALICE)
            .replace("AGENT", "gpu1")
            .split()
        )
        assert words[0] == verb
        assert await told(admin, " ".join(words))


async def test_who_asked_for_what_is_in_the_log(admin: Admin) -> None:
    with capture_logs() as logs:
        await admin.do("pause", "Back at noon", by="telegram:42")
    assert {"verb": "pause", "by": "telegram:42"}.items() <= logs[0].items()
    assert "noon" not in str(logs)  # what admins write may name people; the audit log has it


async def test_a_pseudonym_of_the_log_is_led_back(house: House, admin: Admin) -> None:
    await house.job("1", ALICE, place="fake:-7")
    for name in (ALICE, "fake:-7"):
        pseudonym = house.pseudonyms.of(name)
        assert await told(admin, f"who {name}") == f"{name} is {pseudonym} in the log."
        for spelling in (pseudonym, pseudonym.partition("~")[2], pseudonym.partition(":")[2]):
            assert await told(admin, f"who {spelling}") == f"{pseudonym} is {name}."
    assert await told(admin, "who telegram:~0123456789ab") == "Nobody who is known here is ~0123456789ab."
    assert "is nobody" in await refused(admin, "who alice")
