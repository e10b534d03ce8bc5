"""The whole of it, as a person sees it: a real browser, the real service, the real renderer."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.dropping import transfer_of
from tests.service import PAINT_S, running


async def test_two_pictures_dropped_on_the_page_become_a_painting(
    page: Page, tmp_path: Path, weights_dir: Path, photographs: dict[str, Path], pattern: Path
) -> None:
    async with running(tmp_path / "data", weights_dir) as (service, _):
        await page.goto(service.url)
        for easel, file in (("content", photographs["coffee"]), ("style", pattern)):
            dropped = await transfer_of(page, (file.name, "image/png", file.read_bytes()))
            await page.dispatch_event(f"#{easel}-easel .frame", "drop", {"dataTransfer": dropped})
        await page.click("#more summary")
        await page.select_option("#size", "256")
        await page.click("#paint")
        preview = page.get_by_alt_text("The painting so far")
        await expect(preview).to_be_visible(timeout=PAINT_S * 1000)
        painting = page.get_by_alt_text("The finished painting")
        await expect(painting).to_be_visible(timeout=PAINT_S * 1000)
        size = await painting.evaluate("async image => { await image.decode(); return image.naturalWidth }")
        assert size == 256
        async with page.expect_download() as downloading:
            await page.click("#download")
        file = await (await downloading.value).path()
        assert file.read_bytes().startswith(b"\x89PNG")
