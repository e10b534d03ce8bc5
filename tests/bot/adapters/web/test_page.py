"""The page as it is sent: in each language, compressed, only once, and with every sentence that its scripts say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import aiohttp
import pytest

from bot.adapters.web.index import PAGE
from bot.texts import LANGUAGES, catalogue
from bot.texts.browser import patterns

#: ``say("name"`` with a name in one piece, and the beginning of one that is put together: say(`name-${…}`
_SAID = re.compile(r'say\("([a-z_-]+)"')
_EITHER = re.compile(r'say\([^()]*\? "([a-z_-]+)" : "([a-z_-]+)"')
_BEGUN = re.compile(r"say\(`([a-z_-]+)\$\{")


def scripts() -> str:
    return "\n".join(file.read_text() for file in sorted(PAGE.glob("*.js")))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_comes_in_the_language_that_is_asked_for(http: aiohttp.ClientSession, language: str) -> None:
    async with http.get("/", headers={"Accept-Language": language}) as response:
        text = await response.text()
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in text and "{{" not in text
    assert f'<option value="{language}" selected>' in text
    words = re.search(r'<script type="application/json" id="words">(.*)</script>', text)
    assert words and json.loads(words[1]) == patterns("page-script", language)


async def test_what_has_not_changed_is_not_sent_again(http: aiohttp.ClientSession) -> None:
    for path in ("/", "/page/style.css", "/page/eb-garamond.woff2"):
        async with http.get(path) as first:
            tag = first.headers["ETag"]
        async with http.get(path, headers={"If-None-Match": tag}) as again:
            assert (again.status, await again.read()) == (304, b"")
        async with http.get(path, headers={"If-None-Match": '"another"'}) as other:
            assert other.status == 200


async def test_text_is_compressed_for_who_understands_it(http: aiohttp.ClientSession) -> None:
    sizes = {}
    for accepted in ("gzip", "identity"):
        async with http.get("/page/style.css", headers={"Accept-Encoding": accepted}) as response:
            assert response.headers.get("Content-Encoding") == (accepted if accepted == "gzip" else None)
            assert response.headers["Content-Type"] == "text/css; charset=utf-8"
            sizes[accepted] = int(response.headers["Content-Length"])
    assert sizes["gzip"] < sizes["identity"] / 2


def test_every_sentence_of_the_scripts_is_there_and_every_one_there_is_said() -> None:
    known = {name.removeprefix("script-") for name in patterns("page-script", "en")}
    said = {*_SAID.findall(scripts()), *(name for pair in _EITHER.findall(scripts()) for name in pair)}
    begun = tuple(_BEGUN.findall(scripts()))
    assert said <= known
    assert not {name for name in known - said if not name.startswith(begun)}
    for beginning in begun:
        assert any(name.startswith(beginning) for name in known), beginning


def test_variables_and_choices_are_left_to_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "some.ftl").write_text(
        "plain = Here\nplace = Number { $n } of { $all }\n"
        "count =\n    { $n ->\n        [0] none\n        [one] one\n       *[other] { $n } of them\n    }\n"
    )
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "some.ftl").write_text("plain = Hier\n")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    assert patterns("some", "de") == {
        "plain": "Hier",
        "place": ["Number ", {"of": "n"}, " of ", {"of": "all"}],
        "count": {"by": "n", "cases": {"0": "none", "one": "one", "other": [{"of": "n"}, " of them"]}, "else": "other"},
    }
    (tmp_path / "en" / "some.ftl").write_text("term = { -brand }\n")
    with pytest.raises(TypeError, match="text, variables and choices"):
        patterns("some", "en")
