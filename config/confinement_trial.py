"""Tries what a confined process may not do, for doctors and tests: ``python -m config.confinement_trial FILE PID``.

FILE is one that may not be read, PID a process that may not be looked into. Written to stdout is one JSON object: each
thing tried → whether it was refused.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_PTRACE_SEIZE = 0x4206  # attaches without a stop


def main() -> None:
    """Try everything and tell."""
    file, pid = Path(sys.argv[1]), int(sys.argv[2])
    tries: dict[str, Callable[[], object]] = {
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "connect by a path": lambda: socket.socket(socket.AF_UNIX).connect(str(file)),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
        "read a file": file.read_bytes,
        "list a folder": lambda: os.listdir(file.parent),
        "write a file": lambda: file.with_name("written").write_bytes(b""),
        "make a temporary file": lambda: tempfile.TemporaryFile().close(),
        "change permissions": lambda: file.chmod(0o600),
        "remove a file": file.unlink,
        "start a program": lambda: os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-Ic", "pass"], {}), 0),
        "trace a process": lambda: _called(_libc().ptrace(_PTRACE_SEIZE, pid, None, None)),
        "read a process's environment": Path(f"/proc/{pid}/environ").read_bytes,
        "signal a process": lambda: os.kill(pid, signal.SIGURG),  # which nobody minds
        "enter a namespace": lambda: _called(_libc().unshare(0x10000000)),
    }
    sys.stdout.write(json.dumps({name: _is_refused(attempt) for name, attempt in tries.items()}) + "\n")


def _is_refused(attempt: Callable[[], object]) -> bool:
    """Whether the kernel says no; any other error means that it was let through to it."""
    try:
        attempt()
    except PermissionError:
        return True
    except FileNotFoundError as exc:
        return "temporary" in str(exc)  # Python has asked for every folder that there might be
    except OSError:
        return False
    return False


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _called(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
