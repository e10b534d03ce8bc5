"""One picture that the child works on: read, painted step by step, and written with all that it leaves behind."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from PIL import Image

from renderer import images, protocol
from renderer.dream import Dream
from renderer.features import Encoder
from renderer.impression import Impression
from renderer.instant import Untaught
from renderer.options import RenderOptions
from renderer.style import Style
from renderer.stylise import Painting
from renderer.timelapse import MAX_EDGE, Frames
from renderer.work import GiveWay, Snapshot, Work

_PREVIEW_INTERVAL_S = 1.0


class Cancelled(Exception):
    """The job was cancelled and leaves no picture."""


def address(order: protocol.Paint | protocol.Glimpse) -> dict[str, str | int]:
    """What every event about an order carries."""
    return {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}


class Easel:
    """One picture that the child works on, with what it has told of it.

    `name` tells the encoder's weights from others. Raises ValueError and OSError where the order cannot be painted.
    """

    def __init__(
        self, order: protocol.Paint, encoder: Encoder, name: str, device: torch.device, give_way: GiveWay
    ) -> None:
        self.order = order
        self.previewed = False
        self._encoder_name = name
        self._device = device
        self._started = time.monotonic()
        self._last_preview = 0.0
        self._least_shown = 0  #: px; a coarser picture would be a step back from the impression
        self._last: Snapshot | None = None
        self._work = work_of(order, encoder, device, give_way)
        self._frames = Frames(self._work.evaluations) if order.frames else None
        self._steps: Iterator[Snapshot] = iter(self._work)
        self._impression = impression_of(self._work, encoder, device)
        self._impressed: torch.Tensor | None = None

    def step(self) -> protocol.Progress | None:
        """One evaluation, or the impression before the first; None when there is nothing left to do."""
        if self._impression is not None:
            return self._show_impression(self._impression)
        snapshot = next(self._steps, None)
        if snapshot is None:
            return None
        self._last = snapshot
        self._save(snapshot)
        if snapshot.fraction >= 1:
            return None
        return protocol.Progress(
            **address(self.order),
            fraction=snapshot.fraction,
            loss=sum(snapshot.losses.values()),
            preview=self._due_preview(snapshot),
        )

    def finish(self, stopped_early: bool) -> protocol.Done:
        """Write what there is, the impression where no more was painted; raises Cancelled when that is nothing yet."""
        if self._last is not None:
            picture = self._work.finished()
        elif self._impressed is not None:
            picture = images.resize(self._impressed, *self._work.dimensions)
        else:
            raise Cancelled
        images.write_png(images.to_image(picture), Path(self.order.output))
        if self._frames and self.order.frames:
            self._frames.write(Path(self.order.frames), images.thumbnail(picture, MAX_EDGE))
        width, height = self._work.dimensions
        return protocol.Done(
            **address(self.order),
            result=self.order.output,
            frames=self.order.frames,
            width=width,
            height=height,
            seconds=round(time.monotonic() - self._started, 3),
            iterations=self._last.iterations if self._last else 0,
            losses=self._last.losses if self._last else {},
            device=str(self._device),
            encoder=self._encoder_name,
            options=self._work.options,
            notes=self._work.notes,
            stopped_early=stopped_early,
        )

    def _show_impression(self, impression: Impression) -> protocol.Progress:
        self._impression = None
        for _ in impression:
            pass
        self._impressed = impression.finished()
        self._least_shown = max(impression.dimensions) // 2
        self.previewed, self._last_preview = True, time.monotonic()
        return protocol.Progress(**address(self.order), fraction=0, preview=images.preview(self._impressed))

    def _save(self, snapshot: Snapshot) -> None:
        """What is kept of the way to the picture: a frame of the time-lapse, a numbered picture."""
        if self._frames and self._frames.due(snapshot.iterations):
            self._frames.add(images.thumbnail(snapshot.picture, MAX_EDGE))
        every = self.order.options.save_every
        if self.order.steps and every and snapshot.iterations % every == 0:
            images.write_png(
                images.to_image(snapshot.picture), Path(self.order.steps) / f"{snapshot.iterations:05}.png"
            )

    def _due_preview(self, snapshot: Snapshot) -> bytes | None:
        now = time.monotonic()
        if now - self._last_preview < _PREVIEW_INTERVAL_S or max(snapshot.picture.shape[-2:]) < self._least_shown:
            return None
        self._last_preview, self.previewed = now, True
        return images.preview(snapshot.picture)


def work_of(order: protocol.Paint, encoder: Encoder, device: torch.device, give_way: GiveWay) -> Work:
    """What an order asks for, with its pictures read."""
    content = images.open_rgb(Path(order.content))
    if order.options.mode == "dream":
        return Dream(encoder, content, order.options, device, give_way)
    styles = styles_of(order)
    if order.options.is_instant:
        return Impression(encoder, content, styles, order.options, device, give_way)
    return Painting(encoder, content, styles, order.options, device, _open(order.initial), give_way)


def impression_of(work: Work, encoder: Encoder, device: torch.device) -> Impression | None:
    """About what a painting will look like, to be shown before it is begun; None where that is not known."""
    if not isinstance(work, Painting):
        return None
    try:
        return small_impression(encoder, work.content, work.styles, work.options, device)
    except Untaught:
        return None


def glimpse(order: protocol.Glimpse, encoder: Encoder, device: torch.device) -> protocol.Progress:
    """What a painting will look like; raises ValueError and OSError where that cannot be told."""
    content = images.open_rgb(Path(order.content))
    impression = small_impression(encoder, content, styles_of(order), order.options, device)
    for _ in impression:
        pass
    return protocol.Progress(**address(order), fraction=0, preview=images.preview(impression.finished()))


def small_impression(
    encoder: Encoder, content: Image.Image, styles: Sequence[Style], options: RenderOptions, device: torch.device
) -> Impression:
    """An impression as large as a preview; raises Untaught."""
    asked = options.model_dump(include={"strength", "style_scale", "colours", "protect"})
    size = min(options.size or protocol.PREVIEW_EDGE, protocol.PREVIEW_EDGE)
    return Impression(encoder, content, styles, RenderOptions(**asked, quality="instant", size=size), device)


def styles_of(order: protocol.Paint | protocol.Glimpse) -> list[Style]:
    """The styles of an order, with their pictures read."""
    return [Style(images.open_rgb(Path(style.picture)), style.weight, _open(style.mask)) for style in order.styles]


def _open(path: str | None) -> Image.Image | None:
    return None if path is None else images.open_rgb(Path(path))
