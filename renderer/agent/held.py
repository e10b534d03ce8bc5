"""What an agent has in hand."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

from renderer import protocol
from renderer.wire.messages import Assignment, Handed, Report
from renderer.wire.messages import Task as Told


@dataclasses.dataclass(eq=False)
class Held:
    """One hand-over of a job, from the moment it has come until the bot has received its end."""

    assignment: Assignment
    folder: Path  #: of its pictures, and of what is painted from them
    stage: str = "waiting"  #: as in `renderer.wire.messages.Task`
    is_cancelled: bool = False
    #: Its pictures are being fetched; BrokenParcel or OSError comes out of it where they cannot be.
    fetching: asyncio.Task[None] | None = None
    report: Report | None = None  #: its end, once told
    event: protocol.Done | protocol.Failed | None = None  #: the same, with paths of our own

    @property
    def key(self) -> Handed:
        """Job, attempt, delivery and token."""
        return self.assignment.key

    @property
    def told(self) -> Told:
        """As a beat tells it."""
        return Told.model_validate({**Told.fields(self.key), "stage": self.stage})

    def order(self) -> protocol.Paint:
        """What the child is given: paths in the folder."""
        job, attempt, delivery, _ = self.key
        return protocol.Paint(
            job=job,
            attempt=attempt,
            delivery=delivery,
            content=str(self.folder / self.assignment.content.name),
            styles=tuple(
                protocol.StyleInput(
                    picture=str(self.folder / style.picture.name),
                    weight=style.weight,
                    mask=str(self.folder / style.mask.name) if style.mask else None,
                )
                for style in self.assignment.styles
            ),
            output=str(self.folder / "painting.png"),
            frames=str(self.folder / "frames.zip"),
            options=self.assignment.options,
        )

    def failed(self, reason: protocol.FailureReason, detail: str = "", worker: str = "") -> protocol.Failed:
        """Its end without a picture."""
        job, attempt, delivery, _ = self.key
        return protocol.Failed(job=job, attempt=attempt, delivery=delivery, worker=worker, reason=reason, detail=detail)
