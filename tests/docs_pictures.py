"""`make pictures`: paints and photographs what the README shows, from pictures that are free to use."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from renderer import patterns

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
HEIGHT = 420
WIDTH = 1200


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        content, style = Path(folder, "cat.png"), Path(folder, "brushwork.png")
        Image.fromarray(np.asarray(data.chelsea())).save(content)
        patterns.draw("brushwork", 768).save(style)
        triptych(content, style, Path(folder, "painting.png"))
        gallery(Path(folder, "gallery.png"))


def gallery(sheet: Path) -> None:
    """The contact sheet of `atelier gallery`, in the width of a page."""
    subprocess.run([sys.executable, "-m", "bot", "gallery", "-o", str(sheet)], check=True, stdout=subprocess.DEVNULL)
    with Image.open(sheet) as opened:
        size = (WIDTH, round(opened.height * WIDTH / opened.width))
        opened.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(PICTURES / "gallery.jpg", quality=85)


def triptych(content: Path, style: Path, painting: Path) -> None:
    """Content, style and what `atelier paint` makes of them, side by side."""
    command = [sys.executable, "-m", "bot", "paint", str(content), str(style), "-o", str(painting)]
    subprocess.run([*command, "--size", "640"], check=True)
    scaled = []
    for file in (content, style, painting):
        with Image.open(file) as opened:
            scaled.append(opened.convert("RGB").resize((round(opened.width * HEIGHT / opened.height), HEIGHT)))
    gap = 8
    sheet = Image.new("RGB", (sum(image.width for image in scaled) + 2 * gap, HEIGHT), "white")
    x = 0
    for image in scaled:
        sheet.paste(image, (x, 0))
        x += image.width + gap
    sheet.save(PICTURES / "triptych.jpg", quality=88)


if __name__ == "__main__":
    main()
