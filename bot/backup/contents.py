"""What is in a backup: a tar file of these members, the last of which says what the others are."""

from __future__ import annotations

import hashlib
import re
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.blobs import NAME as BLOB_NAME
from bot.errors import OperatorError
from config.installation import KEY_NAME

#: Of what this module describes; a later program may write another.
FORMAT = 1
DATABASE = "atelier.db"
KEY = KEY_NAME
GALLERY = "gallery/"
BLOBS = "blobs/"
MANIFEST = "manifest.json"

#: Bytes that are in memory at a time.
CHUNK = 1 << 20
MOST_MANIFEST_BYTES = 1 << 20

_OWN_STYLE = re.compile(r"[^/\0]{1,200}")


class File(BaseModel):
    """A member that is not a blob, whose name says nothing of what is in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int
    sha256: str


class Pictures(BaseModel):
    """The blobs: pictures, paintings and time-lapses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: int = 0
    bytes: int = 0


class Manifest(BaseModel):
    """What a backup holds."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    program: str  #: that has made it, with its version
    made_at: str  #: UTC, ``2026-11-27T17:30:00Z``
    revision: str  #: of the database's schema
    jobs: int
    files: dict[str, File]
    pictures: Pictures | None  #: None where they were left out on purpose

    @classmethod
    def read(cls, text: bytes) -> Manifest:
        """The manifest in a backup; raises OperatorError."""
        try:
            manifest = cls.model_validate_json(text)
        except ValidationError as exc:
            raise OperatorError("what it says about itself cannot be read") from exc
        if manifest.format != FORMAT:
            raise OperatorError("it was made by a newer version of the program, whose backups are other: update first")
        return manifest


def place_of(name: str) -> str | None:
    """Where a member belongs, below the data directory; None for one that no backup has."""
    folder, slash, file = name.rpartition("/")
    if name in (DATABASE, KEY):
        return name
    if folder + slash == GALLERY and _OWN_STYLE.fullmatch(file) and file not in (".", ".."):
        return name
    if folder == f"{BLOBS}{file[:2]}" and BLOB_NAME.fullmatch(file):
        return name
    return None


def blob_member(name: str) -> str:
    """The member that a blob is."""
    return f"{BLOBS}{name[:2]}/{name}"


class Hashing:
    """Passes on what is read from a file, and hashes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        data = self._file.read(size)
        self._digest.update(data)
        self.bytes += len(data)
        return data

    @property
    def sha256(self) -> str:
        """Of what was read so far, in hex."""
        return self._digest.hexdigest()


def sizes(count: int, bytes: int) -> str:
    """A number of files and what they weigh, as people say it."""
    return f"{count} pictures and time-lapses ({megabytes(bytes)})"


def megabytes(bytes: int) -> str:
    """A weight as people say it."""
    return f"{bytes / 1e6:.1f} MB"


def as_json(manifest: Manifest) -> bytes:
    """The manifest as it stands in a backup."""
    return f"{manifest.model_dump_json(indent=2)}\n".encode()
