"""Own paintings on the page: looked at again, and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.sitting import Sitting, sitting


@pytest.fixture
async def at_page(page: Page, tmp_path: Path) -> AsyncIterator[Sitting]:
    async with sitting(page, tmp_path) as at_page:
        yield at_page


async def test_a_wall_without_paintings_says_so(page: Page, at_page: Sitting) -> None:
    await page.get_by_role("link", name="My paintings").click()
    await expect(page.locator("#mine")).to_contain_text("Nothing hangs here yet.")
    await expect(page.locator("#erase")).to_be_hidden()
    await page.get_by_role("link", name="Paint something").click()
    await expect(page.locator("#paint")).to_be_visible()


async def test_own_paintings_hang_on_the_wall_and_nobody_elses(page: Page, at_page: Sitting, browser: Browser) -> None:
    await at_page.busy()
    first = await at_page.begin()
    await page.click("#cancel")
    await page.click("#paint")
    await page.wait_for_url(lambda url: "#job=" in url and first not in url)
    painted = at_page.job_id
    house = at_page.web.house
    await house.pool.paint(house.pool.submitted[0].id)
    await at_page.finish(painted)
    await page.get_by_role("link", name="My paintings").click()
    wall = page.locator("#mine li")
    await expect(wall).to_have_count(2)
    await expect(wall.nth(0)).to_contain_text("Painted")
    await expect(wall.nth(1)).to_contain_text("Cancelled")
    await expect(wall.nth(0).locator("img")).not_to_have_js_property("naturalWidth", 0)
    await wall.nth(0).click()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()

    stranger = await browser.new_page()
    await stranger.goto(f"{at_page.web.url}/#mine")
    await expect(stranger.locator("#mine")).to_contain_text("Nothing hangs here yet.")
    await stranger.goto("about:blank")
    await stranger.goto(f"{at_page.web.url}/#job={painted}")
    await expect(stranger.get_by_role("alert")).to_have_text("There is no such painting, or it is not yours.")


async def test_everything_of_mine_is_deleted_at_once(page: Page, at_page: Sitting) -> None:
    await at_page.finish(await at_page.begin())
    requester = (await at_page.job()).requester
    await page.get_by_role("link", name="My paintings").click()
    await page.get_by_role("button", name="Delete everything of mine").click()
    await page.get_by_role("button", name="No, keep it").click()
    await expect(page.locator("#mine li")).to_have_count(1)
    await page.get_by_role("button", name="Delete everything of mine").click()
    await page.get_by_role("button", name="Yes, delete everything").click()
    await expect(page.locator("#announcer")).to_have_text("1 painting deleted, with all that belonged to it.")
    await expect(page.locator("#mine")).to_contain_text("Nothing hangs here yet.")
    house = at_page.web.house
    assert house.blob_files() == set()
    assert await house.store.jobs.of_requester(requester, 10) == []


async def test_older_paintings_are_a_press_away(page: Page, at_page: Sitting) -> None:
    await at_page.begin()
    job = await at_page.job()
    house = at_page.web.house
    for number in range(30):
        await house.job(source=f"old {number}", requester=job.requester, adapter="web")
    await page.get_by_role("link", name="My paintings").click()
    await expect(page.locator("#mine li")).to_have_count(24)
    await page.get_by_role("button", name="Show older ones").click()
    await expect(page.locator("#mine li")).to_have_count(31)
    await expect(page.locator("#older")).to_be_hidden()
