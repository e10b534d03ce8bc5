"""What presses on the buttons under a job's message do, and for whom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs import Status
from bot.store.jobs import Room
from renderer.options import RenderOptions
from tests import pictures
from tests.bot.adapters.telegram.sending import Sending, open_sending, opened
from tests.fakes.house import painting
from tests.fakes.telegram import Group, Person

ADMIN = 6_100_000_003  # the third person that a test asks for


@pytest.fixture
async def sending(tmp_path: Path) -> AsyncIterator[Sending]:
    async with open_sending(tmp_path, frozenset({ADMIN})) as sending:
        yield sending


@pytest.fixture
def bob(sending: Sending) -> Person:
    return sending.telegram.person("Bob")


@pytest.fixture
def admin(sending: Sending, bob: Person) -> Person:
    admin = sending.telegram.person("Ada")
    assert admin.id == ADMIN
    return admin


@pytest.fixture
def group(sending: Sending, bob: Person, admin: Person) -> Group:
    return sending.telegram.group("Painters", [sending.alice, bob, admin])


# ---- while it is painted


async def test_a_job_that_waits_is_cancelled_within_a_second(sending: Sending) -> None:
    job, message = await sending.begun()
    before = time.monotonic()
    assert await sending.alice.press(message, "Cancel") == "Stopping this one."
    assert time.monotonic() - before < 1
    job = await sending.house.read(job)
    assert job.status is Status.CANCELLED
    await sending.deliver(job)
    assert message.text == "This painting was cancelled."


async def test_a_job_that_is_painted_is_told_to_stop_within_a_second_although_a_preview_hangs(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.rendering(job)
    stuck = sending.telegram.fail("editMessageText", hang="before")
    showing = asyncio.create_task(sending.progress(job, 0.5))
    await sending.telegram.until(lambda: stuck.hits == 1)
    before = time.monotonic()
    assert await sending.alice.press(message, "Cancel") == "Stopping this one."
    assert time.monotonic() - before < 1
    assert sending.house.pool.cancelled == [(job.id, 1)]
    await showing


async def test_a_cancel_that_comes_too_late_says_so(sending: Sending) -> None:
    job, message = await sending.begun()
    data = message.button("Cancel").data
    await sending.deliver(await sending.painted(job))
    assert "finished already" in await sending.alice.press(message, "Cancel", data)


async def test_a_swap_goes_on_in_the_same_message_with_the_pictures_the_other_way_round(sending: Sending) -> None:
    job, message = await sending.begun(picture=pictures.png(80, 60))
    assert await sending.alice.press(message, "Swap") == "Content and style have changed places."
    await sending.telegram.until(lambda: bool(message.edits))
    other = await sending.job_of(message)
    assert (other.content, other.styles[0].picture) == (job.styles[0].picture, job.content)
    assert message.text is not None
    assert message.text.startswith("You are next")

    await sending.deliver(await sending.house.read(job))
    await sending.deliver(await sending.painted(other))
    assert opened(message.photo).width == 32
    assert [one.words for one in sending.telegram.chat(sending.alice).from_bot[1:]] == ["Your painting is ready."]


async def test_a_swap_that_comes_too_late_leaves_the_painting(sending: Sending) -> None:
    job, message = await sending.begun()
    job = await sending.painted(job)
    assert "finished already" in await sending.alice.press(message, "Swap")
    await sending.deliver(job)
    assert message.photo


async def test_whoever_may_not_order_another_keeps_the_painting_that_was_to_be_swapped(sending: Sending) -> None:
    job, message = await sending.begun()
    await sending.house.store.switches.put("drained", {})
    assert "No new paintings" in await sending.alice.press(message, "Swap")
    await sending.house.store.switches.put("drained", None)
    await sending.house.accounts.change(job.requester, per_hour=0)
    assert "within the last hour" in await sending.alice.press(message, "Swap")
    await sending.house.accounts.change(job.requester, per_hour=None)
    sending.house.intake._room = Room(per_requester=1, in_all=10)
    job = await sending.rendering(job)
    assert "under way already" in await sending.alice.press(message, "Swap")
    await sending.house.dispatch.on_event(painting(job))
    await sending.deliver(await sending.house.read(job))
    assert message.photo


# ---- other paintings from the same pictures


@pytest.mark.parametrize(
    "label,changed",
    [
        ("Stronger", {"strength": 0.95}),
        ("Softer", {"strength": 0.65}),
        ("Keep colours", {"colours": "keep"}),
        ("Protect faces", {"protect": 0.6}),
        ("Bigger", {"size": 768}),
    ],
)
async def test_a_press_makes_another_painting_of_the_same_pictures(
    sending: Sending, label: str, changed: dict[str, object]
) -> None:
    job, message = await sending.delivered()
    assert await sending.alice.press(message, label) == "Another one is on its way."
    await sending.telegram.until(lambda: sending.message.buttons == ["Cancel", "Swap"])
    other = await sending.job_of(sending.message)
    assert other.options == RenderOptions(**changed)  # type: ignore[arg-type]
    assert (other.content, other.styles, other.requester) == (job.content, job.styles, job.requester)
    assert sending.message.reply_to is message
    assert opened(message.photo).size == (64, 48)


async def test_again_takes_another_seed(sending: Sending) -> None:
    job, message = await sending.delivered()
    await sending.alice.press(message, "Again")
    await sending.telegram.until(lambda: sending.message.buttons == ["Cancel", "Swap"])
    other = await sending.job_of(sending.message)
    assert other.options.seed != job.options.seed
    assert other.options.model_copy(update={"seed": job.options.seed}) == job.options


async def test_what_would_change_nothing_is_not_offered(sending: Sending) -> None:
    _, message = await sending.delivered(strength=1.0, colours="keep", protect=1.0)
    assert message.buttons[:3] == ["Softer", "Bigger", "Again"]
    _, dream = await sending.delivered(mode="dream")
    assert dream.buttons == ["Stronger", "Softer", "Bigger", "Again", "As file", "Breakdown", "👍", "👎"]


async def test_another_style_is_chosen_from_the_gallery_under_the_painting(sending: Sending) -> None:
    (sending.house.folder / "gallery").mkdir()
    (sending.house.folder / "gallery" / "tartan.png").write_bytes(pictures.png())
    _, message = await sending.delivered()
    below = message.buttons
    assert await sending.alice.press(message, "Other style") == "Choose a style below."
    await sending.telegram.until(lambda: "Stained glass" in message.buttons)
    assert message.buttons[-2:] == ["Surprise me", "Back"]
    await sending.alice.press(message, "Back")
    await sending.telegram.until(lambda: message.buttons == below)

    await sending.alice.press(message, "Other style")
    await sending.telegram.until(lambda: "Tartan" in message.buttons)
    assert await sending.alice.press(message, "Tartan") == "Another one is on its way."
    await sending.telegram.until(lambda: message.buttons == below)
    assert sending.message.buttons == ["Cancel"]
    other = await sending.job_of(sending.message)
    await sending.deliver(await sending.painted(other))
    assert sending.telegram.chat(sending.alice).from_bot[-2].caption == "Tartan · 20 seconds"


async def test_pictures_that_are_no_longer_kept_are_told_of_in_the_answer(sending: Sending) -> None:
    job, message = await sending.delivered()
    sending.house.blobs.path(job.styles[0].picture).unlink()
    assert "no longer kept" in await sending.alice.press(message, "Stronger")
    assert sending.telegram.queries[-1].alert


async def test_the_buttons_of_what_was_let_go_say_so_and_facts_and_votes_stay(sending: Sending) -> None:
    job, message = await sending.delivered()
    await sending.house.store.outbox.claim(job)
    await sending.house.store.outbox.sent(job, str(message.id))
    sending.house.clock.ahead_s += 8 * 24 * 3600
    await sending.house.retention.sweep()
    for pressed in ("Stronger", "Again", "As file"):
        assert "no longer kept" in await sending.alice.press(message, pressed)
    await sending.alice.press(message, "Breakdown")
    await sending.telegram.until(lambda: "seed" in (sending.message.text or "").lower())
    assert await sending.alice.press(message, "👍")

    sending.house.clock.ahead_s += 90 * 24 * 3600
    await sending.house.retention.sweep()
    assert "no such painting" in await sending.alice.press(message, "Stronger")


async def test_the_buttons_of_an_erased_job_say_that_there_is_none(sending: Sending) -> None:
    job, message = await sending.delivered()
    await sending.house.erasure.erase(job.requester)
    assert "no such painting" in await sending.alice.press(message, "Stronger")


async def test_whoever_has_enough_under_way_is_told_when_to_come_back(sending: Sending) -> None:
    _, message = await sending.delivered()
    for _ in range(3):
        await sending.alice.press(message, "Again")
    assert "3 paintings under way" in await sending.alice.press(message, "Again")


# ---- what there is to be had of a painting


async def test_the_file_is_the_lossless_painting(sending: Sending) -> None:
    job, message = await sending.delivered()
    await sending.alice.press(message, "As file")
    await sending.telegram.until(lambda: sending.message.document is not None)
    assert sending.message.document
    assert sending.message.document.data == sending.house.blobs.path(job.result or "").read_bytes()
    assert sending.message.reply_to is message


async def test_a_time_lapse_comes_as_an_animation(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    film = sending.house.folder / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42")

    async def ready(frames: Path, kind: str) -> Path:
        return film

    monkeypatch.setattr(sending.services.films, "film", ready)
    job, message = await sending.begun()
    frames = await sending.house.blob(b"frames")
    job = await sending.painted(job, frames=frames)
    await sending.deliver(job)
    await sending.alice.press(message, "Time-lapse")
    await sending.telegram.until(lambda: sending.message.animation is not None)


async def test_a_film_that_cannot_be_made_is_told_of_in_a_message(sending: Sending) -> None:
    job, message = await sending.begun()
    await sending.deliver(await sending.painted(job, frames=await sending.house.blob(b"no frames")))
    assert await sending.alice.press(message, "Time-lapse") == "One moment, here it comes."
    await sending.telegram.until(lambda: sending.message.reply_to is message and "ready" not in sending.message.words)


async def test_the_breakdown_has_the_facts_and_the_critic(sending: Sending) -> None:
    job, message = await sending.delivered()
    await sending.alice.press(message, "Breakdown")
    await sending.telegram.until(lambda: "The critic" in sending.message.words)
    assert f"Breakdown of painting {job.id[:8]}" in sending.message.words


async def test_the_last_vote_counts(sending: Sending) -> None:
    job, message = await sending.delivered()
    await sending.alice.press(message, "👍")
    assert await sending.alice.press(message, "👎") == "Thank you!"
    assert await sending.votes(job) == {job.requester: -1}


# ---- groups


async def test_in_a_group_another_members_press_makes_a_job_of_their_own(
    sending: Sending, group: Group, bob: Person
) -> None:
    _, message = await sending.delivered(chat=group)
    assert await bob.press(message, "Stronger") == "Another one is on its way."
    await sending.telegram.until(lambda: "Cancel" in group.from_bot[-1].buttons)
    other = await sending.job_of(group.from_bot[-1])
    assert (other.requester, other.place) == (f"telegram:{bob.id}", f"telegram:{group.id}")


async def test_a_group_can_keep_the_buttons_to_whoever_asked(sending: Sending, group: Group, bob: Person) -> None:
    await sending.house.accounts.change_place(f"telegram:{group.id}", others_may_press=False)
    _, message = await sending.delivered(chat=group)
    for label in ("Stronger", "Other style"):
        assert "for the one who asked" in await bob.press(message, label)
    assert await sending.alice.press(message, "Stronger") == "Another one is on its way."


async def test_a_painting_of_a_topic_that_was_sent_elsewhere_is_answered_there(sending: Sending, group: Group) -> None:
    _, message = await sending.delivered(chat=group, address={"thread": group.topic("Pictures")})
    assert message.thread
    sending.telegram.world.add(sending.alice.chat, sending.telegram.bot, message.now)
    here = sending.alice.chat.from_bot[-1]
    await sending.alice.press(here, "As file")
    await sending.telegram.until(lambda: sending.alice.chat.from_bot[-1].document is not None)
    await sending.alice.press(here, "Stronger")
    await sending.telegram.until(lambda: "Cancel" in sending.alice.chat.from_bot[-1].buttons)


@pytest.mark.parametrize("label", ["As file", "Breakdown"])
async def test_only_whoever_asked_or_an_admin_may_have_what_there_is_of_a_painting(
    sending: Sending, group: Group, bob: Person, admin: Person, label: str
) -> None:
    _, message = await sending.delivered(chat=group)
    count = len(group.from_bot)
    assert "Only the one who asked" in await bob.press(message, label)
    assert len(group.from_bot) == count
    assert "Only" not in await admin.press(message, label)
    await sending.telegram.until(lambda: len(group.from_bot) == count + 1)


async def test_only_whoever_asked_or_an_admin_may_cancel(
    sending: Sending, group: Group, bob: Person, admin: Person
) -> None:
    job, message = await sending.begun(chat=group)
    assert "Only the one who asked" in await bob.press(message, "Cancel")
    assert "Only the one who asked" in await admin.press(message, "Swap")
    assert (await sending.house.read(job)).status is Status.QUEUED
    await admin.press(message, "Cancel")
    assert (await sending.house.read(job)).status is Status.CANCELLED


async def test_anybody_in_a_group_may_vote(sending: Sending, group: Group, bob: Person) -> None:
    job, message = await sending.delivered(chat=group)
    assert await bob.press(message, "👍") == "Thank you!"
    assert await sending.votes(job) == {f"telegram:{bob.id}": 1}


# ---- answers


async def test_an_answer_is_in_the_language_of_whoever_presses(sending: Sending) -> None:
    karl = sending.telegram.person("Karl", language_code="de-AT")
    group = sending.telegram.group("Painters", [sending.alice, karl])
    _, message = await sending.delivered(chat=group)
    assert await karl.press(message, "👍") == "Danke!"
    await sending.house.accounts.change(f"telegram:{karl.id}", language="en")
    assert await karl.press(message, "👍") == "Thank you!"


async def test_a_press_that_is_too_old_to_be_answered_is_obeyed_all_the_same(sending: Sending) -> None:
    job, message = await sending.begun()
    query = sending.telegram.world.ask(sending.alice.user, message, message.button("Cancel").data or "")
    sending.telegram.outdate_queries()
    await sending.telegram.until(lambda: sending.obeyed[-1:] == [True])
    assert not query.answered
    assert (await sending.house.read(job)).status is Status.CANCELLED


async def test_a_press_on_another_kind_of_button_is_left_to_others(sending: Sending) -> None:
    _, message = await sending.begun()
    query = sending.telegram.world.ask(sending.alice.user, message, "settings:language")
    await sending.telegram.until(lambda: sending.obeyed == [False, False])
    assert not query.answered
