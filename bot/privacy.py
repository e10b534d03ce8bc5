"""What is kept of people, said to them: by /privacy, by the page, and in PRIVACY.md, which ``make docs`` writes."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.replies import duration
from bot.texts import LANGUAGES, Phrase, Said, phrase, say
from config.settings import LimitsSettings, RetentionSettings

TITLE = phrase("privacy-title")
_DAY_S = 24 * 3600.0


def statement(retention: RetentionSettings, limits: LimitsSettings) -> tuple[Said, ...]:
    """The paragraphs, with the lengths of time that these settings say."""
    return (
        phrase("privacy-pictures", inputs=_days(retention.inputs_days), results=_days(retention.results_days)),
        phrase("privacy-camera"),
        phrase("privacy-moderation"),
        phrase("privacy-jobs", history=_days(retention.history_days), pending=duration(limits.pending_s)),
        phrase("privacy-who"),
        phrase("privacy-operator", audit=_days(retention.audit_days)),
        phrase("privacy-log"),
        phrase("privacy-erase"),
        phrase("privacy-backups"),
        phrase("privacy-elsewhere"),
    )


def _days(days: float) -> Phrase:
    """A length of time, in days from two on."""
    return phrase("duration-days", number=round(days)) if days >= 2 else duration(days * _DAY_S)


def markdown() -> str:
    """All of it in every language, with the lengths of time as they come."""
    paragraphs = statement(RetentionSettings(), LimitsSettings())
    parts = ["<!-- Written by `make docs` out of bot/texts; a service says its own lengths of time by /privacy. -->"]
    for language in LANGUAGES:
        parts += [f"# {say(TITLE, language)}", *(say(paragraph, language) for paragraph in paragraphs)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(markdown(), "utf-8")
