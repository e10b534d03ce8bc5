"""Files that Telegram keeps: photos in several sizes, everything else byte for byte."""

from __future__ import annotations

import io
import itertools
import secrets
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.fakes.telegram.refusals import misfortune, mistake

PHOTO_BYTES = 10 << 20
UPLOAD_BYTES = 50 << 20
DOWNLOAD_BYTES = 20 << 20
#: The longest sides that a photo is kept in.
_SIDES = (320, 1280)
_FOLDERS = {"photo": "photos", "document": "documents", "animation": "animations", "video": "videos"}


@dataclass(frozen=True)
class Upload:
    """A file as it arrives with a call."""

    name: str
    mime: str
    data: bytes = field(repr=False)


#: Something that is no picture.
VIDEO = Upload("clip.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(64))


@dataclass(frozen=True, eq=False)
class StoredFile:
    """One downloadable file; `size` is what Telegram says of it."""

    id: str
    path: str
    data: bytes = field(repr=False)
    size: int
    width: int = 0
    height: int = 0

    def json(self) -> dict[str, Any]:
        said = {"file_id": self.id, "file_unique_id": self.id[-16:], "file_size": self.size}
        return said | ({"width": self.width, "height": self.height} if self.width else {})


@dataclass(frozen=True, eq=False)
class Media:
    """What a message shows besides text. `data` is as it was sent; `files` as it is kept, the largest last."""

    kind: str
    data: bytes = field(repr=False)
    name: str
    mime: str
    files: tuple[StoredFile, ...]
    more: dict[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The fields of a message that describe it."""
        if self.kind == "photo":
            return {"photo": [file.json() for file in self.files]} | self.more
        described = self.files[-1].json() | {"file_name": self.name, "mime_type": self.mime} | self.more
        if self.kind == "animation":
            return {"animation": described, "document": described}
        return {self.kind: described}


class Files:
    """All files, by id and by the path that `getFile` gives out."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._media: dict[str, tuple[Media, StoredFile]] = {}
        self._paths: dict[str, StoredFile] = {}
        self.lost: set[str] = set()  #: ids of files that cannot be had any more

    def photo(self, data: bytes) -> Media:
        """A photo as Telegram keeps it: JPEG, 1280 px at most; refused as Telegram refuses."""
        if not data:
            raise mistake("file must be non-empty")
        if len(data) > PHOTO_BYTES:
            raise mistake(
                f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
            )
        files = tuple(self._stored("photo", scaled, "jpg", *size) for scaled, *size in _encoded(data))
        return self._known(Media("photo", data, "", "image/jpeg", files))

    def other(self, kind: str, upload: Upload, size: int | None = None, **more: Any) -> Media:
        """A file that is kept as it is."""
        if not upload.data:
            raise mistake("file must be non-empty")
        suffix = upload.name.rpartition(".")[2] if "." in upload.name else "bin"
        file = self._stored(kind, upload.data, suffix, size=size)
        return self._known(Media(kind, upload.data, upload.name, upload.mime, (file,), more))

    def live_photo(self, data: bytes) -> Media:
        """A photo that moves for a moment: its own id is that of a film, the picture stands beside it."""
        still = self.photo(data)
        film = self.other("video", VIDEO)
        moving = film.files[0].json() | {"width": 320, "height": 240, "duration": 2}
        return replace(still, more={"live_photo": moving | {"photo": still.json()["photo"]}})

    def again(self, file_id: str, kind: str) -> Media:
        """What is known by an id already, to be sent once more."""
        if file_id not in self._media:
            raise mistake("wrong file identifier/HTTP URL specified")
        media, _ = self._media[file_id]
        if media.kind != kind:
            raise mistake(f"can't use file of type {media.kind.title()} as {kind.title()}")
        return media

    def published(self, file_id: str) -> StoredFile:
        """The file, which can be downloaded by its path from now on."""
        if file_id not in self._media:
            raise mistake("invalid file_id")
        _, file = self._media[file_id]
        if file_id in self.lost:
            raise misfortune("wrong file_id or the file is temporarily unavailable")
        if file.size > DOWNLOAD_BYTES:
            raise mistake("file is too big")
        self._paths[file.path] = file
        return file

    def at(self, path: str) -> StoredFile | None:
        file = self._paths.get(path)
        return None if file is None or file.id in self.lost else file

    def _stored(
        self, kind: str, data: bytes, suffix: str, width: int = 0, height: int = 0, size: int | None = None
    ) -> StoredFile:
        # As long as real ones: nobody is to put one into a button.
        file_id = f"AgACAgIAAxkBAAI{secrets.token_urlsafe(48)}"
        path = f"{_FOLDERS.get(kind, 'files')}/file_{next(self._numbers)}.{suffix}"
        return StoredFile(file_id, path, data, len(data) if size is None else size, width, height)

    def _known(self, media: Media) -> Media:
        for file in media.files:
            self._media[file.id] = (media, file)
        return media


@lru_cache(maxsize=64)
def _encoded(data: bytes) -> tuple[tuple[bytes, int, int], ...]:
    """The sizes that a photo is kept in, as JPEG with width and height, the largest last."""
    try:
        opened = Image.open(io.BytesIO(data))
        width, height = opened.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise mistake("PHOTO_INVALID_DIMENSIONS")
        image = opened.convert("RGB")
    except (UnidentifiedImageError, OSError):
        raise mistake("IMAGE_PROCESS_FAILED") from None
    # The larger size only where there is more to show than in the smaller one.
    return tuple(_scaled(image, side) for side in _SIDES if side == _SIDES[0] or max(width, height) > _SIDES[0])


def _scaled(image: Image.Image, side: int) -> tuple[bytes, int, int]:
    scaled = image.copy()
    scaled.thumbnail((side, side))
    buffer = io.BytesIO()
    scaled.save(buffer, "JPEG", quality=87)
    return buffer.getvalue(), scaled.width, scaled.height
