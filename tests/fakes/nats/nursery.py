"""Agents as processes that are forked from one which has loaded all of them need: most of a start would be that."""

from __future__ import annotations

import asyncio
import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path

from tests.fakes.nats import agent

ROOT = Path(__file__).resolve().parents[3]


class Nursery:
    """Lives as long as the tests' own process; what it has started dies with it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.nats.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self._process.communicate)

    def start(self, arguments: list[str], log: Path, inside: tuple[str, ...]) -> int:
        """The process id of an agent; `inside` is how its command begins."""
        return self._ask({"arguments": arguments, "log": str(log), "inside": inside})

    async def ended(self, pid: int) -> int:
        """Wait for the end of one, and say its exit status; once."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        watched = os.pidfd_open(pid)
        loop.add_reader(watched, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(watched)
            os.close(watched)
        return self._ask(pid)

    def _ask(self, request: object) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@functools.cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


def main() -> None:
    alive: set[int] = set()
    while line := sys.stdin.readline():
        request = json.loads(line)
        if isinstance(request, int):
            alive.remove(request)
            print(os.waitstatus_to_exitcode(os.waitpid(request, 0)[1]), flush=True)
        elif pid := os.fork():
            alive.add(pid)
            print(pid, flush=True)
        else:
            _become(**request)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _become(arguments: list[str], log: str, inside: list[str]) -> None:
    """Never returns."""
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        if inside:
            os.execvp(inside[0], [*inside, sys.executable, "-m", agent.__name__, *arguments])
        agent.main(arguments)
        status = 0
    except BaseException:  # no exception may come back into who forks
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
