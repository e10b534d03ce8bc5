"""What goes out, and when, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import pairwise
from typing import Any

import pytest
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.adapters.telegram.limits import NOW_OR_NEVER_S, Limits

ALICE, BOB, GROUP = 1, 2, -100


class Wire:
    """Limits whose time passes only where they sleep, and what they let through, with the second of each."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent: list[tuple[float, int | None]] = []
        self.script: deque[Exception] = deque()
        self.failed: list[TelegramError] = []
        self.limits = Limits(clock=lambda: self.now, sleep=self._sleep, failed=self.failed.append)
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    async def send(self, chat: int | None, patience_s: float | None = None, endpoint: str = "sendMessage") -> Any:
        async def callback() -> bool:
            self.sent.append((self.now, chat))
            if self.script:
                raise self.script.popleft()
            return True

        data = {} if chat is None else {"chat_id": chat}
        return await self.limits.process_request(callback, (), {}, endpoint, data, patience_s)

    async def send_all(self, *chats: int) -> None:
        """At once, while time passes from one waiting request to the next."""
        sending = asyncio.gather(*(self.send(chat) for chat in chats))
        while not sending.done():
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort(key=lambda sleeper: sleeper[:2])
                self.now, _, wake = self._sleepers.pop(0)
                wake.set()
        await sending

    def times(self, chat: int) -> list[float]:
        return [at for at, whose in self.sent if whose == chat]

    async def _sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        self._sleepers.append((self.now + seconds, len(self._sleepers), wake))
        await wake.wait()


@pytest.fixture
def wire() -> Wire:
    return Wire()


async def test_a_person_gets_one_message_a_second(wire: Wire) -> None:
    await wire.send_all(*[ALICE] * 5)
    assert all(later - earlier > 1 for earlier, later in pairwise(wire.times(ALICE)))


async def test_a_person_who_waits_keeps_nobody_else_waiting(wire: Wire) -> None:
    await wire.send_all(ALICE, ALICE, ALICE, BOB)
    assert wire.times(BOB) == [0]


async def test_at_most_thirty_messages_go_out_in_a_second(wire: Wire) -> None:
    await wire.send_all(*range(1, 101))
    times = sorted(at for at, _ in wire.sent)
    assert len(times) == 100
    assert all(later - earlier > 1 for earlier, later in zip(times, times[30:], strict=False))
    assert times[-1] < 4


async def test_a_group_gets_twenty_messages_a_minute(wire: Wire) -> None:
    await wire.send_all(*[GROUP] * 25)
    times = wire.times(GROUP)
    assert times[19] < 30
    assert times[20] - times[0] > 60


async def test_an_answer_to_a_press_and_a_chat_action_wait_for_nothing(wire: Wire) -> None:
    await wire.send_all(*range(1, 31))
    await wire.send(None, endpoint="answerCallbackQuery")
    await wire.send(ALICE, endpoint="sendChatAction")
    assert wire.now == 0


async def test_what_telegram_refused_is_sent_again_when_it_said_and_holds_up_that_chat_alone(wire: Wire) -> None:
    wire.script.append(RetryAfter(7))
    await wire.send_all(ALICE, BOB, ALICE)
    assert wire.times(BOB) == [0]
    assert len(wire.times(ALICE)) == 3
    assert wire.times(ALICE)[1] > 7


async def test_errors_of_telegram_are_told_and_our_own_haste_is_none(wire: Wire) -> None:
    wire.script.append(RetryAfter(7))
    await wire.send_all(ALICE)
    wire.script.append(BadRequest("Chat not found"))
    with pytest.raises(BadRequest):
        await wire.send_all(ALICE)
    with pytest.raises(RetryAfter):
        await wire.send(ALICE, NOW_OR_NEVER_S)
    assert [type(error) for error in wire.failed] == [RetryAfter, BadRequest]


async def test_what_may_not_be_late_ends_at_once_where_it_would_be(wire: Wire) -> None:
    await wire.send(ALICE)
    with pytest.raises(RetryAfter):
        await wire.send(ALICE, NOW_OR_NEVER_S)
    assert len(wire.sent) == 1


async def test_a_reply_does_not_wait_longer_than_its_patience_for_what_telegram_asks(wire: Wire) -> None:
    wire.script.append(RetryAfter(30))
    with pytest.raises(RetryAfter):
        await wire.send(ALICE, 3)
    assert len(wire.sent) == 1
    with pytest.raises(RetryAfter):
        await wire.send(ALICE, 3)
    assert len(wire.sent) == 1


async def test_an_error_of_another_kind_is_left_to_the_caller(wire: Wire) -> None:
    wire.script.append(ValueError("other"))
    with pytest.raises(ValueError, match="other"):
        await wire.send(ALICE)


async def test_previews_keep_their_interval_after_any_message(wire: Wire) -> None:
    assert wire.limits.may_edit(ALICE)
    await wire.send(ALICE)
    wire.now = 2.9
    assert not wire.limits.may_edit(ALICE)
    wire.now = 3
    assert wire.limits.may_edit(ALICE)


async def test_previews_in_a_group_come_more_rarely_and_leave_room_for_what_matters(wire: Wire) -> None:
    await wire.send(GROUP)
    wire.now = 4.9
    assert not wire.limits.may_edit(GROUP)
    edits = 0
    while wire.now < 60:
        wire.now += 1
        if wire.limits.may_edit(GROUP):
            await wire.send(GROUP, NOW_OR_NEVER_S, "editMessageMedia")
            edits += 1
    assert edits == 11


async def test_no_preview_goes_out_while_the_bot_is_busy_with_others(wire: Wire) -> None:
    await wire.send_all(*range(10, 29))
    assert wire.limits.may_edit(ALICE)
    await wire.send(40)
    assert not wire.limits.may_edit(ALICE)


async def test_chats_that_were_quiet_are_forgotten(wire: Wire) -> None:
    for chat in range(1, 1200):
        await wire.send(chat)
        wire.now += 1
    assert len(wire.limits._chats) < 1100
