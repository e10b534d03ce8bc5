"""The page as a middling phone sees it: how much is sent, and when something is to be seen."""

from __future__ import annotations

import os
import shutil

from playwright.async_api import Browser, ViewportSize, async_playwright

from tests.bench.figures import Figure, median
from tests.browser.conftest import ARGUMENTS

_RUNS = 7
#: A phone of the middle class has about a quarter of a desktop's speed.
_THROTTLING = 4
_SCREEN: ViewportSize = {"width": 360, "height": 740}
_FIRST_PAINT = """() => new Promise(resolve => new PerformanceObserver(list => {
    const entry = list.getEntriesByName("first-contentful-paint")[0];
    if (entry) resolve(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""


async def page_ready(url: str) -> list[Figure]:
    """Bytes and seconds of first visits, each with an empty cache; the slowest is that of a browser just started."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "there is no chromium; `make chromium` installs it"
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        visits = [await visit(browser, url) for _ in range(_RUNS)]
        await browser.close()
    at_load, in_all, paints = zip(*visits, strict=True)
    return [
        Figure("page on a phone, transferred until loaded", max(at_load) / 1000, "kB", 150),
        Figure("page on a phone, transferred until quiet", max(in_all) / 1000, "kB", 150),
        Figure(f"page on a phone, first contentful paint, median of {_RUNS}", median(list(paints)), "s", 0.5),
        Figure("page on a phone, first contentful paint, slowest", max(paints), "s"),
    ]


async def visit(browser: Browser, url: str) -> tuple[int, int, float]:
    """Bytes until load and until nothing more comes, heads included; seconds until the first contentful paint."""
    context = await browser.new_context(viewport=_SCREEN, device_scale_factor=3, is_mobile=True, has_touch=True)
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": _THROTTLING})
    received: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    await page.goto(url, wait_until="load")
    at_load = sum(received)
    await page.wait_for_load_state("networkidle")
    paint_ms = await page.evaluate(_FIRST_PAINT)
    in_all = sum(received)
    await context.close()
    return round(at_load), round(in_all), paint_ms / 1000
