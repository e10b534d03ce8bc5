"""The data directory: private, and held by one service at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from pathlib import Path
from typing import Self

LOCK_NAME = ".lock"


class DataDirectoryError(Exception):
    """The data directory cannot be used; the text says why and how to choose another."""


class DataDirectoryInUse(DataDirectoryError):
    """Another service holds the data directory."""


class DataDirectory:
    """Holds `path` while the context is open: created if need be, 0700, and locked against a second holder.

    The lock belongs to the open file, so it goes with the process however that ends, and programs started from it
    don't inherit it. Entering raises DataDirectoryInUse, or DataDirectoryError where the folder cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self._make_private()
            self._lock()
        except OSError as exc:
            raise DataDirectoryError(
                f"The data directory {self.path} cannot be used: {exc.strerror}. "
                "Mend that, or choose another with ATELIER_DATA_DIR."
            ) from exc
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def _make_private(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.path.stat()
        if status.st_mode & stat.S_ISVTX:
            raise DataDirectoryError(
                f"The data directory {self.path} is a folder that all users of this machine share. "
                "Choose one inside it with ATELIER_DATA_DIR."
            )
        if status.st_uid == os.geteuid():
            self.path.chmod(0o700)

    def _lock(self) -> None:
        descriptor = os.open(self.path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.ExitStack() as opened:
            file = opened.enter_context(os.fdopen(descriptor, "r+"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataDirectoryInUse(self._in_use(file.read().strip())) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            self._held = opened.pop_all()

    def _in_use(self, pid: str) -> str:
        holder = f" (process {pid})" if pid.isdigit() else ""
        return (
            f"The data directory {self.path} is in use by another Atelier service{holder}. "
            "Stop that one, or choose another folder with ATELIER_DATA_DIR."
        )
