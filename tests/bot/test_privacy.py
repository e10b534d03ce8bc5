"""What is kept of people is said in one text, wherever they ask."""

from __future__ import annotations

import html
from pathlib import Path

import aiohttp
import pytest

from bot.privacy import TITLE, markdown, statement
from bot.texts import LANGUAGES, say
from config.settings import LimitsSettings, RetentionSettings
from tests.bot.adapters.telegram.receiving import open_reception
from tests.fakes.telegram import fake_telegram
from tests.fakes.web import open_web_house

ROOT = Path(__file__).resolve().parent.parent.parent
#: Characters that Telegram takes in one message.
MOST = 4096


def paragraphs(language: str, **retention: float) -> list[str]:
    settings = RetentionSettings.model_validate(retention)
    return [say(said, language) for said in (TITLE, *statement(settings, LimitsSettings()))]


def test_the_file_is_what_the_texts_make_of_it() -> None:
    assert (ROOT / "PRIVACY.md").read_text("utf-8") == markdown(), "run `make docs`"
    for language in LANGUAGES:
        for paragraph in paragraphs(language):
            assert paragraph in markdown()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lengths_of_time_are_those_of_the_settings(language: str) -> None:
    said = "\n".join(paragraphs(language, inputs_days=3, results_days=1.5, history_days=41, audit_days=500))
    for number in ("3 ", "36 ", "41 ", "500 ", "30 "):
        assert f" {number}" in said
    assert "90" not in said and len(said) < MOST


@pytest.mark.parametrize("language", LANGUAGES)
async def test_telegram_says_it(tmp_path: Path, language: str) -> None:
    async with (
        fake_telegram() as server,
        open_reception(tmp_path, server, alice=server.person("Alice", language)) as reception,
    ):
        await reception.alice.text("/privacy")
        assert (await reception.heard()).words == "\n\n".join(paragraphs(language))


async def test_the_page_says_it_and_leads_to_it(tmp_path: Path) -> None:
    async with open_web_house(tmp_path) as web, aiohttp.ClientSession(web.url) as http:
        for language in LANGUAGES:
            headers = {"Accept-Language": language}
            async with http.get("/privacy", headers=headers) as answer:
                assert (answer.status, answer.content_type) == (200, "text/html")
                assert answer.headers["Content-Language"] == language
                page = html.unescape(await answer.text())
            for paragraph in paragraphs(language):
                assert paragraph in page
            async with http.get("/", headers=headers) as answer:
                assert f'<a href="/privacy">{html.escape(say(TITLE, language))}</a>' in await answer.text()
