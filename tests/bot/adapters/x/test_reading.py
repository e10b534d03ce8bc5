"""What goes wrong while the bot reads what it is told: nothing is lost, and nothing taken up twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import AdapterDown
from tests.bot.adapters.x.summoning import Booth, open_booth, picture
from tests.fakes.x import FakeX

BOT = "@atelier_bot"
CONTENT, STYLE = picture(64), picture(72)


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
            await booth.down()
            job = await booth.made(post)
            assert (await booth.house.read(job)).status == "rendered"  # kept for when it may write again


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
            await booth.down()


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
