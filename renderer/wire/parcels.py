"""Files in chunks through a JetStream stream, believed only when their SHA-256 is right.

Each chunk is read by its subject (direct get, ADR-31 of NATS): nats-py's object store reads 20 MB in 1.5 s, and a
consumer for each file is more than a server has room for while many machines paint.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from pathlib import Path

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from renderer.wire.line import Line
from renderer.wire.messages import Parcel
from renderer.wire.subjects import PARCELS

#: Bytes in a chunk; a server takes messages of 1 MB unless it is told otherwise.
CHUNK = 512 << 10
#: Chunks that are asked for at a time, and seconds that a slow line has for them.
_AT_ONCE = 8
_CHUNK_S = 30.0


class BrokenParcel(Exception):
    """A file that is not there whole, or not the one that was sent; the text says which."""


async def send(line: Line, file: Path, above: str) -> Parcel:
    """Put a file into the stream, under a fresh name below `above`; waits for the server as long as it takes.

    Raises FileNotFoundError.
    """
    data = await asyncio.to_thread(file.read_bytes)
    subject = f"{above}.{secrets.token_hex(8)}"
    chunks = max(1, -(-len(data) // CHUNK))
    for number in range(chunks):
        chunk = data[number * CHUNK : (number + 1) * CHUNK]
        await line.insist(lambda js, n=number, c=chunk: js.publish(f"{subject}.{n}", c, stream=PARCELS))  # type: ignore[misc]
    return Parcel(subject=subject, sha256=await _digest(data), size=len(data), chunks=chunks, suffix=file.suffix)


async def fetch(line: Line, parcel: Parcel, target: Path) -> None:
    """Write a parcel to `target`; raises BrokenParcel, and leaves nothing then, or OSError of our own disk.

    A server that is gone meanwhile is waited for as long as it takes.
    """
    data = bytearray()
    for first in range(0, parcel.chunks, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, parcel.chunks))
        for number, chunk in zip(
            numbers, await asyncio.gather(*(_chunk(line, parcel, n) for n in numbers)), strict=True
        ):
            if chunk is None:
                raise BrokenParcel(f"chunk {number} of {parcel.chunks} is missing")
            data += chunk
        if len(data) > parcel.size:
            break
    if len(data) != parcel.size or await _digest(data) != parcel.sha256:
        raise BrokenParcel(f"{len(data)} bytes came that are not what was sent")
    await asyncio.to_thread(target.write_bytes, data)


async def remove(line: Line, above: str) -> None:
    """Remove all parcels below `above`."""
    await line.insist(lambda js: js.purge_stream(PARCELS, subject=f"{above}.>"))


async def _digest(data: bytes | bytearray) -> str:
    return await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())


async def _chunk(line: Line, parcel: Parcel, number: int) -> bytes | None:
    """None where it is not there."""

    async def get(js: JetStreamContext) -> bytes | None:
        try:
            return (await js.get_last_msg(PARCELS, f"{parcel.subject}.{number}", direct=True)).data or b""
        except NotFoundError:
            return None

    return await line.insist(get, _CHUNK_S)
