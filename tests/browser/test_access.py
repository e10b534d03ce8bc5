"""The page for everybody: by keyboard, with a screen reader, on a phone, in light and dark, in each language."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from bot.texts import LANGUAGES
from tests.browser.sitting import CONTENT, STYLE, Sitting, sitting


@pytest.fixture
async def at_page(page: Page, tmp_path: Path) -> AsyncIterator[Sitting]:
    async with sitting(page, tmp_path) as at_page:
        yield at_page


async def composing(at_page: Sitting) -> None:
    await at_page.choose("content", CONTENT)
    await at_page.page.click("#blend")
    await at_page.page.click("[data-name=waves]")
    await at_page.page.click("#more summary")


async def complaining(at_page: Sitting) -> None:
    await at_page.page.click("#paint")
    await expect(at_page.page.get_by_role("alert")).to_be_visible()


async def waiting(at_page: Sitting) -> None:
    await at_page.busy()
    await at_page.begin()


async def painting(at_page: Sitting) -> None:
    await at_page.advance(await at_page.begin(), 0.4)
    await expect(at_page.page.get_by_alt_text("The painting so far")).to_be_visible()


async def done(at_page: Sitting) -> None:
    await at_page.finish(await at_page.begin())
    await expect(at_page.page.get_by_role("slider", name="Compare with your picture")).to_be_visible()


async def looking_back(at_page: Sitting) -> None:
    await at_page.finish(await at_page.begin())
    await at_page.page.click("#to-mine")
    await expect(at_page.page.locator("#mine li")).to_have_count(1)


async def asked_to_delete(at_page: Sitting) -> None:
    await looking_back(at_page)
    await at_page.page.click("#erase")


STATES: list[Callable[[Sitting], Awaitable[None]]] = [
    composing,
    complaining,
    waiting,
    painting,
    done,
    looking_back,
    asked_to_delete,
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))
async def test_axe_finds_nothing_in_light_or_dark(
    page: Page, at_page: Sitting, state: Callable[[Sitting], Awaitable[None]]
) -> None:
    await page.emulate_media(reduced_motion="reduce")  # colours are judged, and must not be on their way
    await state(at_page)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{scheme}\n{found.generate_report()}"


@pytest.mark.parametrize("width", [360, 390, 1280])
@pytest.mark.parametrize("state", STATES[:6], ids=lambda state: str(state.__name__))
async def test_the_page_fits_its_window(
    page: Page, at_page: Sitting, state: Callable[[Sitting], Awaitable[None]], width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    await state(at_page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_everything_can_be_done_with_the_keyboard(page: Page, at_page: Sitting) -> None:
    await at_page.choose("content", CONTENT)
    await at_page.choose("style", STYLE)
    await page.focus("#content-easel input")
    visited: list[str] = []
    while (visited or [""])[-1] != "paint":
        await page.keyboard.press("Tab")
        name = "() => { const it = document.activeElement; return it.ariaLabel || it.id || it.dataset.name || it.name }"
        visited.append(await page.evaluate(name) or await page.evaluate("document.activeElement.tagName"))
    ordered = [name for name in visited if not name.islower() or name in ("blend", "strength", "strokes", "colours")]
    assert ordered[:3] == ["Remove your picture", "Swap the two pictures", "INPUT"]
    assert ordered[3:] == ["Remove the manner", "blend", "strength", "strokes", "colours", "SUMMARY"]
    assert {"surprise", "brushwork", "woodcut", "quality"} <= set(visited)
    await page.keyboard.press("Enter")
    await expect(page.locator("#stage-title")).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_speaks_each_language(page: Page, at_page: Sitting, language: str) -> None:
    await page.select_option("#language", language)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("body")).not_to_contain_text("{")
    await page.click("#paint")
    await expect(page.get_by_role("alert")).to_be_visible()
    await at_page.begin()
    title = {"en": "Painting", "de": "Wird gemalt", "fr": "En train d’être peint", "es": "Pintándose"}
    await expect(page.locator("#stage-title")).to_have_text(title[language])
    await at_page.web.house.pool.progress(at_page.job_id, 0.5)
    await expect(page.locator("#stage-note")).to_contain_text("50")
    await page.click("#cancel")
    told = {"en": "cancelled", "de": "abgebrochen", "fr": "annulé", "es": "cancel"}
    await expect(page.get_by_role("alert")).to_contain_text(told[language])
