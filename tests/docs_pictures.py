"""`make pictures`: paints and photographs what the README shows, from pictures that are free to use."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import async_playwright
from skimage import data

from renderer import patterns, weights
from tests.service import running

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
        asyncio.run(page(content, style, Path(folder)))


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


async def page(content: Path, style: Path, folder: Path) -> None:
    """The web page with two pictures chosen, and with the finished painting."""
    found = weights.find("vgg16", ROOT / "data" / "weights")
    chromium = shutil.which("chromium")
    assert found and chromium
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with running(folder / "data", found[1].parent) as (service, _), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        view = await browser.new_page(viewport={"width": 1180, "height": 860})
        await view.goto(service.url)
        await view.set_input_files("#content-easel input", content)
        await view.set_input_files("#style-easel input", style)
        await view.wait_for_timeout(500)
        await view.screenshot(path=PICTURES / "page.png")
        await view.click("#paint")
        await view.get_by_alt_text("The finished painting").wait_for(timeout=600_000)
        await view.screenshot(path=PICTURES / "painted.png")
        await browser.close()


if __name__ == "__main__":
    main()
