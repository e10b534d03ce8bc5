"""Pictures and films that posts show, and those that the bot has uploaded and not yet shown."""

from __future__ import annotations

import io
import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from PIL import Image

Kind = Literal["photo", "video", "animated_gif"]
SIZES = ("orig", "4096x4096", "large", "medium", "small", "thumb", "tiny", "360x360", "900x900")
#: An upload that no post shows by then is forgotten.
KEPT_S = 24 * 3600
_PREFIXES = {"photo": "3", "video": "7", "animated_gif": "16"}
_numbers = itertools.count(1_960_000_000_000_000_001)


@dataclass(eq=False)
class Media:
    """One thing that a post shows. What comes after `alt` is how its file misbehaves, by a test's order."""

    kind: Kind
    data: bytes = field(repr=False)
    width: int
    height: int
    alt: str | None = None
    id: str = field(default_factory=lambda: str(next(_numbers)))
    missing: set[str] = field(default_factory=set)  #: sizes that there are not
    leads_to: str | None = None
    pause_s: float = 0.0  #: between any two pieces of it
    size: int | None = None  #: in bytes, zeros after the picture
    endless: bool = False

    @property
    def media_key(self) -> str:
        return f"{_PREFIXES[self.kind]}_{self.id}"

    @property
    def path(self) -> str:
        # Shaped like real names, that nobody takes them apart.
        return f"/media/Gx{int(self.id) % 10**9:09d}.jpg"

    def json(self, fields: Collection[str], host: str) -> dict[str, Any]:
        address = host + self.path
        more: dict[str, Any] = {"width": self.width, "height": self.height, "public_metrics": {}}
        if self.alt is not None:
            more["alt_text"] = self.alt
        if self.kind == "photo":
            more["url"] = address
        else:
            film = {"content_type": "video/mp4", "url": f"{host}/video/{self.id}.mp4"}
            more |= {"preview_image_url": address, "variants": [film], "duration_ms": 3000}
        said = {"media_key": self.media_key, "type": self.kind}
        return said | {name: value for name, value in more.items() if name in fields}


@dataclass(eq=False)
class Upload:
    """A picture of the bot's, as it came."""

    data: bytes = field(repr=False)
    mime: str
    at: float
    media: Media
    shown: bool = False  #: in a post; a second one cannot have it

    @property
    def id(self) -> str:
        return self.media.id

    @property
    def alt_text(self) -> str | None:
        return self.media.alt


def photo(data: bytes, alt: str | None = None) -> Media:
    """A photo; bytes that are no picture have an assumed size."""
    try:
        width, height = Image.open(io.BytesIO(data)).size
    except Exception:  # also what Pillow only warns of, which a test wants the bot to meet, not the fake
        width, height = 1200, 800
    return Media("photo", data, width, height, alt)


def plain(width: int = 64, height: int = 48) -> bytes:
    """Some picture, where a test does not care which."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "JPEG")
    return buffer.getvalue()
