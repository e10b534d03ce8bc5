"""The real agent as a process, with the pretended child; ``--ahead S`` puts its wall clock ahead."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from renderer.agent.agent import Agent, AgentSpec
from renderer.supervisor import ChildSpec, Patience
from renderer.wire import line
from renderer.wire.line import Address


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--nats", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--user")
    parser.add_argument("--ca", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--beat", type=float, default=5.0)
    parser.add_argument("--obeys", type=float, required=True)
    parser.add_argument("--grace", type=float, default=60.0)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--memory", type=int, nargs="*", default=[], help="GB of each device, of as many slots")
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--ping", type=int, help="seconds, by two of which a silent server is taken for gone")
    given = parser.parse_args(arguments)
    if given.ahead:
        true_time = time.time
        time.time = lambda: true_time() + given.ahead
    if given.ping:
        line._PING_S = given.ping
    devices = [f"cpu:{gigabytes}" for gigabytes in given.memory] or ["cpu"] * given.slots
    address = Address(given.nats, given.user, given.user, given.ca)
    spec = AgentSpec(
        address,
        given.name,
        tuple(ChildSpec(given.folder, device=device, module="tests.fakes.nats.child") for device in devices),
        Patience(ready_s=60, tick_s=60, cancel_s=given.obeys),
        given.folder,
        given.beat,
        given.grace,
    )
    asyncio.run(Agent(spec).run())


if __name__ == "__main__":
    main()
