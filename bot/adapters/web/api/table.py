"""The API as tables for docs/api.md: ``python -m bot.adapters.web.api.table PAGE``, which `make docs` calls."""

from __future__ import annotations

import sys
from http import HTTPStatus
from pathlib import Path

from bot.adapters.web.api.codes import CODES, by_status
from bot.adapters.web.api.docs import DocsApi
from bot.adapters.web.api.document import path_in
from bot.adapters.web.api.history import HistoryApi
from bot.adapters.web.api.jobs import JobsApi
from bot.adapters.web.api.me import MeApi
from bot.adapters.web.api.monitoring import MonitoringApi
from bot.adapters.web.api.operations import Operation, operations_of
from bot.adapters.web.api.results import ResultsApi
from bot.adapters.web.api.service import ServiceApi
from bot.adapters.web.api.styles import StylesApi
from bot.adapters.web.api.variations import VariationsApi
from config.table import renew

#: All that handle requests to the API.
APIS = (JobsApi, HistoryApi, VariationsApi, ResultsApi, StylesApi, MeApi, ServiceApi, MonitoringApi, DocsApi)


#: What HTTP makes of conditions and ranges.
_OF_FILES = (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


def operations() -> str:
    """Every operation: request, what it is, good answers."""
    rows = [_row(operation) for api in APIS for operation, _ in operations_of(api)]
    return "| request | | answers |\n|---|---|---|\n" + "".join(rows)


def codes() -> str:
    """Every code: status, meaning."""
    rows = [
        f"| {int(status)} | `{code}` | {CODES[code][1]} |\n"
        for status, codes in by_status(CODES).items()
        for code in codes
    ]
    return "| status | code | |\n|---|---|---|\n" + "".join(rows)


def _row(operation: Operation) -> str:
    query = "&".join(parameter.name for parameter in operation.parameters if parameter.where == "query")
    request = f"{operation.method} {path_in(operation)}{'?' if query else ''}{query}"
    answers = "; ".join(
        f"{int(status)} {', '.join(f'`{kind}`' for kind in answer.content)}".strip()
        for status, answer in operation.answers.items()
        if status not in _OF_FILES
    )
    return f"| `{request}` | {operation.summary} | {answers} |\n"


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        text = page.read_text("utf-8")
        for name, markdown in {"operations": operations(), "codes": codes()}.items():
            text = renew(text, name, markdown)
        page.write_text(text, "utf-8")
