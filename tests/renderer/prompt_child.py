"""A renderer child that paints nothing, and says at once that it has: for tests of who listens to it."""

from __future__ import annotations

import argparse
import socket

from renderer import protocol
from renderer.options import RenderOptions


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int)
    arguments, _ = parser.parse_known_args()
    with socket.socket(fileno=arguments.socket) as connection, connection.makefile("rb") as stream:
        connection.sendall(protocol.pack(protocol.Ready(device="cpu", device_name="nothing", encoder="none")))
        while header := stream.read(4):
            order = protocol.parse_to_child(stream.read(protocol.body_length(header)))
            if isinstance(order, protocol.Paint):
                connection.sendall(protocol.pack(done(order)))


def done(order: protocol.Paint) -> protocol.Done:
    return protocol.Done(
        job=order.job,
        attempt=order.attempt,
        delivery=order.delivery,
        result=order.output,
        width=8,
        height=8,
        seconds=0.1,
        iterations=1,
        losses={},
        device="cpu",
        encoder="none",
        options=RenderOptions(),
    )


if __name__ == "__main__":
    main()
