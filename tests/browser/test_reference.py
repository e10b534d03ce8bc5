"""The API's page for people, in a browser: nothing keeps anybody out of it, and it fits a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.fakes.web import open_web_house


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_read_everywhere(page: Page, tmp_path: Path, width: int, scheme: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.set_viewport_size({"width": width, "height": 844})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    async with open_web_house(tmp_path) as web:
        await page.goto(f"{web.url}/api/v1/docs")
        await page.get_by_role("link", name="Order a painting", exact=True).click()
        await expect(page.get_by_role("heading", name="Order a painting")).to_be_in_viewport()
        problems = page.locator("#createJob details")
        await problems.locator("summary").press("Enter")
        await expect(problems).to_contain_text("too_expensive")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert not complaints, "it keeps to its own policy"
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
