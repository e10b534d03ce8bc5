"""Pictures of each kind that end too early, at every tenth of their bytes."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PIL import Image

from tests import pictures
from tests.hostile.corpus import BROKEN, TAKEN, add


def _photograph() -> Image.Image:
    """Something with detail everywhere, so that every tenth of the file has pixels in it."""
    noise = Image.effect_noise((300, 200), 60)
    return Image.merge(
        "RGB", (noise, noise.rotate(90).resize((300, 200)), Image.linear_gradient("L").resize((300, 200)))
    )


@functools.cache
def _whole(kind: str) -> bytes:
    options: dict[str, object] = {"progressive": True} if kind == "progressive JPEG" else {}
    if kind == "animated WebP":
        options = {"save_all": True, "append_images": [_photograph().rotate(180)], "duration": 100}
    return pictures.encoded(_photograph(), kind.rpartition(" ")[2].upper(), **options)


def _cut(kind: str, tenths: int) -> Callable[[], bytes]:
    return lambda: _whole(kind)[: len(_whole(kind)) * tenths // 10]


#: Kind → the least number of tenths of which something is made: a TIFF's directory stands behind its pixels.
_SUFFICE = {
    "JPEG": 10,
    "progressive JPEG": 10,
    "PNG": 10,
    "GIF": 10,
    "WebP": 10,
    "animated WebP": 10,
    "TIFF": 10,
    "BMP": 10,
}

for _kind, _least in _SUFFICE.items():
    for _tenths in range(1, 11):
        add(f"{_kind} of {_tenths} tenths", _cut(_kind, _tenths), TAKEN if _tenths >= _least else BROKEN)
