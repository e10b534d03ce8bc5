"""Passwords: what is kept of them, and the command that makes it."""

from __future__ import annotations

import contextlib
import itertools
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import Verdict, _admin_page
from bot.passwords import fits, hashed
from config.settings import WebSettings

PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)


def test_of_a_password_a_salted_argon2id_hash_is_kept() -> None:
    assert HASH.startswith("$argon2id$v=19$m=65536,t=3,p=4$") and PASSWORD not in HASH
    assert hashed(PASSWORD) != HASH
    assert fits(PASSWORD, HASH)
    for wrong in ("", PASSWORD[:-1], PASSWORD.upper(), HASH):
        assert not fits(wrong, HASH)
    WebSettings(admin_password_hash=SecretStr(HASH))


def told(folder: Path, *answers: str) -> tuple[int, str, str]:
    """The command on a terminal, with what is typed; its exit status, what it printed, and what the terminal showed."""
    terminal, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "admin", "password"],
        env=clean | {"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=folder,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        for prompt, answer in zip(itertools.cycle((b"Password: ", b"Again: ")), answers, strict=False):
            # What is typed before the prompt is there would be seen, and lost.
            while not shown.endswith(prompt):
                shown += os.read(terminal, 1024)
            os.write(terminal, f"{answer}\n".encode())
        printed, _ = process.communicate(timeout=60)
        with contextlib.suppress(OSError):  # what comes after the last word is that the terminal is hung up
            while more := os.read(terminal, 1024):
                shown += more
    os.close(terminal)
    return process.returncode, printed.decode(), shown.decode()


def test_the_command_asks_twice_without_an_echo_and_prints_the_setting(tmp_path: Path) -> None:
    status, printed, shown = told(tmp_path, PASSWORD, "something else", PASSWORD, PASSWORD)
    assert status == 0
    assert PASSWORD not in shown and "something else" not in shown and PASSWORD not in printed
    [setting] = shlex.split(printed)
    name, _, value = setting.partition("=")
    assert name == "ATELIER_WEB__ADMIN_PASSWORD_HASH"
    assert fits(PASSWORD, value)


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    status, printed, shown = told(tmp_path, "hunter2", "hunter2")
    assert (status, printed) == (2, "")
    assert "a password has at least 10 characters" in shown and "hunter2" not in shown


@pytest.mark.parametrize(
    ("settings", "verdict", "text"),
    [
        ({}, Verdict.WELL, "off"),
        ({"admin_password_hash": HASH}, Verdict.WELL, "behind a password; from other machines over HTTPS alone"),
        ({"admin_token": "x" * 32, "enabled": False}, Verdict.WELL, "off"),
        ({"admin_token": "x" * 32, "admin_http": True}, Verdict.CARE, "over plain HTTP can be read on the way"),
    ],
)  # fmt: skip
def test_the_doctor_looks_at_the_admin_page(settings: dict[str, object], verdict: Verdict, text: str) -> None:
    finding = _admin_page(WebSettings.model_validate(settings))
    assert finding.verdict is verdict
    assert finding.text.endswith(text)
