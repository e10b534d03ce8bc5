"""Style pictures drawn by code: nobody's painting, so that anybody may use them."""

from __future__ import annotations

import importlib

from PIL import Image

#: Every picture, in alphabetical order; each is drawn by the module of its name.
NAMES = (
    "aurora", "batik", "brushwork", "cubism", "deco", "embroidery", "halftone", "hatching", "marbling", "mosaic",
    "palette_knife", "pencil", "pointillism", "stained_glass", "watercolour", "waves", "woodcut",
)  # fmt: skip

_LEAST = 512  # px; below, lines would fall between the pixels


def draw(name: str, size: int = 1024) -> Image.Image:
    """The picture of that name, RGB, `size` × `size` pixels: at every size the same, and the same every time.

    KeyError where there is no such picture.
    """
    if name not in NAMES:
        raise KeyError(f"There is no style picture called {name!r}; there are {', '.join(NAMES)}.")
    module = importlib.import_module(f"{__name__}.{name}")
    image: Image.Image = module.draw(max(size, _LEAST))
    return image if size >= _LEAST else image.resize((size, size), Image.Resampling.LANCZOS)
