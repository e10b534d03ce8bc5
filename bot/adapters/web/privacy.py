"""The page that says what is kept of people, in the language of who opens it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from aiohttp import hdrs, web

from bot.adapters.web.language import language_of
from bot.adapters.web.static import Asset
from bot.privacy import TITLE
from bot.texts import Said, in_passing, phrase, say

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} – Atelier</title>
  <link rel="icon" href="/page/icon.svg">
  <link rel="stylesheet" href="/page/palette.css">
</head>
<body>
  <header><h1><a href="/">Atelier</a></h1></header>
  <main>
    <h2>{title}</h2>
    {paragraphs}
    <p><a href="/">{back}</a></p>
  </main>
</body>
</html>
"""


class PrivacyPage:
    """The page in each language, written when it is first asked for."""

    def __init__(self, statement: Sequence[Said]) -> None:
        self._statement = statement
        self._written: dict[str, Asset] = {}

    def routes(self) -> list[web.RouteDef]:
        """What is served, for ``Router.add_routes``."""
        return [web.get("/privacy", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        language = language_of(request)
        if language not in self._written:
            self._written[language] = Asset.of(self._in(language).encode(), ".html")
        response = self._written[language].respond(request)
        response.headers[hdrs.VARY] = f"{hdrs.ACCEPT_ENCODING}, {hdrs.ACCEPT_LANGUAGE}, {hdrs.COOKIE}"
        response.headers[hdrs.CONTENT_LANGUAGE] = language
        return response

    def _in(self, language: str) -> str:
        with in_passing(language):
            paragraphs = (f"<p>{html.escape(say(one, language))}</p>" for one in self._statement)
            return _PAGE.format(
                language=language,
                title=html.escape(say(TITLE, language)),
                paragraphs="\n    ".join(paragraphs),
                back=html.escape(say(phrase("page-mine-begin"), language)),
            )
