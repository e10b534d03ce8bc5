"""Files on this machine's disk, named by what is in them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

#: SHA-256 in hex and a suffix, by which the media type is known.
NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


class DirectoryBlobs:
    """Blobs as files ``root/ab/abcd….jpg``; implements `bot.ports.BlobStore`.

    A blob's name is the SHA-256 of its bytes and the suffix of the file that was put, so the same picture is one blob.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._scratch = root / "tmp"
        self._scratch.mkdir(parents=True, exist_ok=True)

    def sweep(self) -> None:
        """Remove the scratch files that an earlier run left; call it before anything asks for new ones."""
        for left in self._scratch.iterdir():
            left.unlink()

    def scratch(self, suffix: str) -> Path:
        """A fresh path on the store's own file system, for a file that will be `put`; nothing is created."""
        return self._scratch / (secrets.token_hex(16) + suffix)

    async def put(self, file: Path) -> str:
        """Take a file in and return its name; it is moved, and safe from a power cut once this returns.

        Raises ValueError unless the file has a suffix of one to eight lower-case letters or digits.
        """
        return await asyncio.to_thread(self._put, file)

    def _put(self, file: Path) -> str:
        with file.open("rb") as opened:
            name = hashlib.file_digest(opened, "sha256").hexdigest() + file.suffix
            if not NAME.fullmatch(name):
                raise ValueError(f"no suffix for a blob: {file.suffix!r}")
            os.fsync(opened.fileno())
        folder = self._root / name[:2]
        folder.mkdir(exist_ok=True)
        file.replace(folder / name)
        for directory in (folder, self._root):
            _fsync(directory)
        return name

    def path(self, name: str) -> Path:
        """Where a blob lies; raises FileNotFoundError when it does not, or when `name` is no blob's name."""
        path = self._root / name[:2] / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise FileNotFoundError(f"no blob {name!r}")
        return path

    async def names(self) -> list[str]:
        """All blobs that there are."""
        return await asyncio.to_thread(
            lambda: [file.name for file in self._root.glob("??/*") if NAME.fullmatch(file.name)]
        )

    def put_at(self, name: str) -> float:
        """When these bytes were put last (Unix seconds); 0 where there is no such blob."""
        try:
            return self.path(name).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    async def delete(self, *names: str) -> None:
        """Remove blobs; no error when one is gone."""
        await asyncio.to_thread(self._delete, names)

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self.path(name).unlink()


def _fsync(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
