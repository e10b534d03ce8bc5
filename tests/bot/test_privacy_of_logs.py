"""Nothing of what people are called, send or write is in the log, not at DEBUG and not where something breaks."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
import structlog
from sqlalchemy import text

from bot.errors import Refused, Unknown
from bot.intake import Intake
from config import log as config_log
from config.privacy import Pseudonyms
from config.settings import LogSettings
from renderer.protocol import FailureReason
from tests import pictures
from tests.bot.adapters.telegram.receiving import open_reception
from tests.bot.adapters.web.test_jobs import upload
from tests.bot.adapters.x.summoning import open_booth
from tests.fakes.house import House
from tests.fakes.telegram import fake_telegram
from tests.fakes.web import open_web_house
from tests.fakes.x import fake_x

CONTENT, STYLE = pictures.png(640, 320), pictures.jpeg(160, 120)
NAME, WORDS = "Wilhelmina", "quixotically"
TOKEN = "a token that opens everything"


class Log:
    """What has been written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def assert_without(self, *secrets: object) -> None:
        written = self.stream.getvalue()
        for secret in secrets:
            assert str(secret) and str(secret).lower() not in written.lower(), secret


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The log as the service writes it, at DEBUG."""
    log = Log()
    hooks = sys.excepthook, threading.excepthook
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    with contextlib.ExitStack() as after:
        after.enter_context(patch.object(sys, "stderr", log.stream))
        config_log.setup(LogSettings(level="debug", format="json"), [TOKEN], Pseudonyms(b"a key"))
        yield log
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name in ("bot", "renderer", "config"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
    sys.excepthook, threading.excepthook = hooks


def breaks(words: str) -> Any:
    """Let every order come upon a bug that quotes what was sent, deep within."""

    async def expect(*_: object, **__: object) -> None:
        try:
            int(words)
        except ValueError as error:
            raise ExceptionGroup(f"of {words}", [error, RuntimeError("what we say ourselves")]) from error

    return patch.object(Intake, "expect", expect)


async def test_on_telegram(tmp_path: Path, written: Log) -> None:
    async with (
        fake_telegram() as server,
        open_reception(tmp_path, server, alice=server.person(NAME), running=True, admins=("4711",)) as reception,
    ):
        server.expect("chat not found")  # the admin has not begun one
        alice = reception.alice
        await alice.document(CONTENT, name=f"{WORDS}.png", caption=f"woodcut {WORDS}=3")
        await reception.heard()
        await alice.photo(CONTENT, caption="#woodcut")
        job = (await reception.jobs())[-1]
        await reception.house.pool.progress(job.id, 0.5)
        await reception.house.pool.paint(job.id)
        await reception.until_status(job, "delivered")
        group = server.group(f"Friends of {WORDS}", [alice])
        await alice.text(f"/paint@{server.bot.username} {WORDS}", group)
        await reception.heard(group)
        with breaks(WORDS):
            await alice.photo(CONTENT, caption="#waves")
            await reception.said("wrong")
        await reception.house.notices.add("moderation", f"painting of telegram:{alice.id} refused, {NAME}")
        await alice.text("/delete")
        await reception.until_dealt_with()
        requester = f"telegram:{alice.id}"
        await reception.house.admin.do("ban", f"{requester} {WORDS}", by=requester)
    assert any(line.get("person") == Pseudonyms(b"a key").of(requester) for line in written.lines)
    [broken] = [line for line in written.lines if line["event"] == "update failed"]
    assert "what we say ourselves" in broken["exception"] and "in expect" in broken["exception"]
    written.assert_without(
        NAME, alice.user.username, WORDS, alice.id, group.id, str(group.id)[4:], server.token, server.token[-12:]
    )


async def test_on_x(tmp_path: Path, written: Log) -> None:
    async with (
        fake_x() as x,
        open_booth(tmp_path, x, x.person(NAME)) as booth,
    ):
        alice = booth.alice
        for words in ("#woodcut", f"#woodcutt {WORDS}"):
            post = await alice.post(f"@atelier_bot {words}", [CONTENT], alt=[f"My {WORDS}"])
            await booth.answer(post)
        gone = x.fail("create", status=403, body={"detail": f"{alice.username} does not want {WORDS}", "status": 403})
        refused = await alice.post("@atelier_bot #waves", [CONTENT])
        await booth.made(refused)
        await booth.quiet()
        assert gone.hits
        gone.end()
        with breaks(WORDS):
            broken = await alice.post("@atelier_bot #waves", [CONTENT])
            await booth.quiet()
        secrets = (*x.keys.__dict__.values(), post.id, refused.id, broken.id, alice.id, alice.username)
    assert {"mention read", "mention refused", "mention failed", "reply refused"} <= {
        line["event"] for line in written.lines
    }
    written.assert_without(NAME, WORDS, *secrets)


async def test_on_the_web(tmp_path: Path, written: Log) -> None:
    async with open_web_house(tmp_path) as web:
        address = "203.0.113.77"
        headers = {"Cookie": f"atelier_session={'e' * 32}", "X-Forwarded-For": address, "User-Agent": WORDS}
        async with aiohttp.ClientSession(web.url, headers=headers) as http:
            for words in ("woodcut", WORDS):
                form = upload(content=CONTENT, style=STYLE, words=words)
                async with http.post("/api/v1/jobs", data=form) as answer:
                    assert answer.status in (202, 422, 400)
            with breaks(WORDS):
                async with http.post("/api/v1/jobs", data=upload(content=CONTENT, style=STYLE)) as answer:
                    assert answer.status == 500
            async with http.get(f"/{WORDS}?{WORDS}") as answer:
                assert answer.status == 404
            async with http.get("/api/v1/me") as answer:
                whose = await answer.text()
            async with http.delete("/api/v1/me") as answer:
                assert answer.ok, whose
        await web.house.admin.do("ban", f"web:{'e' * 32} {WORDS}", by=f"page:{address}")
        await web.house.admin.do("queue", "", by="page:2001:db8::7:1")
    assert {"request failed", "person erased", "admin"} <= {line["event"] for line in written.lines}
    written.assert_without(WORDS, "e" * 32, address, "2001:db8")


async def test_where_the_store_the_pool_or_a_platform_breaks(house: House, written: Log) -> None:
    requester = "fake:271828182845"
    for number, trouble in enumerate(
        (Refused(f"chat 314159265358 of {NAME}", True), Unknown("cut"), ValueError(f"{NAME} {WORDS}"))
    ):
        house.adapter.script.append(trouble)
        await house.painted(await house.job(str(number), requester))
    failing = await house.job("to fail", requester)
    async with house.running():
        await house.pool.fail(failing.id, FailureReason.BAD_INPUT)
        await house.adapter.until_replies(3)
    log = structlog.get_logger("bot.test")
    try:
        async with house.store.jobs._database.write() as connection:
            await connection.execute(text("INSERT INTO jobs (id) VALUES (:words)"), {"words": WORDS})
    except Exception:
        log.exception("the store broke", person=requester)
    [broken] = [line for line in written.lines if line["event"] == "the store broke"]
    assert "NOT NULL constraint failed: jobs.adapter" in broken["exception"]
    config_log._log_uncaught(ValueError, ValueError(WORDS), None)
    assert {"reply refused", "reply unknown", "reply failed", "the store broke", "uncaught exception"} <= {
        line["event"] for line in written.lines
    }
    written.assert_without(requester.partition(":")[2], "314159265358", NAME, WORDS)


def test_of_libraries_there_are_warnings_and_not_what_they_are_about(written: Log) -> None:
    for name in ("telegram.ext.ExtBot", "httpx", "aiosqlite", "PIL.TiffImagePlugin", "tweepy", "aiohttp.access"):
        for level in (logging.DEBUG, logging.INFO):
            logging.getLogger(name).log(level, "called with %s", WORDS)
    logging.getLogger("telegram.ext.Updater").warning("received data was: %r", {"text": WORDS})
    whole = f"Task exception was never retrieved\nfuture: <Task exception={WORDS}>"
    logging.getLogger("asyncio").error(whole)
    structlog.get_logger("bot.test").debug("ours")
    assert [line["event"] for line in written.lines] == [
        "received data was: %r",
        "Task exception was never retrieved",
        "ours",
    ]
    written.assert_without(WORDS)


def test_an_error_in_a_thread_goes_the_same_way(written: Log) -> None:
    thread = threading.Thread(target=int, args=(WORDS,))
    thread.start()
    thread.join()
    [line] = written.lines
    assert line["event"] == "uncaught exception" and line["exception"].endswith("ValueError")
    written.assert_without(WORDS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("painting of telegram:-1001234567890 refused", "painting of telegram:~[12] refused"),
        ("by web:key:1a2b3c4d, x:99", "by web:~[12], x:~[12]"),
        ("from 203.0.113.9 to 127.0.0.1:8080", "from ~[12] to 127.0.0.1:8080"),
        ("chat id: -1001234567890.", "chat id: ~[12]."),
        ("job 52d65c1495f9e436385781bedc1c517f in 12.5 s, 12345678 bytes", None),
        ('{"timestamp": "2026-11-27T17:15:39.123456Z", "x": 1, "line": "a[x:y]"}', None),
        ("https://example.org:8443/telegram:1 and telegram: up", None),
    ],
)
def test_ids_that_have_come_into_a_text_are_replaced(before: str, after: str | None) -> None:
    pseudonyms = Pseudonyms(b"a key")
    found = pseudonyms.within(before)
    assert re.sub(r"~[0-9a-f]{12}", "~[12]", found) == (after or before)
    assert pseudonyms.within(found) == found
    assert Pseudonyms(b"another").within(before) != found or after is None
