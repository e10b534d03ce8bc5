"""`python -m tests.together`: every test, in four processes side by side, since most wait most of the time.

Each kind of test has one, and the rest. Further arguments go to pytest.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

from pytest import ExitCode

HERE = Path(__file__).resolve().parent

#: What their places begin with, by the mark that tests of a kind get; below tests/.
PLACES = {
    # They paint, or let a process paint. Two at a time would take one another's cores and time.
    "painting": (
        *("renderer", "sheet", "bench", "bot/pools/test_local", "bot/test_cli.py", "bot/test_paint.py"),
        *("browser/test_painting.py", "test_end_to_end.py", "test_restart.py"),
        *("test_telegram_end_to_end.py", "test_x_end_to_end.py"),
    ),
    # They drive a browser or the web's server from outside, or kill the service.
    "driving": ("browser", "bot/adapters/web", "faults"),
    # They start agents and a server between them and the bot, and wait for leases.
    "networking": (
        *("bot/pools/test_contract", "bot/pools/test_nats", "bot/pools/test_several"),
        *("test_agents_end_to_end.py", "test_deployment.py"),
    ),
}


def mark_of(place: str) -> str | None:
    """What tests of a file are marked with; of two kinds the first counts."""
    return next((mark for mark, beginnings in PLACES.items() if place.startswith(beginnings)), None)


def files_of(mark: str | None) -> list[str]:
    """Where the tests of a kind are, or the rest: each process collects its own alone, which takes seconds."""
    found = sorted(HERE.rglob("test_*.py"))
    return [str(file) for file in found if mark_of(file.relative_to(HERE).as_posix()) == mark]


def main() -> int:
    """The worst exit status of all."""
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with contextlib.ExitStack() as stack:
        beside = []
        for mark in PLACES:
            printed = stack.enter_context(tempfile.TemporaryFile())
            command = [*pytest, "-p", "no:cacheprovider", *files_of(mark)]
            process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT)
            stack.callback(process.kill)
            beside.append((process, printed))
        # Shown as it runs; the others follow when all are through, since two at a time nobody could read.
        statuses = [subprocess.run([*pytest, *files_of(None)], check=False).returncode]
        for process, printed in beside:
            statuses.append(process.wait())
            printed.seek(0)
            sys.stdout.buffer.write(printed.read())
            sys.stdout.flush()
    return max(statuses, key=lambda status: status not in (ExitCode.OK, ExitCode.NO_TESTS_COLLECTED))


if __name__ == "__main__":
    sys.exit(main())
