"""In which of the bot's languages a request is answered."""

from __future__ import annotations

from aiohttp import hdrs, web

from bot.texts import LANGUAGES, language_for

#: The page keeps there what a person has chosen, since an EventSource sends no headers of its own.
COOKIE = "atelier_language"


def language_of(request: web.Request) -> str:
    """The language that the page's cookie names, else the best of ``Accept-Language``, else English."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    ranked = sorted(_accepted(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")), key=lambda pair: -pair[1])
    return next((language for language, quality in ranked if quality > 0), "en")


def _accepted(header: str) -> list[tuple[str, float]]:
    """Those of our languages that the header names, with their quality (RFC 9110, 12.5.4); nonsense is passed over."""
    accepted = []
    for part in header.split(","):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        language = language_for(tag)
        if tag == "*" or not tag.lower().startswith(language):
            continue
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            accepted.append((language, float(quality)))
        except ValueError:
            continue
    return accepted
