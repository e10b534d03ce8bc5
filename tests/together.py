"""`python -m tests.together`: every test, those that paint in one process beside those that mostly wait in another.

Further arguments go to pytest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

from pytest import ExitCode


def main() -> int:
    """The worse exit status of the two."""
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with tempfile.TemporaryFile() as printed:
        # Its output follows when the other is through: two at a time nobody could read.
        painting = subprocess.Popen(
            [*pytest, "-m", "painting", "-p", "no:cacheprovider"], stdout=printed, stderr=subprocess.STDOUT
        )
        try:
            waiting = subprocess.run([*pytest, "-m", "not painting"], check=False).returncode
            painted = painting.wait()
        finally:
            painting.kill()
        printed.seek(0)
        sys.stdout.buffer.write(printed.read())
        sys.stdout.flush()
    return max(waiting, painted, key=lambda status: status not in (ExitCode.OK, ExitCode.NO_TESTS_COLLECTED))


if __name__ == "__main__":
    sys.exit(main())
