"""What goes wrong between the bot and X: nothing is lost, and nothing said twice."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import AdapterDown
from bot.moderation import Verdict
from bot.spending import total
from config.settings import ModerationSettings
from tests.bot.adapters.x.summoning import Booth, open_booth, picture, unread, until
from tests.fakes.x import FakeX, fake_x
from tests.fakes.x.views import View

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with open_booth(tmp_path) as booth:
        yield booth


@pytest.fixture
async def x() -> AsyncIterator[FakeX]:
    async with fake_x() as x:
        yield x


async def notices(booth: Booth) -> list[str]:
    return [notice.text for notice in await booth.house.notices.latest(20)]


# ---- reading


async def test_the_first_start_begins_now(tmp_path: Path, x: FakeX) -> None:
    alice = x.person("Alice")
    old = [await alice.post(f"{BOT} surprise", [CONTENT]) for _ in range(3)]
    async with open_booth(tmp_path, x, alice) as booth:
        for post in old:
            await booth.silent(post)


async def test_what_is_said_while_the_bot_is_away_is_answered_at_its_return(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x) as before:
        pass
    post = await before.alice.post(f"{BOT} #woodcut", [CONTENT])
    async with open_booth(tmp_path, x, before.alice) as after:
        await after.answer(post)
        await after.quiet()
        assert len(x.replies_to(post)) == 1


@pytest.mark.parametrize("names", ["tweet", "post"])
async def test_a_hundred_mentions_at_once_are_answered_once_each(tmp_path: Path, x: FakeX, names: Any) -> None:
    x.field_names = names
    number = 100 if names == "tweet" else 12
    async with open_booth(tmp_path, x, limits={"open_jobs": 1000}) as booth:
        x.repeat_page()
        people = [x.person(f"Person {one}") for one in range(number)]
        posts = [await person.post(f"{BOT} hello", []) for person in people[5:]]
        posts += [await person.post(BOT, [CONTENT, STYLE]) for person in people[:5]]
        await booth.quiet()
        for post in posts:
            assert len(x.replies_to(post)) == 1, post.text


async def test_under_the_new_names_the_post_answered_is_looked_up(tmp_path: Path, x: FakeX) -> None:
    x.field_names = "post"
    async with open_booth(tmp_path, x) as booth:
        theirs = await x.person("Bob").post("look", [CONTENT, STYLE])
        post = await booth.alice.post(f"{BOT}", reply_to=theirs)
        answer = await booth.answer(post)
        assert answer.media
        again = await booth.alice.post("stronger", reply_to=answer)
        await booth.answer(again)


async def test_mentions_that_come_again_are_not_answered_again(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x) as booth:
        post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
        await booth.answer(post)
        await booth.quiet()
        x.lost_since_id = True
        # As if the clock had gone wrong by a week: the store forgets by time what it has dealt with.
        booth.house.clock.ahead_s = 7 * 86_400
        await booth.answer(await booth.alice.post(f"{BOT} #waves", [CONTENT]))
        await booth.quiet()
        assert len(x.replies_to(post)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "times": 2},
        {"status": 429, "reset_in": 1},
        {"status": 402, "body": {"title": "CreditsDepleted", "detail": "no credit"}},
        {"drop": "before"},
        {"drop": "after"},
        {"status": 200, "body": "<html>maintenance</html>"},
    ],
)
@pytest.mark.parametrize("route", ["mentions", "me"])
async def test_reading_goes_on_after_a_fault(tmp_path: Path, x: FakeX, route: str, fault: dict[str, Any]) -> None:
    async with open_booth(tmp_path, x):
        pass
    trouble = x.fail(route, **fault)
    async with open_booth(tmp_path, x) as booth:
        post = await booth.alice.post(f"{BOT} hello")
        await booth.answer(post)
    assert trouble.hits


async def test_a_server_that_goes_away_comes_back(booth: Booth) -> None:
    await booth.x.go_down()
    await booth.x.until(lambda: booth.adapter.state != "up")
    await booth.x.come_back()
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    await booth.answer(post)
    await booth.x.until(lambda: booth.adapter.state == "up")


# ---- who may not


@pytest.mark.parametrize(
    "keys,words",
    [
        ({"access_token_secret": "wrong-wrong-wrong"}, "X refuses the keys"),
        ({"access_token_secret": None}, "ATELIER_X__ACCESS_TOKEN_SECRET"),
    ],
)
async def test_wrong_keys_put_the_adapter_down_and_say_so(
    tmp_path: Path, x: FakeX, keys: dict[str, Any], words: str
) -> None:
    with pytest.raises(AdapterDown, match=words):
        async with open_booth(tmp_path, x, **keys):
            pass


async def test_an_app_that_may_not_write_is_found_out_at_once(tmp_path: Path, x: FakeX) -> None:
    x.access_level = "read"
    with pytest.raises(AdapterDown, match="Read and write"):
        async with open_booth(tmp_path, x):
            pass
    async with open_booth(tmp_path, x, dry_run=True):
        pass


async def test_permission_taken_away_puts_only_this_adapter_down(tmp_path: Path, x: FakeX) -> None:
    with pytest.raises(AdapterDown, match="Read and write"):
        async with open_booth(tmp_path, x) as booth:
            x.access_level = "read"
            post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
            await x.until(lambda: not booth.adapter.listening.is_set())
            job = await booth.made(post)
            assert (await booth.house.read(job)).status == "rendered"  # kept for when it may write again


# ---- pictures


async def test_a_picture_whose_largest_size_is_missing_is_taken_smaller(booth: Booth) -> None:
    media = booth.x.media(data=CONTENT)
    booth.x.media_missing(media, {"orig", "4096x4096"})
    assert (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).media


async def test_a_picture_that_is_gone_can_be_posted_again(booth: Booth) -> None:
    media = booth.x.media(data=CONTENT)
    booth.x.media_missing(media)
    assert "post it again" in (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).said


async def test_a_redirect_is_not_followed(booth: Booth) -> None:
    media = booth.x.media(data=CONTENT)
    booth.x.media_redirect(media, "http://169.254.169.254/latest/meta-data")
    assert "post it again" in (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).said


@pytest.mark.parametrize("endless", [False, True])
async def test_a_picture_that_is_too_heavy_is_not_read_to_its_end(booth: Booth, endless: bool) -> None:
    media = booth.x.media(data=CONTENT)
    if endless:
        booth.x.media_endless(media)
    else:
        booth.x.media_size(media, 3_000_000)
    assert "heavier than 2 MB" in (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [media]))).said


async def test_a_strange_host_is_not_asked_and_admins_learn_of_it(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x, media_hosts=["pbs.twimg.com"]) as booth:
        post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
        await until(lambda: _any(booth, "127.0.0.1"))
        await booth.quiet()
        assert x.replies_to(post) == [] and not [call for call in x.calls if call.name == "media"]


async def _any(booth: Booth, words: str) -> bool:
    return any(words in text for text in await notices(booth))


async def test_a_picture_that_cannot_be_had_now_is_had_later(booth: Booth) -> None:
    trouble = booth.x.fail("media", status=503, times=1)
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])
    await booth.x.until(lambda: trouble.hits > 0)
    await booth.answer(post)


async def test_a_mention_waits_while_the_disk_is_nearly_full(booth: Booth) -> None:
    booth.house.free_mb = 10
    booth.house.clock.ahead_s += 60
    post = await booth.alice.post(f"{BOT} #woodcut", [CONTENT])

    async def is_deferred() -> bool:
        letter = await booth.services.inbox.get("x", post.id)
        return letter is not None and letter.get("deferred", 0) > 0

    await until(is_deferred)
    assert booth.x.replies_to(post) == []
    booth.house.free_mb = 5000
    booth.house.clock.ahead_s += 60
    await booth.answer(post)


async def test_a_post_that_is_gone_is_not_asked_about(booth: Booth) -> None:
    bob = booth.x.person("Bob")
    theirs, hidden = await bob.post("look", [CONTENT]), await booth.x.person("Hidden").post("look", [CONTENT])
    posts = [await booth.alice.post(f"{BOT} #woodcut", reply_to=one) for one in (theirs, hidden)]
    booth.x.delete(theirs)
    hidden.author.protected = True
    posts.append(await booth.alice.post(f"{BOT} #woodcut", quote=hidden))
    for post in posts:
        await booth.silent(post)


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


# ---- what is not to be seen


async def test_what_is_refused_is_answered_without_a_reason_and_admins_are_told(tmp_path: Path, x: FakeX) -> None:
    everything = ModerationSettings(adapters=("x",), refuse_above=0, doubt_above=0)
    async with open_booth(tmp_path, x, moderation=everything) as booth:
        post = await booth.alice.post(BOT, [CONTENT, STYLE])
        answer = await booth.answer(post)
        assert not answer.media and "cannot" in answer.said
        assert [text for kind, text in booth.house.told] and await booth.job(post) is None


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


# ---- answers of X's that are none


@pytest.mark.parametrize(
    "status,body",
    [
        (200, "null"),
        (200, "[]"),
        (200, '"busy"'),
        (200, '{"data": [{"text": "no id"}, null]}'),
        (200, '{"data": {}}'),
        (503, '"busy"'),
        (503, '{"errors": null}'),
        (400, "<html>"),
        (404, "<html>"),
        (408, "<html>"),
        (409, "<html>"),
    ],
)
async def test_an_odd_answer_is_waited_out(booth: Booth, status: int, body: str) -> None:
    trouble = booth.x.fail("mentions", status=status, body=body, times=2)
    await booth.x.until(lambda: trouble.hits == 2)
    await booth.answer(await booth.alice.post(f"{BOT} hello"))


async def test_a_limit_without_a_number_is_waited_for(booth: Booth) -> None:
    trouble = booth.x.fail("mentions", status=429, headers={"x-rate-limit-reset": "soon"})
    await booth.x.until(lambda: trouble.hits == 1)
    await booth.answer(await booth.alice.post(f"{BOT} hello"))


async def test_calls_that_came_to_nothing_are_counted_by_kind(booth: Booth) -> None:
    booth.x.fail("mentions", status=429, reset_in=1)
    booth.x.fail("mentions", status=503)
    booth.x.fail("mentions", status=200, body="<html>maintenance</html>")
    await booth.answer(await booth.alice.post(f"{BOT} hello"))
    text = await booth.house.metrics.text()
    assert b'atelier_platform_errors_total{kind="429",platform="x"} 1.0' in text
    assert b'atelier_platform_errors_total{kind="unsure",platform="x"} 2.0' in text


async def test_a_post_that_x_waited_for_in_vain_is_looked_for(booth: Booth) -> None:
    booth.x.fail("create", status=408, body="<html>")
    post = await booth.alice.post(BOT, [CONTENT, STYLE])
    await booth.answer(post)
    await booth.quiet()
    assert len(booth.x.replies_to(post)) == 1


async def test_permission_taken_away_is_noticed_by_a_short_answer_too(tmp_path: Path, x: FakeX) -> None:
    with pytest.raises(AdapterDown, match="Read and write"):
        async with open_booth(tmp_path, x) as booth:
            x.access_level = "read"
            await booth.alice.post(f"{BOT} hello")
            await x.until(lambda: not booth.adapter.listening.is_set())


async def test_stopping_does_not_wait_for_a_call_that_hangs(tmp_path: Path, x: FakeX) -> None:
    async with open_booth(tmp_path, x):
        hanging = x.fail("mentions", hang="before", times=None)
        await x.until(lambda: hanging.hits > 0)
        began = time.monotonic()
    assert time.monotonic() - began < 6


async def test_a_picture_host_that_is_asked_too_much_is_asked_later(booth: Booth) -> None:
    booth.x.fail("media", status=429)
    assert (await booth.answer(await booth.alice.post(f"{BOT} #woodcut", [CONTENT]))).media


async def test_what_was_looked_up_is_not_paid_for_again(tmp_path: Path, x: FakeX) -> None:
    x.field_names = "post"
    async with open_booth(tmp_path, x) as booth:
        trouble = x.fail("media", status=503, times=3)
        theirs = await x.person("Bob").post("look", [CONTENT, STYLE])
        await booth.answer(await booth.alice.post(BOT, reply_to=theirs))
        assert trouble.hits == 3 and x.bill["post"] == 1


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
