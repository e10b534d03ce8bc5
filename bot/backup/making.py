"""Making a backup, beside a running service or without one."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import io
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.backup.contents import (
    DATABASE,
    GALLERY,
    KEY,
    MANIFEST,
    File,
    Hashing,
    Manifest,
    Pictures,
    as_json,
    blob_member,
    place_of,
)
from bot.errors import OperatorError
from bot.store import snapshot

_SCRATCH = ".atelier-backup-"


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    manifest: Manifest
    bytes: int
    gone: int  #: blobs that were removed before they could be copied: their time was up
    damaged: tuple[str, ...]  #: blobs that are no longer what they were when they were put, and are left out


def make(folder: Path, file: Path, program: str, *, pictures: bool = True, replace: bool = False) -> Made:
    """Back the data directory `folder` up to `file`, which comes into being whole or not at all, mode 0600. Blocks.

    `program` is who makes it, with its version. Without `pictures` the blobs are left out. `replace` allows a file
    that is there already. Raises OperatorError, and OSError where the disk fails.
    """
    if file.is_dir():
        raise OperatorError(f"{file} is a folder: name the file that the backup is to be")
    if file.exists() and not replace:
        raise OperatorError(f"{file} exists already: name another file, or say --replace")
    if not file.parent.is_dir():
        raise OperatorError(f"there is no folder {file.parent}")
    with _scratch(file.parent) as scratch:
        copy = scratch / DATABASE
        snapshot.take(folder / DATABASE, copy)
        whole = scratch / "whole.tar"
        with os.fdopen(os.open(whole, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            made = _Writing(stream, folder, copy).write(program, pictures)
            stream.flush()
            os.fsync(stream.fileno())
        _name(whole, file, replace)
    return made


class _Writing:
    """The members, written one after the other."""

    def __init__(self, stream: io.BufferedRandom, folder: Path, copy: Path) -> None:
        self._stream = stream
        self._folder = folder
        self._copy = copy
        self._tar = tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)
        self._now = time.time()
        self._files: dict[str, File] = {}

    def write(self, program: str, pictures: bool) -> Made:
        with self._tar:
            self._add_file(DATABASE, self._copy)
            if (self._folder / KEY).exists():
                self._add_file(KEY, self._folder / KEY)
            for own in sorted((self._folder / GALLERY).glob("*")):
                # One that is removed meanwhile is not in the backup.
                with contextlib.suppress(FileNotFoundError):
                    if own.is_file() and place_of(GALLERY + own.name):
                        self._add_file(GALLERY + own.name, own)
            blobs, gone, damaged = self._add_blobs() if pictures else (None, 0, ())
            manifest = Manifest(
                program=program,
                made_at=datetime.fromtimestamp(self._now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                revision=snapshot.schema_of(self._copy),
                jobs=snapshot.count_jobs(self._copy),
                files=self._files,
                pictures=blobs,
            )
            text = as_json(manifest)
            self._tar.addfile(self._header(MANIFEST, len(text)), io.BytesIO(text))
        return Made(manifest, self._stream.tell(), gone, damaged)

    def _add_blobs(self) -> tuple[Pictures, int, tuple[str, ...]]:
        """Those that the copied database refers to: a picture is put before any job refers to it."""
        number = weight = gone = 0
        damaged = []
        for name in snapshot.blobs_of(self._copy):
            member = blob_member(name)
            start = self._tar.offset
            try:
                written = self._add(member, self._folder / member)
            except FileNotFoundError:
                gone += 1
                continue
            if written is None or written.sha256 != name.partition(".")[0]:
                # Else nobody could tell it from damage to the backup.
                damaged.append(name)
                self._take_back(start)
                continue
            number += 1
            weight += written.bytes
        return Pictures(files=number, bytes=weight), gone, tuple(damaged)

    def _add_file(self, member: str, source: Path) -> None:
        start = self._tar.offset
        written = self._add(member, source)
        if written is None:
            self._take_back(start)
            raise OperatorError(f"{source} was changed while it was copied: try again")
        self._files[member] = File(bytes=written.bytes, sha256=written.sha256)

    def _add(self, member: str, source: Path) -> Hashing | None:
        """What was written; None where the file became shorter meanwhile. Raises FileNotFoundError."""
        with source.open("rb") as opened:
            hashing = Hashing(opened)
            try:
                self._tar.addfile(self._header(member, os.fstat(opened.fileno()).st_size), hashing)
            except OSError as exc:
                if exc.errno is not None:  # the disk's
                    raise
                return None
        # It remembers every member, of which there may be very many.
        self._tar.members.clear()  # type: ignore[attr-defined]
        return hashing

    def _header(self, member: str, size: int) -> tarfile.TarInfo:
        header = tarfile.TarInfo(member)
        header.size, header.mode, header.mtime = size, 0o600, int(self._now)
        return header

    def _take_back(self, start: int) -> None:
        """Let the next member begin where the last one did."""
        self._stream.seek(start)
        self._stream.truncate()
        self._tar.offset = start


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A private folder beside the backup, removed at the end; with it, those that died before they could."""
    for left in folder.glob(f"{_SCRATCH}*"):
        with contextlib.suppress(OSError), _held(left):
            shutil.rmtree(left)
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=folder))
    with _held(scratch):
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder, for as long as this process lives; raises OSError where another does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _name(whole: Path, file: Path, replace: bool) -> None:
    """Give the backup its name, and let that outlast a power cut; what is there is replaced only where allowed."""
    try:
        if replace:
            whole.replace(file)
        else:
            os.link(whole, file)
    except FileExistsError:
        raise OperatorError(f"{file} exists already: name another file, or say --replace") from None
    except OSError as exc:
        if exc.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS) or file.exists():
            raise
        whole.rename(file)  # a disk without hard links
    descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
