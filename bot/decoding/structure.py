"""Of how many pieces a file is put together: some would keep Pillow, or libjpeg, busy for minutes."""

from __future__ import annotations

import dataclasses
import mmap
import re
import struct
from typing import IO

JPEG_HEAD, PNG_HEAD = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"

#: Segments before the pixels of a JPEG: 20 MB of metadata are some 300. Pillow joins EXIF's in quadratic time.
_MOST_SEGMENTS = 1000
#: Bytes between them that mean nothing, which Pillow reads one by one.
_MOST_FILLING = 100_000
#: Chunks of a PNG; whoever writes 20 MB of pixels in pieces of a kilobyte has 20,000.
_MOST_CHUNKS = 100_000
#: Scans of a JPEG, which nobody counts while looking for more, and megapixels times scans: each scan goes through the
#: whole picture. Cameras and web sites write about ten.
_MOST_SCANS = 1000
_MOST_SCANNED_MP = 1000.0

_SOS, _EOI = 0xDA, 0xD9
#: Markers without a length.
_BARE = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))
#: A marker with what may stand before it.
_MARKER = re.compile(rb"([^\xff]*)(\xff+)([^\xff])", re.DOTALL)
#: What ends a scan: a marker other than the stuffing and the restarts within it.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class Overladen(ValueError):
    """A file of more pieces than any program writes, or of larger ones than it has room for."""


@dataclasses.dataclass(frozen=True)
class Structure:
    """What a JPEG is put together of; any other format has the least."""

    scans: int = 1

    def check_scans(self, pixels: int) -> None:
        """Raise Overladen where a JPEG of so many pixels would be gone through too often."""
        if self.scans * pixels > _MOST_SCANNED_MP * 1e6:
            raise Overladen(f"{self.scans} scans")


def structure_of(file: IO[bytes]) -> Structure:
    """How a file is put together, which is left at its beginning; raises Overladen."""
    head = file.read(len(PNG_HEAD))
    file.seek(0)
    if head.startswith(JPEG_HEAD) or head == PNG_HEAD:
        # Mapped, since what is mapped to read does not count against the memory that decoding may take.
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if head == PNG_HEAD:
                _check_chunks(data)
            else:
                return Structure(_scans(data))
    return Structure()


def _check_chunks(data: mmap.mmap) -> None:
    at, chunks = len(PNG_HEAD), 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IEND":
            break
        if size > len(data):  # Pillow would ask for the memory first
            raise Overladen(f"a chunk of {size} bytes")
        at, chunks = at + 12 + size, chunks + 1
        if chunks > _MOST_CHUNKS:
            raise Overladen(f"more than {_MOST_CHUNKS} chunks")


def _scans(data: mmap.mmap) -> int:
    """How many scans a JPEG has up to its end; as libjpeg reads it, which passes over what is between the markers."""
    at, segments, filling, scans = 2, 0, 0, 0
    while found := _MARKER.match(data, at):
        at, marker = found.end(), found[3][0]
        segments, filling = segments + 1, filling + len(found[1]) + len(found[2]) - 1
        if segments > _MOST_SEGMENTS or filling > _MOST_FILLING:
            raise Overladen(f"{segments} segments, {filling} bytes between them")
        if marker == _EOI:
            break
        if marker in _BARE:
            continue
        if at + 2 > len(data):
            break
        at += max(2, struct.unpack_from(">H", data, at)[0])
        if marker == _SOS:
            scans, segments, filling = scans + 1, 0, 0
            if scans > _MOST_SCANS:
                raise Overladen(f"more than {_MOST_SCANS} scans")
            end = _SCAN_END.search(data, at)
            if end is None:
                break
            at = end.start()
    return max(1, scans)
