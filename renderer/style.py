"""What a painting is painted in the manner of."""

from __future__ import annotations

import dataclasses

from PIL import Image


@dataclasses.dataclass(frozen=True)
class Style:
    """One style picture with its weight among the styles, and where it goes: a mask of the content's shape."""

    picture: Image.Image
    weight: float = 1.0
    mask: Image.Image | None = None
