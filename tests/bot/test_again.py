from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from bot.errors import BadPicture, BadRequest, Busy, Forbidden, NotReady, TooExpensive, UnknownJob
from bot.intake import Again, Style
from bot.jobs import Job
from renderer.options import RenderOptions
from tests import pictures
from tests.fakes.house import House

GROUP = "fake:-7"


def again(job: Job, source: str = "press 1", requester: str = "fake:1", **changes: Any) -> Again:
    asked = Again(job, "fake", source, requester, job.options)
    return dataclasses.replace(asked, **changes)


@pytest.fixture
async def job(house: House) -> Job:
    return await house.intake.accept(house.order("1", place=GROUP, size=256))


async def test_a_job_is_made_again_of_the_same_pictures_with_other_options(house: House, job: Job) -> None:
    options = RenderOptions(size=320, strength=0.9)
    after = await house.intake.again(
        again(job, options=options, place=GROUP, language="de", address={"chat": -7, "live": None})
    )
    assert after == await house.read(after)
    assert after.id != job.id
    assert (after.content, after.styles, after.options) == (job.content, job.styles, options)
    assert (after.source, after.place, after.language) == ("press 1", GROUP, "de")
    assert await house.store.addresses.get(after.id) == {"chat": -7, "live": None}
    assert house.blob_files() == {job.content, job.styles[0].picture}


async def test_the_same_press_twice_makes_one_job(house: House, job: Job) -> None:
    asked = again(job)
    first, second = await asyncio.gather(house.intake.again(asked), house.intake.again(asked))
    assert first == second
    assert len(await house.store.queue.open_jobs()) == 2


async def test_content_and_style_change_places_and_masks_stay_behind(house: House) -> None:
    order = house.order()
    mask, other = house.folder / "mask", house.folder / "other"
    mask.write_bytes(pictures.png(64, 32, compress_level=0))
    other.write_bytes(pictures.png(90, 70))
    styles = (Style(order.styles[0].picture, 2.0, mask), Style(other, 0.5, mask))
    job = await house.intake.accept(dataclasses.replace(order, styles=styles))

    after = await house.intake.again(again(job, swapped=True))

    assert after.content == job.styles[0].picture
    assert [style.picture for style in after.styles] == [job.content, job.styles[1].picture]
    assert [(style.weight, style.mask) for style in after.styles] == [(2.0, None), (0.5, None)]
    swapped_back = await house.intake.again(again(after, "press 2", swapped=True))
    assert (swapped_back.content, swapped_back.styles[0].picture) == (job.content, job.styles[0].picture)


async def test_another_style_takes_the_place_of_the_stored_one(house: House, job: Job) -> None:
    file = house.folder / "other"
    file.write_bytes(pictures.png(90, 70))
    after = await house.intake.again(again(job, styles=(Style(file, 3.0),)))
    assert after.content == job.content
    assert [style.weight for style in after.styles] == [3.0]
    assert house.blob_files() == {job.content, job.styles[0].picture, after.styles[0].picture}

    file.write_bytes(b"not a picture")
    with pytest.raises(BadPicture, match=r"^The style picture: "):
        await house.intake.again(again(job, "press 2", styles=(Style(file),)))


async def test_a_dream_can_be_made_of_the_content_but_not_swapped(house: House, job: Job) -> None:
    dream = await house.intake.again(again(job, options=RenderOptions(mode="dream"), styles=()))
    assert (dream.content, dream.styles) == (job.content, ())
    with pytest.raises(BadRequest, match="change places"):
        await house.intake.again(again(dream, "press 2", swapped=True))
    with pytest.raises(BadPicture, match="A style is missing"):
        await house.intake.again(again(dream, "press 3", options=RenderOptions()))


@pytest.mark.parametrize("lost", ["content", "style"])
async def test_pictures_that_are_no_longer_kept_are_missed_with_a_word(house: House, job: Job, lost: str) -> None:
    house.blobs.path(job.content if lost == "content" else job.styles[0].picture).unlink()
    with pytest.raises(NotReady, match="no longer kept") as gone:
        await house.intake.again(again(job))
    assert gone.value.code == "input_gone"
    assert await house.store.queue.open_jobs() == [job]


async def test_pictures_erased_while_they_are_asked_for_again_are_missed_or_kept_but_never_half(house: House) -> None:
    for number in range(10):
        job = await house.intake.accept(house.order("1" * (number + 1), place=GROUP))
        asked = again(job, f"press {number}", "fake:2", place=GROUP)
        made, _ = await asyncio.gather(house.intake.again(asked), house.erasure.erase("fake:1"), return_exceptions=True)
        if isinstance(made, Job):
            assert house.blob_files() == {made.content, made.styles[0].picture}
            await house.erasure.erase("fake:2")
        else:
            assert isinstance(made, NotReady)
        assert house.blob_files() == set()


async def test_only_who_asked_and_those_who_were_there_may_ask_again(house: House, job: Job) -> None:
    private = await house.intake.accept(house.order("2"))
    for theirs, place in ((private, None), (private, GROUP), (job, None), (job, "fake:-8")):
        with pytest.raises(UnknownJob):
            await house.intake.again(again(theirs, "press", "fake:2", place=place))
    made = await house.intake.again(again(job, "press", "fake:2", place=GROUP))
    assert made.requester == "fake:2"


async def test_what_holds_for_orders_holds_for_those_made_again(house: House, job: Job) -> None:
    with pytest.raises(TooExpensive, match="pixels would do"):
        await house.intake.again(again(job, options=RenderOptions(size=4096)))
    for number in range(2):
        await house.intake.again(again(job, f"press {number}"))
    with pytest.raises(Busy) as busy:
        await house.intake.again(again(job, "one too many"))
    assert busy.value.code == "too_many_jobs"
    await house.accounts.change("fake:1", banned="")
    with pytest.raises(Forbidden):
        await house.intake.again(again(job, "banned"))
