from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from bot.errors import BadPicture, BadRequest, Busy, TooExpensive
from bot.intake import Style
from bot.jobs import Job, Status
from tests import pictures
from tests.fakes.house import House, open_house
from tests.fakes.watched import PATIENCE_S


async def test_an_order_becomes_a_job_that_is_committed_before_anybody_is_told(house: House) -> None:
    job = await house.intake.accept(house.order(size=256, strength=0.3))

    assert job == await house.read(job)
    assert (job.status, job.adapter, job.source, job.requester) == (Status.QUEUED, "fake", "1", "fake:1")
    assert job.options.size == 256
    assert house.blob_files() == {job.content, job.styles[0].picture}


async def test_an_accepted_job_rings_the_bell(house: House) -> None:
    async with house.running():
        job = await house.intake.accept(house.order(size=128))
        await house.pool.until_started(job.id)


async def test_the_same_message_again_gives_the_same_job_and_leaves_nothing_behind(house: House) -> None:
    first = await house.intake.accept(house.order())
    await house.store.jobs.cancel(first.id)
    blobs = house.blob_files()

    again = await house.intake.accept(house.order())

    assert again == await house.read(first)
    assert house.blob_files() == blobs


async def test_the_same_message_twice_at_once_makes_one_job(house: House) -> None:
    order = house.order()
    jobs = await asyncio.gather(house.intake.accept(order), house.intake.accept(order))
    assert jobs[0] == jobs[1]
    assert await house.store.queue.open_jobs() == [jobs[0]]


async def test_of_ten_orders_at_once_only_as_many_are_accepted_as_one_person_may_have(house: House) -> None:
    orders = [house.order(str(10**number)) for number in range(10)]
    ended = await asyncio.gather(*map(house.intake.accept, orders), return_exceptions=True)

    jobs = [job for job in ended if isinstance(job, Job)]
    refusals = [refusal for refusal in ended if isinstance(refusal, Busy)]
    assert (len(jobs), len(refusals)) == (3, 7)
    assert {refusal.code for refusal in refusals} == {"too_many_jobs"}
    assert len(await house.store.queue.open_jobs()) == 3
    assert house.blob_files() == {job.content for job in jobs} | {jobs[0].styles[0].picture}


async def test_who_has_enough_open_jobs_is_told_when_to_come_back(house: House) -> None:
    for number in range(3):
        await house.job(str(number), estimate_s=50)
    with pytest.raises(Busy, match=r"3 paintings under way already; please try again in about 50 seconds\.") as busy:
        await house.intake.accept(house.order("4"))
    assert (busy.value.code, busy.value.retry_after_s) == ("too_many_jobs", 50)
    assert await house.store.jobs.by_source("fake", "4") is None


async def test_a_full_house_says_so_to_everybody(tmp_path: Path) -> None:
    async with open_house(tmp_path, open_jobs=2) as house:
        await house.job("1", requester="fake:1", estimate_s=200)
        await house.job("2", requester="fake:2")
        with pytest.raises(Busy, match="queue are taken; please try again in about 4 minutes") as busy:
            await house.intake.accept(house.order("3", requester="fake:3"))
        assert busy.value.code == "queue_full"


async def test_once_drained_no_order_is_taken_and_the_queue_is_painted_to_its_end(house: House) -> None:
    waiting = await house.intake.accept(house.order("1", size=128))
    await house.store.switches.put("drained", {})
    with pytest.raises(Busy, match="those that wait will still be made") as closing:
        await house.intake.accept(house.order("2"))
    assert closing.value.code == "closing"
    assert await house.intake.accept(house.order("1")) == waiting
    async with house.running():
        await house.pool.paint(waiting.id)
        await house.adapter.until_replies(1)

    await house.store.switches.put("drained", None)
    assert await house.intake.accept(house.order("2"))


async def test_where_an_order_came_from_is_committed_with_it_and_stays_through_its_life(house: House) -> None:
    address = {"chat": -7, "request": 12, "live": None}
    order = dataclasses.replace(house.order(), place="fake:-7", language="de", address=address)
    job = await house.intake.accept(order)
    assert (job.place, job.language) == ("fake:-7", "de")
    await house.store.addresses.put(job.id, address | {"live": 13})
    assert await house.intake.accept(order) == job

    after = await house.painted(job)
    assert (after.place, after.language) == ("fake:-7", "de")
    assert await house.store.addresses.get(job.id) == address | {"live": 13}
    assert await house.store.addresses.get("0" * 32) is None


