"""The one message of a job, from its place in the queue to the painting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot.adapters.telegram import live, results
from bot.adapters.telegram.limits import Limits
from bot.errors import Refused, Retry, Unknown
from bot.jobs import Status
from bot.replies import reply_to
from renderer.protocol import FailureReason, Progress
from tests import pictures
from tests.bot.adapters.telegram.receiving import open_reception
from tests.bot.adapters.telegram.sending import Sending, open_sending, opened, preview


@pytest.fixture
async def sending(tmp_path: Path) -> AsyncIterator[Sending]:
    async with open_sending(tmp_path) as sending:
        yield sending


# ---- waiting


async def test_whoever_asked_is_told_their_place_and_when_to_expect_the_painting(sending: Sending) -> None:
    await sending.begun()
    _, second = await sending.begun()
    assert second.text == "You are number 2 in the queue. Your painting should be ready in about 2 minutes."
    assert second.buttons == ["Cancel", "Swap"]
    assert second.reply_to is not None


async def test_the_message_speaks_the_language_of_the_job_and_offers_no_swap_with_the_gallery(sending: Sending) -> None:
    _, message = await sending.begun(language="xx", address={"swappable": False})
    assert message.text == "You are next. Your painting should be ready in about 50 seconds."
    assert message.buttons == ["Cancel"]


async def test_while_the_house_pauses_the_reason_is_told(sending: Sending) -> None:
    await sending.house.store.switches.put("paused", {"reason": "The power goes at noon."})
    _, message = await sending.begun()
    assert "The power goes at noon." in message.words


async def test_a_job_that_is_announced_twice_has_one_message(sending: Sending) -> None:
    job, address = await sending.asked()
    await sending.live.begin(job, address)
    await sending.house.job("another", requester="fake:2")
    before = len(sending.telegram.chat(sending.alice).from_bot)
    await sending.rendering(job)
    await sending.live.begin(job, address)
    assert len(sending.telegram.chat(sending.alice).from_bot) == before
    assert "Painting now" in sending.message.words


async def test_a_job_whose_message_could_not_be_sent_gets_its_painting_all_the_same(sending: Sending) -> None:
    sending.telegram.fail("sendMessage", status=500)
    job, address = await sending.asked()
    await sending.live.begin(job, address)
    assert (await sending.addressed(job))["live"] is None

    sent = await sending.deliver(await sending.painted(job))
    assert sending.message.photo
    assert sent.message_id == str(sending.message.id)


async def test_a_painting_that_is_ready_before_its_place_was_told_is_not_covered_by_it(sending: Sending) -> None:
    job, address = await sending.asked()
    await sending.deliver(await sending.painted(job))
    await sending.live.begin(job, address)
    [message] = sending.telegram.chat(sending.alice).from_bot
    assert message.photo
    assert "Stronger" in message.buttons


async def test_a_first_view_comes_beside_the_place_and_the_place_stays(sending: Sending) -> None:
    job, message = await sending.begun()
    await sending.live.progress(job, Progress(job=job.id, attempt=1, delivery=0, fraction=0, preview=preview()))
    assert message.photo == preview()
    assert message.words.startswith("You are next.")
    assert message.buttons == ["Cancel", "Swap"]
    await sending.house.store.switches.put("paused", {"reason": "The power goes at noon."})
    sending.limits._chats[message.chat.id].last_at -= 1e6
    await sending.live.tell_of_pause()
    assert "The power goes at noon." in message.words
    assert message.photo == preview()


async def test_a_first_view_that_comes_late_does_not_cover_the_painting(sending: Sending) -> None:
    job, _ = await sending.begun()
    await sending.deliver(await sending.painted(job))
    painting = sending.message.photo
    await sending.live.progress(job, Progress(job=job.id, attempt=1, delivery=0, fraction=0, preview=preview()))
    assert sending.message.photo == painting


# ---- being painted


async def test_progress_takes_the_place_of_the_words_with_a_preview_and_the_same_buttons(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.progress(job, 0.25)
    assert message.text is not None
    assert message.text.startswith("▰▰▱▱▱▱▱▱▱▱ 25 %\nAbout ")
    await sending.progress(job, 0.5, preview())
    assert message.photo == preview()
    assert message.caption is not None
    assert "50 %" in message.caption
    await sending.progress(job, 0.75)
    assert "75 %" in message.words
    assert message.photo == preview()
    assert message.buttons == ["Cancel", "Swap"]


async def test_previews_come_no_oftener_than_allowed_and_then_it_is_the_newest(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.progress(job, 0.1, preview("red"))
    sending.limits._chats[message.chat.id].last_at += 1e6  # as if it had just been edited
    for tenth in range(2, 9):
        report = Progress(job=job.id, attempt=1, delivery=1, fraction=tenth / 10, preview=preview("blue"))
        await sending.live.progress(job, report)
    assert len(message.edits) == 1
    sending.limits._chats[message.chat.id].last_at -= 1e6
    await sending.progress(job, 0.9)
    assert len(message.edits) == 2
    assert message.photo == preview("blue")


async def test_what_says_nothing_new_is_not_said(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.progress(job, 0.3)
    await sending.progress(job, 0.3)
    assert len(message.edits) == 1


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 429, "retry_after": 2}, {"drop": "before"}])
async def test_a_preview_that_telegram_does_not_take_is_dropped(sending: Sending, trouble: dict[str, object]) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    sending.telegram.fail("editMessageMedia", **trouble)  # type: ignore[arg-type]
    await sending.progress(job, 0.5, preview())
    assert message.edits == []
    await sending.progress(job, 0.6, preview("blue"))
    assert message.photo == preview("blue")


async def test_no_preview_comes_after_the_painting(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    stuck = sending.telegram.fail("editMessageText", hang="before")
    showing = asyncio.create_task(sending.progress(job, 0.9))
    await sending.telegram.until(lambda: stuck.hits == 1)
    showing.cancel()
    await sending.deliver(await sending.painted(job))
    await asyncio.wait([showing])
    assert [content.method for content in message.edits] == ["editMessageMedia"]
    assert message.caption is not None
    assert "%" not in message.caption


async def test_an_edit_that_hangs_does_not_keep_the_replies_to_others_waiting(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.live._TURN_S", 0.01)
    job, message = await sending.begun()
    job = await sending.rendering(job)
    stuck = sending.telegram.fail("editMessageText", hang="before")
    showing = asyncio.create_task(sending.progress(job, 0.9))
    await sending.telegram.until(lambda: stuck.hits == 1)
    job = await sending.painted(job)
    with pytest.raises(Retry):
        await sending.live.reply(job, reply_to(job, sending.house.blobs.path(job.content)))
    await showing
    await sending.deliver(job)
    assert message.photo


async def test_a_job_that_was_erased_shows_nothing_more(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.until_limits_allow(job)
    await sending.house.erasure.erase(job.requester)
    await sending.live.progress(job, Progress(job=job.id, attempt=1, delivery=1, fraction=0.5, preview=preview()))
    assert message.edits == []
    with pytest.raises(Refused):
        await sending.deliver(job)


async def test_places_are_told_anew_once_a_minute_one_at_a_time(sending: Sending) -> None:
    begun = [await sending.begun(whose=sending.telegram.person(name)) for name in ("Ann", "Ben", "Cem", "Dee")]
    first = await sending.rendering(begun[0][0])
    waiting = [message for _, message in begun[1:]]
    await sending.progress(first, 0.1)
    assert [len(message.edits) for message in waiting] == [0, 0, 0]

    sending.house.clock.ahead_s = 61
    for tenth, edits in [(2, [1, 0, 0]), (3, [1, 1, 0]), (4, [1, 1, 1]), (5, [1, 1, 1])]:
        await sending.progress(first, tenth / 10)
        await sending.live.settle()
        assert [len(message.edits) for message in waiting] == edits
    assert waiting[0].words.startswith("You are next")
    assert waiting[1].words.startswith("You are number 2")


async def test_all_who_wait_are_told_once_when_a_pause_begins_and_when_it_ends(sending: Sending) -> None:
    begun = [await sending.begun(whose=sending.telegram.person(name)) for name in ("Ann", "Ben")]
    messages = [message for _, message in begun]
    for number, reason in enumerate(["The power goes at noon.", None], 1):
        await sending.house.store.switches.put("paused", {"reason": reason} if reason else None)
        for job, _ in begun:
            await sending.until_limits_allow(job)
        await sending.live.tell_of_pause()
        await sending.live.tell_of_pause()
        assert [len(message.edits) for message in messages] == [number, number]
        assert [("The power goes at noon." in message.words) for message in messages] == [bool(reason)] * 2


async def test_whom_the_limits_spare_is_told_of_a_pause_later(sending: Sending) -> None:
    job, message = await sending.begun()
    await sending.house.store.switches.put("paused", {"reason": "The power goes at noon."})
    sending.limits._chats[message.chat.id].last_at += 1e6  # as if it had just been edited
    await sending.live.tell_of_pause()
    assert message.edits == []
    sending.limits._chats[message.chat.id].last_at -= 1e6
    await sending.until_limits_allow(job)
    await sending.live.tell_of_pause()
    assert "The power goes at noon." in message.words


async def test_the_adapter_tells_of_a_pause_while_nothing_is_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_PAUSE_AGE_S", 0.05)
    async with open_reception(tmp_path) as reception:
        await reception.alice.photo(pictures.png(64), "woodcut")
        await reception.jobs()
        message = await reception.said("You are next")
        await reception.house.store.switches.put("paused", {"reason": "The power goes at noon."})
        await reception.telegram.until(lambda: "The power goes at noon." in message.words)


async def test_the_preview_of_a_job_that_is_erased_becomes_the_words_of_a_cancelled_one(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.progress(job, 0.5, preview())
    async with sending.live.erasing(job.requester):
        await sending.house.erasure.erase(job.requester)
    await sending.live.settle()
    assert message.photo
    assert "cancelled" in message.words
    assert not message.buttons


# ---- painted, or not


async def test_the_painting_takes_the_place_of_the_preview_and_one_line_notifies(sending: Sending) -> None:
    job, message = await sending.begun(address={"styles": ["woodcut"]})
    job = await sending.rendering(job)
    await sending.progress(job, 0.5, preview())
    job = await sending.painted(job)
    sent = await sending.deliver(job)

    assert sent.message_id == str(message.id)
    assert opened(message.photo).size == (64, 48)
    assert message.caption == "Woodcut · 20 seconds"
    assert sending.message.text == "Your painting is ready."
    assert sending.message.reply_to is message


async def test_a_painting_is_sent_again_into_the_same_message_and_notified_once(sending: Sending) -> None:
    job, _ = await sending.delivered()
    before = len(sending.telegram.chat(sending.alice).from_bot)
    for _ in range(2):
        assert await sending.live.find_reply(job) is not None
        await sending.live.settle()
    assert len(sending.telegram.chat(sending.alice).from_bot) == before


async def test_notes_stand_under_the_style_and_seconds(sending: Sending) -> None:
    job, message = await sending.begun()
    await sending.deliver(await sending.painted(job, notes=("Painted at 768 px.",), seconds=61.0))
    assert message.caption == "In the style of the other picture · 61 seconds\nPainted at 768 px."


async def test_why_there_is_no_painting_stands_in_the_message_and_is_notified(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.progress(job, 0.5, preview())
    await sending.house.store.jobs.finish(job, Status.FAILED, FailureReason.BAD_INPUT)
    await sending.deliver(await sending.house.read(job))
    assert message.caption == "One of the pictures could not be painted from. Please try another."
    assert message.buttons == []
    assert sending.message.text == "Sorry, there is no painting this time. The message above says why."


async def test_a_cancelled_job_says_so_and_disturbs_nobody(sending: Sending) -> None:
    job, message = await sending.begun()
    await sending.house.desk.cancel(job.id, job.requester)
    await sending.deliver(await sending.house.read(job))
    assert message.text == "This painting was cancelled."
    assert sending.message is message


async def test_a_message_that_was_deleted_is_replaced_by_a_new_one(sending: Sending) -> None:
    job, message = await sending.begun()
    sending.telegram.delete(message)
    sent = await sending.deliver(await sending.painted(job))
    [new] = sending.telegram.chat(sending.alice).from_bot
    assert new.photo
    assert sent.message_id == str(new.id)
    assert (await sending.addressed(job))["live"] == new.id


async def test_after_a_crash_the_message_is_found_even_if_it_is_of_another_kind_than_noted(sending: Sending) -> None:
    sending.telegram.expect("there is no text in the message to edit")
    job, message = await sending.begun()
    job = await sending.rendering(job)
    await sending.progress(job, 0.5, preview())
    await sending.services.addresses.put(job.id, await sending.addressed(job) | {"photo": False})
    await sending.house.desk.cancel(job.id, job.requester)
    await sending.house.store.jobs.finish(await sending.house.read(job), Status.CANCELLED, "cancelled")
    await sending.deliver(await sending.house.read(job))
    assert message.caption == "This painting was cancelled."


# ---- faults


@pytest.mark.parametrize("trouble", [{"status": 502}, {"drop": "before"}, {"drop": "after"}, {"status": 429}])
async def test_an_edit_that_went_wrong_is_made_again(sending: Sending, trouble: dict[str, object]) -> None:
    job, message = await sending.begun()
    job = await sending.painted(job)
    sending.telegram.fail("editMessageMedia", retry_after=30, **trouble)  # type: ignore[arg-type]
    with pytest.raises(Retry):
        await sending.deliver(job)
    await asyncio.sleep(0)
    sending.limits._chats.clear()
    await sending.deliver(job)
    assert message.photo
    assert sending.message.text == "Your painting is ready."
    assert len(sending.telegram.chat(sending.alice).from_bot) == 2


async def test_a_new_message_of_which_nobody_knows_whether_it_came_is_never_sent_again(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.painted(job)
    sending.telegram.delete(message)
    sending.telegram.fail("sendPhoto", drop="after")
    with pytest.raises(Unknown):
        await sending.deliver(job)
    assert await sending.live.find_reply(job) is None
    assert len(sending.telegram.chat(sending.alice).from_bot) == 1


async def test_a_crash_before_a_new_message_was_begun_leaves_it_to_be_sent(sending: Sending) -> None:
    job, _ = await sending.asked()
    job = await sending.painted(job)
    assert await sending.live.find_reply(job) is not None
    assert sending.message.photo


async def test_a_new_message_that_telegram_refused_and_then_a_crash_leave_it_to_be_sent(sending: Sending) -> None:
    job, _ = await sending.asked()
    job = await sending.painted(job)
    sending.telegram.fail("sendPhoto", status=401)  # the token is taken back, and given again
    with pytest.raises(Retry):
        await sending.deliver(job)
    sending.limits._chats.clear()
    assert await sending.live.find_reply(job) is not None
    assert len(sending.telegram.chat(sending.alice).from_bot) == 1


async def test_a_painting_that_cannot_be_made_ready_was_surely_not_sent(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = await sending.asked()
    job = await sending.painted(job)
    with monkeypatch.context() as full, pytest.raises(OSError, match="No space"):
        full.setattr(results, "_as_photo", Mock(side_effect=OSError(28, "No space left on device")))
        await sending.deliver(job)
    assert await sending.live.find_reply(job) is not None
    assert sending.message.photo


async def test_a_new_message_that_telegram_put_off_is_sent_later(sending: Sending) -> None:
    job, _ = await sending.asked()
    job = await sending.painted(job)
    sending.telegram.fail("sendPhoto", status=429, retry_after=60)
    with pytest.raises(Retry) as told:
        await sending.deliver(job)
    assert told.value.after_s == 60
    sending.limits._chats.clear()
    assert await sending.live.find_reply(job) is not None
    assert len(sending.telegram.chat(sending.alice).from_bot) == 1


async def test_whoever_blocked_the_bot_gets_nothing_more(sending: Sending) -> None:
    job, _ = await sending.begun()
    sending.telegram.block(sending.alice)
    with pytest.raises(Refused):
        await sending.deliver(await sending.painted(job))


async def test_a_notice_that_is_lost_costs_nothing_else(sending: Sending) -> None:
    job, message = await sending.begun()
    sending.telegram.fail("sendMessage", status=500)
    await sending.deliver(await sending.painted(job))
    assert message.photo
    assert sending.message is message


async def test_many_who_are_served_at_once_are_served_within_the_limits(tmp_path: Path) -> None:
    async with open_sending(tmp_path, limits=Limits()) as sending:
        people = [sending.telegram.person(f"Person {number}") for number in range(20)]
        asked = [await sending.asked(whose=person) for person in people]
        await asyncio.gather(*(sending.live.begin(job, address) for job, address in asked))
        for job, _ in asked:
            job = await sending.painted(job)
            await sending.live.reply(job, reply_to(job, sending.house.blobs.path(job.content)))
        await sending.live.settle()
        sending.telegram.assert_rates(burst=1)
        for person in people:
            painting, notice = sending.telegram.chat(person).from_bot
            assert painting.photo
            assert notice.text == "Your painting is ready."


# ---- groups


async def test_in_a_group_the_notice_answers_whoever_asked(sending: Sending) -> None:
    bob = sending.telegram.person("Bob")
    group = sending.telegram.group("Painters", [sending.alice, bob])
    job, message = await sending.begun(whose=bob, chat=group)
    request = message.reply_to
    assert request is not None
    assert request.author == bob.user
    await sending.deliver(await sending.painted(job))
    assert group.from_bot[-1].reply_to is request


async def test_a_group_that_became_a_supergroup_gets_its_painting_there(sending: Sending) -> None:
    group = sending.telegram.group("Painters", [sending.alice], basic=True)
    job, _ = await sending.begun(chat=group)
    job = await sending.painted(job)
    new = sending.telegram.upgrade(group)
    with pytest.raises(Retry):
        await sending.deliver(job)
    await sending.deliver(job)
    assert new.from_bot[-1].photo


async def test_in_a_topic_everything_stays_in_the_topic(sending: Sending) -> None:
    group = sending.telegram.group("Painters", [sending.alice])
    group.topics[7] = "Art"
    job, _ = await sending.begun(chat=group, address={"thread": 7})
    await sending.deliver(await sending.painted(job))
    assert {message.thread for message in group.from_bot} == {7}


# ---- one message goes on with another job


async def test_a_message_can_be_passed_on_to_another_job(sending: Sending) -> None:
    job, message = await sending.begun()
    other, _ = await sending.asked()

    async def successor(address: dict[str, object]) -> object:
        await sending.services.addresses.put(other.id, address)
        await sending.house.desk.cancel(job.id, job.requester)
        return other

    await sending.live.pass_on(job, successor)  # type: ignore[arg-type]
    await sending.deliver(await sending.house.read(job))
    assert message.text is not None
    assert message.text.startswith("You are next")
    await sending.deliver(await sending.painted(other))
    assert opened(message.photo).size == opened(pictures.png()).size
