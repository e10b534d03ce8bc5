"""Files in chunks through a JetStream stream, believed only when their SHA-256 is right.

nats-py's object store reads 20 MB in 1.5 s; a pull consumer that reads the same chunks needs a tenth of that.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from pathlib import Path

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

from renderer.wire.line import PASSING, Line
from renderer.wire.messages import Parcel
from renderer.wire.subjects import PARCELS

#: Bytes in a chunk; a server takes messages of 1 MB unless it is told otherwise.
CHUNK = 512 << 10
_BATCH = 16
_CHUNK_S = 30.0
_TRIES = 5
_PAUSE_S = 0.5


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
    """Write a parcel to `target`; raises BrokenParcel, and leaves nothing then.

    A connection that breaks meanwhile is waited for.
    """
    for attempt in range(_TRIES):
        client = await line.client()
        try:
            data = await _read(client, parcel)
        except NotFoundError as exc:  # the stream itself is gone
            raise BrokenParcel("the parcels are gone") from exc
        except PASSING as exc:
            if attempt == _TRIES - 1:
                raise BrokenParcel(f"it could not be read: {exc!r}") from exc
            await asyncio.sleep(_PAUSE_S)  # until the line has seen that this connection is gone
            continue
        if len(data) != parcel.size or await _digest(data) != parcel.sha256:
            raise BrokenParcel(f"{len(data)} bytes came that are not what was sent")
        await asyncio.to_thread(target.write_bytes, data)
        return


async def remove(line: Line, above: str) -> None:
    """Remove all parcels below `above`."""
    await line.insist(lambda js: js.purge_stream(PARCELS, subject=f"{above}.>"))


async def _digest(data: bytes) -> str:
    return await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())


async def _read(client: Client, parcel: Parcel) -> bytes:
    js = client.jetstream()
    config = ConsumerConfig(
        name=f"read-{secrets.token_hex(8)}",
        filter_subject=f"{parcel.subject}.*",
        ack_policy=AckPolicy.NONE,
        inactive_threshold=60,
        mem_storage=True,
        num_replicas=1,
    )
    info = await js.add_consumer(PARCELS, config)
    if (info.num_pending or 0) < parcel.chunks:
        raise BrokenParcel(f"{info.num_pending} chunks of {parcel.chunks} are there")
    subscription = await js.pull_subscribe_bind(consumer=info.name, stream=PARCELS)
    try:
        return await _chunks(subscription, parcel, info.num_pending or 0)
    finally:
        await subscription.unsubscribe()


async def _chunks(subscription: JetStreamContext.PullSubscription, parcel: Parcel, there: int) -> bytes:
    """The bytes of a parcel out of as many messages as are `there`."""
    data = bytearray()
    number = 0
    while number < parcel.chunks:
        if there == 0:
            raise BrokenParcel(f"chunk {number} of {parcel.chunks} is missing")
        message: Msg
        for message in await subscription.fetch(min(_BATCH, there), timeout=_CHUNK_S):
            there -= 1
            last = message.subject.rpartition(".")[2]
            at = int(last) if last.isdecimal() else parcel.chunks
            if at < number:  # sent twice, since the first answer was lost
                continue
            if at > number or len(data) > parcel.size:
                raise BrokenParcel(f"chunk {number} of {parcel.chunks} is missing or too long")
            data += message.data
            number += 1
    return bytes(data)
