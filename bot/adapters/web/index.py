"""The page itself, written in the language of who opens it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from aiohttp import hdrs, web

from bot.adapters.web.guard import keep_session
from bot.adapters.web.language import language_of
from bot.adapters.web.static import Asset, routes_of
from bot.texts import LANGUAGES, Phrase, in_passing, phrase, say
from bot.texts.browser import patterns

PAGE = Path(__file__).parent / "page"
#: What JavaScript says.
_SCRIPT = "page-script"
_WHOLE = re.compile(r"\{\{\{ ([a-z-]+) \}\}\}")
_SAID = re.compile(r"(?<!\{)\{\{ ([a-z-]+) \}\}(?!\})")


class Index:
    """The page in each language, written when it is first asked for, and the files that it loads."""

    def __init__(self) -> None:
        self._written: dict[str, Asset] = {}

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return [web.get("/", self.show), *routes_of(PAGE, "/page")]

    async def show(self, request: web.Request) -> web.Response:
        """The page, with a session for the browser that asks."""
        language = language_of(request)
        if language not in self._written:
            self._written[language] = Asset.of(_in(language).encode(), ".html")
        response = self._written[language].respond(request)
        response.headers[hdrs.VARY] = f"{hdrs.ACCEPT_ENCODING}, {hdrs.ACCEPT_LANGUAGE}, {hdrs.COOKIE}"
        response.headers[hdrs.CONTENT_LANGUAGE] = language
        keep_session(request, response)
        return response


def _in(language: str) -> str:
    template = (PAGE / "index.html").read_text("utf-8")
    # A “</script>” in a sentence would end the element.
    words = json.dumps(patterns(_SCRIPT, language), ensure_ascii=False).replace("<", "\\u003c")
    wholes = {"words": words, "languages": _choices(language)}
    with in_passing(language):
        text = _SAID.sub(lambda match: html.escape(say(Phrase(match[1]), language)), template)
    return _WHOLE.sub(lambda match: wholes[match[1]], text)


def _choices(language: str) -> str:
    """Each language under its own name, as options of a select."""
    choices = []
    for other in LANGUAGES:
        with in_passing(other):
            name = html.escape(say(phrase("telegram-language-name"), other))
        choices.append(f'<option value="{other}"{" selected" if other == language else ""}>{name}</option>')
    return "".join(choices)
