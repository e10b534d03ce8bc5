"""Putting a backup back in place, where no service runs."""

from __future__ import annotations

import dataclasses
import io
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.backup.contents import (
    BLOBS,
    CHUNK,
    DATABASE,
    KEY,
    MANIFEST,
    MOST_MANIFEST_BYTES,
    File,
    Hashing,
    Manifest,
    Pictures,
    blob_member,
    place_of,
)
from bot.errors import OperatorError
from bot.store import snapshot
from config.lock import DataDirectory

#: What a service keeps in its data directory, and what makes a directory one that is in use. The rest, the weights
#: above all, stays where it is.
_STATE = (
    *(DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", KEY, "blobs", "gallery"),
    *("cache", "uploads", "telegram", "x"),
)
_USED = (DATABASE, "blobs", "gallery")

# A restore goes through these folders, each a new name of the one before; from the second on it is carried through,
# whatever comes between.
_UNPACKING = ".restore-unpacking"
_CLEARING = ".restore-clearing"
_MOVING = ".restore-moving"


@dataclasses.dataclass(frozen=True, slots=True)
class Restored:
    """A backup that is in place."""

    manifest: Manifest
    aside: Path | None  #: where what was there before is now


def restore(
    folder: Path, file: Path, by: str, *, replace: bool = False, clock: Callable[[], float] = time.time
) -> Restored:
    """Put the backup `file` into the data directory `folder`, and bring its database to the newest schema. Blocks.

    With `replace` what the directory holds is moved aside within it, and nothing is lost. `by` is who does it, for the
    audit log. Raises OperatorError, with everything as it was, where the backup is damaged, incomplete or of a newer
    version or the directory holds something; DataDirectoryInUse while a service runs; and OSError where the disk fails.
    """
    try:
        opened = file.open("rb")
    except OSError as exc:
        raise OperatorError(f"{file} cannot be read: {exc.strerror}") from exc
    with opened, DataDirectory(folder):
        finish(folder)
        if not replace and any(map(_holds_files, (folder / name for name in _USED))):
            raise OperatorError(
                f"the data directory {folder} is in use already: name another with ATELIER_DATA_DIR, or say --replace "
                "to have what is there moved aside"
            )
        new = folder / _UNPACKING
        new.mkdir(mode=0o700)
        try:
            manifest = _unpacked(opened, file, new)
            _make_ready(new, file, by, clock())
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        os.sync()  # one for all of what may be very many files
        new.rename(folder / _CLEARING)
        return Restored(manifest, finish(folder))


def finish(folder: Path) -> Path | None:
    """Carry a restore through that was cut short after its backup was found good, and clear up after one cut before.

    Returns where what was there before the restore is now.

    To be called by whoever holds the data directory, before anything in it is used.
    """
    aside = None
    shutil.rmtree(folder / _UNPACKING, ignore_errors=True)
    if (folder / _CLEARING).exists():
        aside = _move_aside(folder)
        (folder / _CLEARING).rename(folder / _MOVING)
    if (folder / _MOVING).exists():
        for new in sorted((folder / _MOVING).iterdir()):
            new.rename(folder / new.name)
        (folder / _MOVING).rmdir()
        os.sync()
    return aside


def _move_aside(folder: Path) -> Path | None:
    there = [folder / name for name in _STATE if (folder / name).exists()]
    if not any(map(_holds_files, there)):
        for empty in there:
            shutil.rmtree(empty)
        return None
    now = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    aside = Path(tempfile.mkdtemp(prefix=f"before-restore-{now}-", dir=folder))
    for old in there:
        old.rename(aside / old.name)
    return aside


def _holds_files(path: Path) -> bool:
    return path.is_file() or any(file.is_file() for file in path.rglob("*"))


def _make_ready(new: Path, file: Path, by: str, now: float) -> None:
    """Look at the database that was unpacked, and bring it to the present."""
    database = new / DATABASE
    snapshot.check_known(snapshot.schema_of(database), file)
    snapshot.prepare(database, lambda blob: (new / blob_member(blob)).is_file(), now)
    with snapshot.noted(database, by, "restore", str(file), now) as said:
        said.append("Restored.")


def _unpacked(opened: io.BufferedReader, file: Path, new: Path) -> Manifest:
    """What the backup says of itself, after everything in it was written to `new` and found to be as it says."""
    try:
        with tarfile.open(fileobj=opened, mode="r:") as tar:
            return _Unpacking(tar, new).unpack()
    except tarfile.TarError as exc:
        raise OperatorError(f"{file} is no backup, or is damaged or cut off: {exc}") from exc
    except _Wrong as exc:
        raise OperatorError(f"{file} cannot be restored: {exc}") from exc


class _Wrong(Exception):
    """What is wrong with a backup."""


class _Unpacking:
    def __init__(self, tar: tarfile.TarFile, new: Path) -> None:
        self._tar = tar
        self._new = new
        self._files: dict[str, File] = {}
        self._blobs = self._bytes = 0

    def unpack(self) -> Manifest:
        for member in self._members():
            if member.name == MANIFEST:
                return self._checked(self._manifest(member))
            place = place_of(member.name)
            if place is None or member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
                raise _Wrong(f"no backup holds what it calls {member.name!r}")
            if not self._files and place != DATABASE:
                raise _Wrong("it does not begin with a database")
            self._write(member, self._new / place)
        raise _Wrong("it is cut off")

    def _members(self) -> Iterator[tarfile.TarInfo]:
        while (member := self._tar.next()) is not None:
            # It remembers every member, of which there may be very many.
            self._tar.members.clear()  # type: ignore[attr-defined]
            yield member

    def _manifest(self, member: tarfile.TarInfo) -> Manifest:
        if member.size > MOST_MANIFEST_BYTES or not (content := self._tar.extractfile(member)):
            raise _Wrong("what it says about itself cannot be read")
        try:
            return Manifest.read(content.read())
        except OperatorError as exc:
            raise _Wrong(str(exc)) from exc

    def _write(self, member: tarfile.TarInfo, target: Path) -> None:
        content = self._tar.extractfile(member)
        assert content is not None  # it is a file
        hashing = Hashing(content)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise _Wrong(f"it holds {member.name} twice") from None
        with os.fdopen(descriptor, "wb") as stream:
            while data := hashing.read(CHUNK):
                stream.write(data)
        if member.name.startswith(BLOBS):
            if hashing.sha256 != target.name.partition(".")[0]:
                raise _Wrong(f"{member.name} in it is damaged")
            self._blobs += 1
            self._bytes += hashing.bytes
        else:
            self._files[member.name] = File(bytes=hashing.bytes, sha256=hashing.sha256)

    def _checked(self, manifest: Manifest) -> Manifest:
        for name in manifest.files.keys() | self._files.keys():
            said, found = manifest.files.get(name), self._files.get(name)
            if said is None or found is None:
                raise _Wrong(f"{name} is missing in it" if said else f"{name} has come into it afterwards")
            if said != found:
                raise _Wrong(f"{name} in it is damaged")
        if (manifest.pictures or Pictures()) != Pictures(files=self._blobs, bytes=self._bytes):
            raise _Wrong("pictures are missing in it, or were added")
        return manifest
