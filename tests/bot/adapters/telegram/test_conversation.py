"""What people send, over real HTTP, until it is a job."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.telegram import downloads
from bot.intake import Order
from bot.jobs import Job
from bot.pairing import Pending
from tests import pictures
from tests.bot.adapters.telegram.receiving import Reception, open_reception
from tests.fakes.telegram import VIDEO, Upload, fake_telegram
from tests.fakes.watched import PATIENCE_S

#: Pictures that are known by their widths.
CONTENT, STYLE, OTHER = pictures.png(64), pictures.png(72), pictures.png(80)
QUESTION = "Which style?"


@pytest.fixture
async def reception(tmp_path: Path) -> AsyncIterator[Reception]:
    async with open_reception(tmp_path) as reception:
        yield reception


# ---- pictures that come together


async def test_an_album_of_two_is_content_and_style(reception: Reception) -> None:
    content, _ = await reception.alice.album([CONTENT, STYLE])
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]
    assert (job.adapter, job.source, job.language) == ("telegram", f"{content.chat.id}:{content.id}", "en")
    assert (job.requester, job.place) == (f"telegram:{reception.alice.id}", None)
    address = await reception.services.addresses.get(job.id)
    assert address is not None
    assert address["swappable"] and address["private"] and address["request"] == content.id
    assert not reception.scratch()


async def test_the_caption_of_an_album_may_stand_under_any_of_its_pictures(reception: Reception) -> None:
    await reception.alice.album([CONTENT, STYLE], caption="strength=40% fine", caption_at=1)
    (job,) = await reception.jobs()
    assert (job.options.strength, job.options.quality) == (0.4, "fine")


async def test_further_pictures_of_an_album_are_styles_that_are_blended(reception: Reception) -> None:
    await reception.alice.album([CONTENT, STYLE, OTHER], documents=True)
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72, 80]


async def test_a_style_of_the_gallery_is_blended_with_one_that_was_sent(reception: Reception) -> None:
    await reception.alice.album([CONTENT, STYLE], caption="#woodcut:0.5")
    (job,) = await reception.jobs()
    assert [style.weight for style in job.styles] == [1.0, 0.5]
    address = await reception.services.addresses.get(job.id)
    assert address is not None and address["styles"] == ["woodcut"] and not address["swappable"]


async def test_too_many_styles_are_refused(reception: Reception) -> None:
    await reception.alice.album([CONTENT, *[STYLE] * 5])
    await reception.said("These are 5 styles")
    assert await reception.pending() is None
    await reception.alice.album([CONTENT, *[STYLE] * 4], caption="woodcut")
    message = await reception.said("Your pictures are kept")
    await reception.alice.press(message, "Paint without")
    (job,) = await reception.jobs()
    assert len(job.styles) == 4


async def test_a_film_in_an_album_is_left_out_and_that_is_said(reception: Reception) -> None:
    await reception.alice.album([CONTENT, VIDEO, STYLE])
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]
    await reception.said("left out")


async def test_an_album_of_a_picture_and_a_film_asks_for_the_style(reception: Reception) -> None:
    await reception.alice.album([VIDEO, CONTENT])
    message = await reception.said("left out")
    assert QUESTION in message.words


# ---- one after the other


async def test_of_two_pictures_one_after_the_other_the_first_is_the_content(reception: Reception) -> None:
    await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    assert question.photo and "Woodcut" in question.buttons
    await reception.alice.document(STYLE, caption="keep colours")
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]
    assert job.options.colours == "keep"
    await reception.telegram.until(lambda: question.deleted)
    assert await reception.pending() is None


async def test_a_style_is_chosen_by_its_button_once(reception: Reception) -> None:
    request = await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    data = question.button("Woodcut").data
    assert await reception.alice.press(question, "Woodcut") == "Woodcut it is."
    (job,) = await reception.jobs()
    address = await reception.services.addresses.get(job.id)
    assert job.source.startswith("press:")
    assert address is not None and (address["styles"], address["request"]) == (["woodcut"], request.id)
    await reception.telegram.until(lambda: question.deleted)
    late = await reception.alice.press(question, "Woodcut", data)
    assert late == "No picture of yours is waiting for that any more."
    await reception.jobs(1)


@pytest.mark.parametrize("failures", [1, None])
async def test_what_is_cancelled_while_it_is_fetched_is_not_ordered(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, failures: int | None
) -> None:
    monkeypatch.setattr(downloads, "_PAUSES_S", (1.0,))
    await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    trouble = reception.telegram.fail("download", status=502, times=failures)
    await reception.alice.press(question, "Woodcut")
    await reception.telegram.until(lambda: trouble.hits > 0)
    assert await reception.alice.press(question, "Cancel") == "All right, forgotten."
    await reception.alice.text("/status")
    await reception.said("Nothing is under way")
    assert await reception.pending() is None
    await reception.telegram.until(lambda: question.deleted)
    assert len(reception.telegram.chat(reception.alice).from_bot) == 1


async def test_what_is_accepted_already_is_not_said_to_be_forgotten(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, begun, go_on = reception.services.intake.accept, asyncio.Event(), asyncio.Event()

    async def accept_later(order: Order) -> Job:
        begun.set()
        await go_on.wait()
        return await accept(order)

    monkeypatch.setattr(reception.services.intake, "accept", accept_later)
    await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    await reception.alice.press(question, "Woodcut")
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    late = await reception.alice.press(question, "Cancel")
    go_on.set()
    assert late == "No picture of yours is waiting for that any more."
    await reception.jobs()


async def test_a_surprise_is_one_of_the_gallery(reception: Reception) -> None:
    await reception.alice.photo(CONTENT)
    await reception.alice.press(await reception.said(QUESTION), "🎲 Surprise me")
    (job,) = await reception.jobs()
    assert len(job.styles) == 1


async def test_a_picture_that_is_cancelled_is_forgotten(reception: Reception) -> None:
    await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    assert await reception.alice.press(question, "Cancel") == "All right, forgotten."
    assert await reception.pending() is None
    await reception.telegram.until(lambda: question.deleted)


@pytest.mark.parametrize("label", ["Cancel", "Woodcut"])
async def test_a_button_pressed_while_its_question_is_being_kept_removes_it(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    pairing = reception.services.pairing
    get = pairing.get

    async def get_without_question(requester: str, place: str) -> Pending | None:
        kept = await get(requester, place)
        return kept and dataclasses.replace(kept, address=kept.address | {"prompt": None})

    await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    await reception.until_noted()
    monkeypatch.setattr(pairing, "get", get_without_question)
    await reception.alice.press(question, label)
    await reception.telegram.until(lambda: question.deleted)
    assert await reception.pending() is None


async def test_the_same_sheet_is_sent_by_its_file_id(reception: Reception) -> None:
    for _ in range(2):
        await reception.alice.photo(CONTENT)
        await reception.alice.press(await reception.said(QUESTION), "Cancel")
    sent = [call.parameters["photo"] for call in reception.telegram.calls if call.method == "sendPhoto"]
    assert len(sent) == 2 and not str(sent[1]).startswith("attach://") and sent[0] != sent[1]


async def test_what_is_pending_survives_a_restart(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        async with open_reception(tmp_path, telegram) as before:
            await before.alice.photo(CONTENT)
            await before.said(QUESTION)
        async with open_reception(tmp_path, telegram, alice=before.alice) as after:
            await after.alice.photo(STYLE)
            (job,) = await after.jobs()
            assert await after.widths(job) == [64, 72]


async def test_what_is_pending_expires(reception: Reception) -> None:
    await reception.alice.photo(CONTENT)
    await reception.said(QUESTION)
    await reception.until_noted()
    reception.house.clock.ahead_s = 1801
    await reception.alice.photo(STYLE)
    await reception.telegram.until(lambda: len(reception.telegram.chat(reception.alice).from_bot) == 2)
    pending = await reception.pending()
    assert pending is not None and len(pending.pictures) == 1
    await reception.jobs(0)


# ---- words


async def test_forwarded_pictures_count_and_their_captions_are_nobodys_wish(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "The harbour at dawn, mosaic", forwarded=True)
    assert (await reception.said(QUESTION)).words.startswith(QUESTION)
    await reception.alice.photo(STYLE, "Buy now!", forwarded=True)
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]


async def test_a_caption_names_style_and_options(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "#woodcut strength=80% colours=keep")
    (job,) = await reception.jobs()
    assert (job.options.strength, job.options.colours, len(job.styles)) == (0.8, "keep", 1)


async def test_an_unknown_word_is_answered_with_the_nearest_and_the_picture_stays(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "woodcutt size=256")
    message = await reception.said("Did you mean “woodcut”?")
    assert QUESTION in message.words
    await reception.alice.text("woodcut")
    (job,) = await reception.jobs()
    assert (await reception.widths(job))[0] == 64


async def test_words_that_were_understood_are_kept_beside_one_that_was_not(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "woodcat draft size=256")
    question = await reception.said("The rest is noted: draft size=256.")
    assert "Did you mean “woodcut”?" in question.words and QUESTION in question.words
    await reception.alice.text("woodcut")
    (job,) = await reception.jobs()
    assert (job.options.size, job.options.quality, len(job.styles)) == (256, "draft", 1)


async def test_a_wrong_word_is_mended_by_one_press_on_the_first_button(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "woodcat draft #mosaic:0.5")
    question = await reception.said("Did you mean")
    assert question.buttons[0] == "Woodcut"
    await reception.alice.press(question, "Woodcut")
    (job,) = await reception.jobs()
    address = await reception.services.addresses.get(job.id)
    assert address is not None and set(address["styles"]) == {"woodcut", "mosaic"}
    assert job.options.quality == "draft"
    await reception.telegram.until(lambda: question.deleted)


async def test_each_button_takes_the_word_that_it_shows(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "woodcat")
    first = await reception.said("Did you mean “woodcut”")
    await reception.alice.text("mosiac fin")
    second = await reception.said("did you mean “mosaic”")
    assert (first.buttons[0], second.buttons) == ("Woodcut", ["Mosaic"])
    data = second.button("Mosaic").data
    await reception.alice.press(first, "Woodcut", first.button("Woodcut").data)
    (job,) = await reception.jobs()
    address = await reception.services.addresses.get(job.id)
    assert address is not None and address["styles"] == ["woodcut"]
    late = await reception.alice.press(second, "Mosaic", data)
    assert late == "No picture of yours is waiting for that any more."


async def test_a_wrong_word_under_an_album_is_mended_too(reception: Reception) -> None:
    await reception.alice.album([CONTENT, STYLE], caption="size=256 finee")
    question = await reception.said("Your pictures are kept.")
    assert question.buttons == ["quality=fine", "Paint without", "Cancel"]
    await reception.alice.press(question, "quality=fine")
    (job,) = await reception.jobs()
    assert (job.options.size, job.options.quality) == (256, "fine")


async def test_an_album_painted_without_a_wrong_word_keeps_the_others(reception: Reception) -> None:
    await reception.alice.album([CONTENT, STYLE], caption="size=256 xyzzyx")
    await reception.alice.press(await reception.said("Your pictures are kept."), "Paint without")
    (job,) = await reception.jobs()
    assert job.options.size == 256


async def test_a_style_misspelt_before_anything_is_begun_is_mended_too(reception: Reception) -> None:
    await reception.alice.text("woodcat")
    await reception.alice.press(await reception.said("Did you mean “woodcut”?"), "Woodcut")
    await reception.said("Woodcut it is. Now send me the picture.")


async def test_a_wrong_word_before_the_picture_is_mended_too(reception: Reception) -> None:
    await reception.alice.text("/paint woodcat size=256")
    await reception.alice.press(await reception.said("Did you mean"), "Woodcut")
    await reception.said("Woodcut it is. Now send me the picture.")
    await reception.alice.photo(CONTENT)
    (job,) = await reception.jobs()
    assert job.options.size == 256


async def test_the_offered_word_stays_when_the_gallery_is_turned(reception: Reception) -> None:
    own = reception.house.folder / "gallery"
    own.mkdir()
    for number in range(4):
        (own / f"zebra_{number}.png").write_bytes(pictures.png(40 + number))
    await reception.alice.photo(CONTENT, "woodcat")
    sheet = await reception.said(QUESTION)
    await reception.alice.press(sheet, "▶ 2/2")
    await reception.telegram.until(lambda: "Zebra 3" in sheet.buttons)
    assert sheet.buttons[0] == "Woodcut"


async def test_words_come_before_or_after_the_picture_and_the_last_win(reception: Reception) -> None:
    await reception.alice.text("#mosaic size=256")
    await reception.said("Mosaic it is. Now send me the picture.")
    await reception.alice.photo(CONTENT, "woodcut size=384")
    (job,) = await reception.jobs()
    address = await reception.services.addresses.get(job.id)
    assert address is not None and address["styles"] == ["woodcut"]
    assert job.options.size == 384


async def test_an_album_with_wrong_words_can_be_painted_without_them(reception: Reception) -> None:
    await reception.alice.album([CONTENT, STYLE], caption="my cat!")
    message = await reception.said("Your pictures are kept.")
    assert "There is no “my”" in message.words or "no “my”" in message.words
    await reception.alice.press(message, "Paint without")
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]


async def test_own_settings_hold_below_the_words(reception: Reception) -> None:
    who = f"telegram:{reception.alice.id}"
    await reception.services.accounts.change(who, options={"quality": "draft", "colours": "keep", "strength": 0.5})
    await reception.alice.photo(CONTENT, "woodcut strength=90%")
    await reception.alice.photo(CONTENT, "dream")
    first, second = await reception.jobs(2)
    assert (first.options.quality, first.options.colours, first.options.strength) == ("draft", "keep", 0.9)
    assert (second.options.mode, second.options.quality, second.options.colours) == ("dream", "draft", "style")


# ---- commands about pictures


async def test_paint_in_reply_to_a_picture_paints_it(reception: Reception) -> None:
    picture = await reception.alice.photo(CONTENT, "#nonsense")
    await reception.said("nonsense")
    await reception.alice.text("/cancel")
    await reception.said("forgotten")
    await reception.alice.text("/paint woodcut", reply_to=picture)
    (job,) = await reception.jobs()
    assert (await reception.widths(job))[0] == 64


async def test_paint_with_a_picture_in_reply_to_another_takes_it_as_the_style(reception: Reception) -> None:
    picture = await reception.alice.photo(CONTENT)
    await reception.said(QUESTION)
    await reception.alice.text("/cancel")
    await reception.said("forgotten")
    await reception.alice.photo(STYLE, "/paint fine", reply_to=picture)
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]
    assert job.options.quality == "fine"


async def test_a_dream_needs_no_style(reception: Reception) -> None:
    await reception.alice.text("/dream")
    await reception.said("Now send me the picture.")
    await reception.alice.photo(CONTENT)
    (job,) = await reception.jobs()
    assert job.options.mode == "dream" and not job.styles


async def test_paint_alone_says_how(reception: Reception) -> None:
    await reception.alice.text("/paint")
    await reception.said("Send me a picture first")


# ---- what cannot be painted


async def test_what_is_no_picture_gets_a_helpful_answer(reception: Reception) -> None:
    await reception.alice.sticker()
    await reception.said("A nice sticker!")
    await reception.alice.video()
    await reception.said("I cannot paint films")
    await reception.alice.animation()
    await reception.heard(number=3)
    await reception.alice.voice()
    await reception.said("I cannot paint from this")
    await reception.alice.text("hello there")
    await reception.said("I paint pictures")
    await reception.alice.text("great")  # near to a tag
    await reception.heard(number=6)
    assert "Did you mean" not in (await reception.heard()).words
    await reception.jobs(0)


async def test_a_file_too_heavy_is_refused_before_it_is_fetched(reception: Reception) -> None:
    await reception.alice.document(CONTENT, size=25_000_001)
    await reception.said("This picture has 26 MB")
    assert not [call for call in reception.telegram.calls if call.method in {"getFile", "download"}]


async def test_after_a_style_too_heavy_the_content_of_the_album_waits_for_another(reception: Reception) -> None:
    alice, files = reception.alice, reception.telegram.world.files
    for data, size in ((CONTENT, None), (STYLE, 21_000_000)):
        media = files.other("document", Upload("picture.png", "image/png", data), size=size)
        reception.telegram.world.tell(alice._stand(alice._content(media, ""), None, album="1"))
    await reception.telegram.told()
    message = await reception.said("This picture has 21 MB")
    assert "The style picture:" in message.words and QUESTION in message.words
    assert not [call for call in reception.telegram.calls if call.method in {"getFile", "download"}]
    await alice.photo(OTHER)
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 80]


async def test_after_a_broken_style_the_content_waits_for_another(reception: Reception) -> None:
    await reception.alice.photo(CONTENT)
    await reception.said(QUESTION)
    await reception.alice.document(pictures.PDF, "style.png")
    await reception.said("The style picture:")
    await reception.alice.photo(STYLE)
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]


async def test_a_broken_content_is_not_kept(reception: Reception) -> None:
    await reception.alice.document(pictures.PDF, "content.png", caption="woodcut")
    await reception.said("The content picture:")
    assert await reception.pending() is None


async def test_a_picture_that_telegram_has_lost_is_told(reception: Reception) -> None:
    picture = await reception.alice.photo(CONTENT)
    question = await reception.said(QUESTION)
    reception.telegram.lose_files(picture)
    await reception.alice.press(question, "Woodcut")
    await reception.said("Telegram does not have one of these pictures any more")
    assert await reception.pending() is None and not reception.scratch()


async def test_a_download_that_fails_is_tried_again(reception: Reception) -> None:
    reception.telegram.fail("download", status=502)
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.jobs()


async def test_a_download_that_telegram_puts_off_for_long_is_told(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_PAUSES_S", ())
    reception.telegram.fail("getFile", status=429, retry_after=1000)
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.said("Telegram did not hand over the picture")
    await reception.alice.text("/paint")
    await reception.jobs()


async def test_who_has_too_many_jobs_keeps_the_pictures_and_goes_on_later(tmp_path: Path) -> None:
    async with open_reception(tmp_path, open_jobs_per_requester=1) as reception:
        await reception.alice.photo(CONTENT, "woodcut")
        (first,) = await reception.jobs()
        await reception.alice.album([CONTENT, STYLE])
        message = await reception.said("under way already")
        assert "kept for half an hour" in message.words
        await reception.services.desk.cancel(first.id, first.requester)
        await reception.alice.text("/paint")
        _, job = await reception.jobs(2)
        assert await reception.widths(job) == [64, 72]


async def test_while_the_disk_is_nearly_full_the_pictures_are_kept_for_later(reception: Reception) -> None:
    reception.house.free_mb = 10
    await reception.alice.album([CONTENT, STYLE])
    message = await reception.said("no room for new paintings")
    assert "kept for half an hour" in message.words
    reception.house.free_mb = 5000
    reception.house.clock.ahead_s += 60
    await reception.alice.text("/paint")
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]


async def test_the_banned_are_told_and_nothing_is_fetched(reception: Reception) -> None:
    await reception.services.accounts.change(f"telegram:{reception.alice.id}", banned="spam")
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.said("spam")
    assert not [call for call in reception.telegram.calls if call.method == "getFile"]


async def test_an_error_of_ours_is_told_and_costs_nothing(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(_: object) -> None:
        raise RuntimeError("out of order")

    with monkeypatch.context() as broken:
        broken.setattr(reception.services.intake, "accept", break_down)
        await reception.alice.album([CONTENT, STYLE])
        await reception.said("something went wrong on our side")
    await reception.alice.text("/paint")
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]


async def test_a_note_that_cannot_be_sent_makes_no_painting_a_failure(reception: Reception) -> None:
    # The job's message is the first, the note the second.
    trouble = reception.telegram.fail("sendMessage", status=400, times=2)
    await reception.alice.album([CONTENT, VIDEO, STYLE])
    await reception.telegram.until(lambda: trouble.hits == 2)
    await reception.until_dealt_with()
    assert len(await reception.services.desk.history(f"telegram:{reception.alice.id}")) == 1
    assert not reception.telegram.chat(reception.alice).from_bot


# ---- twice, and much


async def test_an_update_delivered_twice_makes_one_job(reception: Reception) -> None:
    album = await reception.alice.album([CONTENT, STYLE])
    await reception.jobs()
    for message in album:
        reception.telegram.redeliver(message)
    await reception.alice.text("/start")
    await reception.said("Hello!")
    await reception.jobs(1)


async def test_what_is_delivered_again_after_a_restart_makes_one_job(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        async with open_reception(tmp_path, telegram) as before:
            album = await before.alice.album([CONTENT, STYLE])
            await before.jobs()
        async with open_reception(tmp_path, telegram, alice=before.alice) as after:
            for message in album:
                telegram.redeliver(message)
            await after.alice.text("/start")
            await after.said("Hello!")
            await after.jobs(1)
            assert len([m for m in telegram.chat(after.alice).from_bot if "next" in m.words]) == 1


# ---- groups


async def test_in_a_group_only_what_is_said_to_the_bot_is_heard(reception: Reception) -> None:
    bob = reception.telegram.person("Bob")
    group = reception.telegram.group("Painters", [reception.alice, bob], privacy=False)
    await bob.text("hello everybody", group)
    await bob.photo(CONTENT, "woodcut", group)
    await bob.album([CONTENT, STYLE], chat=group)
    await bob.text("/roll", group)
    picture = await bob.photo(CONTENT, chat=group)
    request = await reception.alice.text("@Atelier_Bot woodcut", group, reply_to=picture)
    (job,) = await reception.jobs()
    assert job.place == f"telegram:{group.id}"
    (answer,) = group.from_bot
    assert answer.reply_to is request


async def test_two_people_in_one_group_never_mix(reception: Reception) -> None:
    alice, bob = reception.alice, reception.telegram.person("Bob")
    group = reception.telegram.group("Painters", [alice, bob])
    hers = await alice.photo(CONTENT, "/paint", group)
    question = await reception.said(QUESTION, group)
    assert question.reply_to is hers
    await bob.photo(OTHER, "/paint", group)
    await reception.heard(group, 2)
    assert await bob.press(question, "Woodcut") == "No picture of yours is waiting for that any more."
    await alice.photo(STYLE, chat=group, reply_to=question)
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 72]
    waiting = await reception.pending(group, bob)
    assert waiting is not None and len(waiting.pictures) == 1


async def test_the_one_picture_of_an_album_that_arrives_is_told_apart(reception: Reception) -> None:
    await reception.alice.album([CONTENT])
    message = await reception.said("Only one picture of this album")
    assert QUESTION in message.words


async def test_a_gallery_of_two_pages_is_turned_by_a_button(reception: Reception) -> None:
    own = reception.house.folder / "gallery"
    own.mkdir()
    for number in range(4):
        (own / f"zebra_{number}.png").write_bytes(pictures.png(40 + number))
    await reception.alice.photo(CONTENT)
    sheet = await reception.said(QUESTION)
    first = sheet.photo
    assert "Zebra 3" not in sheet.buttons
    await reception.alice.press(sheet, "▶ 2/2")
    await reception.telegram.until(lambda: "Zebra 3" in sheet.buttons)
    assert sheet.photo != first and QUESTION in sheet.words
    await reception.alice.press(sheet, "Zebra 3")
    (job,) = await reception.jobs()
    assert await reception.widths(job) == [64, 43]
