from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from typing import Any

import pytest

from config.log import Redactor

TOKEN = "123456789:abcdefghijklmnopqrstuvwxyz_ABCDEFGH"
SECRET = 'pass"wörd\\42'

PRELUDE = f"""
import logging, structlog
from config.log import LogSettings, setup
TOKEN, SECRET = {TOKEN!r}, {SECRET!r}
log = structlog.get_logger("bot.test")
"""


def run(script: str) -> str:
    """Standard error of a process that runs the script."""
    done = subprocess.run([sys.executable, "-c", PRELUDE + script], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout == ""
    return done.stderr


def run_on_a_terminal(script: str) -> str:
    master, slave = pty.openpty()
    try:
        subprocess.run([sys.executable, "-c", PRELUDE + script], stderr=slave, timeout=60, check=True)
    finally:
        os.close(slave)
    with os.fdopen(master, encoding="utf-8") as screen:
        return screen.readline()


def events(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_away_from_a_terminal_every_line_is_json_with_time_level_and_logger() -> None:
    [ours, theirs] = events(
        run("""
setup(LogSettings())
log.info("job accepted", job="ab", size=512)
logging.getLogger("sqlalchemy").warning("slow by %d ms", 12)
""")
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", ours.pop("timestamp"))
    assert ours == {"event": "job accepted", "job": "ab", "size": 512, "level": "info", "logger": "bot.test"}
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("slow by 12 ms", "warning", "sqlalchemy")


def test_the_job_that_is_dealt_with_stands_in_every_line_of_libraries_too() -> None:
    script = """
from structlog.contextvars import bound_contextvars
setup(LogSettings())
with bound_contextvars(job="ab"):
    log.info("reply sent")
    logging.getLogger("telegram").warning("slow")
log.info("stopping")
"""
    assert [event.get("job") for event in events(run(script))] == ["ab", "ab", None]


def test_on_a_terminal_lines_are_for_reading() -> None:
    line = run_on_a_terminal('setup(LogSettings())\nlog.info("job accepted", name="a\\x1b[2Jb")')
    plain = re.sub(r"\x1b\[\d*m", "", line)
    assert re.match(r"\d{4}-\S+Z \[info +\] job accepted +\[bot\.test\] name='a\\x1b\[2Jb'", plain)
    assert plain != line, "a terminal gets colours"


def test_the_format_can_be_set() -> None:
    assert "job accepted" in run('setup(LogSettings(format="console"))\nlog.info("job accepted")').partition("[info")[2]
    line = run_on_a_terminal('setup(LogSettings(format="json"))\nlog.info("job accepted")')
    assert json.loads(line)["event"] == "job accepted"


def test_the_level_holds_for_all_and_requests_are_not_logged() -> None:
    script = """
for name in ("bot.test", "httpx", "httpcore", "aiohttp.access", "alembic"):
    logging.getLogger(name).info(name)
    logging.getLogger(name).warning(name + "!")
log.debug("ours")
"""
    assert [event["event"] for event in events(run(f'setup(LogSettings(level="debug"))\n{script}'))] == [
        "bot.test",
        "bot.test!",
        "httpx!",
        "httpcore!",
        "aiohttp.access!",
        "alembic!",
        "ours",
    ]
    assert run(f'setup(LogSettings(level="error"))\n{script}') == ""


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_stand_in_no_event_value_or_traceback(form: str) -> None:
    output = run(f"""
setup(LogSettings(format={form!r}), [SECRET, "x"])
log.info("asked https://api.telegram.org/bot" + TOKEN, url="https://api.telegram.org/bot" + TOKEN + "/getMe")
log.info("asked", nested={{"token": TOKEN, "all": [SECRET]}}, secret=SECRET)
logging.getLogger("telegram").info("file %s of %r", "/file/bot1:short/photos/1.jpg", [SECRET])
try:
    raise ValueError("no such bot: " + TOKEN)
except ValueError:
    log.exception("it failed", secret=SECRET)
    logging.getLogger("telegram").exception(SECRET)
raise RuntimeError(SECRET + TOKEN)
""")
    for leak in (TOKEN, TOKEN[10:], "wörd", "w\\u00f6rd", "1:short"):
        assert leak not in output
    assert output.count("ValueError: no such bot: [redacted]") == 2
    assert "RuntimeError: [redacted][redacted]" in output
    assert "/bot[redacted]/getMe" in output
    assert "/bot[redacted]/photos/1.jpg" in output
    assert "uncaught exception" in output
    if form == "json":
        assert len(events(output)) == 6


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://api.telegram.org/bot1:x/getMe", "https://api.telegram.org/bot[redacted]/getMe"),
        ("https://api.telegram.org/bot1%3Ax", "https://api.telegram.org/bot[redacted]"),
        ('{"url": "/bot1:x", "n": 1}', '{"url": "/bot[redacted]", "n": 1}'),
        (f"token={TOKEN},", "token=[redacted],"),
        ("letters-and-more, letters", "[redacted], [redacted]"),
        ("a%2Fb%3Fc%20d", "[redacted]"),
        ("at 12:30:59 on 127.0.0.1:8080, short", "at 12:30:59 on 127.0.0.1:8080, short"),
    ],
)
def test_only_secrets_are_redacted(text: str, redacted: str) -> None:
    redact = Redactor(["letters", "letters-and-more", "short", "a/b?c d"])
    assert redact(text) == redacted
