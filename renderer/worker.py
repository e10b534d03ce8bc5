"""The renderer child: loads the encoder once, then paints what comes over its socket until the socket closes.

Started as ``python -m renderer.worker`` with a socket as an inherited file descriptor. It may hold several
paintings and gives way between evaluations; a painting that has shown no preview yet goes first, so that nobody
waits long for a first picture. It ends with the bot: when the socket closes, and by the kernel's hand
(PR_SET_PDEATHSIG) when the bot is killed. It ignores SIGINT, since the bot decides.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import logging
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from renderer import devices, images, protocol, weights
from renderer.features import Encoder
from renderer.stylise import Painting, Snapshot

log = logging.getLogger("renderer.worker")

_PREVIEW_INTERVAL_S = 1.0
_UNREADY_STATUS = 3
#: On a CPU the child could take every core; the bot's few milliseconds go first.
_NICENESS = 10
_Inbox = queue.SimpleQueue[protocol.Paint | protocol.Cancel]


class _Cancelled(Exception):
    """The job was cancelled and leaves no picture."""


class _Easel:
    """One painting that the child holds, with what it has told of it."""

    def __init__(self, order: protocol.Paint, encoder: Encoder, device: torch.device) -> None:
        self.order = order
        self.key = (order.job, order.attempt)
        self.previewed = False
        self._device = device
        self._started = time.monotonic()
        self._last_preview = 0.0
        self._last: Snapshot | None = None
        content = images.open_rgb(Path(order.content))
        styles = [(images.open_rgb(Path(style.picture)), style.weight) for style in order.styles]
        self._painting = Painting(encoder, content, styles, order.options, device)
        self._steps: Iterator[Snapshot] = iter(self._painting)

    def step(self) -> protocol.Progress | None:
        """One evaluation; None when there is nothing left to do."""
        self._last = next(self._steps, None) or self._last
        if self._last is None or self._last.fraction >= 1:
            return None
        return protocol.Progress(
            **_address(self.order),
            fraction=self._last.fraction,
            loss=sum(self._last.losses.values()),
            preview=self._due_preview(self._last),
        )

    def finish(self, stopped_early: bool) -> protocol.Done:
        """Write what there is; raises _Cancelled when that is nothing yet."""
        if self._last is None:
            raise _Cancelled
        images.write_png(images.to_image(self._painting.finished()), Path(self.order.output))
        width, height = self._painting.dimensions
        return protocol.Done(
            **_address(self.order),
            result=self.order.output,
            width=width,
            height=height,
            seconds=round(time.monotonic() - self._started, 3),
            iterations=self._last.iterations,
            losses=self._last.losses,
            device=str(self._device),
            stopped_early=stopped_early,
        )

    def _due_preview(self, snapshot: Snapshot) -> bytes | None:
        now = time.monotonic()
        if now - self._last_preview < _PREVIEW_INTERVAL_S:
            return None
        self._last_preview, self.previewed = now, True
        return images.preview(snapshot.picture)


class Worker:
    """Paints in the main thread what a reader thread takes in from the socket."""

    def __init__(self, connection: socket.socket, encoder: Encoder, device: torch.device) -> None:
        self._connection = connection
        self._encoder = encoder
        self._device = device
        self._inbox: _Inbox = queue.SimpleQueue()
        self._easels: list[_Easel] = []

    def run(self) -> None:
        """Serve for ever; the reader thread ends the process when the socket closes."""
        threading.Thread(target=_read, args=(self._connection, self._inbox), name="reader", daemon=True).start()
        while True:
            self._take_in()
            self._advance(next((easel for easel in self._easels if not easel.previewed), self._easels[0]))

    def _take_in(self) -> None:
        """All that waits in the inbox; blocks while there is nothing to paint."""
        while not self._easels or not self._inbox.empty():
            if not self._easels and self._inbox.empty():
                # Not when the last painting is dropped: whoever drops it still holds it.
                devices.give_back_memory()
            message = self._inbox.get()
            if isinstance(message, protocol.Cancel):
                self._cancel(message)
            else:
                self._begin(message)

    def _begin(self, order: protocol.Paint) -> None:
        try:
            self._easels.append(_Easel(order, self._encoder, self._device))
        except Exception as exc:
            self._fail(order, exc)

    def _advance(self, easel: _Easel) -> None:
        try:
            progress = easel.step()
            self._send(protocol.Tick(job=easel.order.job, attempt=easel.order.attempt))
            if progress is None:
                self._end(easel, stopped_early=False)
            else:
                self._send(progress)
        except Exception as exc:
            self._drop(easel)
            self._fail(easel.order, exc)

    def _cancel(self, message: protocol.Cancel) -> None:
        for easel in [easel for easel in self._easels if easel.key == (message.job, message.attempt)]:
            try:
                if not message.keep:
                    raise _Cancelled
                self._end(easel, stopped_early=True)
            except Exception as exc:
                self._drop(easel)
                self._fail(easel.order, exc)

    def _end(self, easel: _Easel, stopped_early: bool) -> None:
        done = easel.finish(stopped_early)
        self._drop(easel)
        self._send(done)

    def _drop(self, easel: _Easel) -> None:
        if easel in self._easels:
            self._easels.remove(easel)

    def _fail(self, order: protocol.Paint, error: Exception) -> None:
        """One job ends badly, the child goes on: its errors are the job's, whatever their class."""
        if isinstance(error, _Cancelled):
            reason = protocol.FailureReason.CANCELLED
        elif devices.is_out_of_memory(error):
            reason = protocol.FailureReason.OUT_OF_MEMORY
        elif isinstance(error, (FileNotFoundError, ValueError)):
            reason = protocol.FailureReason.BAD_INPUT
        else:
            reason = protocol.FailureReason.INTERNAL
        if reason is not protocol.FailureReason.CANCELLED:
            log.error("job %s failed: %s", order.job, reason, exc_info=error)
        detail = f"{type(error).__name__}: {error}"[:2000]
        self._send(protocol.Failed(**_address(order), reason=reason, detail=detail))

    def _send(self, message: protocol.Tick | protocol.Event) -> None:
        self._connection.sendall(protocol.pack(message))


