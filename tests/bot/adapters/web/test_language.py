"""In which language the page and the API answer."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from bot.adapters.web.language import COOKIE, language_of
from tests.bot.adapters.web.test_jobs import STYLE, problem_of, upload


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("pt, fr;q=0.4, es;q=0.8", "es"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("*", "en"),
        ("de;q=quite, ;;,=", "en"),
    ],
)
def test_the_best_of_the_accepted_languages_that_there_is(accepted: str, language: str) -> None:
    assert language_of(make_mocked_request("GET", "/", headers={"Accept-Language": accepted})) == language


@pytest.mark.parametrize(("kept", "language"), [("fr", "fr"), ("xx", "de"), ("../de", "de")])
def test_what_a_person_has_chosen_comes_first(kept: str, language: str) -> None:
    headers = {"Accept-Language": "de", "Cookie": f"{COOKIE}={kept}"}
    assert language_of(make_mocked_request("GET", "/", headers=headers)) == language


async def test_errors_speak_the_language_of_who_asks(http: aiohttp.ClientSession) -> None:
    async with http.post("/api/v1/jobs", data=upload(style=STYLE), headers={"Accept-Language": "de"}) as response:
        assert "fehlt" in await problem_of(response, 400, "picture_missing")
