"""`python -m tests.together`: every test, in three processes side by side, since most wait most of the time.

One has those that paint, one those that drive a browser, a server or a whole service from outside, one the rest.
Further arguments go to pytest.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile

from pytest import ExitCode

#: The first is shown as it runs, the others follow when all are through: two at a time nobody could read.
GROUPS = ("not painting and not driving", "driving", "painting")


def main() -> int:
    """The worst exit status of all."""
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with contextlib.ExitStack() as stack:
        beside = []
        for group in GROUPS[1:]:
            printed = stack.enter_context(tempfile.TemporaryFile())
            command = [*pytest, "-m", group, "-p", "no:cacheprovider"]
            process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT)
            stack.callback(process.kill)
            beside.append((process, printed))
        statuses = [subprocess.run([*pytest, "-m", GROUPS[0]], check=False).returncode]
        for process, printed in beside:
            statuses.append(process.wait())
            printed.seek(0)
            sys.stdout.buffer.write(printed.read())
            sys.stdout.flush()
    return max(statuses, key=lambda status: status not in (ExitCode.OK, ExitCode.NO_TESTS_COLLECTED))


if __name__ == "__main__":
    sys.exit(main())
