"""A job is watched on the page until its painting hangs, in a real browser over the real services."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from config.settings import WebSettings
from renderer.protocol import FailureReason
from tests.browser.sitting import CONTENT, STYLE, Sitting, sitting
from tests.fakes.house import open_house
from tests.fakes.web import WebHouse, page_of


@pytest.fixture
async def at_page(page: Page, tmp_path: Path) -> AsyncIterator[Sitting]:
    async with sitting(page, tmp_path) as at_page:
        yield at_page


async def test_a_painting_forms_and_hangs(page: Page, at_page: Sitting, tmp_path: Path) -> None:
    job_id = await at_page.begin()
    await expect(page.locator("#stage-note")).to_have_text("Preparing the canvas")
    await at_page.advance(job_id, 0.25)
    await expect(page.locator("#stage-note")).to_contain_text("25%, about")
    await expect(page.locator("#progress")).to_have_js_property("value", 0.25)
    await expect(page.get_by_alt_text("The painting so far")).to_have_js_property("naturalWidth", 40)

    await at_page.finish(job_id)
    await expect(page.get_by_alt_text("The finished painting")).to_have_js_property("naturalWidth", 64)
    await expect(page.locator("#stage-note")).to_have_text("512 × 384 pixels, painted in 20 s")
    await expect(page.locator("#cancel")).to_be_hidden()
    async with page.expect_download() as download:
        await page.click("#download")
    kept = tmp_path / "kept.png"
    assert (await download.value).suggested_filename == f"atelier-{job_id[:8]}.png"
    await (await download.value).save_as(kept)
    assert kept.read_bytes().startswith(b"\x89PNG")


async def test_waiting_shows_the_place_and_when_it_is_ready(page: Page, at_page: Sitting) -> None:
    other = await at_page.busy()
    job_id = await at_page.begin()
    await expect(page.locator("#stage-title")).to_have_text("Waiting for the easel")
    await expect(page.locator("#stage-note")).to_contain_text("Next in line, ready in about")
    await at_page.web.house.pool.paint(other)
    await expect(page.locator("#stage-title")).to_have_text("Painting")
    await at_page.finish(job_id)


async def test_a_pause_is_told_with_its_reason(page: Page, at_page: Sitting) -> None:
    await at_page.web.house.store.switches.put("paused", {"reason": "The easel is being mended."})
    await at_page.begin()
    await expect(page.locator("#stage-note")).to_have_text(
        "Painting is paused: The easel is being mended. Your place is kept."
    )


async def test_the_painting_is_compared_with_what_it_was_made_from(page: Page, at_page: Sitting) -> None:
    await at_page.finish(await at_page.begin())
    slider = page.get_by_role("slider", name="Compare with your picture")
    await expect(slider).to_be_visible()
    await slider.focus()
    for _ in range(3):
        await page.keyboard.press("PageUp")
    cut = await page.evaluate("getComputedStyle(document.querySelector('.before')).clipPath")
    value = int(await slider.input_value())
    assert value > 0 and f"{100 - value}%" in cut
    await expect(page.locator(".before")).not_to_have_js_property("naturalWidth", 0)


async def test_one_can_watch_it_being_painted(page: Page, at_page: Sitting) -> None:
    job_id = await at_page.begin()
    await at_page.finish(job_id)
    await page.get_by_role("button", name="Watch it being painted").click()
    await expect(page.get_by_alt_text("How the painting came about")).to_have_js_property("naturalWidth", 64)
    await expect(page.get_by_role("slider", name="Compare with your picture")).to_be_hidden()
    await page.get_by_role("button", name="Watch it being painted").click()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Film").click()
    assert (await download.value).suggested_filename == f"atelier-{job_id[:8]}.mp4"


async def test_a_painting_without_frames_has_no_film(page: Page, at_page: Sitting) -> None:
    await at_page.finish(await at_page.begin(), with_film=False)
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()
    await expect(page.locator("#film")).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "changed"),
    [("Stronger", {"strength": 0.95}), ("Softer", {"strength": 0.65}), ("Keep my colours", {"colours": "keep"})],
)
async def test_a_variation_is_one_press_away(
    page: Page, at_page: Sitting, button: str, changed: dict[str, object]
) -> None:
    first = await at_page.begin()
    await at_page.finish(first)
    await page.get_by_role("button", name=button, exact=True).click()
    await page.wait_for_url(lambda url: first not in url)
    job = await at_page.job()
    assert job.options.model_dump(include=set(changed)) == changed
    await at_page.finish(job.id)
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()


async def test_something_else_starts_from_the_same_pictures(page: Page, at_page: Sitting) -> None:
    first = await at_page.begin()
    await at_page.finish(first)
    await page.click("#another")
    await expect(page.get_by_alt_text("town.png")).to_be_attached()
    await page.click("#paint")
    await page.wait_for_url(lambda url: "#job=" in url and first not in url)
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()


async def test_a_failed_painting_leads_back_with_the_reason(page: Page, at_page: Sitting) -> None:
    await at_page.web.house.pool.fail(await at_page.begin(), FailureReason.BAD_INPUT)
    await expect(page.get_by_role("alert")).to_have_text(
        "One of the pictures could not be painted from. Please try another."
    )
    await expect(page.get_by_alt_text("town.png")).to_be_attached()


async def test_a_painting_can_be_cancelled(page: Page, at_page: Sitting) -> None:
    job_id = await at_page.begin()
    await at_page.advance(job_id, 0.5)
    await page.click("#cancel")
    await expect(page.get_by_role("alert")).to_have_text("This painting was cancelled.")
    job = await at_page.web.house.store.jobs.get(job_id)
    assert job is not None and job.status == "cancelled"


async def test_a_reload_goes_on_where_it_was(page: Page, at_page: Sitting) -> None:
    job_id = await at_page.begin()
    await at_page.advance(job_id, 0.5)
    await expect(page.locator("#stage-note")).to_contain_text("50%")
    await page.reload()
    await expect(page.locator("#stage-note")).to_contain_text("50%")
    await expect(page.get_by_alt_text("The painting so far")).to_have_js_property("naturalWidth", 40)
    await at_page.finish(job_id)
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()
    await page.reload()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()


async def test_the_page_finds_a_service_that_comes_back(page: Page, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = WebSettings(port=port)
    async with open_house(tmp_path) as house, house.running():
        async with page_of(house, settings) as adapter:
            await page.goto(adapter.url)
            at_page = Sitting(page, WebHouse(house, adapter))
            job_id = await at_page.begin()
        await expect(page.get_by_role("alert")).to_have_text("The service cannot be reached; trying again.")
        async with page_of(house, settings):
            await at_page.advance(job_id, 0.5)
            await expect(page.locator("#stage-note")).to_contain_text("50%")
            await expect(page.get_by_role("alert")).to_be_hidden()
            await page.close()


async def test_a_job_that_is_not_there_leads_back_with_a_sentence(page: Page, at_page: Sitting) -> None:
    await page.goto("about:blank")
    await page.goto(f"{at_page.web.url}/#job={'0' * 32}")
    await expect(page.get_by_role("alert")).to_have_text("There is no such painting, or it is not yours.")
    await expect(page.locator("#paint")).to_be_visible()


async def test_pictures_of_before_can_be_chosen_anew(page: Page, at_page: Sitting) -> None:
    await at_page.finish(await at_page.begin())
    await page.click("#another")
    await at_page.choose("content", STYLE)
    await at_page.choose("style", CONTENT)
    await expect(page.locator("#content-note")).to_have_text("waves.jpg")
