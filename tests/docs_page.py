"""`make pictures`: uses the page as people do, on a desk and on a phone, and photographs it for docs/page.md."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from skimage import data

from bot.control import ask
from renderer import patterns, weights
from tests.service import PAINT_S, Customer, Service, running

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures" / "page"
DEVICES: dict[str, ViewportSize] = {
    "desktop": {"width": 1180, "height": 860},
    "phone": {"width": 390, "height": 844},
}
#: States that are photographed in the dark, too.
DARK = {"composed", "done"}
#: Every picture that has begun to load is there.
SHOWN = "[...document.images].every((one) => !one.src || one.complete)"
REASON = "The easel is being mended."


@dataclasses.dataclass
class Shoot:
    """One device before the page of a service."""

    device: str
    page: Page
    service: Service
    customer: Customer
    content: Path

    async def shoot(self, state: str) -> None:
        """Photograph the state from the page's top to its end."""
        await self.page.mouse.move(0, 0)
        await self.page.evaluate("document.fonts.ready")
        for scheme in ("light", "dark") if state in DARK else ("light",):
            await self.page.emulate_media(color_scheme=scheme)
            png = await self.page.screenshot(full_page=True, animations="disabled")
            name = f"{self.device}-{state}{'-dark' if scheme == 'dark' else ''}.webp"
            with Image.open(io.BytesIO(png)) as image:
                image.convert("RGB").save(PICTURES / name, quality=82, method=6)
        await self.page.emulate_media(color_scheme="light")

    async def compose(self) -> None:
        """Choose a picture and two styles."""
        page = self.page
        await page.set_input_files("#content-easel input", self.content)
        await page.click("#blend")
        await page.click("[data-name=waves]")
        await page.get_by_role("slider", name="Share of Waves").fill("50")
        await until(page, SHOWN)

    async def run(self) -> None:
        """Every state, one after another."""
        page = self.page
        await page.goto(self.service.url)
        await expect(page.locator("#outlook")).not_to_be_empty()
        await until(page, SHOWN)
        await self.shoot("empty")
        await self.compose()
        await self.shoot("composed")
        await self.refused()
        await self.painted()
        await self.paused()
        await page.click("#to-mine")
        await expect(page.locator("#mine li").first).to_be_visible()
        await until(page, SHOWN)
        await self.shoot("mine")

    async def refused(self) -> None:
        """An order that would take too long."""
        page = self.page
        await page.click("#more summary")
        await page.select_option("#size", "2048")
        await page.click("#paint")
        await expect(page.get_by_role("alert")).to_contain_text("would take")
        await self.shoot("error")
        await page.select_option("#size", "512")
        await page.click("#more summary")

    async def painted(self) -> None:
        """Waiting behind another painting, being painted, done, and compared; meanwhile the queue is full."""
        page = self.page
        style = self.content.with_name("style.png")
        other = await self.customer.order(self.content, style, '{"size": 512}')
        await page.check("[name=quality][value=draft]", force=True)
        await page.click("#paint")
        await expect(page.locator("#stage-note")).to_contain_text("Next in line")
        await self.shoot("waiting")
        await self.turned_away()
        await self.customer.cancel(other)
        await expect(page.get_by_alt_text("The painting so far")).to_be_visible(timeout=PAINT_S * 1000)
        await until(page, "document.querySelector('#progress').value > 0.4")
        await self.shoot("painting")
        await expect(page.get_by_alt_text("The finished painting")).to_be_visible(timeout=PAINT_S * 1000)
        await expect(page.get_by_role("slider", name="Compare with your picture")).to_be_visible()
        await self.shoot("done")
        await page.get_by_role("slider", name="Compare with your picture").fill("45")
        await self.shoot("compared")

    async def turned_away(self) -> None:
        """Somebody else finds the queue full."""
        context = self.page.context.browser
        assert context and self.page.viewport_size
        page = await context.new_page(viewport=self.page.viewport_size)
        await page.goto(self.service.url)
        late = dataclasses.replace(self, page=page)
        await late.compose()
        await page.click("#paint")
        await expect(page.get_by_role("alert")).to_contain_text("All places in the queue are taken")
        await expect(page.locator("#notice")).to_be_visible()
        await late.shoot("queue-full")
        await page.close()

    async def paused(self) -> None:
        """The operator has paused painting."""
        page = self.page
        await asyncio.to_thread(ask, self.service.data, "pause", REASON)
        await page.click("#another")
        await expect(page.locator("#notice")).to_contain_text(REASON)
        await self.shoot("paused")
        await page.click("#paint")
        await expect(page.locator("#stage-note")).to_contain_text(REASON)
        await self.shoot("paused-waiting")
        await page.click("#cancel")
        await expect(page.get_by_role("alert")).to_be_visible()
        await asyncio.to_thread(ask, self.service.data, "resume", "")


async def until(page: Page, condition: str) -> None:
    """Wait for what JavaScript says; the page's content policy forbids the browser's own way to do that."""
    async with asyncio.timeout(PAINT_S):
        while not await page.evaluate(condition):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def photograph(browser: Browser, device: str, folder: Path, weights_dir: Path) -> None:
    """All states on one device, with a service of its own."""
    content = folder / "cat.png"
    Image.fromarray(np.asarray(data.chelsea())).save(content)
    patterns.draw("woodcut", 512).save(folder / "style.png")
    settings = {"ATELIER_LIMITS__OPEN_JOBS": "2"}
    async with running(folder / "data", weights_dir, **settings) as (service, customer):
        page = await browser.new_page(viewport=DEVICES[device])
        page.set_default_timeout(60_000)
        await Shoot(device, page, service, customer, content).run()
        await page.close()


async def main() -> None:
    found = weights.find("vgg16", ROOT / "data" / "weights")
    chromium = shutil.which("chromium")
    assert found and chromium, "the weights and chromium are needed; run `make test` once"
    PICTURES.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        for device in DEVICES:
            with tempfile.TemporaryDirectory() as folder:
                await photograph(browser, device, Path(folder), found[1].parent)
        await browser.close()


if __name__ == "__main__":
    expect.set_options(timeout=60_000)
    asyncio.run(main())
