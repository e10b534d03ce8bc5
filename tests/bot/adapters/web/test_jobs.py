"""The API over real HTTP, against the running adapter; only the services behind it are in memory."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot import errors
from bot.adapters.web.problems import STATUS_OF
from bot.jobs import Status
from config.settings import WebSettings
from tests.fakes.services import Studio, open_studio
from tests.fakes.watched import PATIENCE_S


def png(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


CONTENT, STYLE = png("teal"), png("orange")


def upload(**parts: bytes | str | list[bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, values in parts.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, bytes):
                form.add_field(name, value, filename=f"{name}.png", content_type="image/png")
            else:
                form.add_field(name, value)
    return form


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what has no event of its own, such as a file."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def post_job(http: aiohttp.ClientSession, **headers: str) -> dict[str, Any]:
    async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE), headers=headers) as response:
        assert response.status == 202
        body: dict[str, Any] = await response.json()
        return body


async def problem_of(response: aiohttp.ClientResponse, status: int, code: str) -> str:
    """The detail of a response that must be a well-formed problem."""
    assert response.content_type == "application/problem+json", await response.text()
    body = await response.json()
    assert (response.status, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == "about:blank" and body["title"]
    detail: str = body["detail"]
    return detail


# ---- taking jobs in


async def test_two_pictures_become_a_job(studio: Studio, http: aiohttp.ClientSession) -> None:
    form = upload(content=CONTENT, style=STYLE, options='{"size": 256, "strength": 0.7}')
    async with http.post("/api/v1/jobs", data=form) as response:
        assert response.status == 202
        body = await response.json()
    assert body == {"id": studio.job.id, "status": "queued", "position": 1}
    assert response.headers["Location"] == f"/api/v1/jobs/{studio.job.id}"
    assert studio.intake.pictures == [(CONTENT, STYLE)]
    assert (studio.job.options.size, studio.job.options.strength) == (256, 0.7)
    assert studio.job.requester == "web:address:127.0.0.1"


async def test_style_may_come_several_times_and_parts_in_any_order(studio: Studio, http: aiohttp.ClientSession) -> None:
    more = png("purple")
    async with http.post("/api/v1/jobs", data=upload(options="{}", style=[STYLE, more], content=CONTENT)) as response:
        assert response.status == 202
    assert studio.intake.pictures == [(CONTENT, STYLE, more)]
    assert [style.weight for style in studio.intake.orders[0].styles] == [1.0, 1.0]


async def test_uploads_are_gone_once_the_job_is_accepted_or_refused(
    studio: Studio, http: aiohttp.ClientSession
) -> None:
    await post_job(http)
    studio.intake.refusal = errors.BadPicture("The content picture is broken.", "picture_broken")
    async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE)) as response:
        assert await problem_of(response, 422, "picture_broken") == "The content picture is broken."
    assert len(studio.intake.orders) == 2
    assert names(studio.uploads) == []


@pytest.mark.parametrize("missing", ["content", "style"])
async def test_a_missing_picture_is_named(studio: Studio, http: aiohttp.ClientSession, missing: str) -> None:
    parts = {"content": CONTENT, "style": STYLE}
    del parts[missing]
    async with http.post("/api/v1/jobs", data=upload(**parts)) as response:
        assert missing in await problem_of(response, 400, "picture_missing")
    assert studio.intake.orders == [] and names(studio.uploads) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('{"sise": 512}', "“sise”. Did you mean “size”?"),
        ('{"zzzz": 1}', "There are mode, size, strength"),
        ('{"size": "512"}', "size must be a whole number from 128 to 4096, not 512"),
        ('{"seed": true}', "seed must be a whole number"),
        ('{"size": 5}', "size must be a whole number from 128 to 4096, not 5."),
        ('{"quality": "best"}', "quality must be instant, draft, standard or fine, not “best”."),
        ('{"layer": "relu4_3"}', "mode dream"),
        ('{"strength": NaN}', "strength"),
        ('{"size": 64, "seed": -1}', "seed"),
        ("[]", "JSON object"),
        ("{", "not JSON"),
        ("[" * 16_000, "not JSON"),
        ('"' + "x" * 20_000 + '"', "longer than"),
    ],
)
async def test_wrong_options_are_explained(http: aiohttp.ClientSession, options: str, said: str) -> None:
    form = upload(content=CONTENT, style=STYLE, options=options)
    async with http.post("/api/v1/jobs", data=form) as response:
        assert said in await problem_of(response, 400, "bad_options")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"content": CONTENT, "style": STYLE, "brush": STYLE}, "“brush”"),
        ({"content": CONTENT, "style": STYLE, "mask": [STYLE, STYLE]}, "more masks than styles"),
        ({"content": [CONTENT, CONTENT], "style": STYLE}, "At most 1 content picture "),
        ({"content": CONTENT, "style": [STYLE] * 5}, "At most 4 style pictures "),
        ({"content": CONTENT, "style": STYLE, "options": [b"{}", b"{}"]}, "more than one part “options”"),
    ],
)
async def test_parts_that_do_not_belong_are_refused(
    studio: Studio, http: aiohttp.ClientSession, parts: dict[str, Any], said: str
) -> None:
    async with http.post("/api/v1/jobs", data=upload(**parts)) as response:
        assert said in await problem_of(response, 400, "bad_upload")
    assert studio.intake.orders == [] and names(studio.uploads) == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"no boundary here"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=content\r\n\r\nends here"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 500 + b"\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n\r\n--x--"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=options\r\n\r\n\xff\r\n--x--",
        ),
    ],
)
async def test_what_is_no_form_is_refused(
    studio: Studio, http: aiohttp.ClientSession, content_type: str, body: bytes
) -> None:
    async with http.post("/api/v1/jobs", data=body, headers={"Content-Type": content_type}) as response:
        await problem_of(response, 400, "bad_upload")
    assert names(studio.uploads) == []


async def test_a_picture_that_is_too_heavy_is_refused_before_it_has_arrived(studio: Studio) -> None:
    """The rest is never sent: the answer comes as soon as the cap is passed."""
    reader, writer = await _begin_upload(studio, content_length=400_000)
    writer.write(b"x" * 300_000)
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readuntil(b"\r\n")
    assert b" 413 " in head
    assert names(studio.uploads) == []
    writer.close()


async def test_a_body_announced_as_too_heavy_is_refused_at_once(studio: Studio) -> None:
    reader, writer = await _begin_upload(studio, content_length=10**9)
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readuntil(b"\r\n")
    assert b" 413 " in head
    writer.close()


async def test_an_upload_cut_off_midway_leaves_no_file(studio: Studio) -> None:
    _, writer = await _begin_upload(studio, content_length=90_000)
    writer.write(b"x" * 50_000)
    await writer.drain()
    await until(lambda: names(studio.uploads) != [])
    writer.transport.abort()
    await until(lambda: names(studio.uploads) == [])
    assert studio.intake.orders == []


async def _begin_upload(studio: Studio, content_length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = studio.adapter.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: %d\r\n\r\n--x\r\nContent-Disposition: form-data; name=content\r\n\r\n" % content_length
    )
    return reader, writer


async def test_files_left_by_a_killed_service_are_swept(tmp_path: Path) -> None:
    (tmp_path / "web-0123").write_bytes(CONTENT)
    (tmp_path / "of-somebody-else").write_bytes(CONTENT)
    async with open_studio(tmp_path):
        assert names(tmp_path) == ["of-somebody-else"]


async def test_the_same_idempotency_key_is_the_same_job(studio: Studio, http: aiohttp.ClientSession) -> None:
    first = await post_job(http, **{"Idempotency-Key": "wish"})
    again = await post_job(http, **{"Idempotency-Key": "wish"})
    other = await post_job(http, **{"Idempotency-Key": "another wish"})
    assert first["id"] == again["id"] != other["id"]
    assert (await post_job(http))["id"] != (await post_job(http))["id"]


async def test_the_same_key_of_another_requester_is_another_job(studio: Studio, http: aiohttp.ClientSession) -> None:
    mine = await post_job(http, **{"Idempotency-Key": "wish"})
    theirs = await post_job(http, **{"Idempotency-Key": "wish", "Cookie": f"atelier_session={'a' * 32}"})
    assert mine["id"] != theirs["id"]


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_an_idempotency_key_has_a_length(http: aiohttp.ClientSession, key: str) -> None:
    form = upload(content=CONTENT, style=STYLE)
    async with http.post("/api/v1/jobs", data=form, headers={"Idempotency-Key": key}) as response:
        await problem_of(response, 400, "bad_idempotency_key")


# ---- a job's life


async def test_a_job_shows_its_position_progress_and_result(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    job = await post_job(http)
    url = f"/api/v1/jobs/{job['id']}"
    waiting = await (await http.get(url)).json()
    assert datetime.fromisoformat(waiting.pop("created_at")) == datetime.fromtimestamp(studio.job.created_at, UTC)
    assert waiting == {
        "id": job["id"],
        "status": "queued",
        "reason": None,
        "progress": 0.0,
        "position": 1,
        "eta_s": 80,
        "options": {},
        "styles": [{"weight": 1.0}],
        "variations": [],
        "paused": None,
        "error": None,
        "result": None,
    }
    await studio.paint(job["id"], 0.25)
    painting = await (await http.get(url)).json()
    assert (painting["status"], painting["progress"], painting["position"]) == ("rendering", 0.25, 0)

    await studio.finish(job["id"], _painting(tmp_path))
    done = await (await http.get(url)).json()
    assert (done["status"], done["progress"], done["position"], done["eta_s"]) == ("delivered", 1.0, None, None)
    assert done["result"] == {
        "url": f"{url}/result",
        "timelapse": None,
        "metadata": f"{url}/metadata",
        "notes": [],
        "width": 64,
        "height": 48,
        "seconds": 74.2,
        "iterations": 65,
        "device": "cpu",
    }


async def test_a_failed_job_says_why(studio: Studio, http: aiohttp.ClientSession) -> None:
    job = await post_job(http)
    await studio.fail(job["id"], "out_of_memory")
    view = await (await http.get(f"/api/v1/jobs/{job['id']}")).json()
    assert (view["status"], view["reason"], view["error"]["code"]) == ("failed", "out_of_memory", "out_of_memory")
    assert view["error"]["detail"] and view["result"] is None


async def test_the_result_is_refused_before_it_is_ready_and_served_after(
    studio: Studio, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    job = await post_job(http)
    url = f"/api/v1/jobs/{job['id']}/result"
    async with http.get(url) as response:
        await problem_of(response, 409, "not_ready")

    file = _painting(tmp_path)
    await studio.finish(job["id"], file)
    async with http.get(url) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert response.headers["Content-Disposition"].startswith("inline")
        assert await response.read() == file.read_bytes()
    async with http.get(url, headers={"If-None-Match": response.headers["ETag"]}) as unchanged:
        assert unchanged.status == 304
    async with http.get(url, params={"download": "1"}) as download:
        assert download.headers["Content-Disposition"] == f'attachment; filename="atelier-{job["id"][:8]}.png"'


async def test_a_job_can_be_cancelled_until_it_has_ended(studio: Studio, http: aiohttp.ClientSession) -> None:
    job = await post_job(http)
    async with http.delete(f"/api/v1/jobs/{job['id']}") as response:
        assert (response.status, (await response.json())["status"]) == (200, "cancelled")
    async with http.delete(f"/api/v1/jobs/{job['id']}") as response:
        await problem_of(response, 409, "no_longer_cancellable")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/events"),
        ("GET", "/result"),
        ("GET", "/timelapse?format=gif"),
        ("GET", "/metadata"),
    ],
)
async def test_a_job_of_somebody_else_is_unknown(
    studio: Studio, http: aiohttp.ClientSession, method: str, path: str
) -> None:
    job = await post_job(http, Cookie=f"atelier_session={'a' * 32}")
    url = f"/api/v1/jobs/{job['id']}{path}"
    for stranger in ({}, {"Cookie": f"atelier_session={'b' * 32}"}):
        async with http.request(method, url, headers=stranger) as response:
            await problem_of(response, 404, "unknown_job")
    assert studio.job.status is Status.QUEUED


# ---- errors


def test_every_error_that_users_meet_has_a_status() -> None:
    assert set(STATUS_OF) == set(errors.UserError.__subclasses__())


async def test_a_busy_house_says_when_to_come_back(studio: Studio, http: aiohttp.ClientSession) -> None:
    studio.intake.refusal = errors.Busy("The house is full.", retry_after_s=61.2)
    async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE)) as response:
        await problem_of(response, 429, "queue_full")
        assert response.headers["Retry-After"] == "62"


@pytest.mark.parametrize("code", ["closing", "disk_full"])
async def test_a_closed_door_is_told_from_a_full_house(studio: Studio, http: aiohttp.ClientSession, code: str) -> None:
    studio.intake.refusal = errors.Busy("Not now.", code, retry_after_s=600)
    async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE)) as response:
        await problem_of(response, 503, code)
        assert response.headers["Retry-After"] == "600"


async def test_an_error_of_ours_shows_only_an_id(
    studio: Studio, http: aiohttp.ClientSession, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.intake.refusal = RuntimeError("secret entrails")
    async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE)) as response:
        detail = await problem_of(response, 500, "internal_error")
    assert "entrails" not in detail
    error_id = detail.rstrip(".").rpartition(" ")[2]
    logged = capsys.readouterr().out
    assert error_id in logged and "secret entrails" in logged
    assert names(studio.uploads) == []


async def test_what_is_not_there_is_a_problem_too(http: aiohttp.ClientSession) -> None:
    async with http.get("/api/v1/nothing") as response:
        await problem_of(response, 404, "not_found")
    async with http.put("/api/v1/jobs") as response:
        await problem_of(response, 405, "method_not_allowed")
        assert response.headers["Allow"] == "GET,HEAD,POST"


async def test_health_is_503_when_nothing_can_be_painted(studio: Studio, http: aiohttp.ClientSession) -> None:
    async with http.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, await studio.desk.health())
    studio.desk.workers = [{"name": "cpu", "state": "down"}]
    async with http.get("/healthz") as response:
        assert (response.status, await response.json()) == (503, await studio.desk.health())


async def test_a_port_in_use_takes_the_adapter_down_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.RaisesGroup(pytest.RaisesExc(errors.AdapterDown, match=f"Port {port} .* in use")):
            async with open_studio(tmp_path, WebSettings(port=port)):
                pass


def _painting(folder: Path) -> Path:
    file = folder / "painting.png"
    file.write_bytes(png("crimson"))
    return file
