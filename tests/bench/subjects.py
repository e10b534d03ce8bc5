"""What the benchmarks paint: a 4:3 photograph in our own brushwork."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from renderer import patterns


def photograph() -> Image.Image:
    """Scikit-image's coffee cup, 1024 × 768 px."""
    image = Image.fromarray(np.asarray(data.coffee()))
    return image.crop((0, 0, image.height * 4 // 3, image.height)).resize((1024, 768))


def pattern() -> Image.Image:
    return patterns.draw("brushwork", 768)


def saved(folder: Path) -> tuple[Path, Path]:
    """Content and style as files."""
    content, style = folder / "content.png", folder / "style.png"
    photograph().save(content)
    pattern().save(style)
    return content, style
