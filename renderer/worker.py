"""The renderer child: loads the encoder once, then paints what comes over its socket until the socket closes.

Started as ``python -m renderer.worker`` with a socket as an inherited file descriptor. It may hold several
paintings and gives way between evaluations: jobs that wait are glimpsed at, and a painting that has shown no preview
yet goes first, so that nobody waits long for a first picture. In a large picture it looks for messages after every
tile. It ends with the bot: when the socket closes, and by the kernel's hand (PR_SET_PDEATHSIG) when the bot is killed.
It ignores SIGINT, since the bot decides.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import ctypes
import errno
import logging
import math
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from renderer import devices, protocol, weights
from renderer.easel import Cancelled, Easel, address, glimpse
from renderer.features import Encoder, UnknownLayer
from renderer.instant import Untaught, instant_of, is_taught_with
from renderer.optimise import Diverged

log = logging.getLogger("renderer.worker")

_UNREADY_STATUS = 3
#: On a CPU the child could take every core; the bot's few milliseconds go first.
_NICENESS = 10
#: Seconds between two words on the memory that a painting takes.
_MEMORY_EVERY_S = 1.0

Message = protocol.Paint | protocol.Glimpse | protocol.Cancel
Inbox = queue.SimpleQueue[Message]
Send = Callable[[protocol.Tick | protocol.Memory | protocol.Event], None]


class _Enough(Cancelled):
    """The job was cancelled in mid-evaluation; the picture as it was before is to be kept."""


class Worker:
    """Paints what comes into its inbox, one evaluation at a time; `name` tells the encoder's weights from others."""

    def __init__(self, inbox: Inbox, send: Send, encoder: Encoder, name: str, device: torch.device) -> None:
        self._inbox = inbox
        self._send = send
        self._encoder = encoder
        self._name = name
        self._device = device
        self._orders: collections.deque[protocol.Paint] = collections.deque()
        self._glimpses: collections.deque[protocol.Glimpse] = collections.deque()
        self._easels: list[Easel] = []
        self._memory_told_at = -math.inf

    def turn(self) -> None:
        """Take in all that waits, glimpse at one job and paint one evaluation of one; waits where there is neither."""
        if not self._easels and not self._glimpses:
            if self._inbox.empty():
                # Not when the last painting is dropped: whoever drops it still holds it.
                devices.give_back_memory()
                self._tell_memory()
            self._take_in(self._inbox.get())
        while not self._inbox.empty():
            self._take_in(self._inbox.get())
        while self._orders:
            self._begin(self._orders.popleft())
        if self._glimpses:
            self._glimpse(self._glimpses.popleft())
        if self._easels:
            self._advance(next((easel for easel in self._easels if not easel.previewed), self._easels[0]))

    def _take_in(self, message: Message) -> None:
        match message:
            case protocol.Cancel():
                self._cancel(message)
            case protocol.Glimpse():
                self._glimpses.append(message)
            case protocol.Paint():
                self._orders.append(message)

    def _begin(self, order: protocol.Paint) -> None:
        with self._answering_for(order):
            easel = Easel(order, self._encoder, self._name, self._device, lambda: self._give_way(order))
            self._easels.append(easel)

    def _glimpse(self, order: protocol.Glimpse) -> None:
        """Show how a job will look that waits; what is wrong with it is said when it is painted."""
        try:
            progress = glimpse(order, self._encoder, self._device)
        except Exception as exc:
            log.warning("no glimpse of job %s: %s", order.job, exc)
        else:
            self._send(progress)

    def _advance(self, easel: Easel) -> None:
        with self._answering_for(easel.order):
            try:
                progress = easel.step()
            except _Enough:
                self._end(easel, stopped_early=True)
                return
            self._tick(easel.order)
            if progress is None:
                self._end(easel, stopped_early=False)
            else:
                self._send(progress)

    def _give_way(self, order: protocol.Paint) -> None:
        """In mid-evaluation of a job: a sign of life, and what has come in meanwhile; nothing else is painted."""
        self._tick(order)
        while not self._inbox.empty():
            message = self._inbox.get()
            if isinstance(message, protocol.Cancel) and _is_for(message, order):
                raise _Enough if message.keep else Cancelled
            self._take_in(message)

    def _tick(self, order: protocol.Paint) -> None:
        self._send(protocol.Tick(job=order.job, attempt=order.attempt))
        if time.monotonic() - self._memory_told_at >= _MEMORY_EVERY_S:
            self._tell_memory()

    def _tell_memory(self) -> None:
        used = devices.memory_in_use(self._device)
        if used is not None:
            self._send(protocol.Memory(used=used))
        self._memory_told_at = time.monotonic()

    def _cancel(self, message: protocol.Cancel) -> None:
        for order in [order for order in self._orders if _is_for(message, order)]:
            self._orders.remove(order)
            self._fail(order, Cancelled())
        for easel in [easel for easel in self._easels if _is_for(message, easel.order)]:
            with self._answering_for(easel.order):
                if not message.keep:
                    raise Cancelled
                self._end(easel, stopped_early=True)

    def _end(self, easel: Easel, stopped_early: bool) -> None:
        done = easel.finish(stopped_early)
        self._drop(easel.order)
        self._send(done)

    def _drop(self, order: protocol.Paint) -> None:
        self._easels = [easel for easel in self._easels if easel.order is not order]

    @contextlib.contextmanager
    def _answering_for(self, order: protocol.Paint) -> Iterator[None]:
        """One job may end badly, the child goes on: its errors are the job's, whatever their class."""
        try:
            yield
        except Exception as exc:
            self._drop(order)
            self._fail(order, exc)

    def _fail(self, order: protocol.Paint, error: Exception) -> None:
        reason, detail = _diagnosis(error)
        if reason is not protocol.FailureReason.CANCELLED:
            log.error("job %s failed: %s", order.job, reason, exc_info=error)
        self._send(protocol.Failed(**address(order), reason=reason, detail=detail[:2000]))


