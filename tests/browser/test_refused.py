"""An upload that is refused before it has been read, in a real browser: it is told why, and not of a broken network."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page

from tests.fakes.web import open_web_house

_SEND = """async () => {
    const form = new FormData();
    for (const part of ["content", "style"]) form.append(part, new Blob([new Uint8Array(19_000_000)]), "heavy.png");
    const response = await fetch("/api/v1/jobs", { method: "POST", body: form });
    return [response.status, (await response.json()).code];
}"""


async def test_the_reason_reaches_a_browser_that_sends_two_heavy_pictures(page: Page, tmp_path: Path) -> None:
    async with open_web_house(tmp_path) as web:
        await page.goto(web.url)
        await web.house.store.switches.put("drained", {})
        for _ in range(3):
            assert await page.evaluate(_SEND) == [503, "closing"]
        assert list((tmp_path / "uploads").iterdir()) == []
        await page.close()
