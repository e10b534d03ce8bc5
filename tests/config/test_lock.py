from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.lock import DataDirectory, DataDirectoryError, DataDirectoryInUse

HOLD = """
import sys
from pathlib import Path
from config.lock import DataDirectory
with DataDirectory(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

ENTER_AS_NOBODY = """
import os, sys
from pathlib import Path
from config.lock import DataDirectory, DataDirectoryError
if os.geteuid() == 0:
    os.setuid(65534)
try:
    DataDirectory(Path(sys.argv[1])).__enter__()
except DataDirectoryError as exc:
    print(exc)
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the folder until its standard input ends."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_made_private(tmp_path: Path) -> None:
    with DataDirectory(tmp_path / "a" / "data") as directory:
        assert mode(directory.path) == 0o700
        assert mode(directory.path / ".lock") == 0o600


def test_an_existing_folder_is_tightened(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with DataDirectory(tmp_path):
        assert mode(tmp_path) == 0o700


def test_a_second_service_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    with holder(tmp_path) as process, pytest.raises(DataDirectoryInUse) as caught, DataDirectory(tmp_path):
        pytest.fail("two hold the folder")
    assert f"{tmp_path} is in use by another Atelier service (process {process.pid})" in str(caught.value)


def test_a_holder_killed_with_9_leaves_the_folder_free(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.kill()
        process.wait(timeout=10)
        with DataDirectory(tmp_path):
            assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"


def test_a_program_started_by_the_holder_does_not_keep_the_lock(tmp_path: Path) -> None:
    with DataDirectory(tmp_path):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with child, DataDirectory(tmp_path):
        assert child.poll() is None


def test_leaving_the_context_frees_the_folder_for_another_process(tmp_path: Path) -> None:
    with DataDirectory(tmp_path):
        pass
    with holder(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirectoryError, match=r"file/data cannot be used: Not a directory.*ATELIER_DATA_DIR"):
        DataDirectory(tmp_path / "file" / "data").__enter__()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    tmp_path.chmod(0o500)
    # Root may write anywhere, so the attempt is made by somebody else.
    command = [sys.executable, "-c", ENTER_AS_NOBODY, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    tmp_path.chmod(0o700)
    assert done.stdout.startswith(f"The data directory {data} cannot be used: Permission denied.")


def test_a_folder_shared_by_all_users_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(DataDirectoryError, match="share"):
        DataDirectory(tmp_path).__enter__()
    assert mode(tmp_path) == 0o1777
