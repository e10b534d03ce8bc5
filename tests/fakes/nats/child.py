"""A renderer child that paints nothing: it does what the content picture's bytes say, a line of JSON before them.

``{"s": 0.5}`` takes half a second, with progress all the while; ``{"mb": 20}`` leaves a painting of so many megabytes;
``{"die": true}`` kills the process once it has begun; ``{"deaf": true}`` obeys no cancel. Otherwise it is at once done.
A real picture is given back as it is, after `PICTURE_S`, and is its own first view.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import select
import signal
import socket
import time
from pathlib import Path
from typing import Any

from renderer import protocol

_STEP_S = 0.05
PICTURE_S = 2.0
PREVIEW = b"\xff\xd8\xff a preview"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int)
    parser.add_argument("--parent", type=int)
    parser.add_argument("--device")  # ``cpu``, or ``cpu:6``: with six gigabytes of its own
    arguments, _ = parser.parse_known_args()
    with socket.socket(fileno=arguments.socket) as connection:
        gigabytes = (arguments.device or "").partition(":")[2]
        ready = protocol.Ready(
            device="cpu",
            device_name="a pretended one",
            encoder="vgg16-pretended",
            memory_total=int(gigabytes) * 10**9 if gigabytes else None,
            can_glimpse=True,
        )
        connection.sendall(protocol.pack(ready))
        while order := _next(connection):
            if isinstance(order, protocol.Paint):
                _paint(order, connection)
            elif isinstance(order, protocol.Glimpse):
                _glimpse(order, connection)


def _next(connection: socket.socket) -> protocol.Paint | protocol.Glimpse | protocol.Cancel | None:
    header = connection.recv(4, socket.MSG_WAITALL)
    if not header:
        return None
    return protocol.parse_to_child(connection.recv(protocol.body_length(header), socket.MSG_WAITALL))


def _glimpse(order: protocol.Glimpse, connection: socket.socket) -> None:
    content = Path(order.content).read_bytes()
    for style in order.styles:
        Path(style.picture).read_bytes()
    preview = PREVIEW if content.startswith(b"{") else content
    address = {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}
    connection.sendall(protocol.pack(protocol.Progress(**address, fraction=0.0, preview=preview)))


def _paint(order: protocol.Paint, connection: socket.socket) -> None:
    content = Path(order.content).read_bytes()
    for style in order.styles:
        Path(style.picture).read_bytes()
    is_picture = not content.startswith(b"{")
    wish: dict[str, Any] = {"s": PICTURE_S} if is_picture else json.loads(content.split(b"\n")[0])
    address = {"job": order.job, "attempt": order.attempt, "delivery": order.delivery}
    end = time.monotonic() + wish.get("s", 0.0)
    connection.sendall(protocol.pack(protocol.Progress(**address, fraction=0.0)))
    if wish.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    while (left := end - time.monotonic()) > 0:
        if select.select([connection], [], [], min(left, _STEP_S))[0]:
            # One job at a time is given: what comes is its cancel, the wish for a glimpse of another, or the end.
            message = _next(connection)
            if message is None:
                raise SystemExit
            if isinstance(message, protocol.Glimpse):
                _glimpse(message, connection)
            if isinstance(message, protocol.Cancel) and not wish.get("deaf"):
                failed = protocol.Failed(**address, reason=protocol.FailureReason.CANCELLED)
                connection.sendall(protocol.pack(failed))
                return
        fraction = max(0.0, min(1.0, 1 - left / wish["s"]))
        connection.sendall(protocol.pack(protocol.Progress(**address, fraction=fraction, preview=PREVIEW)))
    Path(order.output).write_bytes(content if is_picture else painting(content, wish.get("mb", 0)))
    done = protocol.Done(
        **address,
        result=order.output,
        width=8,
        height=8,
        seconds=wish.get("s", 0.0),
        iterations=1,
        losses={},
        device="cpu",
        options=order.options,
    )
    connection.sendall(protocol.pack(done))


def painting(content: bytes, megabytes: int) -> bytes:
    """What is painted from a content picture: known beforehand, and of no use to who wants to press it flat."""
    block = hashlib.sha256(content).digest()
    return b"painted from " + content + hashlib.shake_256(block).digest(megabytes * 1_000_000)


if __name__ == "__main__":
    main()