def _diagnosis(error: Exception) -> tuple[protocol.FailureReason, str]:
    """Why a job failed; the detail of BAD_INPUT is for whoever asked, and empty where it would say too much."""
    reason, detail = protocol.FailureReason.INTERNAL, f"{type(error).__name__}: {error}"
    if isinstance(error, Cancelled):
        reason = protocol.FailureReason.CANCELLED
    elif devices.is_out_of_memory(error):
        reason = protocol.FailureReason.OUT_OF_MEMORY
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason = protocol.FailureReason.NO_ROOM
    elif isinstance(error, (UnknownLayer, Untaught, Diverged)):
        reason, detail = protocol.FailureReason.BAD_INPUT, f"These options cannot be used: {error}."
    elif isinstance(error, FileNotFoundError):
        reason, detail = protocol.FailureReason.BAD_INPUT, "A picture of this painting is no longer there."
    elif isinstance(error, ValueError):
        reason, detail = protocol.FailureReason.BAD_INPUT, ""
    return reason, detail


def _is_for(message: protocol.Cancel, order: protocol.Paint) -> bool:
    return (message.job, message.attempt) == (order.job, order.attempt)


def _read(connection: socket.socket, inbox: Inbox) -> None:
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
        # PR_SET_PDEATHSIG; a child that was stopped would not hear of any other signal.
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)


def _load(encoder: str, folder: Path, device: torch.device) -> tuple[Encoder, str]:
    found = weights.find(encoder, folder)
    if found is None:
        raise weights.WeightsMissing(f"no {encoder} weights in {folder}; run `make setup` or `atelier weights`")
    source, file = found
    loaded = Encoder(source, weights.load(source, file), device)
    with contextlib.suppress(Untaught):
        instant_of(loaded, device)  # now, not when somebody waits for a first picture
    return loaded, file.stem


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
        devices.make_repeatable(device)
        encoder, name = _load(arguments.encoder, arguments.weights, device)
    except (weights.WeightsMissing, devices.NoSuchDevice) as exc:
        connection.sendall(protocol.pack(protocol.Unready(reason=str(exc))))
        return _UNREADY_STATUS
    peers = tuple(str(peer) for peer in devices.available() if peer != device) if arguments.device == "auto" else ()
    ready = protocol.Ready(
        device=str(device),
        device_name=devices.describe(device),
        encoder=name,
        memory_total=devices.memory_total(device),
        can_glimpse=is_taught_with(encoder),
        peers=peers,
    )
    connection.sendall(protocol.pack(ready))
    inbox: Inbox = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, inbox), name="reader", daemon=True).start()
    worker = Worker(inbox, lambda message: connection.sendall(protocol.pack(message)), encoder, name, device)
    while True:  # the reader ends the process when the socket closes
        worker.turn()


if __name__ == "__main__":
    sys.exit(main())
