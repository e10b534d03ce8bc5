"""Files through a real server, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from renderer.wire import parcels, subjects
from renderer.wire.line import Line
from renderer.wire.messages import Parcel
from tests.fakes.nats.scene import NatsScene, nats_scene

ABOVE = subjects.inputs("gpu0", "token")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[NatsScene]:
    async with nats_scene(tmp_path, agents=0) as scene:
        yield scene


@asynccontextmanager
async def sent(scene: NatsScene, data: bytes) -> AsyncIterator[tuple[Line, Parcel]]:
    """A file that lies on the server."""
    file = scene.folder / "sent.png"
    file.write_bytes(data)
    line = scene.nats._line
    yield line, await parcels.send(line, file, ABOVE)


@pytest.mark.parametrize("size", [0, 1, parcels.CHUNK, parcels.CHUNK + 1, 20_000_000])
async def test_a_file_arrives_as_it_was(scene: NatsScene, size: int) -> None:
    data, target = os.urandom(size), scene.folder / "fetched"
    async with sent(scene, data) as (line, parcel):
        assert (parcel.size, parcel.chunks) == (size, max(1, -(-size // parcels.CHUNK)))
        await parcels.fetch(line, parcel, target)
    assert target.read_bytes() == data


async def test_a_chunk_that_came_twice_is_taken_once(scene: NatsScene) -> None:
    data, target = os.urandom(2 * parcels.CHUNK), scene.folder / "fetched"
    async with sent(scene, data) as (line, parcel), scene.client() as client:
        await client.jetstream().publish(f"{parcel.subject}.0", data[: parcels.CHUNK])
        await parcels.fetch(line, parcel, target)
    assert target.read_bytes() == data


@pytest.mark.parametrize("fault", ["altered", "shortened", "lost", "out of place", "no number", "all gone"])
async def test_a_file_that_is_not_whole_is_refused_and_leaves_nothing(scene: NatsScene, fault: str) -> None:
    data, target = os.urandom(3 * parcels.CHUNK), scene.folder / "fetched"
    async with sent(scene, data) as (line, parcel), scene.client() as client:
        js = client.jetstream()
        if fault == "all gone":
            await js.purge_stream(subjects.PARCELS)
        else:
            last = await js.get_last_msg(subjects.PARCELS, f"{parcel.subject}.2")
            assert last.seq and last.data
            await js.delete_msg(subjects.PARCELS, last.seq)
            chunk = {"altered": bytes([last.data[0] ^ 1]) + last.data[1:], "shortened": last.data[:-1]}
            place = {"out of place": "7", "no number": "two"}
            if fault != "lost":
                await js.publish(f"{parcel.subject}.{place.get(fault, '2')}", chunk.get(fault, last.data))
        with pytest.raises(parcels.BrokenParcel):
            await parcels.fetch(line, parcel, target)
    assert not target.exists()


async def test_a_server_that_is_killed_while_a_file_is_sent_and_fetched_gets_and_gives_it_all_the_same(
    scene: NatsScene,
) -> None:
    data, target = os.urandom(4_000_000), scene.folder / "fetched"
    async with sent(scene, data) as (line, parcel):
        await scene.server.kill()
        fetching = scene.spawn(parcels.fetch(line, parcel, target), "fetching")
        await scene.server.start()
        await fetching
    assert target.read_bytes() == data


async def test_a_sweep_takes_all_of_a_hand_over_that_nobody_needs_and_nothing_else(scene: NatsScene) -> None:
    file, line = scene.folder / "sent.png", scene.nats._line
    file.write_bytes(os.urandom(parcels.CHUNK + 1))
    for above in (ABOVE, subjects.inputs("gpu0", "ended"), subjects.results("gpu0", "ended"), "blob.in.gpu0.job-1"):
        await parcels.send(line, file, above)
    kept = await parcels.send(line, file, subjects.results("gpu0", "token"))
    await scene.nats._streams.sweep(lambda: {"token"})
    async with scene.client() as client:
        left = (await client.jetstream().stream_info(subjects.PARCELS, ">")).state.subjects or {}
    assert {subject.rpartition(".")[0].rpartition(".")[0] for subject in left} == {ABOVE, "blob.out.gpu0.token"}
    await parcels.fetch(line, kept, scene.folder / "fetched")
