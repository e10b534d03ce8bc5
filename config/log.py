"""Structured logs to standard error, one formatter for structlog and the standard library; secrets are kept out.

So are people, where the service gives the key for their pseudonyms (`config.privacy`).
"""

from __future__ import annotations

import functools
import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, ExcInfo, Processor

from config.privacy import Pseudonyms, Veil, first_line_of_asyncio, traced
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
#: Of the loggers that are about people's content, only ours tell more than warnings.
_OURS = ("bot", "renderer", "config")

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


def setup(log: LogSettings, secrets: Iterable[str] = (), pseudonyms: Pseudonyms | None = None) -> None:
    """Send all logs of this process to standard error, at the level and in the format of `log`.

    `secrets` are values that must not appear anywhere (`Settings.secret_values`). Replaces every handler of the root
    logger, so that nothing is written past the filter; an exception that nobody catches goes through it too.

    With `pseudonyms` the log is one about strangers: their ids are replaced, texts of errors that may quote them are
    left out, and of libraries there are warnings alone, without what these were about.
    """
    level = logging.getLevelNamesMapping()[log.level.upper()]
    veils: list[Processor] = [first_line_of_asyncio, Veil(pseudonyms)] if pseudonyms else []
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(veils or [_errors_as_texts]),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter(Redactor(secrets), pseudonyms, shared, _renderers(log.format, pseudonyms)))
    of_others = max(level, logging.WARNING) if pseudonyms else level
    logging.basicConfig(level=of_others, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line, since what a value or a traceback says is known only once it is rendered."""

    def __init__(
        self,
        redact: Redactor,
        pseudonyms: Pseudonyms | None,
        shared: list[Processor],
        renderers: list[Processor],
    ) -> None:
        super().__init__(
            foreign_pre_chain=shared,
            processors=[self.remove_processors_meta, *renderers],
            # Else what a library was given would be filled into its words.
            use_get_message=pseudonyms is None,
        )
        self._redact = redact
        self._pseudonyms = pseudonyms

    def format(self, record: logging.LogRecord) -> str:
        line = self._redact(super().format(record))
        return self._pseudonyms.within(line) if self._pseudonyms else line


def _errors_as_texts(_: object, __: str, event: EventDict) -> EventDict:
    """A processor: an error that is a value stands for its text."""
    for key, value in event.items():
        if isinstance(value, BaseException) and key != "exc_info":
            event[key] = str(value) or repr(value)
    return event


def _renderers(form: str, pseudonyms: Pseudonyms | None) -> list[Processor]:
    terminal = sys.stderr.isatty()
    if form == "json" or (form == "auto" and not terminal):
        rendering = structlog.processors.ExceptionRenderer(lambda exc_info: traced(exc_info[1]))
        return [
            rendering if pseudonyms else structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    # The plain traceback: a boxed one shows local variables, and breaks lines in the middle of a secret. Strings are
    # written as Python would, so that a stranger's text cannot steer the terminal.
    renderer = structlog.dev.ConsoleRenderer(
        colors=terminal,
        repr_native_str=True,
        exception_formatter=_write_traced if pseudonyms else structlog.dev.plain_traceback,
    )
    return [renderer]


def _write_traced(stream: TextIO, exc_info: ExcInfo) -> None:
    stream.write(f"\n{traced(exc_info[1])}")


def _spellings(secret: str) -> set[str]:
    """A secret as it may stand in a rendered line: plain, in a URL, in JSON, in a repr, in a repr in JSON."""
    encoders = (json.dumps, functools.partial(json.dumps, ensure_ascii=False), repr)
    spellings = {secret, quote(secret, safe="")}
    for _ in range(2):
        spellings |= {encode(spelling)[1:-1] for spelling in spellings for encode in encoders}
    return spellings


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger(__name__).critical("uncaught exception", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
