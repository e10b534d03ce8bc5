"""The page in a real browser, against the running adapter; the services behind it are in memory."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import JSHandle, Page, expect

from bot import errors
from config.settings import WebSettings
from renderer.options import RenderOptions
from tests.browser.dropping import transfer_of
from tests.fakes.services import Studio, open_studio


def picture(colour: str, form: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, form)
    return buffer.getvalue()


CONTENT, STYLE, PAINTING = picture("teal"), picture("orange", "JPEG"), picture("crimson", size=(80, 40))
PREVIEW = picture("purple", "JPEG", (40, 20))
NAMED = {CONTENT: ("town.png", "image/png"), STYLE: ("waves.jpg", "image/jpeg")}


@pytest.fixture
async def studio(tmp_path: Path, page: Page) -> AsyncIterator[Studio]:
    """A studio whose page is open."""
    async with open_studio(tmp_path / "uploads") as studio:
        await page.goto(studio.adapter.url)
        yield studio
        await page.close()


async def choose(page: Page, easel: str, data: bytes) -> None:
    name, mime = NAMED[data]
    async with page.expect_file_chooser() as chooser:
        await page.click(f"#{easel}-easel .frame")
    await (await chooser.value).set_files({"name": name, "mimeType": mime, "buffer": data})


async def start(page: Page, studio: Studio) -> str:
    """Choose two pictures and paint; the job's id."""
    await choose(page, "content", CONTENT)
    await choose(page, "style", STYLE)
    await page.click("#paint")
    await expect(page.locator("#stage-title")).to_have_text("Waiting for the easel")
    return studio.job.id


async def transfer(page: Page, *pictures: bytes) -> JSHandle:
    """A DataTransfer of the browser's own with these pictures."""
    return await transfer_of(page, *((*NAMED[data], data) for data in pictures))


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    file = tmp_path / "painting.png"
    file.write_bytes(PAINTING)
    return file


async def test_two_dropped_pictures_become_a_painting(page: Page, studio: Studio, painting: Path) -> None:
    for easel, data in (("content", CONTENT), ("style", STYLE)):
        dropped = await transfer(page, data)
        await page.dispatch_event(f"#{easel}-easel .frame", "dragover", {"dataTransfer": dropped})
        await page.dispatch_event(f"#{easel}-easel .frame", "drop", {"dataTransfer": dropped})
    await expect(page.get_by_alt_text("town.png")).to_be_visible()
    await expect(page.get_by_alt_text("waves.jpg")).to_be_visible()
    await page.select_option("#size", "256")
    assert float(await page.input_value("#strength")) == 100 * RenderOptions().strength
    await page.fill("#strength", "60")
    await page.click("#paint")

    await expect(page.locator("#stage-note")).to_have_text("Next in line, ready in about 80 seconds")
    assert studio.intake.pictures == [(CONTENT, STYLE)]
    assert (studio.job.options.size, studio.job.options.strength) == (256, 0.6)

    await studio.paint(studio.job.id, 0.25, PREVIEW)
    await expect(page.locator("#stage-note")).to_have_text("25%, about 40 seconds left")
    await expect(page.locator("#progress")).to_have_js_property("value", 0.25)
    await expect(page.get_by_alt_text("The painting so far")).to_have_js_property("naturalWidth", 40)

    await studio.finish(studio.job.id, painting)
    finished = page.get_by_alt_text("The finished painting")
    await expect(finished).to_have_js_property("naturalWidth", 80)
    await expect(page.locator("#stage-note")).to_have_text("64 × 48 pixels, painted in 1 min 14 s")
    await expect(page.locator("#cancel")).to_be_hidden()
    async with page.expect_download() as download:
        await page.click("#download")
    kept = painting.parent / (await download.value).suggested_filename
    await (await download.value).save_as(kept)
    assert (kept.name, await asyncio.to_thread(kept.read_bytes)) == (f"atelier-{studio.job.id[:8]}.png", PAINTING)


async def test_another_painting_starts_from_the_same_pictures(page: Page, studio: Studio, painting: Path) -> None:
    first = await start(page, studio)
    await studio.finish(first, painting)
    await page.click("#another")
    await expect(page.get_by_alt_text("town.png")).to_be_visible()
    await page.click("#paint")
    await expect(page.locator("#stage-title")).to_have_text("Waiting for the easel")
    assert studio.job.id != first
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()


async def test_two_pictures_dropped_at_once_fill_both_frames(page: Page, studio: Studio) -> None:
    await page.dispatch_event("body", "drop", {"dataTransfer": await transfer(page, CONTENT, STYLE)})
    await expect(page.locator("#content-note")).to_have_text("town.png")
    await expect(page.locator("#style-note")).to_have_text("waves.jpg")


async def test_pasted_pictures_go_where_there_is_room(page: Page, studio: Studio) -> None:
    for data in (CONTENT, STYLE):
        await page.evaluate(
            "data => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))",
            await transfer(page, data),
        )
    await expect(page.locator("#content-note")).to_have_text("town.png")
    await expect(page.locator("#style-note")).to_have_text("waves.jpg")


