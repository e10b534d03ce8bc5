from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.jobs import Job, Status
from bot.replies import duration, explain, reply_to
from bot.texts import say
from renderer.options import RenderOptions
from renderer.protocol import FailureReason

JOB = Job("abcdef0123456789" * 2, "fake", "1", "fake:1", "content", (), RenderOptions(), 0.0)


def ended(status: Status, reason: str | None) -> Job:
    return dataclasses.replace(JOB, status=status, reason=reason)


def test_every_end_without_a_painting_has_a_sentence_of_its_own() -> None:
    under_another_name = {FailureReason.RENDERER_DIED, FailureReason.NO_ROOM}  # `bot.retries`
    reasons = {*map(str, FailureReason), "undeliverable", "moderated"} - under_another_name
    ends = [*(ended(Status.FAILED, reason) for reason in reasons), ended(Status.EXPIRED, None)]
    sentences = {say(explain(job)) for job in ends}
    assert len(sentences) == len(reasons) + 1
    assert all(sentence.endswith(".") for sentence in sentences)


def test_an_error_of_ours_shows_nothing_but_a_code_to_look_it_up_by() -> None:
    assert "code abcdef01" in say(explain(ended(Status.FAILED, "internal")))
    assert explain(ended(Status.FAILED, "no such reason")) == explain(ended(Status.FAILED, "internal"))


def test_a_painting_comes_with_the_reply_to_it() -> None:
    assert reply_to(ended(Status.RENDERED, None), Path("painting.png")).painting == Path("painting.png")
    assert reply_to(ended(Status.CANCELLED, "cancelled"), None).painting is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (0.2, "1 second"),
        (40, "40 seconds"),
        (90, "90 seconds"),
        (91, "2 minutes"),
        (600, "10 minutes"),
        (601, "11 minutes"),
        (7200, "2 hours"),
    ],
)
def test_a_duration_is_said_in_words_and_rounded_up(seconds: float, words: str) -> None:
    assert say(duration(seconds)) == words
