"""Structured logs to standard error, one formatter for structlog and the standard library, with secrets kept out."""

from __future__ import annotations

import functools
import json
import logging
import re
import sys
from collections.abc import Iterable
from types import TracebackType
from urllib.parse import quote

import structlog
from structlog.typing import Processor

from config.settings import LogSettings

__all__ = ["LogSettings", "Redactor", "setup"]

MASK = "[redacted]"

#: These log every request at INFO, httpx with the bot's token in its URL, and alembic its own set-up; those of X print
#: what they sign requests with at DEBUG.
QUIET = (
    *("httpx", "httpcore", "aiohttp.access", "alembic"),
    *("tweepy", "oauthlib", "requests_oauthlib", "urllib3"),
)
#: It logs a traceback for whatever strangers send that is no HTTP; what goes wrong in our handlers we log ourselves.
_SILENT = ("aiohttp.server",)

_TELEGRAM_TOKENS = (
    # The first stops at quotes, backslashes and colour codes too, so that a rendered line stays whole around it.
    r"""(?<=/bot)\d+(?::|%3[Aa])[^/\s"'\\\x1b]+""",
    r"\d{8,10}:[A-Za-z0-9_-]{35,}",
)

#: Keys of the API, and what their webhooks are signed with.
_KEYS = (r"atl_[0-9a-f]{64}", r"whsec_[A-Za-z0-9+/]{32,}={0,2}")

#: A shorter secret is not looked for: its letters would be part of ordinary words.
_MIN_SECRET = 6


class Redactor:
    """Replaces secrets in text: Telegram tokens and API keys by their form, and the values it is given."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {spelling for secret in secrets if len(secret) >= _MIN_SECRET for spelling in _spellings(secret)}
        # Longest first: one secret may begin with another.
        values = [re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*values, *_TELEGRAM_TOKENS, *_KEYS]))

    def __call__(self, text: str) -> str:
        """`text` with every secret masked."""
        return self._pattern.sub(MASK, text)


def setup(log: LogSettings, secrets: Iterable[str] = ()) -> None:
    """Send all logs of this process to standard error, at the level and in the format of `log`.

    `secrets` are values that must not appear anywhere (`Settings.secret_values`). Replaces every handler of the root
    logger, so that nothing is written past the filter; an exception that nobody catches goes through it too.
    """
    level = logging.getLevelNamesMapping()[log.level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter(Redactor(secrets), shared, _renderers(log.format)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    sys.excepthook = _log_uncaught


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line, since what a value or a traceback says is known only once it is rendered."""

    def __init__(self, redact: Redactor, shared: list[Processor], renderers: list[Processor]) -> None:
        super().__init__(foreign_pre_chain=shared, processors=[self.remove_processors_meta, *renderers])
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def _renderers(form: str) -> list[Processor]:
    terminal = sys.stderr.isatty()
    if form == "json" or (form == "auto" and not terminal):
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # The plain traceback: a boxed one shows local variables, and breaks lines in the middle of a secret. Strings are
    # written as Python would, so that a stranger's text cannot steer the terminal.
    renderer = structlog.dev.ConsoleRenderer(
        colors=terminal, repr_native_str=True, exception_formatter=structlog.dev.plain_traceback
    )
    return [renderer]


def _spellings(secret: str) -> set[str]:
    """A secret as it may stand in a rendered line: plain, in a URL, in JSON, in a repr, in a repr in JSON."""
    encoders = (json.dumps, functools.partial(json.dumps, ensure_ascii=False), repr)
    spellings = {secret, quote(secret, safe="")}
    for _ in range(2):
        spellings |= {encode(spelling)[1:-1] for spelling in spellings for encode in encoders}
    return spellings


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger(__name__).critical("uncaught exception", exc_info=(kind, error, trace))