async def test_a_bad_picture_is_named_and_nothing_is_kept(house: House) -> None:
    order = house.order()
    order.content.write_bytes(b"not a picture")
    with pytest.raises(BadPicture, match=r"^The content picture: ") as bad:
        await house.intake.accept(order)
    assert bad.value.code == "not_a_picture"

    order = house.order()
    order.styles[0].picture.write_bytes(b"not a picture")
    with pytest.raises(BadPicture, match=r"^The style picture: "):
        await house.intake.accept(order)

    order = house.order()
    bad_file = house.folder / "bad"
    bad_file.write_bytes(b"not a picture")
    with pytest.raises(BadPicture, match=r"^Style picture 2: "):
        await house.intake.accept(dataclasses.replace(order, styles=(*order.styles, Style(bad_file))))

    masked = dataclasses.replace(order, styles=(Style(order.styles[0].picture, mask=bad_file),))
    with pytest.raises(BadPicture, match=r"^Mask 1: "):
        await house.intake.accept(masked)

    assert house.blob_files() == set()
    assert await house.store.queue.open_jobs() == []


async def test_an_order_without_a_style_or_with_a_senseless_weight_is_refused(house: House) -> None:
    order = house.order()
    with pytest.raises(BadPicture) as missing:
        await house.intake.accept(dataclasses.replace(order, styles=()))
    assert missing.value.code == "picture_missing"
    for weight in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(BadRequest):
            await house.intake.accept(dataclasses.replace(order, styles=(Style(order.content, weight),)))


async def test_a_dream_needs_no_style_and_takes_none(house: House) -> None:
    order = house.order(mode="dream", octaves=2)
    with pytest.raises(BadRequest, match="one picture alone"):
        await house.intake.accept(order)
    job = await house.intake.accept(dataclasses.replace(order, styles=()))
    assert (job.styles, job.options.octaves) == ((), 2)
    assert await house.read(job) == job


async def test_a_mask_is_kept_with_its_style(house: House) -> None:
    order = house.order()
    mask = house.folder / "mask"
    mask.write_bytes(pictures.png(64, 32, compress_level=0))
    first, second = Style(order.styles[0].picture, 2.0, mask), Style(order.styles[0].picture)
    job = await house.intake.accept(dataclasses.replace(order, styles=(first, second)))

    assert [style.weight for style in job.styles] == [2.0, 1.0]
    assert job.styles[1].mask is None
    assert job.styles[0].mask is not None
    assert house.blob_files() == {job.content, job.styles[0].picture, job.styles[0].mask}


@pytest.mark.parametrize(("size", "fits"), [((324, 160), True), ((160, 320), False), ((328, 160), False)])
async def test_a_mask_has_the_content_s_shape(house: House, size: tuple[int, int], fits: bool) -> None:
    order = house.order()
    mask = house.folder / "mask"
    mask.write_bytes(pictures.png(*size))
    order = dataclasses.replace(order, styles=(Style(order.styles[0].picture, mask=mask),))
    if fits:
        assert (await house.intake.accept(order)).styles[0].mask
        return
    with pytest.raises(BadPicture, match=rf"^Mask 1: it has {size[0]} × {size[1]} .* \(640 × 321\)") as bad:
        await house.intake.accept(order)
    assert bad.value.code == "mask_mismatch"
    assert house.blob_files() == set()


async def test_what_takes_too_long_is_refused_with_the_size_that_fits(house: House) -> None:
    with pytest.raises(
        TooExpensive, match=r"about \d+ minutes, more than the 10 minutes allowed\. \d+ pixels would do\."
    ):
        await house.intake.accept(house.order(size=4096, strength=0.5))
    assert house.blob_files() == set()


async def test_where_no_size_fits_less_work_is_proposed(tmp_path: Path) -> None:
    async with open_house(tmp_path, max_render_s=1) as house:
        with pytest.raises(TooExpensive, match="Fewer iterations"):
            await house.intake.accept(house.order(iterations=2000))
        with pytest.raises(TooExpensive, match="“draft” may do"):
            await house.intake.accept(house.order(quality="fine"))


async def test_the_size_that_is_proposed_is_accepted(house: House) -> None:
    with pytest.raises(TooExpensive) as refusal:
        await house.intake.accept(house.order(size=4096))
    size = next(int(word) for word in refusal.value.message.split() if word.isdigit() and int(word) >= 128)
    assert (await house.intake.accept(house.order(size=size))).options.size == size


async def test_equal_pictures_of_two_people_are_one_blob_that_outlives_either_refusal(house: House) -> None:
    job = await house.intake.accept(house.order("1", requester="fake:1"))
    with pytest.raises(TooExpensive):
        await house.intake.accept(house.order("2", requester="fake:2", size=4096))
    assert house.blob_files() == {job.content, job.styles[0].picture}


async def test_an_order_given_up_half_way_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    put, stored = house.blobs.put, asyncio.Semaphore(0)

    async def watched_put(file: Path) -> str:
        name = await put(file)
        stored.release()
        return name

    monkeypatch.setattr(house.blobs, "put", watched_put)
    async with house.store.jobs._database.write():
        accepting = asyncio.create_task(house.intake.accept(house.order()))
        for _ in range(2):
            await asyncio.wait_for(stored.acquire(), PATIENCE_S)
        assert len(house.blob_files()) == 2
        accepting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await accepting
    assert house.blob_files() == set()
    assert await house.store.queue.open_jobs() == []
