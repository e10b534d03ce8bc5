"""The admin page as an admin uses it: a real browser at a real house, on a desk and on a phone."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect
from pydantic import SecretStr

from bot.adapters.web.admin import sessions
from bot.jobs import Status
from bot.ports import AgentStatus, WorkerStatus
from bot.store.tables import ReplyState
from config.settings import WebSettings
from tests.bot.adapters.web.administering import HASH, PASSWORD
from tests.docs_admin import budget_of, furnish
from tests.fakes.house import House, open_house
from tests.fakes.web import page_of

ALICE, BOB = "fake:1", "fake:2"
WEB = WebSettings(port=0, admin_password_hash=SecretStr(HASH))


@dataclasses.dataclass
class Office:
    """The page, open on a house."""

    page: Page
    house: House
    url: str

    async def enter(self, password: str = PASSWORD) -> None:
        """Write a password, and log in."""
        await self.page.fill("#password", password)
        await self.page.keyboard.press("Enter")

    async def said(self, text: str | re.Pattern[str]) -> None:
        """Wait for an answer."""
        await expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def row(self, section: str, text: str) -> Locator:
        """The row of a table that has a text."""
        return self.page.locator(f"#{section} tbody tr", has_text=text)


@pytest.fixture
async def office(tmp_path: Path, page: Page) -> AsyncIterator[Office]:
    """An admin before the page of a house that paints when a test says so."""
    async with open_house(tmp_path) as house, house.running(), page_of(house, WEB) as adapter:
        await page.goto(f"{adapter.url}/admin")
        yield Office(page, house, adapter.url)
        await page.close()


@pytest.fixture(params=[360, 1280], ids=["phone", "desktop"])
async def inside(request: pytest.FixtureRequest, office: Office) -> Office:
    """The same, logged in, at two widths."""
    await office.page.set_viewport_size({"width": request.param, "height": 800})
    await office.enter()
    await expect(office.page.locator("#headline")).to_be_focused()
    return office


async def test_only_the_password_opens_the_page(office: Office) -> None:
    page = office.page
    await expect(page.locator("#password")).to_be_focused()
    await office.enter("wrong")
    await expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    await expect(page.locator("#house")).to_be_hidden()
    for _ in range(2):
        await office.enter("wrong")
        await expect(page.locator("#login button")).to_be_enabled()
    await office.enter()
    await expect(page.get_by_role("alert")).to_contain_text("The next try is possible in")
    await expect(page.locator("#house")).to_be_hidden()


async def test_of_an_empty_house_every_list_says_so(inside: Office) -> None:
    page = inside.page
    await expect(page.locator("#headline")).to_have_text("Open")
    await expect(page.locator("#depth")).to_have_text("0 waiting, 0 being painted, 0 to be sent.")
    for sentence in ("Nothing waits", "Nobody has asked", "No reply is uncertain.", "No painting has failed.",
                     "No platform that charges", "Nothing has happened"):  # fmt: skip
        await expect(page.locator(".empty", has_text=sentence)).to_be_visible()
    await expect(inside.row("audit", "login")).to_contain_text("Logged in.")


async def test_the_queue_moves_before_ones_eyes(inside: Office) -> None:
    page, house = inside.page, inside.house
    first = await house.intake.accept(house.order("1", ALICE))
    second = await house.intake.accept(house.order("2", BOB))
    await expect(inside.row("queue", second.id[:8])).to_contain_text("in about")
    await house.pool.until_started(first.id)
    await house.pool.progress(first.id, 0.4)
    row = inside.row("queue", first.id[:8])
    await expect(row).to_contain_text("40 %")
    await expect(row.get_by_role("progressbar")).to_have_js_property("value", 0.4)
    await expect(page).to_have_title("(1) Open · Atelier, for admins")
    await house.pool.paint(first.id)
    await expect(row).to_have_count(0)
    await expect(inside.row("queue", second.id[:8])).to_contain_text("0 %")


async def test_a_pause_by_keyboard_with_a_reason_and_its_end(inside: Office) -> None:
    page, house = inside.page, inside.house
    await page.focus("#pause")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("What people are told")).to_be_focused()
    await page.keyboard.type("Back at noon")
    await page.keyboard.press("Enter")
    await inside.said("Paused. What is being painted now is finished")
    await expect(page.locator("#headline")).to_have_text("Paused: nothing more is begun")
    await expect(page.locator("#told")).to_have_text("People are told: Back at noon.")
    assert await house.store.switches.get("paused") == {"reason": "Back at noon."}
    await page.click("#resume")
    await expect(page.locator("#headline")).to_have_text("Open")
    assert await house.store.switches.get("paused") is None


async def test_a_drain_is_asked_about_first(inside: Office) -> None:
    page, house = inside.page, inside.house
    await page.click("#drain")
    await expect(page.get_by_role("button", name="Leave it")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert await house.store.switches.get("drained") is None
    await page.click("#drain")
    await page.get_by_role("dialog").get_by_role("button", name="Drain").click()
    await expect(page.locator("#headline")).to_have_text("Drained: nothing is taken in")


async def test_an_agent_is_drained_undrained_and_evicted_from_its_card(inside: Office) -> None:
    page, house = inside.page, inside.house

    def heard(is_resting: bool) -> tuple[WorkerStatus, ...]:
        agent = AgentStatus("gpu1", 0 if is_resting else 1, 2, 3, is_resting)
        return (WorkerStatus("gpu1-0", "cuda:0", "painting", device_name="NVIDIA H100", agent=agent),)

    house.pool.workers = heard(is_resting=False)
    card = page.locator("#renderers li").first
    await expect(card).to_contain_text("class cuda · agent gpu1 holds 2 and paints 1 at a time · heard")
    await page.get_by_role("button", name="Drain gpu1").click()
    await page.get_by_role("button", name="Drain the agent").click()
    await inside.said("gpu1 is given nothing more")
    assert house.pool.resting == {"gpu1"}
    house.pool.workers = heard(is_resting=True)
    await expect(card).to_contain_text("painting, drained")
    await page.get_by_role("button", name="Undrain gpu1").click()
    await inside.said("gpu1 is given work again")
    assert house.pool.resting == frozenset()
    await page.get_by_role("button", name="Evict gpu1").click()
    await page.get_by_role("button", name="Evict the agent").click()
    await inside.said("2 paintings of it go to others")
    assert house.pool.evicted == ["gpu1"]


async def test_a_painting_is_cancelled_after_a_second_thought(inside: Office) -> None:
    page, house = inside.page, inside.house
    for number in "12":
        await house.intake.accept(house.order(number, ALICE))
    [first, job] = await house.store.queue.open_jobs()
    await house.pool.until_started(first.id)
    button = page.get_by_role("button", name=f"Cancel {job.id[:8]}")
    await button.click()
    await page.get_by_role("button", name="Leave it").click()
    assert (await house.read(job)).status is Status.QUEUED
    await button.click()
    await page.get_by_role("button", name="Cancel the painting").click()
    await inside.said(f"{job.id[:8]} of {ALICE} is cancelled.")
    await expect(inside.row("queue", job.id[:8])).to_have_count(0)
    assert (await house.read(job)).status is Status.CANCELLED
    await expect(page.locator("#queue-title")).to_be_focused()


async def test_somebody_is_banned_given_a_quota_and_let_in_again(inside: Office) -> None:
    page, house = inside.page, inside.house
    await house.intake.accept(house.order("1", ALICE))
    await page.get_by_role("button", name=f"Ban {ALICE}", exact=True).click()
    await page.get_by_label("Why, which they are told").fill("too much of it")
    await page.keyboard.press("Enter")
    await expect(inside.row("people", ALICE)).to_contain_text("too much of it.")
    assert (await house.accounts.get(ALICE)).banned == "too much of it."
    await page.get_by_role("button", name=f"Unban {ALICE}", exact=True).click()
    await expect(page.get_by_role("button", name=f"Ban {ALICE}", exact=True)).to_be_visible()
    assert (await house.accounts.get(ALICE)).banned is None

    await page.get_by_role("button", name=f"Quota {ALICE}", exact=True).click()
    await page.get_by_label("Paintings in an hour").fill("2")
    await page.keyboard.press("Enter")
    await expect(inside.row("people", ALICE)).to_contain_text("2 / 300")
    await page.get_by_role("button", name=f"Quota {ALICE}", exact=True).click()
    for label in ("Paintings in an hour", "Paintings in a day"):
        await page.get_by_label(label).fill("")
    await page.keyboard.press("Enter")
    await expect(inside.row("people", ALICE)).to_contain_text("usual")


async def test_somebody_who_is_not_on_the_page_can_be_named(inside: Office) -> None:
    page, house = inside.page, inside.house
    form = page.locator("#somebody")
    await page.fill("#who", "telegram:-100")
    await form.get_by_role("button", name="Allow", exact=True).click()
    await expect(inside.row("people", "telegram:-100")).to_contain_text("on the list")
    await expect(page.locator("#who")).to_have_value("")
    await page.fill("#who", "telegram:666")
    await form.get_by_role("button", name="Ban…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Ban", exact=True).click()
    await expect(inside.row("people", "telegram:666")).to_contain_text("banned")
    assert (await house.accounts.get("telegram:-100")).allowed
    assert (await house.accounts.get("telegram:666")).banned == ""


async def test_an_uncertain_reply_is_sent_again(inside: Office) -> None:
    page, house = inside.page, inside.house
    job = await house.painted(await house.job("1", ALICE, adapter="elsewhere"))
    await house.store.outbox.claim(job)
    await house.store.outbox.postpone(job, ReplyState.SENDING, 0, "the connection was cut")
    await house.store.outbox.uncertain(job)
    await expect(inside.row("uncertain", job.id[:8])).to_contain_text("the connection was cut")
    await page.get_by_role("button", name=f"Send again {job.id[:8]}").click()
    await inside.said(f"The reply to {job.id[:8]} is sent again.")
    assert await house.store.outbox.counts() == {ReplyState.READY: 1}


async def test_every_other_verb_can_be_said_and_a_refusal_is_told(inside: Office) -> None:
    page = inside.page
    await page.fill("#line", "stats")
    await page.keyboard.press("Enter")
    await inside.said("Last day: nobody has asked for anything.")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.locator("#answer")).to_be_hidden()
    await page.fill("#line", "cancel deadbeef")
    await page.keyboard.press("Enter")
    await inside.said("There is no painting deadbeef.")
    await expect(inside.row("audit", "cancel deadbeef")).to_contain_text("refused: There is no painting deadbeef.")


async def test_a_logout_shows_nothing_any_more_not_even_after_going_back(inside: Office) -> None:
    page = inside.page
    await page.click("#log-out")
    await expect(page.locator("#login")).to_be_visible()
    await expect(page.locator("#house")).to_be_hidden()
    await page.goto("about:blank")
    await page.go_back()
    await expect(page.locator("#login")).to_be_visible()
    await expect(page.locator("#house")).to_be_hidden()


async def test_a_reload_stays_inside_and_an_idle_session_ends(inside: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    page = inside.page
    await page.reload()
    await expect(page.locator("#headline")).to_have_text("Open")
    monkeypatch.setattr(sessions, "IDLE_S", 0)
    await expect(page.get_by_role("alert")).to_have_text("You were logged out, since nothing was done for a while.")
    await expect(page.locator("#house")).to_be_hidden()


async def test_a_restart_is_noticed_and_logs_out(tmp_path: Path, page: Page) -> None:
    async with open_house(tmp_path) as house:
        async with page_of(house, WEB) as adapter:
            port = int(adapter.url.rpartition(":")[2])
            await page.goto(f"{adapter.url}/admin")
            await Office(page, house, adapter.url).enter()
            await expect(page.locator("#headline")).to_have_text("Open")
        await expect(page.locator("#cut-off")).to_be_visible()
        async with page_of(house, WEB.model_copy(update={"port": port})):
            await expect(page.locator("#login")).to_be_visible()
            await expect(page.locator("#cut-off")).to_be_hidden()
            await page.close()


# ---- a house in which a good deal goes on


@pytest.fixture
async def busy(tmp_path: Path, page: Page) -> AsyncIterator[Office]:
    """A house with something in every list."""
    async with open_house(tmp_path) as house:
        house.admin = house.admin_of(budgets=[await budget_of(house)])
        await furnish(house)
        async with page_of(house, WEB) as adapter:
            await page.goto(f"{adapter.url}/admin")
            yield Office(page, house, adapter.url)
            await page.close()


async def outside(office: Office) -> None:
    await office.enter("wrong")
    await expect(office.page.get_by_role("alert")).to_be_visible()


async def looking(office: Office) -> None:
    await office.enter()
    await expect(office.page.locator("#queue tbody tr").first).to_be_visible()


async def asked(office: Office) -> None:
    await looking(office)
    await office.page.locator("#people td button", has_text="Quota…").first.click()
    await expect(office.page.get_by_role("dialog")).to_be_visible()


async def answered(office: Office) -> None:
    await looking(office)
    await office.page.fill("#line", "stats")
    await office.page.keyboard.press("Enter")
    await office.said("Last week")


STATES: list[Callable[[Office], Awaitable[None]]] = [outside, looking, asked, answered]


@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))
@pytest.mark.parametrize("width", [360, 1440])
async def test_axe_finds_nothing_in_light_or_dark(
    busy: Office, state: Callable[[Office], Awaitable[None]], width: int
) -> None:
    await busy.page.set_viewport_size({"width": width, "height": 800})
    await state(busy)
    for scheme in ("light", "dark"):
        await busy.page.emulate_media(color_scheme=scheme)
        found = await Axe().run(busy.page)
        assert found.violations_count == 0, f"{scheme}\n{found.generate_report()}"


@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))
async def test_the_page_fits_every_window(busy: Office, state: Callable[[Office], Awaitable[None]]) -> None:
    await state(busy)
    for width in (360, 390, 600, 768, 900, 1024, 1280, 1376, 1440, 1920):
        await busy.page.set_viewport_size({"width": width, "height": 800})
        assert await busy.page.evaluate("document.documentElement.scrollWidth") <= width
        poking_out = await busy.page.evaluate(
            """() => [...document.querySelectorAll('section')].filter(
                section => [...section.querySelectorAll('*')].some(
                    inner => inner.getBoundingClientRect().right > section.getBoundingClientRect().right + 1
                        && !inner.closest('.unseen, thead'))).map(section => section.id)"""
        )
        assert poking_out == [], width


async def test_everything_that_goes_on_is_shown(busy: Office) -> None:
    await looking(busy)
    page = busy.page
    await expect(page.locator("#depth")).to_contain_text("3 waiting, 2 being painted, 4 to be sent.")
    await expect(page.locator("#renderers li").first).to_contain_text(
        "cuda:0, NVIDIA H100 80GB HBM3 · 11.4 GB of memory"
    )
    await expect(page.locator("#renderers li").last).to_contain_text("no sign of life for 60 s")
    await expect(page.locator("#platforms li", has_text="down")).to_contain_text("X refuses the access token")
    await expect(page.locator("#spend li").first).to_contain_text("X today: $4.39 of $5.00")
    await expect(page.locator("#disk")).to_contain_text("100.0 GB of")
    await expect(page.locator("#notices")).to_contain_text("content of telegram:123 refused (0.93)")
    await expect(page.locator("#settings")).to_contain_text("ATELIER_DATA_DIR")
    await expect(busy.row("failed", "x:99887766")).to_contain_text("bad_input")
    await expect(page.locator("img, canvas, video")).to_have_count(0)


async def test_what_somebody_holds_is_not_taken_away_by_what_is_new(inside: Office) -> None:
    page, house = inside.page, inside.house
    await house.intake.accept(house.order("1", ALICE))
    await page.get_by_role("button", name=f"Quota {ALICE}", exact=True).focus()
    await house.intake.accept(house.order("2", BOB))
    await expect(inside.row("people", BOB)).to_be_visible()
    await expect(page.get_by_role("button", name=f"Quota {ALICE}", exact=True)).to_be_focused()
