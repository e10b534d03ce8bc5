"""Two pictures in, a painting out: real HTTP, real SQLite, the real child with the real VGG weights."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from config.confinement import lacking
from renderer import patterns, weights
from renderer.features import Encoder
from renderer.images import open_rgb, to_tensor
from renderer.losses import content_distance, gram, style_distance
from renderer.stylise import STYLE_LAYERS
from tests.service import Service, running

SIZE = 256
OPTIONS = f'{{"size": {SIZE}}}'


async def test_a_painting_is_made_although_its_renderer_is_killed_on_the_way(
    tmp_path: Path, weights_dir: Path, photographs: dict[str, Path]
) -> None:
    style = tmp_path / "brushwork.png"
    patterns.draw("brushwork", 384).save(style)
    async with running(tmp_path / "data", weights_dir) as (service, customer):
        job = await customer.order(photographs["coffee"], style, OPTIONS)
        await customer.until(job, "rendering", progress=0.2)
        killed = service.child()
        _assert_confined(killed)
        os.kill(killed, signal.SIGKILL)
        view = await customer.until(job, "delivered")
        assert service.child() != killed
        painting = await customer.result(job)
    assert (view["result"]["width"], view["result"]["height"]) == (SIZE, 170)
    assert any("delivery" in line and "2" in line for line in service.log)
    (tmp_path / "painting.png").write_bytes(painting)
    _assert_painted(tmp_path / "painting.png", photographs["coffee"], style, photographs["chelsea"], weights_dir)


def _assert_confined(child: int) -> None:
    """As the kernel says it of the very process that paints (proc(5)), where it can be done at all."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines())
    if not lacking():
        assert (status["NoNewPrivs"], status["Seccomp"], int(status["CapEff"], 16)) == ("1", "2", 0)
    environment = Path(f"/proc/{child}/environ").read_text()
    assert "PATH=" in environment and "ATELIER_" not in environment


def _assert_painted(painting: Path, content: Path, style: Path, unrelated: Path, weights_dir: Path) -> None:
    """Of the style's texture, and still of the content: measured with the encoder, as the issue's figures are."""
    found = weights.find("vgg16", weights_dir)
    assert found
    encoder = Encoder(found[0], weights.load(*found))
    with torch.no_grad():
        features = {
            path: encoder(to_tensor(open_rgb(path), SIZE, torch.device("cpu")), (*STYLE_LAYERS, "relu4_2"))
            for path in (painting, content, style, unrelated)
        }

    def from_style(path: Path) -> float:
        distances = [style_distance(gram(features[path][x]), gram(features[style][x])) for x in STYLE_LAYERS]
        return float(torch.stack(distances).mean())

    def from_content(path: Path) -> float:
        of_content = features[content]["relu4_2"]
        height, width = (
            min(a, b) for a, b in zip(features[path]["relu4_2"].shape[2:], of_content.shape[2:], strict=True)
        )
        cut = (..., slice(height), slice(width))
        return float(content_distance(features[path]["relu4_2"][cut], of_content[cut]))

    print(f"style distance down {from_style(content) / from_style(painting):.1f}-fold")
    print(f"content distance {from_content(painting) / from_content(unrelated):.2f} of an unrelated picture's")
    assert from_style(painting) <= from_style(content) / 10
    assert from_content(painting) <= 0.6 * from_content(unrelated)


async def test_after_a_kill_of_the_whole_service_the_job_goes_on(
    tmp_path: Path, weights_dir: Path, photographs: dict[str, Path], pattern: Path
) -> None:
    async with running(tmp_path / "data", weights_dir) as (service, customer):
        job = await customer.order(photographs["rocket"], pattern, '{"size": 128, "iterations": 30}')
        await customer.until(job, "rendering", progress=0.1)
        await service.kill()
        await service.start()
        await customer.until(job, "delivered")
        with Image.open(io.BytesIO(await customer.result(job))) as image:
            assert max(image.size) == 128
        assert await service.stop() == 0


async def test_what_a_backup_of_a_busy_service_holds_goes_on_elsewhere(
    tmp_path: Path, weights_dir: Path, photographs: dict[str, Path], pattern: Path
) -> None:
    file, new = tmp_path / "backup.tar", tmp_path / "new"
    async with running(tmp_path / "data", weights_dir) as (_, customer):
        job = await customer.order(photographs["rocket"], pattern, '{"size": 128, "iterations": 30}')
        await customer.until(job, "rendering", progress=0.1)
        assert "1 jobs" in await admin(tmp_path / "data", "backup", file)
        assert "in use by another Atelier service" in await admin(tmp_path / "data", "restore", file, "--replace")
    assert "1 jobs" in await admin(new, "restore", file)
    async with running(new, weights_dir) as (_, customer):
        await customer.until(job, "delivered")
        with Image.open(io.BytesIO(await customer.result(job))) as image:
            assert max(image.size) == 128


async def admin(data: Path, *arguments: str | Path) -> str:
    """What `atelier admin` says."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "admin", *map(str, arguments)),
        env=os.environ | {"ATELIER_DATA_DIR": str(data)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await command.communicate()
    return said.decode()


async def test_a_second_service_on_the_same_data_is_refused(tmp_path: Path, weights_dir: Path) -> None:
    async with running(tmp_path / "data", weights_dir):
        with pytest.raises(AssertionError, match="in use by another Atelier service"):
            async with running(tmp_path / "data", weights_dir):
                pass


async def test_a_service_stopped_as_it_starts_ends_at_once(tmp_path: Path, weights_dir: Path) -> None:
    async with running(tmp_path / "data", weights_dir) as (service, _):
        async with asyncio.timeout(10):
            assert await service.stop() == 0


async def test_a_port_in_use_is_one_line_and_exit_status_2(tmp_path: Path, weights_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        service = Service(tmp_path / "data", weights_dir, ATELIER_WEB__PORT=str(port))
        async with asyncio.timeout(20):
            with pytest.raises(AssertionError, match=f"Port {port} on 127.0.0.1 is in use by another program"):
                await service.start()
            assert await service.stop() == 2


async def test_event_streams_that_are_dropped_leave_no_word_in_the_log(
    tmp_path: Path, weights_dir: Path, photographs: dict[str, Path], pattern: Path
) -> None:
    async with running(tmp_path / "data", weights_dir) as (service, customer):
        job = await customer.order(photographs["rocket"], pattern, '{"size": 128, "iterations": 20}')
        host, port = service.url.removeprefix("http://").split(":")
        for _ in range(10):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET /api/v1/jobs/{job}/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            assert b"200" in await reader.readline()
            writer.transport.abort()
        writer.close()
        await customer.until(job, "delivered")
        assert await service.stop() == 0
    assert not [line for line in service.log if "error" in line.lower() or "Traceback" in line]
