from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.accounts import Account
from bot.errors import Busy, Forbidden, UnknownJob
from bot.jobs import Status
from bot.pairing import Pending
from bot.store.tables import addresses, blob_refs, metadata, outbox, votes
from tests.fakes.house import House, open_house, painting, started

ALICE, BOB = "fake:1", "fake:2"


async def rows(house: House, *tables: str) -> dict[str, int]:
    async with house.store.jobs._database.read() as connection:
        return {
            name: (await connection.execute(select(func.count()).select_from(metadata.tables[name]))).scalar_one()
            for name in tables
        }


async def test_nothing_is_left_of_who_is_erased(house: House) -> None:
    waiting = await house.job("1")
    painted = await house.painted(await house.job("2"), frames=await house.blob(b"frames"))
    cancelled = await house.store.jobs.cancel((await house.job("3")).id)
    for job in (waiting, painted, cancelled):
        await house.store.addresses.put(job.id, {"chat": 1})
    await house.desk.vote(painted.id, ALICE, 1)
    await house.pairing.keep(ALICE, "fake:-7", Pending(({},)))
    await house.store.inbox.put("fake", [("1", ALICE, {})])
    await house.accounts.change(ALICE, language="de", options={"size": 640})

    assert await house.erasure.erase(ALICE) == 3

    assert house.blob_files() == set()
    left = {table.name for table in metadata.sorted_tables} - {"accepted", "usage"}
    assert set((await rows(house, *left)).values()) == {0}
    assert await house.accounts.get(ALICE) == Account(ALICE)
    with pytest.raises(UnknownJob):
        await house.desk.look(painted.id, ALICE)
    assert await house.erasure.erase(ALICE) == 0


async def test_who_has_opted_out_has_so_afterwards_too(house: House) -> None:
    await house.accounts.change(ALICE, opted_out=True, language="de")
    await house.erasure.erase(ALICE)
    assert await house.accounts.get(ALICE) == Account(ALICE, opted_out=True)


async def test_others_keep_all_that_is_theirs_even_the_same_pictures(house: House) -> None:
    mine = await house.intake.accept(house.order("1", ALICE))
    theirs = await house.intake.accept(house.order("2", BOB))
    assert mine.content == theirs.content
    own = await house.painted(await house.job("3", ALICE, place="fake:-7"), frames=await house.blob(b"frames"))
    await house.desk.vote(own.id, BOB, -1)
    await house.pairing.keep(BOB, "fake:-7", Pending(({},)))
    await house.accounts.change(BOB, language="fr")

    await house.erasure.erase(ALICE)

    assert house.blob_files() == {theirs.content, theirs.styles[0].picture}
    assert await house.read(theirs) == theirs
    assert await house.pairing.get(BOB, "fake:-7")
    assert (await house.accounts.get(BOB)).language == "fr"

    await house.erasure.erase(BOB)
    assert house.blob_files() == set()


async def test_the_votes_of_who_is_erased_go_and_the_painting_stays_its_owner_s(house: House) -> None:
    job = await house.painted(await house.job("1", BOB, place="fake:-7"))
    await house.desk.vote(job.id, ALICE, 1)
    await house.desk.vote(job.id, BOB, 1)
    await house.erasure.erase(ALICE)
    assert await rows(house, votes.name) == {"votes": 1}
    assert await house.desk.painting(job.id, BOB)


async def test_what_is_being_painted_is_stopped_and_nothing_more_is_said_of_it(house: House) -> None:
    rendering, waiting, theirs = [await house.job(*who) for who in (("1", ALICE), ("2", ALICE), ("3", BOB))]
    async with house.running():
        await house.pool.until_started(rendering.id)
        assert await house.erasure.erase(ALICE) == 2
        await house.pool.paint(theirs.id)
        await house.adapter.until_replies(1)
    assert house.pool.cancelled[0] == (rendering.id, 1)
    assert [job.id for job, _ in house.adapter.replies] == [theirs.id]
    assert waiting.id not in [job.id for job in house.pool.submitted[2:]]
    assert await rows(house, outbox.name) == {"outbox": 1}


async def test_a_painting_that_comes_after_the_erasure_leaves_nothing(house: House) -> None:
    job = await house.job()
    await house.dispatch.on_event(started(job))
    rendering = await house.read(job)
    await house.erasure.erase(ALICE)
    result, frames = await house.blob(b"a late painting"), await house.blob(b"its frames")
    await house.dispatch.on_event(painting(rendering).model_copy(update={"result": result, "frames": frames}))
    assert house.blob_files() == set()
    assert await house.store.outbox.due("fake") == []


async def test_a_reply_whose_job_is_erased_while_it_is_sent_stops_nothing(house: House) -> None:
    first = await house.painted(await house.job("1", ALICE))
    house.adapter.may_answer.clear()
    async with house.running():
        await house.adapter.until_replies(1)
        await house.erasure.erase(ALICE)
        second = await house.painted(await house.job("2", BOB))
        house.adapter.may_answer.set()
        house.outbox.ring()
        await house.adapter.until_replies(2)
    assert [job.id for job, _ in house.adapter.replies] == [first.id, second.id]
    assert (await house.read(second)).status is Status.DELIVERED


async def test_an_address_that_is_kept_after_the_erasure_is_not_kept(house: House) -> None:
    job = await house.job()
    await house.erasure.erase(ALICE)
    await house.store.addresses.put(job.id, {"chat": 1})
    assert await rows(house, addresses.name, blob_refs.name) == {"addresses": 0, "blob_refs": 0}


async def test_films_made_of_the_frames_go_with_them(house: House) -> None:
    frames, theirs = await house.blob(b"frames"), await house.blob(b"frames of another")
    await house.painted(await house.job("1", ALICE), frames=frames)
    await house.painted(await house.job("2", BOB), frames=theirs)
    films = house.folder / "films"
    films.mkdir()
    for stem in (Path(frames).stem, Path(theirs).stem):
        for kind in ("mp4", "gif"):
            (films / f"{stem}.{kind}").touch()
    await house.erasure.erase(ALICE)
    assert {film.stem for film in films.iterdir()} == {Path(theirs).stem}


async def test_what_the_operator_has_decided_outlives_the_erasure(tmp_path: Path) -> None:
    async with open_house(tmp_path, jobs_per_day=1) as house:
        await house.intake.accept(house.order("1", ALICE))
        await house.accounts.change(BOB, language="de", banned="spam", per_day=0)
        await house.erasure.erase(ALICE)
        await house.erasure.erase(BOB)
    async with open_house(tmp_path, jobs_per_day=1) as house:
        assert await house.accounts.get(BOB) == Account(BOB, banned="spam", per_day=0)
        with pytest.raises(Forbidden):
            await house.intake.accept(house.order("2", BOB))
        with pytest.raises(Busy):
            await house.intake.accept(house.order("3", ALICE))
