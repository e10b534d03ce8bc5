"""First views of jobs that have to wait, shown between two evaluations of what is painted; nothing of them is kept."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import structlog
from nats.aio.msg import Msg

from renderer import protocol
from renderer.agent.seat import Seat
from renderer.wire.line import PASSING
from renderer.wire.messages import GLIMPSE_S, Glimpse, View

log = structlog.get_logger(__name__)


class Glimpses:
    """Has them made by the device that is least busy."""

    def __init__(self, folder: Path, seats: Sequence[Seat]) -> None:
        """`folder` is for the pictures, for as long as they are looked at."""
        self._folder = folder
        self._seats = seats

    async def answer(self, glimpse: Glimpse, message: Msg) -> None:
        """Answer with a view within `GLIMPSE_S`, or not at all."""
        able = [seat for seat in self._seats if seat.supervisor.can_glimpse]
        if not able:
            return
        seat = min(able, key=lambda seat: (seat.held is not None, seat.glimpses))
        folder = self._folder / f"glimpse-{glimpse.token}"
        try:
            async with asyncio.timeout(GLIMPSE_S):
                preview = await seat.glimpse(unpacked(glimpse, folder))
                await message.respond(View(token=glimpse.token, preview=preview).model_dump_json().encode())
        except PASSING as exc:  # a full disk, too
            log.debug("no glimpse", job=glimpse.job, why=repr(exc))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def unpacked(glimpse: Glimpse, folder: Path) -> protocol.Glimpse:
    """What the child is given: paths in the folder."""
    folder.mkdir()

    def written(name: str, picture: bytes) -> str:
        file = folder / name
        file.write_bytes(picture)
        return str(file)

    return protocol.Glimpse(
        job=glimpse.job,
        attempt=glimpse.attempt,
        delivery=glimpse.delivery,
        content=written("content", glimpse.content),
        styles=tuple(
            protocol.StyleInput(
                picture=written(f"style-{number}", style.picture),
                weight=style.weight,
                mask=written(f"mask-{number}", style.mask) if style.mask else None,
            )
            for number, style in enumerate(glimpse.styles)
        ),
        options=glimpse.options,
    )
