"""What goes wrong while the bot answers on X: nothing is lost, and nothing said twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.moderation import Verdict
from bot.spending import total
from tests.bot.adapters.x.summoning import Booth, notices, open_booth, picture, unread, until
from tests.fakes.x import FakeX
from tests.fakes.x.views import View

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)


# ---- answering


@pytest.mark.parametrize("route", ["upload", "metadata", "create"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 502, "done": True},
        {"status": 429, "reset_in": 1},
        {"drop": "before"},
        {"drop": "after"},
        {"status": 201, "body": "<html>", "done": True},
    ],
)
async def test_an_answer_is_given_once_whatever_breaks(booth: Booth, route: str, fault: dict[str, Any]) -> None:
    trouble = booth.x.fail(route, **fault)
    post = await booth.alice.post(BOT, [CONTENT, STYLE])
    await booth.answer(post)
    await booth.quiet()
    assert trouble.hits == 1 and len(booth.x.replies_to(post)) == 1
    job = await booth.made(post)
    assert (await booth.house.read(job)).status == "delivered"


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"drop": "before"}, {"drop": "after"}, {"status": 502, "done": True}]
)
async def test_a_short_answer_is_given_once_whatever_breaks(booth: Booth, fault: dict[str, Any]) -> None:
    trouble = booth.x.fail("create", **fault)
    post = await booth.alice.post(f"{BOT} hello")
    await booth.answer(post)
    await booth.quiet()
    assert trouble.hits == 1 and len(booth.x.replies_to(post)) == 1


async def test_an_answer_that_x_takes_for_a_duplicate_is_worded_otherwise(booth: Booth) -> None:
    booth.x.strict_duplicates = True
    posts = [await booth.alice.post(BOT, [CONTENT, STYLE]) for _ in range(2)]
    answers = [await booth.answer(post) for post in posts]
    assert len({answer.said for answer in answers}) == 2


async def test_a_mention_deleted_meanwhile_is_not_answered(booth: Booth) -> None:
    booth.house.pool.idle = True  # type: ignore[attr-defined]
    post = await booth.alice.post(BOT, [CONTENT, STYLE])
    job = await booth.made(post)
    booth.x.delete(post)
    await booth.house.pool.paint(job.id)
    await booth.quiet()
    stored = await booth.house.read(job)
    assert (stored.status, stored.reason) == ("failed", "undeliverable")


async def test_what_nobody_could_mend_is_not_said(booth: Booth) -> None:
    booth.house.pool.idle = True  # type: ignore[attr-defined]
    post = await booth.alice.post(BOT, [CONTENT, STYLE])
    job = await booth.made(post)
    for _ in range(3):
        await booth.house.pool.crash(job.id)
    await booth.quiet()
    assert (await booth.house.read(job)).reason == "poisoned"
    assert booth.x.replies_to(post) == []


# ---- a rehearsal


async def test_a_dry_run_posts_nothing_and_writes_what_it_would(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x, dry_run=True) as booth:
        post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
        lost = await booth.alice.post(f"{BOT} hello")
        await booth.quiet()
        painting, words = [json.loads((tmp_path / "x" / f"{one.id}.json").read_text()) for one in (post, lost)]
    assert painting["text"] == "Woodcut · 20 seconds" and painting["alt_text"].startswith("A picture sent by @alice_x")
    assert "two pictures" in words["text"]
    assert len(list((tmp_path / "x").glob(f"{post.id}.*"))) == 2
    assert not {call.name for call in x.calls} & {"upload", "metadata", "create"}


async def test_a_painting_that_is_refused_is_answered_without_a_reason(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(file: Path, adapter: str, subject: str) -> Verdict:
        return Verdict(publishable=not subject.startswith("painting"), score=0.9)

    monkeypatch.setattr(booth.house.moderation, "check", check)
    post = await booth.alice.post(BOT, [CONTENT, STYLE])
    answer = await booth.answer(post)
    assert not answer.media and answer.said.startswith("I cannot send a painting of these pictures.")
    await booth.quiet()
    assert (await booth.house.read(await booth.made(post))).reason == "moderated"


# ---- bots that answer bots


async def test_a_bot_that_answers_every_painting_is_left_alone_in_the_end(booth: Booth) -> None:
    answer = await booth.answer(await booth.alice.post(BOT, [CONTENT, STYLE]))
    for _ in range(11):
        answer = await booth.answer(await booth.alice.post("again", reply_to=answer))
    await booth.silent(await booth.alice.post("again", reply_to=answer))
    assert any("without end" in text for text in await notices(booth))
    # Elsewhere she is welcome.
    await booth.answer(await booth.alice.post(BOT, [CONTENT, STYLE]))


async def test_a_bot_that_talks_back_is_not_talked_to(booth: Booth) -> None:
    answer = await booth.answer(await booth.alice.post(BOT, [CONTENT, STYLE]))
    await booth.silent(await booth.alice.post("I am a bot, too! How may I help you?", reply_to=answer))
    help_text = await booth.answer(await booth.alice.post(f"{BOT} hello"))
    await booth.silent(await booth.alice.post("Beep. I do not understand.", reply_to=help_text))


# ---- what happens while something is under way


@pytest.mark.parametrize("word", ["stop", "delete"])
async def test_nothing_is_posted_after_stop_or_delete(booth: Booth, word: str) -> None:
    hanging = booth.x.fail("upload", hang="after", times=None)
    post = await booth.alice.post(BOT, [CONTENT, STYLE])
    await booth.x.until(lambda: hanging.hits > 0)
    said = await booth.alice.post(f"{BOT} {word}")
    if word == "stop":
        await booth.until_opted_out()
    else:
        await booth.answer(said)
    hanging.end()
    # The call that hangs is cut off, and the answer taken up again.
    await booth.x.go_down()
    await booth.x.come_back()
    await booth.silent(post)


async def test_a_short_answer_that_waits_is_not_given_after_stop(booth: Booth) -> None:
    trouble = booth.x.fail("create", status=500, times=None)
    post = await booth.alice.post(f"{BOT} hello")
    await booth.x.until(lambda: trouble.hits > 0)
    await booth.alice.post(f"{BOT} stop")
    await booth.until_opted_out()
    trouble.end()
    await booth.silent(post)


async def test_a_mention_that_waits_is_erased_with_the_rest(booth: Booth) -> None:
    trouble = booth.x.fail("media", status=503, times=None)
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    await booth.x.until(lambda: trouble.hits > 1)
    await booth.answer(await booth.alice.post(f"{BOT} delete"))
    trouble.end()
    await booth.silent(post)
    assert await booth.job(post) is None


async def test_what_three_stops_have_interrupted_is_still_answered(tmp_path: Path, x: FakeX) -> None:
    hanging = x.fail("media", hang="before", times=None)
    alice = x.person("Alice")
    async with open_booth(tmp_path, x, alice):
        post = await alice.post(f"{BOT} #woodcut", [CONTENT])
        await x.until(lambda: hanging.hits > 0)
    for _ in range(3):
        before = hanging.hits
        async with open_booth(tmp_path, x, alice):
            await x.until(lambda before=before: hanging.hits > before)  # type: ignore[misc]
    hanging.end()
    async with open_booth(tmp_path, x, alice) as booth:
        await booth.answer(post)


async def test_many_mentions_are_read_within_a_small_limit_day_by_day(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x):
        pass
    people = [x.person(f"Person {number}") for number in range(60)]
    posts = [await person.post(f"{BOT} hello") for person in people]

    def answered() -> int:
        return sum(bool(x.replies_to(post)) for post in posts)

    async with open_booth(tmp_path, x, people[0], daily_limit=0.5) as booth:

        async def is_day_over() -> bool:
            left = 0.5 - total(await booth.services.budget.today())
            is_spent = left < 5 * 0.026 and not await unread(booth.house)
            return is_spent or answered() == len(posts)

        days = 0
        while answered() < len(posts):
            before, days = answered(), days + 1
            await until(is_day_over)
            assert answered() > before
            booth.house.clock.ahead_s += 86_400
        assert 3 <= days <= 5  # a day pays for 18 mentions and their answers


# ---- who is spoken to


@pytest.mark.parametrize("names", ["tweet", "post"])
async def test_talk_among_others_is_neither_an_order_nor_a_word_to_the_bot(
    tmp_path: Path, x: FakeX, names: Any
) -> None:
    x.field_names = names
    async with open_booth(tmp_path, x) as booth:
        post = await booth.alice.post(BOT, [CONTENT, STYLE])
        answer = await booth.answer(post)
        stronger = await booth.alice.post("stronger", reply_to=answer)
        await booth.answer(stronger)
        first, second = await booth.made(post), await booth.made(stronger)
        assert first.content == second.content and second.options.strength > first.options.strength
        bob = x.person("Bob")
        nice = await bob.post("lovely, is it not? what shall I do with my copy?", reply_to=answer)
        delete = await booth.alice.post("Delete!", reply_to=nice)
        stop = await booth.alice.post("stop", reply_to=await bob.post("really?", reply_to=delete))
        for one in (nice, delete, stop):
            await booth.silent(one)
        assert await booth.job(post) and not (await booth.services.accounts.get(f"x:{booth.alice.id}")).opted_out


async def test_a_post_that_x_has_not_told_is_asked_for(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    painted = await booth.alice.post(BOT, [CONTENT, STYLE])
    answer = await booth.answer(painted)
    await booth.quiet()
    monkeypatch.setattr(View, "_refer", lambda self, parent: None)
    theirs = await booth.x.person("Bob").post("look", [CONTENT, STYLE])
    assert (await booth.answer(await booth.alice.post(BOT, reply_to=theirs))).media
    stronger = await booth.alice.post("stronger", reply_to=answer)
    await booth.answer(stronger)
    assert (await booth.made(stronger)).content == (await booth.made(painted)).content


async def test_a_dry_run_forgets_who_is_erased(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x, dry_run=True) as booth:
        await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
        other = await x.person("Bob").post(f"{BOT} hello")
        await booth.quiet()
        delete = await booth.alice.post(f"{BOT} delete")
        await booth.quiet()
    assert {file.stem for file in (tmp_path / "x").glob("*.*")} == {other.id, delete.id}
