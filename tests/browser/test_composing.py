"""Pictures and options are put together on the page, in a real browser over the real services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from config.settings import LimitsSettings
from renderer.options import RenderOptions
from tests.browser.sitting import CONTENT, STYLE, Sitting, sitting


@pytest.fixture
async def at_page(page: Page, tmp_path: Path) -> AsyncIterator[Sitting]:
    async with sitting(page, tmp_path) as at_page:
        yield at_page


async def test_two_dropped_pictures_are_painted_as_the_options_say(page: Page, at_page: Sitting) -> None:
    for easel, data in (("content", CONTENT), ("style", STYLE)):
        dropped = await at_page.transfer(data)
        await page.dispatch_event(f"#{easel}-easel .frame", "dragover", {"dataTransfer": dropped})
        await page.dispatch_event(f"#{easel}-easel .frame", "drop", {"dataTransfer": dropped})
    await expect(page.get_by_alt_text("town.png")).to_be_attached()
    await expect(page.get_by_alt_text("waves.jpg")).to_be_attached()
    await page.fill("#strength", "60")
    await expect(page.locator("#strength-note")).to_contain_text("Balanced")
    await page.fill("#strokes", "4")
    await page.check("[name=colours][value=keep]", force=True)
    await page.check("[name=quality][value=draft]", force=True)
    await page.click("#more summary")
    await page.select_option("#size", "256")
    await page.fill("#protect", "100")
    await page.fill("#seed", "7")
    await at_page.paint()
    options = (await at_page.job()).options
    assert options == RenderOptions(
        strength=0.6, style_scale=2, colours="keep", quality="draft", size=256, protect=1, seed=7
    )
    assert len((await at_page.job()).styles) == 1


async def test_the_page_begins_with_what_every_painting_begins_with(page: Page, at_page: Sitting) -> None:
    await at_page.begin()
    assert (await at_page.job()).options == RenderOptions()


async def test_one_picture_is_enough(page: Page, at_page: Sitting) -> None:
    await expect(page.locator("#style-note")).to_have_text("Brushwork, from the gallery")
    await expect(page.locator("#style-easel .hung img")).not_to_have_js_property("naturalWidth", 0)
    await at_page.choose("content", CONTENT)
    await at_page.paint()
    assert len((await at_page.job()).styles) == 1


async def test_a_style_of_the_gallery_takes_the_place_of_a_picture(page: Page, at_page: Sitting) -> None:
    await at_page.choose("style", STYLE)
    await expect(page.locator("#style-note")).to_have_text("waves.jpg")
    await page.get_by_role("button", name="Stained glass", exact=True).click()
    await expect(page.locator("#style-note")).to_have_text("Stained glass, from the gallery")
    await expect(page.locator("[data-name=stained_glass]")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#announcer")).to_have_text("Stained glass it is")


async def test_several_styles_are_blended_by_their_shares(page: Page, at_page: Sitting) -> None:
    await at_page.choose("content", CONTENT)
    await at_page.choose("style", STYLE)
    await page.click("#blend")
    await expect(page.locator("#announcer")).to_have_text("Choose the manner to blend in.")
    await page.click("[data-name=woodcut]")
    await expect(page.locator("#style-note")).to_have_text("2 manners, blended")
    await page.get_by_role("slider", name="Share of Woodcut").fill("40")
    await page.get_by_role("slider", name="Share of waves.jpg").fill("90")
    await at_page.paint()
    assert [style.weight for style in (await at_page.job()).styles] == [0.9, 0.4]


async def test_a_share_of_a_blend_can_be_taken_out_again(page: Page, at_page: Sitting) -> None:
    for name in ("waves", "woodcut", "pencil"):
        await page.click("#blend")
        await page.click(f"[data-name={name}]")
    await expect(page.locator("#style-note")).to_have_text("4 manners, blended")
    await expect(page.locator("#blend")).to_be_hidden()
    await page.get_by_role("button", name="Remove Waves").click()
    await expect(page.locator("#blending li")).to_have_count(3)
    await page.get_by_role("button", name="Remove the manner").click()
    await expect(page.locator("#blending")).to_be_hidden()
    await expect(page.locator("#style-note")).to_have_text("How it will be painted")


async def test_a_surprise_is_one_of_the_gallery(page: Page, at_page: Sitting) -> None:
    await at_page.choose("content", CONTENT)
    await page.click("[data-name=surprise]")
    await expect(page.locator("#style-note")).to_have_text("One of the gallery, by chance")
    await at_page.paint()
    assert len((await at_page.job()).styles) == 1


async def test_a_dream_needs_no_style(page: Page, at_page: Sitting) -> None:
    await at_page.choose("content", CONTENT)
    await page.click("#more summary")
    await page.select_option("#dream", "relu3_3")
    await expect(page.locator("#style-easel input")).to_be_disabled()
    await at_page.paint()
    job = await at_page.job()
    assert (job.options.mode, job.options.layer, job.styles) == ("dream", "relu3_3", ())


async def test_two_pictures_dropped_at_once_fill_both_frames(page: Page, at_page: Sitting) -> None:
    await page.dispatch_event("body", "drop", {"dataTransfer": await at_page.transfer(CONTENT, STYLE)})
    await expect(page.locator("#content-note")).to_have_text("town.png")
    await expect(page.locator("#style-note")).to_have_text("waves.jpg")


async def test_pasted_pictures_go_where_there_is_room(page: Page, at_page: Sitting) -> None:
    for data in (CONTENT, STYLE):
        await page.evaluate(
            "data => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))",
            await at_page.transfer(data),
        )
    await expect(page.locator("#content-note")).to_have_text("town.png")
    await expect(page.locator("#style-note")).to_have_text("waves.jpg")


async def test_swapped_pictures_are_painted_swapped(page: Page, at_page: Sitting) -> None:
    swap = page.get_by_role("button", name="Swap the two pictures")
    await at_page.choose("content", STYLE)
    await expect(swap).to_be_hidden()  # a style of the gallery cannot be painted
    await at_page.choose("style", CONTENT)
    await swap.click()
    await expect(page.locator("#content-note")).to_have_text("town.png")
    await expect(page.locator("#style-note")).to_have_text("waves.jpg")
    await at_page.paint()
    house = at_page.web.house
    content = house.blobs.path((await at_page.job()).content)
    assert content.read_bytes().startswith(b"\x89PNG")


async def test_a_missing_picture_is_asked_for(page: Page, at_page: Sitting) -> None:
    await page.click("#paint")
    await expect(page.get_by_role("alert")).to_contain_text("Your picture is missing")
    await at_page.choose("content", CONTENT)
    await expect(page.get_by_role("alert")).to_be_hidden()
    await page.get_by_role("button", name="Remove the manner").click()
    await page.click("#paint")
    await expect(page.get_by_role("alert")).to_contain_text("The manner is missing")
    await page.get_by_role("button", name="Remove your picture").click()
    await expect(page.locator("#content-note")).to_have_text("What will be painted")
    assert await at_page.web.house.store.queue.open_jobs() == []


async def test_a_file_that_is_no_picture_is_refused_before_it_is_sent(page: Page, at_page: Sitting) -> None:
    await page.set_input_files(
        "#content-easel input", {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    await expect(page.get_by_role("alert")).to_have_text("“notes.pdf” is not a picture.")


async def test_what_the_service_refuses_is_said_in_place(page: Page, tmp_path: Path) -> None:
    async with sitting(page, tmp_path, limits=LimitsSettings(max_render_s=1)) as at_page:
        await at_page.choose("content", CONTENT)
        await page.click("#paint")
        await expect(page.get_by_role("alert")).to_contain_text("more than the 1 second allowed")
        await expect(page.get_by_alt_text("town.png")).to_be_attached()


async def test_a_full_queue_is_told_before_anything_is_sent_and_after(page: Page, tmp_path: Path) -> None:
    async with sitting(page, tmp_path, limits=LimitsSettings(open_jobs=1)) as at_page:
        await expect(page.locator("#outlook")).to_have_text("Nobody is waiting.")
        other = await at_page.busy()
        await at_page.choose("content", CONTENT)
        await page.click("#paint")
        await expect(page.get_by_role("alert")).to_contain_text("All places in the queue are taken")
        await expect(page.locator("#notice")).to_contain_text("All places in the queue are taken")
        await at_page.web.house.pool.paint(other)
        await expect(page.locator("#outlook")).to_have_text("Nobody is waiting.")  # the page looks by itself
        await page.click("#paint")
        await expect(page.locator("#stage")).to_be_visible()


async def test_how_many_wait_and_that_nothing_is_painted_is_said(page: Page, at_page: Sitting) -> None:
    await at_page.busy()
    await page.goto("about:blank")
    await page.goto(at_page.web.url)
    await expect(page.locator("#outlook")).to_have_text("1 painting is waiting before yours.")
    await at_page.web.house.store.switches.put("paused", {"reason": "The easel is being mended."})
    # The service's own look is a second old at most.
    await page.wait_for_timeout(1_100)
    await page.goto("about:blank")
    await page.goto(at_page.web.url)
    await expect(page.locator("#notice")).to_contain_text("Painting is paused: The easel is being mended.")
