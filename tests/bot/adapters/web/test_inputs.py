"""The pictures that a job was made of, and small copies of them and of paintings."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.gallery import SMALL_EDGE
from bot.processes import Ended, run_module
from bot.thumbnails import Thumbnails
from tests import pictures
from tests.bot.adapters.web.test_jobs import problem_of
from tests.bot.adapters.web.visiting import STYLE, Visitor


async def fetched(visitor: Visitor, path: str, **query: str) -> tuple[str, Image.Image]:
    """Media type and picture."""
    async with visitor.http.get(f"/api/v1/jobs/{path}", params=query) as response:
        assert response.status == 200, await response.text()
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, no-cache"
        with Image.open(io.BytesIO(await response.read())) as image:
            image.load()
            assert response.content_type == f"image/{str(image.format).lower()}"
            return response.content_type, image


async def test_the_pictures_of_a_job_can_be_fetched_as_they_are_kept(alice: Visitor) -> None:
    job_id = await alice.order(style=[STYLE, pictures.png(96, 64)])
    kind, content = await fetched(alice, f"{job_id}/content")
    assert (kind, content.size) == ("image/png", (640, 320))
    kind, first = await fetched(alice, f"{job_id}/styles/1")
    assert (kind, first.size) == ("image/jpeg", (160, 120))
    kind, second = await fetched(alice, f"{job_id}/styles/2")
    assert (kind, second.size) == ("image/png", (96, 64))


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "1.0", "10", "9" * 5000])
async def test_there_is_no_style_beyond_those_that_were_sent(alice: Visitor, number: str) -> None:
    job_id = await alice.order(style=[STYLE, pictures.png(96, 64)])
    async with alice.http.get(f"/api/v1/jobs/{job_id}/styles/{number}") as response:
        await problem_of(response, 404, "not_found")


async def test_small_copies_are_jpegs_of_that_edge(alice: Visitor) -> None:
    job_id = await alice.painted(style=pictures.png(96, 640))
    for part, size in {"content": (128, 64), "styles/1": (19, 128), "result": (128, 64)}.items():
        kind, small = await fetched(alice, f"{job_id}/{part}", edge="128")
        assert (kind, small.size) == ("image/jpeg", size)
    _, whole = await fetched(alice, f"{job_id}/result", edge="2048")
    assert whole.size == (640, 320), "nothing is made larger"
    async with alice.http.get(f"/api/v1/jobs/{job_id}/result?edge=64&download=1") as response:
        assert response.headers["Content-Disposition"].endswith('.jpg"')


async def test_a_style_of_the_gallery_may_be_smaller_still(alice: Visitor) -> None:
    for edge in (96, SMALL_EDGE):
        async with alice.http.get(f"/api/v1/gallery/waves/thumbnail?edge={edge}") as response:
            assert response.content_type == "image/jpeg"
            with Image.open(io.BytesIO(await response.read())) as small:
                assert small.size == (edge, edge)
    assert len(list((alice.house.folder / "thumbnails").iterdir())) == 1, "the page's own size lies ready"
    async with alice.http.get("/api/v1/gallery/waves/thumbnail?edge=9") as response:
        await problem_of(response, 400, "bad_edge")


async def test_what_was_transparent_is_on_white(alice: Visitor, tmp_path: Path) -> None:
    file = tmp_path / f"{'0' * 64}.png"
    file.write_bytes(pictures.encoded(Image.new("RGBA", (300, 200), (200, 0, 0, 0)), "PNG"))
    with Image.open(await Thumbnails(tmp_path / "small").thumbnail(file, 100)) as small:
        assert (small.mode, small.size, small.getpixel((50, 30))) == ("RGB", (100, 67), (255, 255, 255))


async def test_a_small_copy_is_made_once_and_not_sent_again_to_who_has_it(alice: Visitor) -> None:
    job_id = await alice.order()
    url = f"/api/v1/jobs/{job_id}/content?edge=64"
    answers = await asyncio.gather(*(alice.http.get(url) for _ in range(3)))
    tags = {answer.headers["ETag"] for answer in answers}
    assert len(tags) == 1 and len(list((alice.house.folder / "thumbnails").iterdir())) == 1
    async with alice.http.get(url, headers={"If-None-Match": tags.pop()}) as response:
        assert response.status == 304


@pytest.mark.parametrize("edge", ["63", "2049", "-256", "256px", "", "²", "0x100", "9" * 5000])
async def test_an_edge_has_bounds(alice: Visitor, edge: str) -> None:
    job_id = await alice.order()
    async with alice.http.get(f"/api/v1/jobs/{job_id}/content", params={"edge": edge}) as response:
        assert "from 64 to 2048" in await problem_of(response, 400, "bad_edge")


async def test_a_picture_that_is_gone_is_said_to_be(alice: Visitor) -> None:
    job_id = await alice.painted()
    job = await alice.house.store.jobs.get(job_id)
    assert job
    await alice.house.blobs.delete(job.content, job.styles[0].picture)
    for part, code in {"content": "input_gone", "styles/1": "input_gone", "result": "not_painted"}.items():
        for query in ({}, {"edge": "64"}):
            async with alice.http.get(f"/api/v1/jobs/{job_id}/{part}", params=query) as response:
                await problem_of(response, 409, code)


async def test_small_copies_go_with_their_pictures(alice: Visitor, bob: Visitor) -> None:
    mine, theirs = await alice.painted(content=pictures.png(200, 100)), await bob.painted()
    for visitor, job_id in ((alice, mine), (bob, theirs)):
        await fetched(visitor, f"{job_id}/content", edge="64")
    kept = alice.house.folder / "thumbnails"
    assert len(list(kept.iterdir())) == 2
    async with alice.http.delete("/api/v1/me") as response:
        assert response.status == 200
    assert len(list(kept.iterdir())) == 1
    bob.house.clock.ahead_s = 8 * 24 * 3600
    await bob.house.retention.sweep()
    assert list(kept.iterdir()) == []


async def test_small_copies_are_let_go_from_the_oldest_on(tmp_path: Path) -> None:
    sources = [tmp_path / f"{name * 64}.png" for name in "abc"]
    for source in sources:
        source.write_bytes(pictures.png(64, 64))
    small = tmp_path / "small"
    size = (await Thumbnails(small).thumbnail(sources[0], 64)).stat().st_size
    thumbnails = Thumbnails(small, most_bytes=2 * size)
    thumbnails.sweep()
    for source in (*sources[:2], sources[0], sources[2]):
        await thumbnails.thumbnail(source, 64)
    assert {file.name[0] for file in small.iterdir()} == {"a", "c"}
    thumbnails.sweep()
    assert list(small.iterdir()) == []


async def test_a_picture_that_goes_while_it_is_reduced_leaves_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / f"{'a' * 64}.png"
    source.write_bytes(pictures.png(64, 64))

    async def removed_meanwhile(module: str, *arguments: str | Path, **options: Any) -> Ended:
        ended = await run_module(module, *arguments, **options)
        source.unlink()
        return ended

    monkeypatch.setattr("bot.thumbnails.run_module", removed_meanwhile)
    with pytest.raises(FileNotFoundError):
        await Thumbnails(tmp_path / "small").thumbnail(source, 64)
    assert list((tmp_path / "small").iterdir()) == []