def _address(order: protocol.Paint) -> dict[str, str | int]:
    return {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}


def _read(connection: socket.socket, inbox: _Inbox) -> None:
    """Frames into the inbox; when the bot is gone or talks nonsense, the process ends at once."""
    try:
        with connection.makefile("rb") as stream:
            while header := stream.read(4):
                inbox.put(protocol.parse_to_child(stream.read(protocol.body_length(header))))
    except (OSError, protocol.BrokenFrame) as exc:
        log.error("connection to the bot lost: %s", exc)
    # Not sys.exit: the main thread may be deep in an evaluation that takes a second or more.
    os._exit(0)


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)


def _load(encoder: str, folder: Path, device: torch.device) -> tuple[Encoder, str]:
    found = weights.find(encoder, folder)
    if found is None:
        raise weights.WeightsMissing(f"no {encoder} weights in {folder}; run `make setup` or `atelier weights`")
    source, file = found
    return Encoder(source, weights.load(source, file)).to(device), file.stem


def main() -> int:
    """Load, say ready, paint; exit status 3 after an `Unready`."""
    parser = argparse.ArgumentParser(prog="renderer.worker", description=__doc__)
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--encoder", default="vgg16")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    _die_with_parent(arguments.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    connection = socket.socket(fileno=arguments.socket)
    with contextlib.suppress(ConnectionError):  # the bot has gone meanwhile
        return _serve(connection, arguments)
    return 0


def _serve(connection: socket.socket, arguments: argparse.Namespace) -> int:
    try:
        device = devices.choose(arguments.device)
        encoder, name = _load(arguments.encoder, arguments.weights, device)
    except (weights.WeightsMissing, devices.NoSuchDevice) as exc:
        connection.sendall(protocol.pack(protocol.Unready(reason=str(exc))))
        return _UNREADY_STATUS
    peers = tuple(str(peer) for peer in devices.available() if peer != device) if arguments.device == "auto" else ()
    connection.sendall(
        protocol.pack(
            protocol.Ready(device=str(device), device_name=devices.describe(device), encoder=name, peers=peers)
        )
    )
    Worker(connection, encoder, device).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