async def test_swapped_pictures_are_painted_swapped(page: Page, studio: Studio) -> None:
    await choose(page, "content", STYLE)
    await choose(page, "style", CONTENT)
    await page.get_by_role("button", name="Swap the two pictures").click()
    await expect(page.locator("#content-easel img")).to_have_attribute("alt", "town.png")
    await page.click("#paint")
    await expect(page.locator("#stage")).to_be_visible()
    assert studio.intake.pictures == [(CONTENT, STYLE)]


async def test_a_missing_picture_is_asked_for(page: Page, studio: Studio) -> None:
    await page.click("#paint")
    await expect(page.get_by_role("alert")).to_contain_text("Your picture is missing")
    await choose(page, "content", CONTENT)
    await expect(page.get_by_role("alert")).to_be_hidden()
    await page.click("#paint")
    await expect(page.get_by_role("alert")).to_contain_text("The manner is missing")
    await page.get_by_role("button", name="Remove your picture").click()
    await expect(page.locator("#content-note")).to_have_text("What will be painted")
    assert studio.intake.orders == []


async def test_what_the_service_refuses_is_said_in_place(page: Page, studio: Studio) -> None:
    studio.intake.refusal = errors.TooExpensive("This would take too long; the largest size that fits is 768.")
    await choose(page, "content", CONTENT)
    await choose(page, "style", STYLE)
    await page.click("#paint")
    await expect(page.get_by_role("alert")).to_have_text("This would take too long; the largest size that fits is 768.")
    studio.intake.refusal = None
    await page.click("#paint")
    await expect(page.locator("#stage")).to_be_visible()


async def test_a_file_that_is_no_picture_is_refused_before_it_is_sent(page: Page, studio: Studio) -> None:
    await page.set_input_files(
        "#content-easel input", {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    await expect(page.get_by_role("alert")).to_have_text("“notes.pdf” is not a picture.")


async def test_a_failed_painting_leads_back_with_the_reason(page: Page, studio: Studio) -> None:
    await studio.fail(await start(page, studio), "bad_input")
    await expect(page.get_by_role("alert")).to_have_text(
        "One of the pictures could not be painted from. Please try another."
    )
    await expect(page.get_by_alt_text("town.png")).to_be_visible()


async def test_a_painting_can_be_cancelled(page: Page, studio: Studio) -> None:
    job_id = await start(page, studio)
    await studio.paint(job_id, 0.5, PREVIEW)
    await page.click("#cancel")
    await expect(page.get_by_role("alert")).to_have_text("This painting was cancelled.")
    assert studio.job.status == "cancelled"


async def test_a_reload_goes_on_where_it_was(page: Page, studio: Studio, painting: Path) -> None:
    job_id = await start(page, studio)
    await studio.paint(job_id, 0.5, PREVIEW)
    await expect(page.locator("#stage-note")).to_contain_text("50%")
    await page.reload()
    await expect(page.locator("#stage-note")).to_contain_text("50%")
    await expect(page.get_by_alt_text("The painting so far")).to_have_js_property("naturalWidth", 40)
    await studio.finish(job_id, painting)
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()
    await page.reload()
    await expect(page.get_by_alt_text("The finished painting")).to_be_visible()


async def test_the_page_finds_a_service_that_comes_back(page: Page, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with open_studio(tmp_path, WebSettings(port=port)) as studio, asyncio.TaskGroup() as tasks:
        await page.goto(studio.adapter.url)
        job_id = await start(page, studio)
        studio.serving.cancel()
        await expect(page.get_by_role("alert")).to_have_text("The service cannot be reached; trying again.")
        again = tasks.create_task(studio.adapter.run())
        await studio.adapter.listening.wait()
        await studio.paint(job_id, 0.5, PREVIEW)
        await expect(page.locator("#stage-note")).to_contain_text("50%")
        await expect(page.get_by_role("alert")).to_be_hidden()
        again.cancel()


async def test_a_job_that_is_not_there_leads_back_with_a_sentence(page: Page, studio: Studio) -> None:
    await page.goto("about:blank")
    await page.goto(f"{studio.adapter.url}/#job={'0' * 32}")
    await expect(page.get_by_role("alert")).to_have_text("There is no such painting, or it is not yours.")
    await expect(page.locator("#paint")).to_be_visible()


async def test_everything_can_be_done_with_the_keyboard(page: Page, studio: Studio) -> None:
    await choose(page, "content", CONTENT)
    await choose(page, "style", STYLE)
    await page.focus("#content-easel input")
    visited = []
    for _ in range(7):
        await page.keyboard.press("Tab")
        visited.append(
            await page.evaluate(
                "() => document.activeElement.ariaLabel || document.activeElement.id || document.activeElement.type"
            )
        )
    assert visited == [
        "Remove your picture",
        "Swap the two pictures",
        "file",
        "Remove the manner",
        "size",
        "strength",
        "paint",
    ]
    await page.keyboard.press("Enter")
    await expect(page.locator("#stage-title")).to_be_focused()
    await expect(page.locator("#announcer")).to_have_text("Waiting for the easel")


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_page_fits_its_window(page: Page, studio: Studio, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    await start(page, studio)
    for _ in range(2):
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.reload()
