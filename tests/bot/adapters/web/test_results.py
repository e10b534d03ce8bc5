"""What a finished painting leaves beside the picture: its time-lapse, really encoded, and its facts."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from bot.errors import BadRequest, NotReady
from bot.films import Films
from renderer.timelapse import Frames
from tests.bot.adapters.web.test_jobs import post_job, problem_of
from tests.fakes.services import Studio


def frames(folder: Path, name: str = "0123abcd") -> Path:
    """The frames of a painting of three evaluations."""
    kept = Frames(3)
    for colour in ("red", "orange"):
        kept.add(Image.new("RGB", (64, 48), colour))
    kept.write(folder / f"{name}.zip", Image.new("RGB", (64, 48), "green"))
    return folder / f"{name}.zip"


async def painted(studio: Studio, http: aiohttp.ClientSession, tmp_path: Path, with_frames: bool = True) -> str:
    job = await post_job(http)
    await studio.finish(job["id"], tmp_path / "painting.png", frames(tmp_path) if with_frames else None)
    return f"/api/v1/jobs/{job['id']}"


async def test_the_time_lapse_of_a_painting_can_be_fetched(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    url = await painted(studio, http, tmp_path)
    view = await (await http.get(url)).json()
    assert view["result"]["timelapse"] == f"{url}/timelapse"
    async with http.get(f"{url}/timelapse", params={"format": "gif", "download": "1"}) as response:
        assert (response.status, response.content_type) == (200, "image/gif")
        assert response.headers["Content-Disposition"].endswith('.gif"')
        assert response.headers["Cache-Control"] == "private, no-cache"
        with Image.open(io.BytesIO(await response.read())) as film:
            assert (film.n_frames, film.size) == (3, (64, 48))  # type: ignore[attr-defined]


async def test_an_mp4_is_the_default_and_can_be_fetched_in_parts(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    url = await painted(studio, http, tmp_path)
    async with http.get(f"{url}/timelapse", headers={"Range": "bytes=4-11"}) as response:
        assert (response.status, response.content_type) == (206, "video/mp4")
        assert (await response.read()).startswith(b"ftyp")


async def test_another_format_is_refused(studio: Studio, http: aiohttp.ClientSession, tmp_path: Path) -> None:
    url = await painted(studio, http, tmp_path)
    for kind in ("avi", "", "../gif"):
        async with http.get(f"{url}/timelapse", params={"format": kind}) as response:
            assert await problem_of(response, 400, "bad_format") == "A time-lapse can be had as mp4, gif, webp."


async def test_before_its_time_there_is_none_and_an_old_painting_never_has_one(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    job = await post_job(http)
    for what in ("timelapse", "metadata"):
        async with http.get(f"/api/v1/jobs/{job['id']}/{what}") as response:
            await problem_of(response, 409, "not_ready")
    url = await painted(studio, http, tmp_path, with_frames=False)
    async with http.get(f"{url}/timelapse") as response:
        await problem_of(response, 404, "no_timelapse")


async def test_the_facts_of_a_painting_can_be_fetched(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    url = await painted(studio, http, tmp_path)
    view = await (await http.get(url)).json()
    async with http.get(view["result"]["metadata"]) as response:
        facts = await response.json()
    assert facts["options"] == studio.job.options.model_dump(mode="json")
    assert studio.job.result_info and studio.job.result_info.items() <= facts.items()


async def test_a_painting_that_is_no_longer_kept_is_not_offered(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    url = await painted(studio, http, tmp_path)
    studio.desk.paintings.clear()
    async with http.get(url) as response:
        view = await response.json()
    assert (view["status"], view["result"]) == ("delivered", None)
    assert view["error"] == {
        "title": "No longer kept",
        "detail": "This painting is no longer kept.",
        "code": "not_painted",
    }
    async with http.get(f"{url}/result") as response:
        await problem_of(response, 409, "not_painted")


# ---- the films themselves


async def test_a_film_is_encoded_once_for_all_who_ask(tmp_path: Path) -> None:
    films = Films(tmp_path / "films")
    source = frames(tmp_path)
    first, second = await asyncio.gather(*(films.film(source, "webp") for _ in range(2)))
    assert first == second
    encoded = first.stat().st_ino
    assert (await films.film(source, "webp")).stat().st_ino == encoded
    assert list((tmp_path / "films").iterdir()) == [first]


async def test_only_the_films_that_were_asked_for_last_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.films._KEPT", 2)
    films = Films(tmp_path / "films")
    old, middle = [await films.film(frames(tmp_path, name), "gif") for name in ("old", "middle")]
    os.utime(middle, (1, 1))
    os.utime(old, (2, 2))
    new = await films.film(frames(tmp_path, "new"), "gif")
    assert set((tmp_path / "films").iterdir()) == {old, new}


async def test_frames_that_are_none_are_told_from_an_error_of_ours(tmp_path: Path) -> None:
    films = Films(tmp_path / "films")
    (tmp_path / "broken.zip").write_bytes(b"no frames")
    with pytest.raises(BadRequest, match="no frames"):
        await films.film(tmp_path / "broken.zip", "gif")
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(RuntimeError, match="status 1"):
        await films.film(tmp_path / "folder.zip", "gif")
    with pytest.raises(NotReady, match="no longer kept"):
        await films.film(tmp_path / "nowhere.zip", "gif")
    assert list((tmp_path / "films").iterdir()) == []
