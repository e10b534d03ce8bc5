"""Named points in the service's processes, at which the harness is told and may kill, stop or answer with a fault.

Whoever reaches one waits for the answer with the whole process: exactly there it is killed, whatever the machine.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

#: The harness listens at this name in the folder of weights: of all that a child is told, a folder of the tests' own.
SOCKET = "points"

#: Answers to a hit: nothing but to go on, a write that fails, a job that has waited for very long.
GO, FULL, OLD = "go", "full", "old"


class Points:
    """This process's line to the harness; `role` is ``bot`` or ``child``."""

    def __init__(self, role: str, folder: Path) -> None:
        self._role = role
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(folder / SOCKET))
        self._lines = self._socket.makefile("r")

    def reached(self, point: str, order: int | None = None, **facts: Any) -> str:
        """Tell that a point is reached, and wait for what is to be done: `GO`, or `FULL` where a write is to fail."""
        hit = {"role": self._role, "pid": os.getpid(), "point": point, "order": order, **facts}
        with self._lock:
            self._socket.sendall(json.dumps(hit).encode() + b"\n")
            return self._lines.readline().strip() or GO

    def write(self, what: str, order: int | None = None) -> None:
        """As `reached`, before something is written to the disk; raises OSError where the disk is full."""
        if self.reached(what, order) == FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
