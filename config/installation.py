"""The key of an installation: made on its first start, and the same for as long as its data directory lives."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path

KEY_NAME = "installation.key"

_BYTES = 32
_FORM = re.compile(r"[0-9a-f]{64}\n?")


class KeyUnusable(Exception):
    """The key's file cannot be read or holds no key; the text says what to do."""


def key_of(folder: Path) -> bytes:
    """The key of the installation in the data directory `folder`, made where there is none. Raises KeyUnusable."""
    file = folder / KEY_NAME
    try:
        with contextlib.suppress(FileExistsError):
            _make(file)
        text = file.read_text("ascii")
    except (OSError, ValueError) as exc:
        raise KeyUnusable(f"The key of this installation, {file}, cannot be read: {exc}.") from exc
    if not _FORM.fullmatch(text):
        raise KeyUnusable(
            f"{file} holds no key of an installation. Put it back from a backup, or remove it: then a new one is made, "
            "and the names of people in the log change."
        )
    return bytes.fromhex(text.strip())


def _make(file: Path) -> None:
    """Write a new key, whole; raises FileExistsError where there is one, be it since a moment ago."""
    if file.exists():
        raise FileExistsError
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"{secrets.token_hex(_BYTES)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
