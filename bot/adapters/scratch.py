"""Files for pictures that are being fetched, gone afterwards whatever happens."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from bot.patience import needing_room

_PREFIX = "fetched-"


class Scratch:
    """A folder of such files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sweep(self) -> None:
        """Make the folder, and remove what a service that was killed left in it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in self._folder.glob(f"{_PREFIX}*"):
            file.unlink()

    @contextlib.contextmanager
    def files(self, number: int) -> Iterator[list[Path]]:
        """Paths of files that there may be as long as the context lasts; raises Busy where the disk fills in it."""
        files = [self._folder / f"{_PREFIX}{secrets.token_hex(16)}" for _ in range(number)]
        try:
            with needing_room():
                yield files
        finally:
            for file in files:
                file.unlink(missing_ok=True)
