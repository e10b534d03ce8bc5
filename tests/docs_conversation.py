"""`make pictures`: holds the conversation of `tests.conversation` and photographs it for docs/telegram.md."""

from __future__ import annotations

import asyncio
import base64
import html
import io
import os
import shutil
import tempfile
from collections.abc import Awaitable, Sequence
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

from renderer import weights
from tests.conversation import Story, telegram_service
from tests.fakes.telegram import Line

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
WIDTH = 460

STYLE = """
body { margin: 0; background: #d5e3d0; font: 15px/1.35 "Noto Sans", "DejaVu Sans", sans-serif; width: 460px }
main { padding: 14px 12px; display: flex; flex-direction: column; gap: 8px }
.line { max-width: 82%; align-self: flex-start }
.line.mine { align-self: flex-end }
.bubble { background: #fff; border-radius: 14px; overflow: hidden; box-shadow: 0 1px 1px #0002 }
.mine .bubble { background: #e3fbd3 }
.bubble img { display: block; width: 100% }
.words { padding: 7px 11px; white-space: pre-wrap; overflow-wrap: anywhere }
.file { padding: 9px 11px 0; font-weight: 600 }
.row { display: flex; gap: 4px; margin-top: 4px }
.row span { flex: 1; text-align: center; background: #7d9a76; color: #fff; border-radius: 8px; padding: 6px 2px;
            font-size: 13px }
"""


_HAND = (
    '<svg viewBox="0 0 24 24" width="16" height="16" style="vertical-align: -3px{}"><path fill="#fff" d="M2 10h4v11H2z'
    'M8 21V10l5-8c2 0 3 2 2 4l-1 4h6c2 0 2 2 1.5 3.5l-2 6c-.5 1-1 1.5-2.5 1.5z"/></svg>'
)
_DIE = (
    '<svg viewBox="0 0 24 24" width="15" height="15" style="vertical-align: -2px"><rect x="2" y="2" width="20" '
    'height="20" rx="4" fill="#fff"/><g fill="#7d9a76"><circle cx="7" cy="7" r="2"/><circle cx="12" cy="12" r="2"/>'
    '<circle cx="17" cy="17" r="2"/></g></svg>'
)
EMOJI = {"👍": _HAND.format(""), "👎": _HAND.format("; transform: scaleY(-1)"), "🎲": _DIE}


async def main() -> None:
    found = weights.find("vgg16", ROOT / "data" / "weights")
    assert found, "the encoder's weights are missing; run `make setup` first"
    with tempfile.TemporaryDirectory() as folder:
        async with telegram_service(Path(folder, "data"), found[1].parent) as (telegram, _):
            scenes = await held(Story(telegram, words="draft"))
    await photograph({name: page(scene) for name, scene in scenes.items()})


async def held(story: Story) -> dict[str, list[Line]]:
    """The conversation in scenes, each as it stood then: questions that are answered are gone later."""
    scenes = {}
    scenes["asking"] = await _until(story, story.ask(), since=0)
    since = len(scenes["asking"])
    painting = await story.choose("Waves")
    scenes["painting"] = await _until(story, story.heard("ready"), since)
    before = scenes["painting"][0].edits
    scenes["painting"].insert(0, next(stage for stage in reversed(before) if stage.picture))
    since += len(scenes["painting"]) - 1
    await story.alice.press(painting, "Breakdown")
    await story.heard("The critic")
    scenes["buttons"] = await _until(story, story.variation(painting, "Stronger"), since)
    since += len(scenes["buttons"])
    scenes["words"] = await _until(story, story.misspell(), since)
    return scenes


async def _until(story: Story, happened: Awaitable[object], since: int) -> list[Line]:
    await happened
    return story.telegram.transcript(story.alice)[since:]


def page(scene: Sequence[Line]) -> str:
    """The messages as a chat shows them; what was deleted is not there."""
    shown = "".join(_bubble(line) for line in scene if not line.deleted)
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main>{shown}</main>"


def _bubble(line: Line) -> str:
    inside = ""
    if line.picture:
        inside += f'<img src="data:image/jpeg;base64,{_small(line.picture)}">'
    if line.file:
        inside += f'<div class="file">{html.escape(line.file)}</div>'
    if line.words:
        inside += f'<div class="words">{html.escape(line.words)}</div>'
    rows = "".join(
        f'<div class="row">{"".join(f"<span>{_label(label)}</span>" for label in row)}</div>' for row in line.buttons
    )
    side = "" if line.from_bot else " mine"
    return f'<div class="line{side}"><div class="bubble">{inside}</div>{rows}</div>'


def _label(text: str) -> str:
    """A button's words; emoji are drawn, since not every machine has letters for them."""
    text = html.escape(text)
    for sign, drawn in EMOJI.items():
        text = text.replace(sign, drawn)
    return text


def _small(picture: bytes) -> str:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.thumbnail((760, 760))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=85)
    return base64.b64encode(stream.getvalue()).decode()


async def photograph(pages: dict[str, str]) -> None:
    """Each page as docs/pictures/telegram-NAME.jpg."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing; run `make chromium`"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, content in pages.items():
            view = await browser.new_page(viewport={"width": WIDTH, "height": 600}, device_scale_factor=1.5)
            await view.set_content(content)
            file = PICTURES / f"telegram-{name}.jpg"
            await view.screenshot(path=file, full_page=True, type="jpeg", quality=82)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
