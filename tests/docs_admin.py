"""`make pictures`: photographs the admin page of a house in which a good deal goes on, for docs/admin.md."""

from __future__ import annotations

import asyncio
import io
import itertools
import os
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright
from pydantic import SecretStr

from bot.passwords import hashed
from bot.ports import WorkerStatus
from bot.spending import Budget
from bot.store.tables import ReplyState
from config.settings import Settings, TelegramSettings, WebSettings
from renderer.protocol import FailureReason
from tests.fakes.house import House, failure, open_house, progress, started
from tests.fakes.web import page_of

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "admin.webp"
PASSWORD = "a password for the pictures"
WEBSITE = "web:1c0f5b7e9a3d42688c1e0f9b7a6d5e43"


async def furnish(house: House) -> None:
    """Let all happen that there is to see."""
    house.states.clear()
    house.states |= {"web": "up", "telegram": "up", "x": "down: X refuses the access token (401); make a new one"}
    house.clock.ahead_s = -3 * 3600
    for number in range(3):
        await house.painted(await house.job(f"earlier {number}", "telegram:778899"))
    unlucky = await house.job("unlucky", "x:99887766", size=2048)
    await house.dispatch.on_event(started(unlucky))
    await house.dispatch.on_event(failure(await house.read(unlucky), FailureReason.BAD_INPUT))
    lost = await house.painted(await house.job("lost", "telegram:31415926"))
    await house.store.outbox.claim(lost)
    await house.store.outbox.postpone(lost, ReplyState.SENDING, 0, "the connection was cut while the picture was sent")
    await house.store.outbox.uncertain(lost)
    await house.admin.do("ban", "telegram:666 sends the same picture all day long", "telegram:42")
    house.clock.ahead_s = -40 * 60
    await house.admin.do("allow", "telegram:-1001234567890", "control:1000")
    await house.admin.do("quota", "telegram:778899 10 40", "telegram:42")
    await house.notices.add("x", "X refuses the access token (401); make a new one")
    await house.notices.add("moderation", "content of telegram:123 refused (0.93)")
    house.clock.ahead_s = -200
    first, second = (
        await house.job("1", "telegram:123456", size=1024, estimate_s=95),
        await house.job("2", WEBSITE, estimate_s=40),
    )
    house.clock.ahead_s = -35
    await house.dispatch.on_event(started(first))
    await house.dispatch.on_event(progress(await house.read(first), 0.4))
    house.clock.ahead_s = -5
    await house.dispatch.on_event(started(second))
    await house.job("3", "telegram:778899", size=768, estimate_s=60)
    await house.job("4", "telegram:778899", mode="dream", estimate_s=80)
    await house.job("5", "x:12233445", estimate_s=45)
    house.clock.ahead_s = 0
    house.pool.slots = 2
    house.pool.workers = (
        WorkerStatus("local-0", "cuda:0", "painting", first.id, None, 0, "NVIDIA H100 80GB HBM3", 11_400_000_000),
        WorkerStatus("local-1", "cuda:1", "painting", second.id, None, 1, "NVIDIA H100 80GB HBM3", 6_200_000_000),
        WorkerStatus("local-2", None, "down", None, "no sign of life for 60 s", 3),
    )


async def budget_of(house: House) -> Budget:
    """X, which has cost something."""
    budget = Budget(house.store, "x", {"reply": 0.01, "mention": 0.001, "post": 0.005}, 5, 50, house.clock)
    await budget.spend("mention", 1800)
    await budget.spend("reply", 214)
    await budget.spend("post", 90)
    return budget


async def enter(view: Page, url: str) -> None:
    """Log in, and wait until there is something to see."""
    await view.goto(f"{url}/admin")
    await view.fill("#password", PASSWORD)
    await view.click("#login button")
    await view.locator("#queue tbody tr").first.wait_for()
    await view.evaluate("document.activeElement.blur()")


async def keep(view: Page, file: Path, whole: bool = False) -> None:
    """Photograph what is to be seen, or the whole page."""
    shot = await view.screenshot(full_page=whole, animations="disabled")
    with Image.open(io.BytesIO(shot)) as opened:
        opened.convert("RGB").save(file, quality=82, method=6)


async def look_around(view: Page, url: str, folder: Path, name: str) -> None:
    """Every state, at one width and in one colour scheme."""
    await view.goto(f"{url}/admin")
    await view.locator("#login").wait_for()
    await keep(view, folder / f"{name}-login.png")
    await enter(view, url)
    await keep(view, folder / f"{name}.png", whole=True)
    await view.locator("#people button", has_text="Ban…").first.click()
    await keep(view, folder / f"{name}-ban.png")
    await view.keyboard.press("Escape")
    await view.fill("#line", "stats")
    await view.click("#say button")
    await view.locator("#answer").wait_for()
    await keep(view, folder / f"{name}-answer.png")
    await view.click("#heard")
    await view.click("#pause")
    await view.fill("#question-reason", "New curtains, back at noon")
    await view.keyboard.press("Enter")
    await view.locator("#resume").wait_for()
    await keep(view, folder / f"{name}-paused.png")
    await view.click("#resume")
    await view.locator("#pause").wait_for()


async def main() -> None:
    """The picture of the documents; with folders as arguments, every state at several widths, to be looked at."""
    web = WebSettings(port=0, admin_password_hash=SecretStr(hashed(PASSWORD)))
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(Path(folder)) as house, async_playwright() as playwright:
            house.admin = house.admin_of(settings_of(web), [await budget_of(house)])
            await furnish(house)
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
            async with page_of(house, web) as page:
                view = await browser.new_page(viewport={"width": 1440, "height": 900})
                await enter(view, page.url)
                await keep(view, PICTURE)
                for place in map(Path, sys.argv[1:]):
                    for width, scheme in itertools.product((360, 768, 1280, 1440), ("light", "dark")):
                        await view.close()
                        view = await browser.new_page(viewport={"width": width, "height": 900})
                        await view.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                        await look_around(view, page.url, place, f"{width}-{scheme}")
            await browser.close()


def settings_of(web: WebSettings) -> Settings:
    """As they might be set."""
    settings = Settings(web=web, telegram=TelegramSettings(token=SecretStr("1:a"), admins=("42",)))
    named = (("web", "admin_password_hash"), ("telegram", "token"), ("telegram", "admins"))
    settings._origins = {**dict.fromkeys(named, "environment"), ("web", "port"): "command line"}
    return settings


if __name__ == "__main__":
    asyncio.run(main())
