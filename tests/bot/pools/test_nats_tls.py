"""The way to the server, encrypted, and a server that is not who it should be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from renderer.protocol import Done
from tests.fakes.nats.scene import NatsScene, scene_at
from tests.fakes.nats.server import Server


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[NatsScene]:
    """A server with a certificate of its own making, for 127.0.0.1; nobody has called yet."""
    key, certificate = tmp_path / "server.key", tmp_path / "server.crt"
    making = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-subj", "/CN=nats", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"),
        *("-keyout", key, "-out", certificate),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await making.wait() == 0
    server = Server(tmp_path / "nats", f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}\n')
    server.url = server.url.replace("nats:", "tls:")
    async with scene_at(server, tmp_path) as scene:
        yield scene


async def test_bot_and_agent_speak_to_a_server_whose_certificate_they_know(scene: NatsScene, tmp_path: Path) -> None:
    scene.open_pool(ca=tmp_path / "server.crt")
    await scene.pool.start(scene.on_event)
    await scene.agent("gpu0", ca=tmp_path / "server.crt")
    await scene.served(1)
    job = await scene.job()
    await scene.pool.submit(job)
    assert isinstance(await scene.end_of(job), Done)


async def test_a_server_whose_certificate_nobody_knows_is_not_spoken_to(
    scene: NatsScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pools.nats.pool._FIRST_S", 1.0)
    scene.open_pool()
    await scene.pool.start(scene.on_event)
    [shown] = (await scene.pool.status()).workers
    assert shown.state == "down" and shown.reason and "certificate" in shown.reason.lower()
