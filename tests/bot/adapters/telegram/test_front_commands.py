"""Commands, settings and what only admins may, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import pictures
from tests.bot.adapters.telegram.receiving import Reception, open_reception
from tests.fakes.telegram import fake_telegram

CONTENT, STYLE = pictures.png(64), pictures.png(72)


@pytest.fixture
async def reception(tmp_path: Path) -> AsyncIterator[Reception]:
    async with open_reception(tmp_path) as reception:
        yield reception


@pytest.fixture
async def painting(tmp_path: Path) -> AsyncIterator[Reception]:
    """As `reception`, with a pool that paints when it is told to."""
    async with open_reception(tmp_path, running=True) as reception:
        yield reception


# ---- what everybody may ask


async def test_every_command_of_the_menu_is_answered(reception: Reception) -> None:
    await reception.telegram.until(lambda: len(reception.telegram.menu(reception.alice)) > 0)
    names = [name for name, _ in reception.telegram.menu(reception.alice)]
    assert {"paint", "styles", "settings", "delete"} <= set(names)
    for number, name in enumerate(names, 1):
        await reception.alice.text(f"/{name}")
        message = await reception.heard(number=number)
        assert "There is no /" not in message.words and "went wrong" not in message.words


async def test_an_unknown_command_is_answered_with_the_nearest(reception: Reception) -> None:
    await reception.alice.text("/pant")
    await reception.said("There is no /pant. Did you mean /paint?")
    await reception.alice.text("/xyzzy")
    await reception.said("There is no /xyzzy. /help shows what there is.")


async def test_a_style_chosen_from_the_gallery_waits_for_its_picture(reception: Reception) -> None:
    await reception.alice.text("/styles")
    sheet = await reception.said("All my styles")
    assert sheet.photo and "Cancel" not in sheet.buttons
    await reception.alice.press(sheet, "Mosaic")
    await reception.said("Now send me the picture.")
    await reception.alice.photo(CONTENT)
    (job,) = await reception.jobs()
    address = await reception.services.addresses.get(job.id)
    assert address is not None and address["styles"] == ["mosaic"]


async def test_status_tells_of_each_job_and_cancel_ends_it(reception: Reception) -> None:
    await reception.alice.text("/status")
    await reception.said("Nothing is under way")
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.alice.photo(CONTENT, "dream")
    first, second = await reception.jobs(2)
    await reception.alice.text("/status")
    message = await reception.said(first.id[:6])
    assert "Woodcut · number 1 in the queue" in message.words
    assert f"{second.id[:6]} · A dream · number 2" in message.words
    await reception.alice.text("/cancel")
    await reception.said("Which one?")
    await reception.alice.text(f"/cancel {first.id[:6]}")
    await reception.said("it is being stopped")
    await reception.until_status(first, "cancelled")
    await reception.alice.text("/cancel")
    await reception.until_status(second, "cancelled")


async def test_status_tells_the_reason_of_a_pause(reception: Reception) -> None:
    await reception.house.store.switches.put("paused", {"reason": "the kettle is on."})
    await reception.alice.text("/status")
    assert "kettle" not in (await reception.said("Nothing is under way")).words
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.jobs()
    await reception.alice.text("/status")
    assert "paused at the moment: the kettle is on." in (await reception.said("number 1 in the queue")).words


async def test_a_painting_that_could_not_be_sent_counts_as_painted(painting: Reception) -> None:
    await painting.alice.photo(CONTENT, "woodcut")
    (job,) = await painting.jobs()
    painting.telegram.block(painting.alice)
    await painting.house.pool.paint(job.id)
    await painting.until_status(job, "failed")
    painting.telegram.unblock(painting.alice)
    await painting.alice.text("/history")
    await painting.said(f"{job.id[:6]} · Woodcut · painted")


async def test_a_painting_is_sent_again_by_its_id_from_the_history(painting: Reception) -> None:
    await painting.alice.text("/result")
    await painting.said("You have no painting yet")
    await painting.alice.photo(CONTENT, "woodcut")
    (job,) = await painting.jobs()
    await painting.house.pool.paint(job.id)
    await painting.said("ready")
    await painting.alice.text("/history")
    assert f"{job.id[:6]} · Woodcut · painted · " in (await painting.said("/result")).words
    await painting.alice.text(f"/result {job.id[:6]}")
    chat = painting.telegram.chat(painting.alice)
    await painting.telegram.until(lambda: sum("Stronger" in message.buttons for message in chat.from_bot) == 2)
    assert chat.from_bot[-1].photo
    await painting.alice.text("/result 123")
    await painting.said("There is no such painting")


async def test_what_no_button_says_is_only_answered(reception: Reception) -> None:
    await reception.alice.text("/delete")
    question = await reception.said("Erase everything")
    for data in ("pick:x:y", "pick:1", "page:0:x", "surprise:", "erase:x:yes", "set:size:99", "nothing"):
        await reception.alice.press(question, "", data)
    await reception.alice.text("/status")
    await reception.said("Nothing is under way")
    assert not any("went wrong" in message.words for message in reception.telegram.chat(reception.alice).from_bot)


async def test_others_paintings_are_none(reception: Reception) -> None:
    bob = reception.telegram.person("Bob")
    await reception.alice.photo(CONTENT, "woodcut")
    (job,) = await reception.jobs()
    await bob.text(f"/cancel {job.id}")
    await reception.said("There is no such painting", bob)
    assert (await reception.house.read(job)).status == "queued"


# ---- erasing


async def test_delete_erases_after_a_confirmation_everything_of_that_person(reception: Reception) -> None:
    bob = reception.telegram.person("Bob")
    await bob.photo(STYLE, "woodcut")
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.jobs()
    await reception.jobs(1, bob)
    await reception.services.accounts.change(f"telegram:{reception.alice.id}", options={"quality": "fine"})
    await reception.alice.text("/delete")
    question = await reception.said("Erase everything")
    await reception.jobs(1)
    await reception.alice.press(question, "Yes, erase everything")
    await reception.telegram.until(lambda: "with one painting" in question.words)
    await reception.jobs(0)
    assert not question.buttons
    assert (await reception.services.accounts.get(f"telegram:{reception.alice.id}")).options == {}
    await reception.jobs(1, bob)


async def test_delete_ends_the_messages_of_what_is_painted_then_and_takes_their_buttons(reception: Reception) -> None:
    await reception.alice.photo(CONTENT, "woodcut")
    await reception.jobs()
    message = await reception.said("You are next")
    assert message.buttons
    await reception.alice.text("/delete")
    await reception.alice.press(await reception.said("Erase everything"), "Yes, erase everything")
    await reception.telegram.until(lambda: not message.buttons)
    assert "cancelled" in message.words


async def test_delete_can_be_declined_and_not_be_answered_by_another(reception: Reception) -> None:
    bob = reception.telegram.person("Bob")
    group = reception.telegram.group("Painters", [reception.alice, bob])
    await reception.alice.text("/delete", group)
    question = await reception.said("Erase everything", group)
    assert await bob.press(question, "Yes, erase everything") == "This question was somebody else's."
    await reception.alice.press(question, "No")
    await reception.telegram.until(lambda: question.words == "Nothing was erased.")


# ---- settings and languages


async def test_settings_are_changed_by_buttons(reception: Reception) -> None:
    await reception.alice.text("/settings")
    menu = await reception.said("Your settings")
    for path in (["Quality: standard", "fine"], ["Strength: 80%", "60%"], ["Size: automatic", "384 px"]):
        for label in path:
            await reception.alice.press(menu, label)
            await reception.telegram.until(lambda label=label: label not in menu.buttons)  # type: ignore[misc]
    assert {"Quality: fine", "Strength: 60%", "Size: 384 px"} <= set(menu.buttons)
    await reception.alice.photo(CONTENT, "woodcut")
    (job,) = await reception.jobs()
    assert (job.options.quality, job.options.strength, job.options.size) == ("fine", 0.6, 384)
    await reception.alice.press(menu, "Reset all")
    await reception.telegram.until(lambda: "Quality: standard" in menu.buttons)
    assert (await reception.services.accounts.get(f"telegram:{reception.alice.id}")).options == {}


async def test_a_chosen_language_wins_over_telegrams(reception: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    dieter = reception.telegram.person("Dieter", language_code="de-AT")
    await dieter.photo(CONTENT, "woodcut")
    (job,) = await reception.jobs(1, dieter)
    assert job.language == "de"
    await reception.services.accounts.change(f"telegram:{dieter.id}", language="fr")
    await dieter.photo(CONTENT, "mosaic")
    _, job = await reception.jobs(2, dieter)
    assert job.language == "fr"


async def test_a_group_is_set_up_by_those_who_run_it(reception: Reception) -> None:
    alice, bob = reception.alice, reception.telegram.person("Bob")
    group = reception.telegram.group("Painters", [alice, bob])
    group.appoint(alice)
    await bob.text("/settings", group)
    await reception.said("private chat", group)
    await alice.text("/settings", group)
    menu = await reception.said("In this group", group)
    assert menu.buttons == ["✓ Yes, everybody", "No, only who asked"]
    assert await bob.press(menu, "No, only who asked") == "Only those who run this group can change that."
    await alice.press(menu, "No, only who asked")
    await reception.telegram.until(lambda: "✓ No, only who asked" in menu.buttons)
    assert not (await reception.services.accounts.place(f"telegram:{group.id}")).others_may_press


# ---- admins


async def test_admins_are_told_what_they_should_know(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        olga, absent = telegram.person("Olga"), telegram.person("Absent", started=False)
        telegram.expect("chat not found")
        async with open_reception(tmp_path, telegram, admins=(str(absent.id), str(olga.id))) as reception:
            await reception.house.notices.add("spend", "X rests")
            assert (await reception.said("X rests", olga)).words == "spend: X rests"


async def test_admins_have_their_verbs_and_nobody_else_learns_of_them(tmp_path: Path) -> None:
    async with fake_telegram() as telegram:
        olga, alice = telegram.person("Olga"), telegram.person("Alice")
        async with open_reception(tmp_path, telegram, admins=(str(olga.id),), alice=alice) as reception:
            await olga.text("/queue")
            await reception.said("0 waiting", olga)
            await alice.text("/queue")
            await reception.said("There is no /queue. /help shows what there is.")
            await alice.photo(CONTENT, "woodcut")
            (job,) = await reception.jobs()
            await olga.text(f"/cancel {job.id[:8]}")
            await reception.until_status(job, "cancelled")
            await olga.text("/ban")
            await reception.said("ban WHO", olga)
            await olga.text(f"/cancel {'x' * 3000}")
            await reception.said("is not the id of a painting", olga)
            group = telegram.group("Painters", [olga])
            await olga.text("/queue", group)
            await olga.text("/queue@atelier_bot", group)
            await reception.said("There is no /queue", group)
            assert len(group.from_bot) == 1
            await telegram.until(lambda: "queue" in {name for name, _ in telegram.menu(olga)})
            assert "queue" not in {name for name, _ in telegram.menu(alice)}
            assert "history" not in {name for name, _ in telegram.menu(olga, group)}
